"""Signatures: what they bind, and everything that makes them worth nothing."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from manifests import bundle
from msgspec.structs import replace

from switchgear.core.errors import InvalidSignature
from switchgear.plugins.bundle import SIGNATURE, Bundle, open_bundle, read_folder
from switchgear.plugins.public_keys import PublicKey, parse_public, short
from switchgear.plugins.signature import BUNDLE_TYPE, sign, succeed, succession, verify
from switchgear.plugins.signing_keys import SigningKey

KEY, OTHER = SigningKey.new(), SigningKey.new()
AT = 1_790_000_000_000


@pytest.fixture
def unsigned(tmp_path: Path) -> Bundle:
    return open_bundle(bundle({"server/main.py": b"print()\n", "a": b"1", "b": b"2"}), tmp_path / "there")


def signing(found: Bundle, key: SigningKey = KEY) -> Bundle:
    """The bundle with its signature, as it is read from the disk."""
    (found.folder / SIGNATURE).parent.mkdir(exist_ok=True)
    (found.folder / SIGNATURE).write_bytes(sign(found, key, AT))
    return read_folder(found.folder)


def test_a_bundle_that_nobody_signed_has_no_signer(unsigned: Bundle) -> None:
    assert verify(unsigned) is None


def test_a_signature_tells_who_signed_what_and_when(unsigned: Bundle) -> None:
    signed = verify(signing(unsigned))
    assert signed is not None
    assert signed.key == KEY.public
    statement = signed.statement
    assert (statement.name, statement.version, statement.signed_at) == ("weather", "1.2.0", AT)
    assert (statement.digest, statement.key) == (unsigned.digest, KEY.public.id)


def test_a_signature_is_a_dsse_envelope(unsigned: Bundle) -> None:
    """https://github.com/secure-systems-lab/dsse/blob/master/protocol.md"""
    envelope = json.loads(signing(unsigned).signature)["bundle"]
    payload = base64.b64decode(envelope["payload"])
    message = b"DSSEv1 %d %s %d %s" % (len(BUNDLE_TYPE), BUNDLE_TYPE.encode(), len(payload), payload)
    assert KEY.public.signed(base64.b64decode(envelope["signatures"][0]["sig"]), message)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a").write_bytes(b"2"),
        lambda folder: (folder / "a").unlink(),
        lambda folder: (folder / "c").touch(),
        lambda folder: (folder / "a").rename(folder / "c"),
        lambda folder: (
            (folder / "a").rename(folder / "c"),
            (folder / "b").rename(folder / "a"),
            (folder / "c").rename(folder / "b"),
        ),
        lambda folder: (folder / "META-INF/more").touch(),
    ],
    ids=["changed", "gone", "added", "renamed", "swapped", "beside the signature"],
)
def test_a_signature_holds_for_no_other_files(unsigned: Bundle, change: Callable[[Path], Any]) -> None:
    signing(unsigned)
    change(unsigned.folder)
    with pytest.raises(InvalidSignature, match="not those that were signed"):
        verify(read_folder(unsigned.folder))


def test_what_is_on_the_disk_counts_and_not_what_was_read_before(unsigned: Bundle) -> None:
    before = signing(unsigned)
    (unsigned.folder / "a").write_bytes(b"changed")
    assert verify(before) is not None
    with pytest.raises(InvalidSignature):
        verify(read_folder(unsigned.folder))


def forged(found: Bundle, change: Callable[[dict[str, Any]], None]) -> Bundle:
    document = json.loads(found.signature)
    change(document)
    return replace(found, signature=json.dumps(document).encode())


