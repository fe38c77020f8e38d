"""``/api/tool-calls``: what was called of plugins, and what keys see of them."""

from __future__ import annotations

from typing import Any

from conftest import Desk
from switchgear.core.tool_calls import ToolRecord


def record(number: int, key: str, **fields: Any) -> ToolRecord:
    values = {
        "id": f"req_{number:04}", "at": 1_790_000_000_000 + number, "key_id": key, "team": "", "user": "", "plugin": "files", "version": "1.0",
        "tool": "read", "method": "tools/call", "outcome": "ok", "is_error": False, "error": "", "ms": 1.5, "bytes_in": 10, "bytes_out": 20,
    }  # fmt: skip
    return ToolRecord(**(values | fields))  # type: ignore[arg-type]


async def test_calls_of_plugins_are_listed_and_shown(desk: Desk) -> None:
    key = (await desk.make_key("ci"))["id"]
    for number in range(3):
        desk.gateway.bus.publish(record(number, key))
    desk.gateway.bus.publish(record(3, "key_gone", plugin="git", outcome="refused", error="rate_limit_exceeded"))
    page = (await desk.api.get("/api/tool-calls", params={"limit": 2})).json()
    assert [each["id"] for each in page["data"]] == ["req_0003", "req_0002"]
    assert page["data"][0]["key_name"] is None
    rest = (await desk.api.get("/api/tool-calls", params={"before": page["next"]})).json()
    assert [each["id"] for each in rest["data"]] == ["req_0001", "req_0000"]
    found = (await desk.api.get("/api/tool-calls", params={"plugin": "git", "outcome": "refused"})).json()["data"]
    assert [each["error"] for each in found] == ["rate_limit_exceeded"]
    assert len((await desk.api.get("/api/tool-calls", params={"key": "ci"})).json()["data"]) == 3
    one = (await desk.api.get("/api/tool-calls/req_0001")).json()
    assert (one["key_name"], one["tool"], one["ms"]) == ("ci", "read", 1.5)
    assert (await desk.api.get("/api/tool-calls/req_9")).status_code == 404
    assert (await desk.api.get("/api/tool-calls", params={"outcome": "odd"})).status_code == 400


async def test_calls_of_plugins_are_counted(desk: Desk) -> None:
    desk.gateway.bus.publish(record(1, "key_1"))
    desk.gateway.bus.publish(record(2, "key_1", outcome="failed", error="tool_timed_out"))
    text, _ = desk.gateway.metrics.render("")
    assert b'switchgear_tool_calls_total{method="tools/call",outcome="ok",plugin="files"} 1.0' in text
    assert b'switchgear_tool_errors_total{code="tool_timed_out",plugin="files"} 1.0' in text
    assert b'switchgear_tool_duration_seconds_count{plugin="files"} 2.0' in text


async def test_a_key_is_made_and_changed_with_patterns_of_tools(desk: Desk) -> None:
    made = await desk.make_key("agent", tools=["files", "git__log*"])
    assert made["tools"] == ["files", "git__log*"]
    assert (await desk.make_key("plain"))["tools"] == ["*"]
    known = desk.gateway.keyring.known(made["id"])
    assert known is not None
    assert known.sight.tool("git", "log_all")
    assert not known.sight.tool("git", "push")
    changed = (await desk.api.patch(f"/api/keys/{made['id']}", json={"tools": []})).json()
    assert changed["tools"] == []
    known = desk.gateway.keyring.known(made["id"])
    assert known is not None
    assert not known.sight.some("files")
