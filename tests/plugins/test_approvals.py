"""Calls that a person has to approve, in one process and in two that share a real Valkey and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from switchgear.core.errors import ApprovalDenied, ApprovalNeeded, ApprovalNotPending, TooManyApprovals
from switchgear.events.approvals import ApprovalAsked, ApprovalDecided
from switchgear.plugins.approvals import LONGEST, MOST_PENDING, ApprovalRules, Approvals, whole_tool
from switchgear.plugins.offer import Definition
from switchgear.state.state import StateOptions, open_state
from switchgear.store.approvals import Approval
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."
KEY = SimpleNamespace(id="key_a")
NOW = 1_800_000_000_000


def tool(name: str = "delete", destructive: bool = True, **more: Any) -> Definition:
    return Definition(name, json.dumps({"name": name, **more}).encode(), destructive)


class Worker:
    """One process with its store and state. ``told`` are its events; ``now`` is the clock of all, in ms."""

    def __init__(self, store: Store, state: Any, wait: float, look: float) -> None:
        self.store = store
        self.state = state
        self.told: list[Any] = []
        self.now = NOW
        rules = ApprovalRules("destructive", wait_seconds=wait)
        self.approvals = Approvals(
            store.approvals, state.channels, self.told.append, rules, clock=lambda: self.now, look_seconds=look
        )
        self.approvals.start()

    async def call(self, arguments: bytes = b'{"path":"/a"}', key: Any = KEY, one: Definition | None = None) -> str:
        """How a call fared: "passed", or the code of its error."""
        try:
            await self.approvals.approve(key, "files", one or tool(), arguments)
        except (ApprovalNeeded, ApprovalDenied, TooManyApprovals) as error:
            return error.code
        return "passed"

    async def pending(self) -> list[Approval]:
        return (await self.store.approvals.list(self.now, state="pending")).approvals

    async def asked(self, count: int = 1) -> Approval:
        """Wait until so many calls wait for a person; the newest."""
        async with asyncio.timeout(20):
            while len(found := await self.pending()) < count:
                await asyncio.sleep(0.01)
        return found[0]

    async def decide(self, approval_id: str, approved: bool = True, **more: Any) -> Approval:
        return await self.approvals.decide(approval_id, approved=approved, by="key_admin", **more)


Start = Callable[..., Awaitable[Worker]]


@pytest.fixture(params=["alone", "shared"])
async def start(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts workers that share what workers share: a file and nothing else, or PostgreSQL and Valkey."""
    async with AsyncExitStack() as stack:
        store_url, state_url = f"sqlite:{tmp_path}/switchgear.db", "memory:"
        if request.param == "shared":
            store_url = await stack.enter_async_context(request.getfixturevalue("another_postgres")())
            state_url = request.getfixturevalue("valkey_url")

        async def make(wait: float = 20.0, look: float = 20.0) -> Worker:
            store = await Store.open(store_url, tmp_path, secret=SECRET)
            stack.push_async_callback(store.close, 1)
            state = await open_state(state_url, StateOptions(timeout=5))
            state.start()
            stack.push_async_callback(state.close)
            worker = Worker(store, state, wait, look)
            stack.callback(worker.approvals.close)
            return worker

        yield make


async def test_a_call_waits_until_a_person_approves_it(start: Start) -> None:
    worker = await start()
    call = asyncio.create_task(worker.call())
    asked = await worker.asked()
    assert (asked.plugin, asked.tool, asked.key_id, asked.arguments) == ("files", "delete", "key_a", '{"path":"/a"}')
    assert not call.done()
    await worker.decide(asked.id)
    assert await call == "passed"
    assert [type(one) for one in worker.told] == [ApprovalAsked, ApprovalDecided]
    assert (await worker.store.approvals.get(asked.id, worker.now)).state == "used"
    assert worker.approvals.waiting == 0


async def test_a_decision_at_one_worker_wakes_the_call_at_another(start: Start, request: pytest.FixtureRequest) -> None:
    # two workers without a shared state look instead of being told
    look = 20.0 if request.node.callspec.params["start"] == "shared" else 0.05
    one, other = await start(look=look), await start(look=look)
    call = asyncio.create_task(one.call())
    asked = await other.asked()
    await other.decide(asked.id)
    async with asyncio.timeout(15):
        assert await call == "passed"


async def test_a_call_that_is_denied_fails_with_the_reason_and_so_does_its_repetition(start: Start) -> None:
    worker = await start()
    call = asyncio.create_task(worker.approvals.approve(KEY, "files", tool(), b"{}"))
    asked = await worker.asked()
    await worker.decide(asked.id, approved=False, reason="not on a Friday")
    with pytest.raises(ApprovalDenied, match="against this call of files__delete: not on a Friday") as caught:
        await call
    assert caught.value.approval == asked.id
    assert await worker.call(b"{ }") == "approval_denied"
    assert await worker.pending() == []
    worker.now += 3_600_001
    again = asyncio.create_task(worker.call(b"{}"))
    await worker.decide((await worker.asked()).id)
    assert await again == "passed"


async def test_a_call_that_nobody_decides_on_in_time_passes_when_it_comes_again(start: Start) -> None:
    worker = await start(wait=0.0)
    with pytest.raises(ApprovalNeeded, match="A person has to approve") as caught:
        await worker.approvals.approve(KEY, "files", tool(), b'{"a":1,"b":2}')
    assert caught.value.approval in caught.value.told
    assert await worker.call(b'{"a":1,"b":2}') == "approval_needed"
    [asked] = await worker.pending()
    assert asked.id == caught.value.approval
    await worker.decide(asked.id)
    assert await worker.call(b'{"b": 2, "a": 1}') == "passed"
    assert await worker.call(b'{"a":1,"b":2}') == "approval_needed"


