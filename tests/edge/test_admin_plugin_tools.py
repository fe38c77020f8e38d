"""Tools of plugins are looked at and called over the admin API, as the key that asks."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import Desk
from switchgear.edge.admin.plugin_tools import _Told
from switchgear.pipeline.tool_call import TOOL_CALL, Target
from switchgear.plugins.approvals import ApprovalRules

SERVER = Path(__file__).parent / "tried_tool_server.py"
MANIFEST = {
    "manifest_version": "0.3",
    "name": "weather",
    "version": "1.0.0",
    "description": "Tells the weather.",
    "author": {"name": "Ann"},
    "server": {
        "type": "python",
        "entry_point": "server/main.py",
        "mcp_config": {"command": "python", "args": ["${__dirname}/server/main.py"]},
    },
    "user_config": {
        "units": {"type": "string", "title": "Units", "description": "Of what.", "default": "metric"},
        "most": {"type": "number", "title": "Most", "description": "Days.", "min": 1, "max": 7},
    },
    "_meta": {"dev.switchgear": {"permissions": {"network": ["api.example.com:443", "b.example.com:443"]}}},
}
PATH = "/api/plugins/weather"


def bundle(version: str = "1.0.0") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", json.dumps(MANIFEST | {"version": version}))
        packed.writestr("server/main.py", SERVER.read_text())
    return file.getvalue()


async def install(desk: Desk, version: str = "1.0.0") -> None:
    sent = {"content-type": "application/octet-stream"}
    proposal = (await desk.api.post("/api/plugins/proposals/bundle", content=bundle(version), headers=sent)).json()
    body = {"unsigned": True, "permissions": {"network": ["api.example.com:443"]}}
    done = await desk.api.post(f"/api/plugins/proposals/{proposal['id']}/install", json=body, timeout=60)
    last = json.loads(done.text.strip().splitlines()[-1])
    if not last["ok"] and last["error"]["code"] == "sandbox_unavailable":
        pytest.skip(last["error"]["message"])
    assert last["ok"], last


async def lines(desk: Desk, tool: str, key: str | None = None, **arguments: Any) -> list[dict[str, Any]]:
    async with desk.as_key(key or desk.gateway.first_key.reveal()) as api:
        answer = await api.post(f"{PATH}/tools/{tool}/call", json={"arguments": arguments}, timeout=60)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines() if line]


async def test_a_tool_is_looked_at_and_called_with_progress_and_a_record(desk: Desk) -> None:
    await install(desk)
    told = (await desk.api.get(f"{PATH}/tools/forecast")).json()
    assert told["input_schema"]["properties"]["days"]["maximum"] == 7
    assert (told["called"], told["destructive"], told["output_schema"]) == ("weather__forecast", False, None)
    assert json.loads(told["definition"])["title"] == "Forecast"
    assert (await desk.api.get(f"{PATH}/tools/a/b")).json()["name"] == "a/b"
    assert (await desk.api.get(f"{PATH}/tools/none")).status_code == 404
    [end] = await lines(desk, "a/b", city="Oslo")
    assert end["ok"]
    assert end["result"]["structuredContent"] == {"tool": "a/b", "arguments": {"city": "Oslo"}}
    *progress, end = await lines(desk, "slow", steps=2)
    assert [(each["progress"], each["total"]) for each in progress] == [(1.0, 2.0), (2.0, 2.0)]
    record = (await desk.api.get(f"/api/tool-calls/{end['call_id']}")).json()
    assert (record["plugin"], record["tool"], record["outcome"]) == ("weather", "slow", "ok")
    [end] = await lines(desk, "broken")
    assert (end["ok"], end["result"]["isError"]) == (True, True)
    [sums] = (await desk.api.get("/api/tool-calls/summary")).json()["data"]
    assert (sums["plugin"], sums["tool"], sums["calls"], sums["errors"], sums["refused"]) == ("weather", "", 3, 1, 0)
    by_tool = (await desk.api.get("/api/tool-calls/summary?group_by=tool&since=1h")).json()["data"]
    assert {each["tool"] for each in by_tool} == {"a/b", "slow", "broken"}
    assert (await desk.api.get("/api/tool-calls/summary?since=never")).status_code == 400


async def test_a_call_is_of_the_key_that_asks(desk: Desk) -> None:
    await install(desk)
    caller = (await desk.make_key("caller"))["key"]
    narrow = (await desk.make_key("narrow", tools=["weather__forecast"]))["key"]
    reader = (await desk.make_key("reader", scopes=["admin:read"]))["key"]
    admin = (await desk.make_key("keeper", scopes=["admin"]))["key"]
    [end] = await lines(desk, "forecast", caller, city="Oslo")
    assert (await desk.api.get(f"/api/tool-calls/{end['call_id']}")).json()["key_name"] == "caller"
    for key, tool, status in (
        (narrow, "forecast", 200),
        (narrow, "wipe", 404),
        (reader, "forecast", 403),
        (admin, "forecast", 403),
    ):
        async with desk.as_key(key) as api:
            answer = await api.post(f"{PATH}/tools/{tool}/call", json={}, timeout=60)
        assert answer.status_code == status, (tool, answer.text)
    for body in ({"arguments": []}, {"arguments": "x"}, {"argument": {}}):
        assert (await desk.api.post(f"{PATH}/tools/forecast/call", json=body)).status_code == 400


async def test_a_call_that_a_person_approves_waits_and_one_that_is_not_says_why(desk: Desk) -> None:
    await install(desk)
    desk.gateway.approvals.follow(ApprovalRules("destructive", wait_seconds=30))
    call = asyncio.create_task(lines(desk, "wipe", path="/srv"))
    async with asyncio.timeout(20):
        while not (found := (await desk.api.get("/api/approvals?state=pending")).json()["data"]):
            await asyncio.sleep(0.01)
    await desk.api.post(f"/api/approvals/{found[0]['id']}/approve", json={})
    *told, end = await call
    assert end["ok"]
    assert all("Waits for a person" in each["message"] for each in told)
    desk.gateway.approvals.follow(ApprovalRules("destructive", wait_seconds=0))
    [end] = await lines(desk, "wipe", path="/etc")
    assert (end["ok"], end["error"]["code"]) == (False, "approval_needed")


async def test_whoever_leaves_cancels_the_call(desk: Desk) -> None:
    await install(desk)
    calls = desk.gateway.mcp.calls
    key = desk.gateway.keyring.authenticate(desk.gateway.first_key.reveal().encode(), 0)
    own = calls.find(key, "slow", "weather").definition
    arguments = b'{"steps":10000}'
    call = calls.begin(key, TOOL_CALL, Target("weather", "slow", own, arguments))
    told = _Told(calls, call).lines(b'{"name":"slow","arguments":%b}' % arguments)
    async with asyncio.timeout(30):
        while not (await anext(told)).strip():
            pass
    await told.aclose()
    record = (await desk.api.get(f"/api/tool-calls/{call.id}")).json()
    assert (record["outcome"], calls.in_flight) == ("abandoned", 0)


async def test_what_was_asked_and_granted_and_the_versions_are_shown(desk: Desk) -> None:
    await install(desk)
    await install(desk, "1.1.0")
    shown = (await desk.api.get(PATH)).json()
    assert shown["asked"]["network"] == ["api.example.com:443", "b.example.com:443"]
    assert shown["granted"]["network"] == ["api.example.com:443"]
    assert [(each["default"], each["min"], each["max"]) for each in shown["settings"]] == [
        ("metric", None, None),
        (None, 1, 7),
    ]
    found = (await desk.api.get(f"{PATH}/versions")).json()["data"]
    assert [(each["version"], each["current"], each["previous"]) for each in found] == [
        ("1.1.0", True, False),
        ("1.0.0", False, True),
    ]
    assert (await desk.api.get("/api/plugins/none/versions")).status_code == 404
    review = (await desk.api.get(f"{PATH}/review")).json()
    assert (review["state"], review["changes"]) == ("same", [])
