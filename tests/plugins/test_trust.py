"""Trust: added by a person, handed on by a key, taken back; and no way back to an older version."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from manifests import bundle

from switchgear.core.errors import DowngradeRefused, InvalidSignature, UntrustedBundle
from switchgear.plugins.bundle import SIGNATURE, Bundle, open_bundle, read_folder
from switchgear.plugins.signature import Envelope, sign, succeed
from switchgear.plugins.signing_keys import SigningKey
from switchgear.plugins.trust import NOTHING_ACCEPTED, Accepted, Judgement, judged, remember
from switchgear.store.store import Store
from switchgear.store.trust import PublisherKey, Seen

DAY = 86_400_000
NOW = 1_790_000_000_000
A, B, C, D = (SigningKey.new() for _ in range(4))
A_TO_B, B_TO_C = succeed(A, B.public, NOW - 50 * DAY), succeed(B, C.public, NOW - 20 * DAY)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await Store.open("sqlite:", tmp_path / "data", secret=b"s" * 32)
    yield made
    await made.close()


@pytest.fixture
def made(tmp_path: Path) -> Makes:
    return Makes(tmp_path)


class Makes:
    """Makes bundles, signed by whoever is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(
        self, key: SigningKey | None = A, *, version: str = "1.0.0", name: str = "weather", at: int = NOW - DAY,
        words: tuple[Envelope, ...] = (), content: bytes = b"",
    ) -> Bundle:  # fmt: skip
        self._count += 1
        found = open_bundle(bundle({"x": content}, version=version, name=name), self._folder / str(self._count))
        if key is None:
            return found
        (found.folder / SIGNATURE).parent.mkdir()
        (found.folder / SIGNATURE).write_bytes(sign(found, key, at, words))
        return read_folder(found.folder)


async def trust(store: Store, key: SigningKey, *plugins: str, name: str = "Acme") -> None:
    await store.trust.add(PublisherKey(key.public.id, str(key.public), name, plugins or ("*",), 1, "key_1"))


async def install(store: Store, found: Bundle, accepted: Accepted = NOTHING_ACCEPTED) -> Judgement:
    judgement = await judged(store.trust, found, NOW, accepted)
    await remember(store.trust, found, judgement, NOW)
    return judgement


async def test_a_bundle_of_a_trusted_key_is_taken(store: Store, made: Makes) -> None:
    await trust(store, A)
    judgement = await install(store, made())
    assert judgement.words == 'Signed by "Acme", whom you trust, on 2026-09-20.'
    assert await store.trust.seen("weather") == [Seen("weather", "1.0.0", made().digest, A.public.id, NOW)]


async def test_an_unsigned_bundle_is_taken_when_that_is_said_and_never_remembered(store: Store, made: Makes) -> None:
    with pytest.raises(UntrustedBundle, match="is not signed"):
        await install(store, made(None))
    assert (await install(store, made(None), Accepted(unsigned=True))).words == "Not signed."
    with pytest.raises(UntrustedBundle, match="is not signed"):
        await install(store, made(None, version="1.0.1"))


async def test_a_bundle_of_an_unknown_key_is_refused_with_the_command_that_trusts_it(store: Store, made: Makes) -> None:
    await trust(store, A)
    with pytest.raises(UntrustedBundle, match="which you do not trust") as refused:
        await install(store, made(D))
    assert f"switchgear plugin trust add {D.public}" in refused.value.advice
    taken = await install(store, made(D), Accepted(unsigned=True))
    assert (taken.root, "do not trust" in taken.words) == (None, True)
    assert (await store.trust.seen("weather"))[0].key_id == ""


async def test_a_signature_that_is_not_genuine_is_never_accepted(store: Store, made: Makes) -> None:
    await trust(store, A)
    found = made()
    (found.folder / "x").write_bytes(b"changed")
    with pytest.raises(InvalidSignature):
        await install(store, read_folder(found.folder), Accepted(unsigned=True, downgrade=True, publisher=True))


