"""Approvals as they are kept, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from switchgear.core.errors import ApprovalNotPending, NotFound, TooManyApprovals
from switchgear.store.approvals import KEPT_MS, Approval, Asking, Decision
from switchgear.store.store import Store

NOW = 1_800_000_000_000
HOUR = 3_600_000


def call(digest: str = "d1", key: str = "key_a", tool: str = "delete") -> Asking:
    return Asking(key, "files", tool, digest, '{"path":"/höme"}')


def decision(at: int = NOW + 5, *, approved: bool = True, digest: str | None = None) -> Decision:
    return Decision(approved, at, "key_admin", at + HOUR, "because", digest)


async def asked(store: Store, asking: Asking | None = None, at: int = NOW, most: int = 20) -> Approval:
    return await store.approvals.ask(asking or call(), at, at + HOUR, most)


async def test_a_call_that_waits_is_found_with_what_it_is_called_with(store: Store) -> None:
    entered = await asked(store)
    assert (entered.state, entered.arguments, entered.decided_at) == ("pending", '{"path":"/höme"}', None)
    assert await store.approvals.get(entered.id, NOW) == entered
    assert await store.approvals.find("key_a", "files", "delete", ["d1", "x"], NOW) == entered
    for other in (
        ("key_b", "files", "delete", ["d1"]),
        ("key_a", "files", "delete", ["d2"]),
        ("key_a", "git", "delete", ["d1"]),
    ):
        assert await store.approvals.find(*other, NOW) is None


async def test_the_arguments_are_not_on_the_disk_as_they_are(open_store: Callable, tmp_path) -> None:  # type: ignore[type-arg]
    store = await open_store()
    entered = await asked(store)
    await store.close()
    for file in (tmp_path / "data").glob("*"):
        assert "höme".encode() not in file.read_bytes()
    other = await open_store(secret=b"another secret of the tests, 32.")
    assert (await other.approvals.get(entered.id, NOW)).arguments == ""


async def test_an_approval_is_used_once_whoever_comes(store: Store) -> None:
    entered = await asked(store)
    decided = await store.approvals.decide(entered.id, decision())
    assert (decided.state, decided.decided_by, decided.reason) == ("approved", "key_admin", "because")
    used = await asyncio.gather(*(store.approvals.use(entered.id, NOW + 6) for _ in range(5)))
    assert sorted(used) == [False, False, False, False, True]
    assert (await store.approvals.get(entered.id, NOW + 6)).state == "used"
    assert await store.approvals.find("key_a", "files", "delete", ["d1"], NOW + 6) is None


async def test_what_is_approved_comes_before_what_waits_and_what_was_denied(store: Store) -> None:
    for number, approved in enumerate((False, None, True)):
        entered = await asked(store, at=NOW - number)
        if approved is not None:
            await store.approvals.decide(entered.id, decision(approved=approved))
    states = []
    for _ in range(3):
        found = await store.approvals.find("key_a", "files", "delete", ["d1"], NOW + 6)
        assert found is not None
        states.append(found.state)
        if found.state == "approved":
            await store.approvals.use(found.id, NOW + 6)
        else:
            with_it = decision(approved=False, digest="gone")
            if found.state == "pending":
                await store.approvals.decide(found.id, with_it)
    assert states == ["approved", "pending", "denied"]


async def test_nothing_is_decided_twice_nor_after_its_time(store: Store) -> None:
    first, late = await asked(store), await asked(store, call("d2"))
    await store.approvals.decide(first.id, decision(approved=False))
    for approved in (True, False):
        with pytest.raises(ApprovalNotPending, match="denied"):
            await store.approvals.decide(first.id, decision(approved=approved))
        with pytest.raises(ApprovalNotPending, match="expired"):
            await store.approvals.decide(late.id, decision(NOW + HOUR, approved=approved))
    with pytest.raises(NotFound):
        await store.approvals.decide("apr_none", decision())


async def test_an_approval_that_was_not_used_can_be_taken_back(store: Store) -> None:
    entered = await asked(store)
    await store.approvals.decide(entered.id, decision())
    assert (await store.approvals.decide(entered.id, decision(NOW + 7, approved=False))).state == "denied"
    assert not await store.approvals.use(entered.id, NOW + 8)


async def test_an_approval_that_is_given_back_can_be_used_again_while_it_holds(store: Store) -> None:
    entered = await asked(store)
    await store.approvals.give_back(entered.id, NOW)
    assert (await store.approvals.get(entered.id, NOW)).state == "pending"
    await store.approvals.decide(entered.id, decision())
    assert await store.approvals.use(entered.id, NOW + 6)
    await store.approvals.give_back(entered.id, NOW + 7)
    assert await store.approvals.use(entered.id, NOW + 8)
    await store.approvals.give_back(entered.id, NOW + 5 + HOUR)
    assert (await store.approvals.get(entered.id, NOW + 9)).state == "used"


async def test_a_decision_ends_by_itself(store: Store) -> None:
    entered = await asked(store)
    await store.approvals.decide(entered.id, decision())
    assert not await store.approvals.use(entered.id, NOW + 5 + HOUR)
    assert (await store.approvals.get(entered.id, NOW + 5 + HOUR)).state == "expired"


async def test_a_key_has_so_many_calls_waiting(store: Store) -> None:
    for number in range(3):
        await asked(store, call(f"d{number}"), most=3)
    with pytest.raises(TooManyApprovals, match="3 calls"):
        await asked(store, call("d4"), most=3)
    await asked(store, call("d4", key="key_b"), most=3)
    await asked(store, call("d4"), at=NOW + HOUR, most=3)


async def test_they_are_listed_page_by_page_and_by_state(store: Store) -> None:
    entered = [await asked(store, call(f"d{number}"), at=NOW + number) for number in range(5)]
    await store.approvals.decide(entered[4].id, decision())
    await store.approvals.decide(entered[3].id, decision(approved=False))
    first = await store.approvals.list(NOW + 9, limit=3)
    rest = await store.approvals.list(NOW + 9, limit=3, before=first.before)
    assert [one.id for one in first.approvals + rest.approvals] == [one.id for one in reversed(entered)]
    assert rest.before is None

    async def ids(state: str, now: int) -> list[str]:
        page = await store.approvals.list(now, state=state)  # type: ignore[arg-type]  # the words of the states
        return [one.id for one in page.approvals]

    assert await ids("pending", NOW + 9) == [entered[2].id, entered[1].id, entered[0].id]
    assert await ids("approved", NOW + 9) == [entered[4].id]
    assert await ids("denied", NOW + 9) == [entered[3].id]
    assert await ids("expired", NOW + 9) == []
    assert await ids("expired", NOW + HOUR + 4) == [entered[2].id, entered[1].id, entered[0].id]


async def test_what_ended_is_forgotten_after_its_time(store: Store) -> None:
    entered = await asked(store)
    assert await store.approvals.prune(NOW + HOUR + KEPT_MS - 1) == 0
    assert await store.approvals.prune(NOW + HOUR + KEPT_MS) == 1
    with pytest.raises(NotFound):
        await store.approvals.get(entered.id, NOW)
