"""Kept responses: whose they are, how they follow one another, when they go."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from switchgear.core.calls import Priority
from switchgear.core.errors import Conflict, NotFound, RequestTooLarge
from switchgear.store import responses as kept_responses
from switchgear.store import tables, upgrade
from switchgear.store.backup import backup, restore
from switchgear.store.engine import connect
from switchgear.store.responses import KeptResponse
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."
NOW = 1_790_000_000_000
DAY = 86_400_000


def kept(number: int = 1, **changes: object) -> KeptResponse:
    values: dict[str, object] = {
        "id": f"resp_{number}",
        "key_id": "key_a",
        "previous_id": None,
        "created_at": NOW,
        "expires_at": NOW + 30 * DAY,
        "status": "completed",
        "model": "fast",
        "input": '[{"type":"message","role":"user","content":"é\\u0000😀"}]'.encode(),
        "document": b'{"id":"resp_1","output":[]}',
    }
    return KeptResponse(**(values | changes))  # type: ignore[arg-type]


async def test_a_kept_response_reads_back_the_same(store: Store) -> None:
    one = kept(previous_id="resp_0", alive_until=NOW)
    await store.responses.keep(one)
    assert await store.responses.get("resp_1", "key_a", NOW) == one


@pytest.mark.parametrize("response_id", ["resp_2", "", "resp_\0", "x" * 10_000])
async def test_an_unknown_response_is_not_found(store: Store, response_id: str) -> None:
    await store.responses.keep(kept())
    for asked in (store.responses.get, store.responses.chain, store.responses.delete):
        with pytest.raises(NotFound):
            await asked(response_id, "key_a", NOW)


async def test_another_keys_response_is_not_found(store: Store) -> None:
    await store.responses.keep(kept())
    for asked in (store.responses.get, store.responses.chain, store.responses.delete):
        with pytest.raises(NotFound) as told:
            await asked("resp_1", "key_b", NOW)
        with pytest.raises(NotFound) as unknown:
            await asked("resp_2", "key_b", NOW)
        assert told.value.message.replace("resp_1", "resp_2") == unknown.value.message
    assert await store.responses.get("resp_1", "key_a", NOW)


async def test_a_deleted_response_is_gone(store: Store) -> None:
    await store.responses.keep(kept())
    await store.responses.delete("resp_1", "key_a", NOW)
    with pytest.raises(NotFound):
        await store.responses.get("resp_1", "key_a", NOW)
    with pytest.raises(NotFound):
        await store.responses.delete("resp_1", "key_a", NOW)


async def test_an_expired_response_is_not_found_even_before_it_is_pruned(store: Store) -> None:
    one = kept()
    await store.responses.keep(one)
    for asked in (store.responses.get, store.responses.chain, store.responses.delete):
        with pytest.raises(NotFound):
            await asked("resp_1", "key_a", one.expires_at)
    assert await store.responses.get("resp_1", "key_a", one.expires_at - 1)


async def test_pruning_takes_what_has_expired_and_nothing_else(store: Store) -> None:
    for number in range(450):
        await store.responses.keep(kept(number, expires_at=NOW + number))
    assert await store.responses.prune(NOW + 430) == 431
    assert await store.responses.prune(NOW + 430) == 0
    assert await store.responses.get("resp_431", "key_a", NOW)


async def test_an_id_is_given_once(store: Store) -> None:
    await store.responses.keep(kept())
    with pytest.raises(Conflict):
        await store.responses.keep(kept(key_id="key_b"))
    assert (await store.responses.get("resp_1", "key_a", NOW)).key_id == "key_a"


async def test_a_response_over_the_limit_is_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_responses, "LARGEST_RESPONSE", 5_000)
    room = 5_000 - len(kept().input)
    with pytest.raises(RequestTooLarge, match="too large to be kept"):
        await store.responses.keep(kept(document=b" " * (room + 1)))
    await store.responses.keep(kept(document=b" " * room))


# ---------------------------------------------------------------- one after another


async def chained(store: Store, count: int, **changes: object) -> None:
    for number in range(1, count + 1):
        await store.responses.keep(kept(number, previous_id=f"resp_{number - 1}" if number > 1 else None, **changes))


async def test_a_chain_is_read_oldest_first(store: Store) -> None:
    await chained(store, 450)
    found = await store.responses.chain("resp_440", "key_a", NOW)
    assert [one.id for one in found] == [f"resp_{number}" for number in range(1, 441)]


async def test_a_chain_with_a_response_missing_names_it(store: Store) -> None:
    await chained(store, 4)
    await store.responses.delete("resp_2", "key_a", NOW)
    with pytest.raises(NotFound, match=r'"resp_2".*before "resp_4"') as told:
        await store.responses.chain("resp_4", "key_a", NOW)
    assert told.value.param == "previous_response_id"


async def test_a_chain_does_not_lead_into_another_keys_responses(store: Store) -> None:
    await store.responses.keep(kept(1, key_id="key_b"))
    await store.responses.keep(kept(2, previous_id="resp_1"))
    with pytest.raises(NotFound, match='"resp_1"'):
        await store.responses.chain("resp_2", "key_a", NOW)


async def test_a_chain_over_the_limit_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await chained(store, 4)
    monkeypatch.setattr(kept_responses, "LONGEST_CHAIN", 4)
    monkeypatch.setattr(kept_responses, "LARGEST_CHAIN", 4 * kept().size)
    assert len(await store.responses.chain("resp_4", "key_a", NOW)) == 4
    monkeypatch.setattr(kept_responses, "LONGEST_CHAIN", 3)
    with pytest.raises(RequestTooLarge) as told:
        await store.responses.chain("resp_4", "key_a", NOW)
    assert told.value.param == "previous_response_id"
    monkeypatch.setattr(kept_responses, "LONGEST_CHAIN", 4)
    monkeypatch.setattr(kept_responses, "LARGEST_CHAIN", 3 * kept().size)
    with pytest.raises(RequestTooLarge):
        await store.responses.chain("resp_4", "key_a", NOW)


async def test_a_chain_in_a_circle_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_responses, "LONGEST_CHAIN", 20)
    await store.responses.keep(kept(1, previous_id="resp_2"))
    await store.responses.keep(kept(2, previous_id="resp_1"))
    with pytest.raises(RequestTooLarge):
        await store.responses.chain("resp_1", "key_a", NOW)


# ---------------------------------------------------------------- items


async def test_items_are_found_by_their_ids_for_the_key_that_has_them(store: Store) -> None:
    one, two, other = kept(1), kept(2), kept(3, key_id="key_b")
    await store.responses.keep(one, ["msg_1", "rs_1", "msg_1", "\0", "x" * 1000])
    await store.responses.keep(two, ["msg_2"])
    await store.responses.keep(other, ["msg_2"])
    assert await store.responses.holding(["msg_2", "rs_1", "none", "\0"], "key_a", NOW) == {"msg_2": two, "rs_1": one}
    assert await store.responses.holding(["msg_2", "rs_1"], "key_b", NOW) == {"msg_2": other}
    assert await store.responses.holding([], "key_a", NOW) == {}
    assert await store.responses.holding(["msg_1"], "key_a", one.expires_at) == {}


async def test_the_newest_item_of_an_id_counts(store: Store) -> None:
    await store.responses.keep(kept(1), ["msg_1"])
    await store.responses.keep(kept(2), ["msg_1"])
    assert (await store.responses.holding(["msg_1"], "key_a", NOW))["msg_1"].id == "resp_2"


async def test_items_go_with_their_response(store: Store) -> None:
    await store.responses.keep(kept(1), [f"msg_{number}" for number in range(300)])
    assert len(await store.responses.holding([f"msg_{number}" for number in range(300)], "key_a", NOW)) == 300
    await store.responses.delete("resp_1", "key_a", NOW)
    assert await store.responses.holding(["msg_1"], "key_a", NOW) == {}
    await store.responses.keep(kept(2, expires_at=NOW), ["msg_1"])
    assert await store.responses.prune(NOW) == 1
    async with store._database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM response_items"))).scalar_one() == 0


async def test_items_that_a_response_gets_when_it_is_finished_are_found(store: Store) -> None:
    await store.responses.keep(kept(alive_until=NOW), ["msg_1"])
    await store.responses.settle(kept(), ["msg_1", "msg_2"])
    assert (await store.responses.holding(["msg_1", "msg_2"], "key_a", NOW)).keys() == {"msg_1", "msg_2"}


# ---------------------------------------------------------------- worked on


async def test_a_response_under_way_is_finished_once(store: Store) -> None:
    await store.responses.keep(kept(status="queued", alive_until=NOW + 10))
    working = kept(status="in_progress", alive_until=NOW + 20, document=b'{"status":"in_progress"}')
    assert await store.responses.settle(working)
    assert await store.responses.get("resp_1", "key_a", NOW) == working
    cancelled = kept(status="cancelled", document=b'{"status":"cancelled"}')
    assert await store.responses.settle(cancelled)
    assert not await store.responses.settle(kept(document=b'{"status":"completed"}'))
    assert not await store.responses.touch("resp_1", NOW + 30)
    assert await store.responses.get("resp_1", "key_a", NOW) == cancelled


async def test_a_deleted_response_is_not_brought_back_by_who_works_on_it(store: Store) -> None:
    await store.responses.keep(kept(status="in_progress", alive_until=NOW))
    await store.responses.delete("resp_1", "key_a", NOW)
    assert not await store.responses.touch("resp_1", NOW + 10)
    assert not await store.responses.settle(kept())


async def test_what_nobody_works_on_any_more_is_found(store: Store) -> None:
    await store.responses.keep(kept(1, alive_until=NOW + 20))
    await store.responses.keep(kept(2, alive_until=NOW + 10))
    await store.responses.keep(kept(3, alive_until=NOW + 10))
    await store.responses.keep(kept(4))
    assert await store.responses.touch("resp_3", NOW + 30)
    assert [one.id for one in await store.responses.orphans(NOW + 25)] == ["resp_2", "resp_1"]
    assert [one.id for one in await store.responses.orphans(NOW + 10)] == []


# ---------------------------------------------------------------- the schema, and backups


def to_the_first_schema(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(upgrade.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


async def test_a_database_of_the_first_schema_is_brought_up_with_its_keys_and_usage(
    url: str, tmp_path: Path, open_store: Callable[..., Awaitable[Store]]
) -> None:
    database = connect(url, tmp_path)
    async with database.write() as connection:
        await connection.run_sync(to_the_first_schema)
        await connection.execute(
            text(
                "INSERT INTO usage VALUES (1, 'req_old', 'k', 'e', 'm', 'p', 'd', true, 'ok', 200, '', 1, 2, 3, 4, false,"
                " 5, 1.5, null, 1, '')"
            )
        )
        await connection.execute(
            text("INSERT INTO keys VALUES ('key_old', 'ci', '[\"*\"]', '[\"call\"]', 1, null, null, 'cli')")
        )
    await database.close()
    again = await open_store()
    old = await again.usage.get("req_old")
    assert (old.usage.reasoning_tokens, old.usage.cache_write_tokens) == (4, 0)
    key = await again.keys.get("key_old")
    assert (key.team, key.user, key.priority, key.limits) == ("", "", Priority.NORMAL, "")
    await again.responses.keep(kept())


async def test_kept_responses_are_in_a_backup(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=SECRET)
    large = kept(2, document=msgspec.json.encode({"text": '"' * (8 << 20)}))
    await store.responses.keep(kept(1, alive_until=5), ["msg_1"])
    await store.responses.keep(large)
    await store.close()
    await backup(sqlite_url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    done = await restore(f"sqlite:{tmp_path}/t.db", tmp_path, tmp_path / "b.zip", secret=SECRET)
    assert done.rows["responses"] == 2
    again = await Store.open(f"sqlite:{tmp_path}/t.db", tmp_path, secret=SECRET)
    assert await again.responses.get("resp_1", "key_a", NOW) == kept(1, alive_until=5)
    assert await again.responses.get("resp_2", "key_a", NOW) == large
    assert (await again.responses.holding(["msg_1"], "key_a", NOW))["msg_1"].id == "resp_1"
    await again.close()


async def test_a_prune_does_not_read_the_responses(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url, tmp_path, secret=SECRET)
    await store.close()
    database = sqlite3.connect(sqlite_url.removeprefix("sqlite:"))
    plan = database.execute(
        "EXPLAIN QUERY PLAN SELECT id FROM responses WHERE expires_at <= 1 ORDER BY expires_at LIMIT 9"
    ).fetchall()
    database.close()
    assert "0002" in tables.REVISIONS
    assert "responses_by_expiry" in plan[0][3]
