"""Calls of plugins as they are kept, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from switchgear.core.errors import NotFound, RequestError
from switchgear.core.tool_calls import ToolRecord
from switchgear.store.store import Store
from switchgear.store.tool_calls import ToolCallFilter


def record(number: int = 1, **fields: Any) -> ToolRecord:
    values = {
        "id": f"req_{number:04}", "at": 1000 + number, "key_id": "key_1", "team": "", "user": "", "plugin": "files", "version": "1.0.0",
        "tool": "read", "method": "tools/call", "outcome": "ok", "is_error": False, "error": "", "ms": 1.5, "bytes_in": 10, "bytes_out": 20,
    }  # fmt: skip
    return ToolRecord(**(values | fields))  # type: ignore[arg-type]


async def test_what_is_added_is_read_newest_first_in_pages(store: Store) -> None:
    for number in range(5):
        store.tool_writer.add(record(number))
    await store.tool_writer.committed()
    page = await store.tool_calls.list(limit=2)
    assert [each.id for each in page.calls] == ["req_0004", "req_0003"]
    rest = await store.tool_calls.list(limit=10, before=page.before)
    assert [each.id for each in rest.calls] == ["req_0002", "req_0001", "req_0000"]
    assert rest.before is None
    assert await store.tool_calls.get("req_0002") == record(2)
    with pytest.raises(NotFound):
        await store.tool_calls.get("req_9999")
    with pytest.raises(RequestError):
        await store.tool_calls.list(before="nonsense")


async def test_calls_are_found_by_what_they_have(store: Store) -> None:
    store.tool_writer.add(record(1))
    store.tool_writer.add(record(2, plugin="git", outcome="refused", error="rate_limit_exceeded", key_id="key_2"))
    store.tool_writer.add(record(3, parent="req_parent", step=2, team="search", is_error=True))
    await store.tool_writer.committed()

    async def found(**which: Any) -> list[str]:
        return [each.id for each in (await store.tool_calls.list(ToolCallFilter(**which))).calls]

    assert await found(plugin="git") == ["req_0002"]
    assert await found(key_id="key_1") == ["req_0003", "req_0001"]
    assert await found(outcomes=("refused", "failed")) == ["req_0002"]
    assert await found(parent="req_parent") == ["req_0003"]
    assert await found(since=1002, until=1003) == ["req_0002"]
    assert await found(team="search", tool="read") == ["req_0003"]


async def test_text_that_no_database_takes_is_kept_as_one_that_it_does(store: Store) -> None:
    store.tool_writer.add(record(1, tool="a\0b" + "x" * 1000))
    await store.tool_writer.committed()
    (kept,) = (await store.tool_calls.list()).calls
    assert kept.tool.startswith("a\ufffdbxxx")
    assert len(kept.tool) == 500


async def test_what_is_old_is_forgotten(store: Store) -> None:
    for number in range(4):
        store.tool_writer.add(record(number))
    await store.tool_writer.committed()
    assert await store.tool_calls.prune(1002) == 2
    assert [each.id for each in (await store.tool_calls.list()).calls] == ["req_0003", "req_0002"]


async def test_what_waits_is_written_when_the_store_is_closed(open_store: Any) -> None:
    first = await open_store()
    first.tool_writer.add(record(1))
    await first.close()
    second = await open_store()
    assert [each.id for each in (await second.tool_calls.list()).calls] == ["req_0001"]