def resigned(signer: SigningKey, kind: str = BUNDLE_TYPE, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """Signs a changed statement anew."""

    def change(document: dict[str, Any]) -> None:
        statement = json.loads(base64.b64decode(document["bundle"]["payload"])) | changes
        payload = json.dumps(statement).encode()
        signature = signer.sign(b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload))
        document["bundle"] |= {
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}],
        }

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: it.update(key=str(OTHER.public)), "not genuine"),
        (lambda it: it["bundle"].update(payloadType="application/json"), "not genuine"),
        (lambda it: it["bundle"].update(signatures=[]), "not genuine"),
        (lambda it: it["bundle"].update(signatures=it["bundle"]["signatures"] * 2), "not genuine"),
        (lambda it: it["bundle"]["signatures"][0].update(sig="AA=="), "not genuine"),
        (lambda it: it["bundle"]["signatures"][0].update(sig="?"), "damaged"),
        (lambda it: it["bundle"].update(payload="?"), "damaged"),
        (lambda it: it.update(key="ed25519:"), "none of ours"),
        (lambda it: it.pop("bundle"), "none of ours"),
        (lambda it: it.update(successions=[it["bundle"]] * 17), "none of ours"),
        (resigned(OTHER), "not genuine"),
        (resigned(KEY, "application/vnd.dev.switchgear.succession.v1+json"), "not genuine"),
        (resigned(KEY, key=OTHER.public.id), "another key"),
        (resigned(KEY, name="other"), "another plugin"),
        (resigned(KEY, version="1.2.1"), "another version"),
        (resigned(KEY, digest="0" * 64), "not those that were signed"),
        (resigned(KEY, digest=5), "no statement"),
        (resigned(KEY, signed_at=-1), "no statement"),
    ],
)
def test_a_signature_that_was_tampered_with_is_not_genuine(
    unsigned: Bundle, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    with pytest.raises(InvalidSignature, match=told):
        verify(forged(signing(unsigned), change))


def test_a_signature_of_one_bundle_is_worth_nothing_in_another(unsigned: Bundle, tmp_path: Path) -> None:
    signature = signing(unsigned).signature
    other = open_bundle(bundle({SIGNATURE: signature, "evil": b""}), tmp_path / "other")
    with pytest.raises(InvalidSignature, match="not those that were signed"):
        verify(other)


@given(st.binary(max_size=200) | st.sampled_from([b"[" * 100_000, b'{"key":"' + b"a" * 2_000_000 + b'"}']))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    found = Bundle(Path(), None, {}, "", data)  # type: ignore[arg-type]
    if data == b"":
        assert verify(found) is None
        return
    with pytest.raises(InvalidSignature):
        verify(found)


def test_a_key_says_which_key_comes_after_it() -> None:
    word = succeed(KEY, OTHER.public, AT)
    assert succession(word, KEY.public) == (OTHER.public, AT)
    with pytest.raises(InvalidSignature, match="not genuine"):
        succession(word, OTHER.public)


def test_a_public_key_is_one_line_or_pem() -> None:
    text = str(KEY.public)
    assert text.startswith("ed25519:")
    assert len(text) == 51
    assert parse_public(f"{text} ann@example.com\n") == KEY.public
    pem = KEY._key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert parse_public(pem.decode()) == KEY.public
    assert len(short(KEY.public.id)) == 19


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no public key"),
        ("ed25519:", "no public key"),
        ("ed25519:AAAA", "43 characters"),
        ("ed25519:" + "?" * 43, "no public key"),
        ("rsa:" + "A" * 43, "no public key"),
        ("A" * 20_000, "too long"),
        ("-----BEGIN PRIVATE KEY-----", "private key, which nobody else should see"),
        ("-----BEGIN PUBLIC KEY-----\nA?\n-----END PUBLIC KEY-----", "no public key in PEM"),
        (
            generate_private_key(SECP256R1())
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode(),
            "another kind",
        ),
    ],
)
def test_what_is_no_public_key_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_public(text)


@given(st.text(max_size=80) | st.text(alphabet="AZaz09-_=", max_size=60).map(lambda text: "ed25519:" + text))
def test_any_text_is_a_key_or_a_value_error(text: str) -> None:
    try:
        assert isinstance(parse_public(text), PublicKey)
    except ValueError:
        return


def test_a_private_key_is_kept_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "me.switchgear-key"
    KEY.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.read(path).public == KEY.public
    with pytest.raises(FileExistsError):
        KEY.write(path)
    assert path.read_text().splitlines()[1] not in repr(KEY)


def test_what_is_no_private_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("nothing")
    with pytest.raises(ValueError, match="no private key"):
        SigningKey.read(path)
    path.write_bytes(
        KEY._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    with pytest.raises(ValueError, match="passphrase"):
        SigningKey.read(path)
    path.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(ValueError, match="another kind"):
        SigningKey.read(path)
