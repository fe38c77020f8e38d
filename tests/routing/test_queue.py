"""The queue of a deployment: who goes on, who waits, who is sent away."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from switchgear.core.calls import Priority
from switchgear.core.errors import Overloaded
from switchgear.routing.queue import Queue, Queues

HIGH, NORMAL, LOW, BATCH = Priority.HIGH, Priority.NORMAL, Priority.LOW, Priority.BATCH


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A queue whose calls are told by a name, and who went on, in order."""

    def __init__(self, limit: int, most: int = 100) -> None:
        self.clock = Clock()
        self.queue = Queue("test/model", limit, most, self.clock)
        self.went: list[str] = []
        self.sent_away: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    def call(self, name: str, priority: Priority = NORMAL, key: str = "") -> asyncio.Task[None] | None:
        place = self.queue.enter(priority, key or name)
        if place is None:
            self.went.append(name)
            return None
        task = asyncio.ensure_future(self._wait(name, place, priority))
        self.tasks.append(task)
        return task

    async def _wait(self, name: str, place: asyncio.Future[None], priority: Priority) -> None:
        try:
            await place
            self.went.append(name)
        except asyncio.CancelledError:
            self.queue.gave_up(place, priority)
            raise
        except Overloaded:
            self.sent_away.append(name)

    async def end(self, priority: Priority = NORMAL, seconds: float | None = 1.0) -> None:
        """One of the running calls ends."""
        self.queue.leave(priority, seconds)
        await settle()


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_calls_go_on_up_to_the_limit_and_wait_beyond() -> None:
    line = Line(2)
    for name in "abcd":
        line.call(name)
    await settle()
    assert line.went == ["a", "b"]
    assert (line.queue.running, line.queue.waiting) == (2, 2)
    await line.end()
    await line.end()
    assert line.went == ["a", "b", "c", "d"]


async def test_higher_priorities_go_first() -> None:
    line = Line(1)
    line.call("running")
    for name, priority in (("batch", BATCH), ("low", LOW), ("normal", NORMAL), ("high", HIGH)):
        line.call(name, priority)
    for priority in (NORMAL, HIGH, NORMAL, LOW):
        await line.end(priority)
    assert line.went == ["running", "high", "normal", "low", "batch"]


async def test_a_key_that_floods_the_queue_waits_behind_its_own_calls() -> None:
    line = Line(1)
    line.call("running")
    for number in range(20):
        line.call(f"flood {number}", key="flood")
    line.call("other 0", key="other")
    line.call("other 1", key="other")
    for _ in range(4):
        await line.end()
    assert set(line.went[1:]) == {"flood 0", "flood 1", "other 0", "other 1"}


async def test_who_comes_late_has_no_credit_for_the_time_before() -> None:
    line = Line(1)
    line.call("running")
    for number in range(10):
        line.call(f"first {number}", key="first")
    for _ in range(5):
        await line.end()
    for number in range(10):
        line.call(f"second {number}", key="second")
    for _ in range(6):
        await line.end()
    late = line.went[6:]
    assert sum(name.startswith("second") for name in late) in (3, 4)


async def test_a_full_queue_refuses_and_tells_when_to_come_again() -> None:
    line = Line(1, most=1)
    line.call("a")
    line.call("b")
    with pytest.raises(Overloaded) as raised:
        line.call("c")
    assert raised.value.retry_after is not None
    assert raised.value.retry_after >= 1
    assert "1 calls under way and 1 waiting" in raised.value.message


async def test_the_lowest_priority_is_sent_away_first_and_its_last_call_before_its_first() -> None:
    line = Line(1, most=3)
    line.call("running")
    line.call("low", LOW)
    line.call("batch 1", BATCH, "b")
    line.call("batch 2", BATCH, "b")
    await settle()
    line.call("high", HIGH)
    await settle()
    line.call("normal", NORMAL)
    await settle()
    assert line.sent_away == ["batch 2", "batch 1"]
    with pytest.raises(Overloaded):
        line.call("another batch", BATCH)


async def test_who_gives_up_waiting_leaves_no_place_behind() -> None:
    line = Line(1)
    line.call("a")
    waiting = line.call("b")
    line.call("c")
    await settle()
    assert waiting is not None
    waiting.cancel()
    await settle()
    await line.end()
    assert line.went == ["a", "c"]
    assert (line.queue.running, line.queue.waiting) == (1, 0)


async def test_who_gives_up_in_the_moment_of_getting_the_place_gives_it_back() -> None:
    line = Line(1)
    line.call("a")
    waiting = line.call("b")
    await settle()
    assert waiting is not None
    line.queue.leave(NORMAL, 1.0)
    waiting.cancel()
    await settle()
    assert (line.queue.running, line.queue.waiting) == (0, 0)


async def test_batch_work_leaves_the_places_that_other_calls_needed_of_late() -> None:
    line = Line(8)
    for number in range(3):
        line.call(f"chat {number}")
    for number in range(10):
        line.call(f"batch {number}", BATCH, "b")
    await settle()
    assert sum(name.startswith("batch") for name in line.went) == 4  # 8 less the peak of 3, less one to spare
    for _ in range(3):
        await line.end()
    line.call("chat again")
    assert line.went[-1] == "chat again"
    line.clock.now += 61
    await line.end()
    assert sum(name.startswith("batch") for name in line.went) == 6  # a quarter stays free whatever happens


async def test_a_lone_place_is_for_batch_work_when_nobody_else_wants_it() -> None:
    line = Line(1)
    line.call("batch", BATCH)
    assert line.went == ["batch"]


async def test_a_queue_of_any_history_loses_and_doubles_nobody() -> None:
    random = Random(4)
    line = Line(3, most=12)
    for number in range(2000):
        if line.queue.running and random.random() < 0.5:
            line.queue.leave(NORMAL, 0.1)
            await settle()
        elif line.tasks and random.random() < 0.1:
            random.choice(line.tasks).cancel()
            await settle()
        else:
            try:
                line.call(str(number), random.choice((HIGH, NORMAL, LOW)), str(number % 5))
            except Overloaded:
                line.sent_away.append(str(number))
            await settle()
        assert line.queue.running <= 3
        assert line.queue.waiting == sum(not task.done() for task in line.tasks)
    assert len(line.went) == len(set(line.went))
    for task in line.tasks:
        task.cancel()
    await asyncio.gather(*line.tasks, return_exceptions=True)


def test_processes_that_have_a_limit_together_have_all_of_it() -> None:
    shares = []
    for rank in range(3):
        queues = Queues(Clock())
        queues.share(rank, 3)
        shares.append(queues.of("a/b", 10, 5).limit)
    assert shares == [4, 3, 3]


def test_a_limit_that_changes_holds_for_the_queue_there_is() -> None:
    queues = Queues(Clock())
    queue = queues.of("a/b", 1, 5)
    assert queue.enter(NORMAL, "k") is None
    assert queues.of("a/b", 2, 5) is queue
    assert queue.has_room(NORMAL)


async def test_one_that_gives_up_as_it_is_sent_away_is_counted_out_once() -> None:
    line = Line(1, most=1)
    line.call("running")
    given_up = line.call("batch", BATCH)
    assert given_up is not None
    await settle()
    line.call("normal")  # sends the batch call away, which leaves before it hears of it
    given_up.cancel()
    await settle()
    assert line.queue.waiting == 1
    await line.end()
    assert line.went == ["running", "normal"]
