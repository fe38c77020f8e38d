"""Stored providers, models and secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from switchgear.core.errors import NotFound, StoreUnavailable
from switchgear.core.secrets import Secret
from switchgear.store.sealing import Sealer, fingerprint
from switchgear.store.store import Store

OPENAI = {"kind": "openai", "base_url": "https://api.example.com/v1", "timeouts": {"connect": 5}}


@pytest.mark.parametrize("kind", ["providers", "models", "limits", "teams", "users"])
async def test_a_document_is_put_replaced_and_deleted(store: Store, kind: str) -> None:
    documents = getattr(store, kind)
    first = await documents.put("b", OPENAI)
    assert (first.name, first.content) == ("b", OPENAI)
    second = await documents.put("b", {"kind": "other", "text": "é😀"})
    assert second.content == {"kind": "other", "text": "é😀"}
    assert second.created_at == first.created_at <= second.updated_at
    await documents.put("a", {})
    assert [document.name for document in await documents.all()] == ["a", "b"]
    assert await documents.get("b") == second
    await documents.delete("b")
    with pytest.raises(NotFound, match='"b"'):
        await documents.get("b")
    with pytest.raises(NotFound):
        await documents.delete("b")


async def test_every_change_of_the_catalogue_moves_the_revision_on(store: Store) -> None:
    seen = [await store.revision()]
    for change in (
        store.providers.put("p", OPENAI),
        store.models.put("m", {}),
        store.secrets.put("s", Secret("v")),
        store.providers.delete("p"),
        store.models.delete("m"),
        store.limits.put("l", {"rpm": 1}),
        store.teams.put("t", {}),
        store.users.put("u", {}),
        store.secrets.delete("s"),
    ):
        await change
        seen.append(await store.revision())
    assert seen == sorted(set(seen))


async def test_the_revision_is_seen_by_another_process(open_store: Callable[..., Awaitable[Store]]) -> None:
    one, other = await open_store(), await open_store()
    before = await other.revision()
    await one.providers.put("p", OPENAI)
    assert await other.revision() > before


async def test_a_secret_comes_back_and_is_not_in_the_database(store: Store) -> None:
    await store.secrets.put("openai", Secret("sk-visible-value"))
    await store.secrets.put("openai", Secret("sk-other-value"))
    assert (await store.secrets.get("openai")).reveal() == "sk-other-value"
    assert await store.secrets.names() == ["openai"]
    async with store._database.read() as connection:
        sealed = (await connection.execute(text("SELECT sealed FROM secrets"))).scalar_one()
    assert b"value" not in bytes(sealed)


async def test_a_secret_does_not_open_with_another_installations_secret(
    open_store: Callable[..., Awaitable[Store]],
) -> None:
    one, other = await open_store(), await open_store(secret=b"another secret, also 32 bytes...")
    await one.secrets.put("openai", Secret("sk-value"))
    with pytest.raises(StoreUnavailable, match="another secret"):
        await other.secrets.get("openai")


async def test_an_unknown_secret_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.secrets.get("none")
    with pytest.raises(NotFound):
        await store.secrets.delete("none")


def test_what_is_sealed_opens_under_its_name_and_unaltered_only() -> None:
    sealer = Sealer(b"s" * 32)
    sealed = sealer.seal("a", "value é")
    assert sealer.open("a", sealed) == "value é"
    assert sealer.open("b", sealed) is None
    assert sealed != sealer.seal("a", "value é"), "nonces do not repeat"
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        assert sealer.open("a", bytes(altered)) is None
    for length in range(len(sealed)):
        assert sealer.open("a", sealed[:length]) is None


def test_fingerprints_tell_secrets_apart() -> None:
    assert fingerprint(b"a" * 32) == fingerprint(b"a" * 32) != fingerprint(b"b" * 32)