async def test_a_key_signs_for_the_plugins_it_is_trusted_for(store: Store, made: Makes) -> None:
    await trust(store, A, "acme-*")
    await install(store, made(name="acme-weather"))
    with pytest.raises(UntrustedBundle, match='is trusted for acme-\\*, not for "weather"'):
        await install(store, made())
    assert (await install(store, made(), Accepted(unsigned=True))).root is None


async def test_a_name_that_only_looks_different_is_the_same_plugin(store: Store, made: Makes) -> None:
    await trust(store, A, "weather")
    await trust(store, D, "w-*")
    await install(store, made())
    with pytest.raises(UntrustedBundle, match="is trusted for"):
        await install(store, made(D, name="Weather!", version="2.0.0"))


async def test_a_bundle_signed_in_the_future_is_refused(store: Store, made: Makes) -> None:
    await trust(store, A)
    with pytest.raises(UntrustedBundle, match="in the future"):
        await install(store, made(at=NOW + 2 * DAY))


# ---------------------------------------------------------------- rotation


async def test_a_key_is_trusted_that_a_trusted_one_names_its_successor(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made())
    judgement = await install(store, made(B, version="1.1.0", words=(A_TO_B,)))
    assert "that came after it" in judgement.words
    assert [each.successor_id for each in await store.trust.successions()] == [B.public.id]
    await install(store, made(B, version="1.2.0"))


async def test_trust_goes_down_a_chain_of_keys(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(C, words=(B_TO_C, A_TO_B)))
    await install(store, made(C, version="1.1.0"))
    await install(store, made(C, version="1.2.0", words=(A_TO_B, B_TO_C)))


@pytest.mark.parametrize(
    "words", [(), (B_TO_C,), (A_TO_B,), (succeed(D, C.public, 1),)], ids=["none", "end", "start", "other"]
)
async def test_a_chain_with_a_hole_leads_nowhere(store: Store, made: Makes, words: tuple[Envelope, ...]) -> None:
    await trust(store, A)
    with pytest.raises(UntrustedBundle, match="do not trust"):
        await install(store, made(C, words=words))
    assert await store.trust.successions() == []


async def test_a_chain_that_goes_round_ends(store: Store, made: Makes) -> None:
    await trust(store, A)
    with pytest.raises(UntrustedBundle, match="do not trust"):
        await install(store, made(D, words=(A_TO_B, succeed(B, A.public, NOW))))


async def test_nothing_is_learned_from_a_bundle_that_is_refused(store: Store, made: Makes) -> None:
    await trust(store, A, "other")
    with pytest.raises(UntrustedBundle):
        await install(store, made(B, words=(A_TO_B,)))
    assert await store.trust.successions() == []


async def test_a_second_successor_is_refused(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(B, words=(A_TO_B,)))
    with pytest.raises(UntrustedBundle, match="as happens when a key was stolen"):
        await install(store, made(D, version="2.0.0", words=(succeed(A, D.public, NOW),)))


async def test_a_key_that_was_replaced_signs_nothing_new(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(B, words=(A_TO_B,)))
    with pytest.raises(UntrustedBundle, match="after that key was replaced"):
        await install(store, made(A, version="2.0.0", at=NOW - DAY))
    await install(store, made(A, version="1.5.0", at=NOW - 60 * DAY), Accepted(publisher=True))


# ---------------------------------------------------------------- revocation


async def test_nothing_that_a_revoked_key_signed_is_taken_whatever_is_accepted(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made())
    await store.trust.revoke(A.public.id, NOW, 0, "stolen")
    with pytest.raises(UntrustedBundle, match="was revoked on 2026-09-21: stolen"):
        await install(store, made(), Accepted(unsigned=True, downgrade=True, publisher=True))


async def test_a_key_can_be_revoked_from_a_day_on(store: Store, made: Makes) -> None:
    await trust(store, A)
    await store.trust.revoke(A.public.id, NOW, NOW - 10 * DAY, "retired")
    await install(store, made(at=NOW - 11 * DAY))
    with pytest.raises(UntrustedBundle, match="What it signed from 2026-09-11 on is not trusted"):
        await install(store, made(version="1.1.0", at=NOW - 9 * DAY))


