"""Calls at ``/mcp`` that a person has to approve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, conformant, fixture, serving
from test_mcp_questions import ANSWER, asked_on_the_stream, greeted

from switchgear.access.limit_book import PluginNames
from switchgear.config.limits import LimitSettings
from switchgear.plugins.approvals import ApprovalRules, Approvals
from switchgear.state.memory import MemoryState
from switchgear.store.store import Store

BOTH_LOOPS = True
NOW = 1_800_000_000_000


class Person:
    """Who is asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rules = ApprovalRules("never", {}, ("old__echo", "old__progress"), 20.0)
        channels = MemoryState().channels
        self.approvals = Approvals(store.approvals, channels, lambda _: None, self.rules, clock=lambda: NOW)
        self.approvals.start()

    def patience(self, seconds: float) -> None:
        self.approvals.follow(ApprovalRules("never", {}, self.rules.tools, seconds))

    async def asked(self) -> str:
        async with asyncio.timeout(20):
            while not (page := await self.store.approvals.list(NOW, state="pending")).approvals:
                await asyncio.sleep(0.01)
        return page.approvals[0].id

    async def decide(self, *, approved: bool, reason: str = "") -> str:
        asked = await self.asked()
        await self.approvals.decide(asked, approved=approved, by="key_admin", reason=reason)
        return asked


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    store = await Store.open(f"sqlite:{tmp_path}/switchgear.db", tmp_path, secret=b"s" * 32)
    found = Person(store)
    yield found
    found.approvals.close()
    await store.close()


@pytest.fixture
async def rig(person: Person) -> AsyncIterator[Rig]:
    async with serving(approvals=person.approvals, old=fixture("2025-11-25")) as rig:
        yield rig


async def test_a_call_waits_and_others_do_not(rig: Rig, person: Person) -> None:
    async with rig.client() as http:
        waiting = asyncio.create_task(ModernClient(http).call("old__echo", a=1))
        await person.asked()
        assert (await ModernClient(http).ask("tools/call", name="old__pid", arguments={})).status == 200
        assert not waiting.done()
        await person.decide(approved=True)
        assert (await waiting).text == {"a": 1}


async def test_who_wants_progress_is_told_what_the_call_waits_for_and_then_the_tools_own(
    rig: Rig, person: Person
) -> None:
    async with rig.client() as http:
        client = GreetedClient(http)
        await client.greet()
        call = asyncio.create_task(
            client.ask("tools/call", name="old__progress", arguments={}, _meta={"progressToken": "mine"})
        )
        asked = await person.decide(approved=True)
        told = [one["params"] for one in (await call).messages]
    assert told[0]["message"] == f"Waits for a person to approve it: {asked}"
    assert {one["progressToken"] for one in told} == {"mine"}
    assert [one["progress"] for one in told] == sorted(one["progress"] for one in told)
    assert len(told) >= 4


async def test_a_call_that_cannot_wait_is_told_what_for_and_passes_when_it_is_made_again(
    rig: Rig, person: Person
) -> None:
    person.patience(0)
    async with rig.client() as http:
        client = ModernClient(http)
        refused = (await client.call("old__echo", a=1)).result
        asked = await person.decide(approved=True)
        assert refused["isError"]
        assert asked in refused["content"][0]["text"]
        assert (await client.call("old__echo", a=1)).text == {"a": 1}
    assert [(one.outcome, one.error) for one in rig.records] == [("refused", "approval_needed"), ("ok", "")]


async def test_a_call_that_a_limit_refuses_uses_no_approval_up(rig: Rig, person: Person) -> None:
    async with rig.client() as http:
        rig.limit({"old": PluginNames(key_limits="one")}, one=LimitSettings(rpm=1))
        assert (await ModernClient(http).call("old__pid")).status == 200
        call = asyncio.create_task(ModernClient(http).call("old__echo", a=1))
        asked = await person.decide(approved=True)
        assert (await call).result["isError"]
        assert (await person.store.approvals.get(asked, NOW)).state == "approved"


async def test_a_call_that_is_asked_something_back_is_approved_once(person: Person) -> None:
    person.approvals.follow(ApprovalRules("always", {}, (), 20.0))
    async with serving(approvals=person.approvals, all=conformant("2026-07-28")) as rig, rig.client() as http:
        tool = "all__test_input_required_result_elicitation"
        client = ModernClient(http, capabilities={"elicitation": {}})
        call = asyncio.create_task(client.call(tool))
        asked = await person.decide(approved=True)
        first = (await call).result
        assert first["resultType"] == "input_required"
        assert (await person.store.approvals.get(asked, NOW)).state == "approved"
        answers = dict.fromkeys(first["inputRequests"], ANSWER)
        more = {"requestState": first["requestState"]} if "requestState" in first else {}
        last = await client.ask("tools/call", name=tool, arguments={}, inputResponses=answers, **more)
        assert last.result["resultType"] == "complete"
        assert (await person.store.approvals.get(asked, NOW)).state == "used"


async def test_an_older_client_that_is_asked_something_is_approved_once(person: Person) -> None:
    person.approvals.follow(ApprovalRules("always", {}, (), 20.0))
    async with serving(approvals=person.approvals, all=conformant("2026-07-28")) as rig, rig.client() as http:
        client = await greeted(rig, http)
        tool = "all__test_input_required_result_elicitation"
        call = asyncio.create_task(asked_on_the_stream(client, tool, {"result": ANSWER}))
        asked = await person.decide(approved=True)
        assert "content" in (await call)[-1]["result"]
        assert (await person.store.approvals.get(asked, NOW)).state == "used"


async def test_a_call_that_is_denied_says_why(rig: Rig, person: Person) -> None:
    async with rig.client() as http:
        call = asyncio.create_task(ModernClient(http).call("old__echo", a=1))
        await person.decide(approved=False, reason="not today")
        assert "not today" in (await call).text
