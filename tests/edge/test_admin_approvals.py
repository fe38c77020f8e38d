"""Calls that wait for a person, over the admin API."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from switchgear.core.errors import ApprovalNeeded
from switchgear.plugins.approvals import ApprovalRules
from switchgear.plugins.offer import Definition

PATH = "/api/approvals"
TOOL = Definition("delete", b'{"name":"delete"}', destructive=True)


async def asked(desk, arguments=b'{"path":"/a"}', key="key_a"):
    """A call that nobody waits for any more; the id of its approval."""
    desk.gateway.approvals.follow(ApprovalRules("always", wait_seconds=0))
    with pytest.raises(ApprovalNeeded) as caught:
        await desk.gateway.approvals.approve(SimpleNamespace(id=key), "files", TOOL, arguments)
    return caught.value.approval


async def passes(desk, arguments=b'{"path":"/a"}'):
    try:
        await desk.gateway.approvals.approve(SimpleNamespace(id="key_a"), "files", TOOL, arguments)
    except ApprovalNeeded:
        return False
    return True


async def test_what_waits_is_listed_with_what_it_is_called_with(desk):
    key = await desk.make_key("agent")
    approval = await asked(desk, '{"path":"/a\u202e"}'.encode(), key["id"])
    [told] = (await desk.api.get(PATH, params={"state": "pending"})).json()["data"]
    assert (told["id"], told["plugin"], told["tool"], told["key_name"]) == (approval, "files", "delete", "agent")
    assert told["arguments"] == '{"path":"/a\u202e"}'
    assert told["unseen"] == ["1 control of the direction of writing"]
    assert (told["state"], told["decided_at"], told["decided_by"]) == ("pending", None, "")
    assert (await desk.api.get(f"{PATH}/{approval}")).json() == told
    assert (await desk.api.get(PATH, params={"state": "denied"})).json() == {"data": [], "next": None}


async def test_long_arguments_are_cut_in_a_list_and_whole_by_themselves(desk):
    approval = await asked(desk, b'{"text":"%b"}' % (b"x" * 10_000))
    [told] = (await desk.api.get(PATH)).json()["data"]
    assert (len(told["arguments"]), told["cut"]) == (4_096, True)
    told = (await desk.api.get(f"{PATH}/{approval}")).json()
    assert (len(told["arguments"]), told["cut"]) == (10_011, False)


async def test_a_call_is_approved_once_and_that_is_in_the_audit_log(desk):
    approval = await asked(desk)
    told = (await desk.api.post(f"{PATH}/{approval}/approve", json={"reason": "fine"})).json()
    assert (told["state"], told["whole_tool"], told["reason"]) == ("approved", False, "fine")
    assert await passes(desk)
    assert not await passes(desk)
    [entry] = (await desk.api.get("/api/audit", params={"target": approval})).json()["data"]
    assert entry["action"] == "approval.approve"
    assert entry["detail"] == {"plugin": "files", "tool": "delete", "key": "key_a", "reason": "fine"}


async def test_a_call_that_waits_goes_on_when_it_is_approved(desk):
    desk.gateway.approvals.follow(ApprovalRules("always", wait_seconds=30))
    call = asyncio.create_task(desk.gateway.approvals.approve(SimpleNamespace(id="key_a"), "files", TOOL, b"{}"))
    async with asyncio.timeout(20):
        while not (found := (await desk.api.get(PATH)).json()["data"]):
            await asyncio.sleep(0.01)
    await desk.api.post(f"{PATH}/{found[0]['id']}/approve", json={})
    await call


async def test_a_tool_is_approved_for_minutes(desk):
    approval = await asked(desk)
    told = (await desk.api.post(f"{PATH}/{approval}/approve", json={"minutes": 5})).json()
    assert told["whole_tool"]
    assert [await passes(desk, b'{"path":"/%d"}' % number) for number in range(2)] == [True, True]


async def test_a_call_is_denied_and_decided_on_once(desk):
    approval = await asked(desk)
    assert (await desk.api.post(f"{PATH}/{approval}/deny", json={})).json()["state"] == "denied"
    again = await desk.api.post(f"{PATH}/{approval}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "approval_not_pending")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{PATH}/apr_none", None, 404),
        ("GET", f"{PATH}/x%00", None, 404),
        ("GET", f"{PATH}?state=open", None, 400),
        ("POST", f"{PATH}/apr_none/approve", {}, 404),
        ("POST", f"{PATH}/apr_none/deny", {}, 404),
        ("POST", f"{PATH}/apr_none/approve", {"minutes": 0}, 400),
        ("POST", f"{PATH}/apr_none/approve", {"minutes": 10_081}, 400),
        ("POST", f"{PATH}/apr_none/deny", {"minutes": 1}, 400),
        ("POST", f"{PATH}/apr_none/deny", {"reason": "a\x1b[2J"}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused(desk, method, path, body, status):
    assert (await desk.api.request(method, path, json=body)).status_code == status


async def test_administrators_alone_decide_and_see_the_arguments(desk):
    approval = await asked(desk)
    reader = (await desk.make_key("reader", scopes=["call", "admin:read"]))["key"]
    caller = (await desk.make_key("caller"))["key"]
    async with desk.as_key(reader) as api:
        assert (await api.get(f"{PATH}/{approval}")).json()["arguments"] is None
        assert (await api.post(f"{PATH}/{approval}/approve", json={})).status_code == 403
    async with desk.as_key(caller) as api:
        assert (await api.get(PATH)).status_code == 403
        assert (await api.post(f"{PATH}/{approval}/deny", json={})).status_code == 403