async def test_the_word_of_a_revoked_key_on_its_successor_counts_for_nothing(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(B, words=(A_TO_B,)))
    await store.trust.revoke(A.public.id, NOW, 0, "stolen")
    with pytest.raises(UntrustedBundle, match="do not trust"):
        await install(store, made(B, version="1.1.0", words=(A_TO_B,)))
    await trust(store, B)
    await install(store, made(B, version="1.1.0"))


async def test_the_word_of_a_key_revoked_later_still_counts(store: Store, made: Makes) -> None:
    await trust(store, A)
    await store.trust.revoke(A.public.id, NOW, NOW - 10 * DAY, "retired")
    await install(store, made(B, words=(A_TO_B,)))


async def test_a_successor_can_be_revoked_though_nobody_added_it(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(C, words=(A_TO_B, B_TO_C)))
    await store.trust.revoke(B.public.id, NOW, 0, "stolen", public_key=str(B.public))
    for key in (B, C):
        with pytest.raises(UntrustedBundle, match=r"revoked|do not trust"):
            await install(store, made(key, version="2.0.0"))


async def test_a_key_that_was_only_ever_revoked_vouches_for_nothing(store: Store, made: Makes) -> None:
    await store.trust.revoke(A.public.id, NOW, NOW, "odd", public_key=str(A.public))
    with pytest.raises(UntrustedBundle, match="do not trust"):
        await install(store, made())


# ---------------------------------------------------------------- what was there before


async def test_an_older_version_is_refused_unless_it_is_said(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(version="1.10.0"))
    with pytest.raises(DowngradeRefused, match=r"1\.10\.0 was installed before, and 1\.9\.0 is older"):
        await install(store, made(version="1.9.0"))
    await install(store, made(version="1.9.0"), Accepted(downgrade=True))
    with pytest.raises(DowngradeRefused):
        await install(store, made(version="1.9.5"))
    await install(store, made(version="1.10.0"))
    await install(store, made(version="2.0.0-beta.1"))


async def test_a_version_is_published_once(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made())
    await install(store, made())
    with pytest.raises(DowngradeRefused, match="with other content under the same version"):
        await install(store, made(content=b"other"))
    for version in ("1.0", "1.0.0+again", "v1.0.0"):
        with pytest.raises(DowngradeRefused, match="with other content under the same version"):
            await install(store, made(content=b"other", version=version))
    await install(store, made(content=b"other"), Accepted(downgrade=True))


async def test_a_plugin_stays_with_its_publisher_unless_it_is_said(store: Store, made: Makes) -> None:
    await trust(store, A)
    await trust(store, D, name="Other")
    await install(store, made())
    with pytest.raises(UntrustedBundle, match="which does not come after it"):
        await install(store, made(D, version="2.0.0"))
    await install(store, made(D, version="2.0.0"), Accepted(publisher=True))
    await install(store, made(D, version="2.1.0"))
    await install(store, made(D, name="else"))


async def test_a_publisher_stays_one_through_all_of_its_keys(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(B, words=(A_TO_B,)))
    await trust(store, C)
    await install(store, made(C, version="1.1.0", words=(A_TO_B, B_TO_C)))


async def test_a_plugin_that_nobody_signed_may_get_a_publisher(store: Store, made: Makes) -> None:
    await trust(store, A)
    await install(store, made(None), Accepted(unsigned=True))
    await install(store, made(version="1.1.0"))


async def test_rows_that_no_version_of_ours_wrote_do_not_open_anything(store: Store, made: Makes) -> None:
    await store.trust.add(PublisherKey("f" * 64, "no key", "x", ("*",), 1, "x"))
    await store.trust.remember(Seen("weather", "no version", "0" * 64, "", 1))
    with pytest.raises(UntrustedBundle):
        await install(store, made())
