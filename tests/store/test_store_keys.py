"""Keys in the store."""

from __future__ import annotations

import os

import pytest
from msgspec import UNSET

from switchgear.core.calls import Priority
from switchgear.core.errors import Conflict, NotFound
from switchgear.store.keys import Key, KeySecret
from switchgear.store.store import Store


def secret(hint: str = "abcd", created_at: int = 1000) -> KeySecret:
    return KeySecret(os.urandom(32), hint, created_at)


def key(key_id: str = "key_1", name: str = "ci", **changes: object) -> Key:
    values: dict[str, object] = {
        "id": key_id,
        "name": name,
        "models": ("*",),
        "scopes": ("call",),
        "created_at": 1000,
        "expires_at": None,
        "revoked_at": None,
        "created_by": "cli",
        "secrets": (secret(),),
    }
    return Key(**(values | changes))  # type: ignore[arg-type]


async def test_a_created_key_reads_back_the_same(store: Store) -> None:
    made = key(models=("fast", "openai/*"), scopes=("call", "admin:read"), expires_at=5000)
    await store.keys.create(made)
    assert await store.keys.get("key_1") == made
    assert await store.keys.all() == [made]


async def test_a_key_keeps_whose_it_is_and_what_holds_for_it(store: Store) -> None:
    made = key(team="search", user="ann@example.com", priority=Priority.LOW, limits="small")
    await store.keys.create(made)
    assert await store.keys.get("key_1") == made
    changed = await store.keys.update("key_1", team="", priority=Priority.HIGH, limits=UNSET)
    assert (changed.team, changed.user, changed.priority, changed.limits) == (
        "",
        "ann@example.com",
        Priority.HIGH,
        "small",
    )


async def test_a_name_is_taken_until_its_key_is_revoked(store: Store) -> None:
    await store.keys.create(key())
    with pytest.raises(Conflict, match='"ci" exists already'):
        await store.keys.create(key("key_2"))
    await store.keys.revoke("key_1", 2000)
    await store.keys.create(key("key_2"))
    assert [found.id for found in await store.keys.all()] == ["key_1", "key_2"]


async def test_a_secret_opens_one_key_only(store: Store) -> None:
    shared = secret()
    await store.keys.create(key(secrets=(shared,)))
    with pytest.raises(Conflict):
        await store.keys.create(key("key_2", "other", secrets=(shared,)))
    assert len(await store.keys.all()) == 1, "the second key was not half created"


async def test_rotation_keeps_the_old_secret_until_the_overlap_ends(store: Store) -> None:
    old, new = secret("oldd"), secret("neww", 3000)
    await store.keys.create(key(secrets=(old,)))
    rotated = await store.keys.rotate("key_1", new, overlap_until=4000)
    assert [(held.hint, held.expires_at) for held in rotated.secrets] == [("oldd", 4000), ("neww", None)]


async def test_a_second_rotation_does_not_lengthen_an_overlap(store: Store) -> None:
    await store.keys.create(key())
    await store.keys.rotate("key_1", secret("2222", 2000), overlap_until=3000)
    rotated = await store.keys.rotate("key_1", secret("3333", 2500), overlap_until=9000)
    assert [held.expires_at for held in rotated.secrets] == [3000, 9000, None]


async def test_a_revoked_key_keeps_its_first_time_and_is_neither_rotated_nor_changed(store: Store) -> None:
    await store.keys.create(key())
    await store.keys.revoke("key_1", 2000)
    assert (await store.keys.revoke("key_1", 3000)).revoked_at == 2000
    with pytest.raises(Conflict, match="revoked"):
        await store.keys.rotate("key_1", secret(), overlap_until=1)
    with pytest.raises(Conflict, match="revoked"):
        await store.keys.update("key_1", name="new")


async def test_an_update_changes_what_is_given_and_nothing_else(store: Store) -> None:
    made = await store.keys.create(key(expires_at=9000))
    changed = await store.keys.update("key_1", models=("smollm2",), expires_at=None)
    assert (changed.models, changed.expires_at) == (("smollm2",), None)
    assert (changed.name, changed.scopes, changed.secrets) == (made.name, made.scopes, made.secrets)


async def test_an_update_does_not_take_another_keys_name(store: Store) -> None:
    await store.keys.create(key())
    await store.keys.create(key("key_2", "other"))
    with pytest.raises(Conflict):
        await store.keys.update("key_2", name="ci")
    assert (await store.keys.update("key_2", name="other")).name == "other"


@pytest.mark.parametrize("call", ["get", "rotate", "revoke", "update"])
async def test_an_unknown_key_is_not_found(store: Store, call: str) -> None:
    calls = {
        "get": lambda: store.keys.get("key_9"),
        "rotate": lambda: store.keys.rotate("key_9", secret(), overlap_until=1),
        "revoke": lambda: store.keys.revoke("key_9", 1),
        "update": lambda: store.keys.update("key_9", name="x"),
    }
    with pytest.raises(NotFound, match="key_9"):
        await calls[call]()


async def test_every_change_moves_the_revision_on_and_a_refused_one_does_not(store: Store) -> None:
    seen = [await store.revision()]
    await store.keys.create(key())
    seen.append(await store.revision())
    await store.keys.rotate("key_1", secret(), overlap_until=1)
    seen.append(await store.revision())
    await store.keys.update("key_1", name="renamed")
    seen.append(await store.revision())
    await store.keys.revoke("key_1", 1)
    seen.append(await store.revision())
    assert seen == sorted(set(seen))
    with pytest.raises(NotFound):
        await store.keys.revoke("key_9", 1)
    assert await store.revision() == seen[-1]