@pytest.mark.parametrize(
    "other",
    [
        {"arguments": b'{"path":"/b"}'},
        {"arguments": b'{"path":"/a","path":"/a"}'},
        {"key": SimpleNamespace(id="key_b")},
        {"one": tool("wipe")},
        {"one": tool(description="Deletes more than it did.")},
    ],
)
async def test_an_approval_is_for_exactly_one_call(start: Start, other: dict[str, Any]) -> None:
    worker = await start(wait=0.0)
    await worker.call()
    [asked] = await worker.pending()
    await worker.decide(asked.id)
    assert await worker.call(**other) == "approval_needed"
    assert await worker.call() == "passed"


async def test_a_tool_can_be_approved_for_a_while(start: Start) -> None:
    worker = await start(wait=0.0)
    await worker.call()
    [asked] = await worker.pending()
    assert whole_tool(await worker.decide(asked.id, minutes=10))
    assert [await worker.call(b'{"path":"/%d"}' % number) for number in range(3)] == ["passed"] * 3
    assert await worker.call(key=SimpleNamespace(id="key_b")) == "approval_needed"
    assert await worker.call(one=tool(description="another")) == "approval_needed"
    worker.now += 600_000
    assert await worker.call() == "approval_needed"


async def test_an_approval_of_a_tool_can_be_taken_back(start: Start) -> None:
    worker = await start(wait=0.0)
    await worker.call()
    [asked] = await worker.pending()
    await worker.decide(asked.id, minutes=10)
    await worker.decide(asked.id, approved=False)
    assert await worker.call() == "approval_denied"


async def test_two_calls_with_the_same_arguments_ask_once_and_one_of_them_passes(start: Start) -> None:
    worker = await start()
    first = asyncio.create_task(worker.call())
    asked = await worker.asked()
    second = asyncio.create_task(worker.call())
    async with asyncio.timeout(20):
        while worker.approvals.waiting < 2:
            await asyncio.sleep(0.01)
    assert len(await worker.pending()) == 1
    await worker.decide(asked.id)
    assert sorted([await first, await second]) == ["approval_needed", "passed"]


async def test_a_client_that_goes_away_leaves_nothing_waiting_here_and_finds_the_decision_later(start: Start) -> None:
    worker = await start()
    call = asyncio.create_task(worker.call())
    asked = await worker.asked()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert worker.approvals.waiting == 0
    await worker.decide(asked.id)
    assert await worker.call() == "passed"


async def test_who_waits_is_told_so(start: Start) -> None:
    worker = await start(look=0.02)
    told: list[tuple[str, float]] = []
    call = asyncio.create_task(worker.approvals.approve(KEY, "files", tool(), b"{}", lambda *one: told.append(one)))
    asked = await worker.asked()
    async with asyncio.timeout(20):
        while len(told) < 3:
            await asyncio.sleep(0.01)
    await worker.decide(asked.id)
    await call
    assert {one for one, _ in told} == {asked.id}
    assert [seconds for _, seconds in told] == sorted(seconds for _, seconds in told)


async def test_a_key_cannot_ask_without_end(start: Start) -> None:
    worker = await start(wait=0.0)
    for number in range(MOST_PENDING):
        assert await worker.call(b'{"n":%d}' % number) == "approval_needed"
    assert await worker.call(b'{"n":-1}') == "too_many_approvals"
    assert await worker.call(b'{"n":1}') == "approval_needed"
    assert await worker.call(key=SimpleNamespace(id="key_b")) == "approval_needed"


async def test_more_than_a_person_reads_is_denied_at_once(start: Start) -> None:
    worker = await start()
    assert await worker.call(b'{"a":"%b"}' % (b"x" * LONGEST)) == "approval_denied"
    assert await worker.pending() == []


async def test_what_is_decided_stays_so(start: Start) -> None:
    worker = await start(wait=0.0)
    await worker.call()
    [asked] = await worker.pending()
    await worker.decide(asked.id, approved=False)
    for more in ({}, {"minutes": 5}):
        with pytest.raises(ApprovalNotPending):
            await worker.decide(asked.id, **more)


@pytest.mark.parametrize(
    ("rules", "needed"),
    [
        (ApprovalRules(), []),
        (ApprovalRules("destructive"), ["files__delete", "git__push"]),
        (ApprovalRules("always"), ["files__delete", "files__read", "git__push"]),
        (ApprovalRules("always", {"files": "never"}), ["git__push"]),
        (ApprovalRules("never", {"files": "destructive"}), ["files__delete"]),
        (ApprovalRules("never", {}, ("files__re*", "git")), ["files__read", "git__push"]),
        (ApprovalRules("never", {"files": "never"}, ("*",)), ["files__delete", "files__read", "git__push"]),
    ],
)
async def test_operators_say_which_calls_a_person_has_to_approve(
    start: Start, rules: ApprovalRules, needed: list[str]
) -> None:
    approvals = (await start()).approvals
    approvals.follow(rules)
    tools = [("files", tool("delete")), ("files", tool("read", destructive=False)), ("git", tool("push"))]
    for _ in range(2):
        assert [f"{plugin}__{one.name}" for plugin, one in tools if approvals.needed(KEY, plugin, one)] == needed
