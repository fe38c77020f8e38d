"""Publishers' keys, successions and versions seen, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from switchgear.core.errors import Conflict, NotFound
from switchgear.store.backup import backup, restore
from switchgear.store.store import Store
from switchgear.store.trust import PublisherKey, Seen, Succession

A, B, C = "a" * 64, "b" * 64, "c" * 64
KEY = PublisherKey(A, "ed25519:A", "Acme", ("acme-*", "weather"), 5, "key_1")


async def test_a_key_is_kept_as_it_was_given(store: Store) -> None:
    await store.trust.add(KEY)
    await store.trust.add(replace(KEY, id=B, created_at=3))
    assert await store.trust.get(A) == KEY
    assert [key.id for key in await store.trust.keys()] == [B, A]
    with pytest.raises(Conflict, match="known already"):
        await store.trust.add(KEY)


async def test_a_key_that_is_removed_is_forgotten_with_its_word(store: Store) -> None:
    await store.trust.add(KEY)
    await store.trust.learn(Succession(A, B, 7, "{}"))
    await store.trust.remove(A)
    assert await store.trust.keys() == []
    assert await store.trust.successions() == []
    for refused in (store.trust.remove(A), store.trust.get(A), store.trust.revoke(A, 1, 0, "")):
        with pytest.raises(NotFound, match="No publisher's key"):
            await refused


async def test_a_revocation_is_widened_and_never_narrowed(store: Store) -> None:
    await store.trust.add(KEY)
    assert (await store.trust.revoke(A, 9, 8, "lost")).revoked_from == 8
    assert await store.trust.revoke(A, 10, 0, "stolen") == replace(KEY, revoked_at=10, revoked_from=0, reason="stolen")
    assert (await store.trust.revoke(A, 11, 9, "found")).reason == "stolen"


async def test_a_key_that_nobody_added_can_be_revoked(store: Store) -> None:
    revoked = await store.trust.revoke(B, 9, 0, "stolen", public_key="ed25519:B")
    assert (revoked.trusted, revoked.plugins, revoked.revoked_from) == (False, (), 0)
    assert await store.trust.keys() == [revoked]


async def test_the_first_word_of_a_key_on_its_successor_holds(store: Store) -> None:
    await store.trust.learn(Succession(A, B, 7, "{}"))
    await store.trust.learn(Succession(A, B, 8, "again"))
    with pytest.raises(Conflict, match="Another key"):
        await store.trust.learn(Succession(A, C, 8, "{}"))
    assert await store.trust.successions() == [Succession(A, B, 7, "{}")]


async def test_versions_that_were_installed_are_remembered(store: Store) -> None:
    first, second = Seen("weather", "1.0.0", C, A, 5), Seen("weather", "1.1.0", C, "", 6)
    for seen in (second, first, Seen("other", "1.0.0", C, A, 5), replace(first, digest=B)):
        await store.trust.remember(seen)
    assert await store.trust.seen("weather") == [replace(first, digest=B), second]
    assert await store.trust.seen("nothing") == []


async def test_a_backup_holds_what_is_trusted(store: Store, url: str, tmp_path: Path) -> None:
    secret = b"s" * 32
    revoked = replace(KEY, id=B, revoked_at=6, revoked_from=0, reason="stolen")
    await store.trust.add(KEY)
    await store.trust.add(revoked)
    await store.trust.learn(Succession(A, B, 7, '{"é": 1}'))
    await store.trust.remember(Seen("weather", "1.0.0", C, A, 5))
    await backup(url, tmp_path, tmp_path / "b.zip", secret=secret)
    await restore(f"sqlite:{tmp_path}/other.db", tmp_path, tmp_path / "b.zip", secret=secret)
    other = await Store.open(f"sqlite:{tmp_path}/other.db", tmp_path, secret=secret)
    try:
        assert await other.trust.keys() == [KEY, revoked]
        assert await other.trust.successions() == [Succession(A, B, 7, '{"é": 1}')]
        assert len(await other.trust.seen("weather")) == 1
    finally:
        await other.close()
