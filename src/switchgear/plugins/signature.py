"""Signatures of bundles, and a key's word on which key comes after it.

Both are statements in DSSE envelopes (https://github.com/secure-systems-lab/dsse, protocol 1.0.2): what is signed is the type of the
statement together with its bytes, so that none can pass for one of another kind. A bundle's statement binds its canonical list (by
digest), its name and version, the key and the time; it lies in the bundle as ``bundle.SIGNATURE``, which the list leaves out.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from switchgear.core.errors import InvalidSignature
from switchgear.core.structs import Frozen
from switchgear.plugins.bundle import LARGEST_SIGNATURE, Bundle
from switchgear.plugins.public_keys import PublicKey, parse_public

if TYPE_CHECKING:
    from switchgear.plugins.signing_keys import SigningKey

BUNDLE_TYPE: Final = "application/vnd.dev.switchgear.bundle.v1+json"
SUCCESSION_TYPE: Final = "application/vnd.dev.switchgear.succession.v1+json"
MOST_SUCCESSIONS: Final = 16
_MOMENT = Annotated[int, Meta(ge=0, le=1 << 53)]
_HASH = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_SIGNATURE_BYTES: Final = 64
T = TypeVar("T")


class _Signature(msgspec.Struct, frozen=True):
    keyid: str
    sig: str


class Envelope(msgspec.Struct, frozen=True):
    """A statement with the signature of one key, as DSSE writes it."""

    payload: str
    payloadType: str  # noqa: N815 - DSSE's name
    signatures: tuple[_Signature, ...]


class Statement(Frozen, frozen=True):
    """What a publisher says of a bundle. ``signed_at`` is ms since 1970, by the publisher's clock; ``key`` is the id of the key."""

    name: str
    version: str
    digest: _HASH
    key: _HASH
    signed_at: _MOMENT


class SuccessionStatement(Frozen, frozen=True):
    """What a key says of the one after it: ``successor`` is that public key, ``at`` ms since 1970."""

    key: _HASH
    successor: str
    at: _MOMENT


class SignatureFile(msgspec.Struct, frozen=True):
    """What lies in the bundle: the public key, the statement, and how the key came after others, oldest first."""

    key: str
    bundle: Envelope
    successions: Annotated[tuple[Envelope, ...], Meta(max_length=MOST_SUCCESSIONS)] = ()


class Signed(Frozen, frozen=True):
    """A signature that is genuine: ``key`` signed ``statement``, which is about this bundle. Whether the key is trusted is another matter."""

    key: PublicKey
    statement: Statement
    successions: tuple[Envelope, ...]


def sign(bundle: Bundle, key: SigningKey, at: int, successions: tuple[Envelope, ...] = ()) -> bytes:
    """The signature file for ``bundle``, signed at ``at`` (ms since 1970)."""
    manifest = bundle.manifest
    statement = Statement(manifest.name, manifest.version, bundle.digest, key.public.id, at)
    return msgspec.json.format(
        msgspec.json.encode(SignatureFile(str(key.public), _sealed(key, BUNDLE_TYPE, statement), successions))
    )


def verify(bundle: Bundle) -> Signed | None:
    """Who signed ``bundle``, as it was read from the disk; None where nobody did.

    Raises InvalidSignature for a signature that is not genuine, or is about another bundle.
    """
    if not bundle.signature:
        return None
    if len(bundle.signature) >= LARGEST_SIGNATURE:
        raise InvalidSignature("The signature is too large to be one.")
    try:
        file = msgspec.json.decode(bundle.signature, type=SignatureFile)
        key = parse_public(file.key)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidSignature("The signature file is none of ours, or damaged.") from error
    statement = opened(file.bundle, key, BUNDLE_TYPE, Statement)
    _check(bundle, statement, key)
    return Signed(key, statement, file.successions)


def _check(bundle: Bundle, statement: Statement, key: PublicKey) -> None:
    manifest = bundle.manifest
    if statement.key != key.id:
        raise InvalidSignature("The signature was made for another key.")
    if (statement.name, statement.version) != (manifest.name, manifest.version):
        raise InvalidSignature("The signature is about another plugin or another version.")
    if statement.digest != bundle.digest:
        raise InvalidSignature("Files in the bundle are not those that were signed.")


def succeed(key: SigningKey, successor: PublicKey, at: int) -> Envelope:
    """The word of ``key`` that ``successor`` comes after it at ``at`` (ms since 1970)."""
    return _sealed(key, SUCCESSION_TYPE, SuccessionStatement(key.public.id, str(successor), at))


def succession(envelope: Envelope, key: PublicKey) -> tuple[PublicKey, int]:
    """The key that ``key`` says comes after it, and when (ms since 1970). Raises InvalidSignature."""
    statement = opened(envelope, key, SUCCESSION_TYPE, SuccessionStatement)
    if statement.key != key.id:
        raise InvalidSignature("A key's word on its successor was made for another key.")
    try:
        return parse_public(statement.successor), statement.at
    except ValueError as error:
        raise InvalidSignature("A key names a successor that is no key.") from error


def opened(envelope: Envelope, key: PublicKey, kind: str, statement: type[T]) -> T:
    """The statement in an envelope that ``key`` signed. Raises InvalidSignature."""
    try:
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = [base64.b64decode(each.sig, validate=True) for each in envelope.signatures[:1]]
    except (binascii.Error, ValueError) as error:
        raise InvalidSignature("The signature is damaged.") from error
    right = envelope.payloadType == kind and len(envelope.signatures) == 1
    if not right or len(signatures[0]) != _SIGNATURE_BYTES or not key.signed(signatures[0], _message(kind, payload)):
        raise InvalidSignature("The signature is not genuine.")
    try:
        return msgspec.json.decode(payload, type=statement)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidSignature("What was signed is no statement that is understood.") from error


def _sealed(key: SigningKey, kind: str, statement: Statement | SuccessionStatement) -> Envelope:
    payload = msgspec.json.encode(statement)
    signature = base64.b64encode(key.sign(_message(kind, payload))).decode()
    return Envelope(base64.b64encode(payload).decode(), kind, (_Signature(key.public.id, signature),))


def _message(kind: str, payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding, which says how long each part is."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
