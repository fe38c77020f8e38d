"""The lines of one batch on their way: taken part by part, sent as calls, tried again where that can help, and kept.

As many are under way as the process has room for. A limit of the key makes the batch wait and slows it down; so does a provider that
fails, whose lines are tried again with growing pauses. A line is sent again when the process that sent it died before its result was
kept: providers may see a line twice, the output has it once.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
from collections import deque
from typing import Final

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.errors import (
    AuthenticationError,
    ProviderInvalidResponse,
    StoreUnavailable,
    SwitchgearError,
)
from switchgear.pipeline.batches.committing import Committing, HeldPart
from switchgear.pipeline.batches.context import BatchContext, LineAnswer, now_ms
from switchgear.pipeline.batches.input import Request, lines_in, request_in
from switchgear.pipeline.batches.orders import changed
from switchgear.pipeline.batches.output import answered, unsent
from switchgear.pipeline.batches.pace import Pace
from switchgear.pipeline.batches.verdicts import AN_OUTAGE, GIVEN_UP_AFTER, storable, verdict
from switchgear.store.batch_lines import LARGEST_LINE, FinishedLine, Progress
from switchgear.store.batches import KeptBatch, Part

_log = logging.getLogger(__name__)
_MOST_DEATHS: Final = 10
_WORTH_TELLING: Final = 5.0
_TELL_EVERY: Final = 1.0


class HeldLine:
    """A line that this process has taken and not finished."""

    __slots__ = ("failed_at", "number", "part", "pauses", "request", "tries")

    def __init__(self, number: int, request: Request, part: HeldPart) -> None:
        self.number = number
        self.request = request
        self.part = part
        self.tries = 0
        self.pauses = 0
        self.failed_at = 0.0

    def __lt__(self, other: HeldLine) -> bool:
        return self.number < other.number


class BatchRun:
    """Works on the lines of one batch until nothing is left that could be taken, or until it is stopped."""

    def __init__(self, context: BatchContext, batch: KeptBatch) -> None:
        self._context = context
        self._workers: list[asyncio.Task[None]] = []
        self.batch = batch
        self._most = context.settings().concurrency
        self._pace = Pace(self._most, context.times, context.clock)
        self._fresh: deque[HeldLine] = deque()
        self._later: list[tuple[float, HeldLine]] = []
        self._claiming = asyncio.Lock()
        self._exhausted = False
        self._reason = batch.reason
        self._failing: set[int] = set()
        self._sending = 0
        self._stopped = False
        self._cutting: asyncio.TimerHandle | None = None
        self._nudged = asyncio.Event()
        self._told_at = 0.0
        self._committing = Committing(context.store.batch_lines, batch.id, self._kept, context.times.gather)

    # ------------------------------------------------------------ from outside

    async def run(self) -> None:
        """Work. Everything that was taken is finished or let go of in the end. Raises StoreUnavailable."""
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._most)]
        try:
            done, _ = await asyncio.wait(self._workers, return_when=asyncio.FIRST_EXCEPTION)
            self.stop()
            await asyncio.wait(self._workers)
        finally:
            if self._cutting is not None:
                self._cutting.cancel()
            self._cut()
            await asyncio.gather(*self._workers, return_exceptions=True)
            await self._committing.close()
            await self._context.store.batches.release(self.batch.id, self._context.worker)
        for worker in done:
            if not worker.cancelled():
                worker.result()

    def stop(self) -> None:
        """Send no more lines; those under way have a moment to finish."""
        if not self._stopped:
            self._stopped = True
            self._nudge()
            self._cutting = asyncio.get_running_loop().call_later(self._context.times.grace, self._cut)

    def tell(self, batch: KeptBatch) -> None:
        """Say how the batch is now."""
        self.batch = batch
        if batch.status != "in_progress" or batch.stop or batch.expires_at <= now_ms():
            self.stop()

    def _cut(self) -> None:
        for worker in self._workers:
            worker.cancel()

    # ------------------------------------------------------------ which line is next

    async def _work(self) -> None:
        while (line := await self._next()) is not None:
            self._sending += 1
            try:
                async with self._context.slots:
                    if self._stopped:
                        return
                    answer = await self._ask(line)
            finally:
                self._sending -= 1
                if not self._pace.full:
                    self._nudge()
            await self._settle(line, answer)

    async def _next(self) -> HeldLine | None:
        """The next line to send; None when there is nothing more to do here."""
        while not self._stopped:
            now = self._context.clock()
            if self._exhausted and not self._fresh and not self._later:
                self._nudge()  # nobody need wait any more
                return None
            if now < self._pace.not_before:
                await self._rest(self._pace.not_before - now)
            elif not self._pace.room(self._sending):
                await self._rest(self._context.times.longest_wait)
            elif self._later and self._later[0][0] <= now:
                return heapq.heappop(self._later)[1]
            elif self._fresh:
                return self._fresh.popleft()
            elif not self._exhausted and len(self._later) < 2 * self._most:
                await self._claim()
            else:
                await self._rest(self._later[0][0] - now if self._later else self._context.times.longest_wait)
        return None

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until something happens."""
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._nudged.wait()
        except TimeoutError:
            return

    def _nudge(self) -> None:
        nudged, self._nudged = self._nudged, asyncio.Event()
        nudged.set()

    async def _claim(self) -> None:
        """Take further parts."""
        async with self._claiming:
            if self._fresh or self._exhausted or self._stopped:
                return
            context = self._context
            store = context.store
            parts = await store.batch_lines.claim(self.batch.id, context.worker, now_ms(), context.lease_ends(), 1)
            for part in parts:
                await self._open(part)
            self._exhausted = not parts
            self._nudge()

    async def _open(self, part: Part) -> None:
        """Read a part's lines; those that were finished by somebody before are left out."""
        store = self._context.store
        data = await store.contents.read(self.batch.input_file_id, part.start, part.size)
        if len(data) + 1 < part.size:  # the last line of a file may lack its line break
            await self._stop_batch("input_file_missing", "The input file of the batch is not there any more.")
            return
        done = await store.batch_lines.finished(self.batch.id, part.first, part.first + part.lines)
        texts = [(number, text) for number, text in lines_in(part, data) if number not in done]
        held = HeldPart(part.first, len(texts))
        if not texts:
            self._committing.drop(held)
        for number, text in texts:
            line = HeldLine(number, request_in(text), held)
            if part.tries >= _MOST_DEATHS:
                told = f"The gateway ended {part.tries} times while lines near this one were under way."
                await self._finish(line, unsent(line.request.custom_id, "batch_line_interrupted", told))
            else:
                self._fresh.append(line)

    # ------------------------------------------------------------ what becomes of a line

    async def _ask(self, line: HeldLine) -> LineAnswer:
        try:
            key = self._context.key_of(self.batch)
        except AuthenticationError as error:
            return LineAnswer("", error.http_status, b"", error=error)
        which = (self.batch.id, line.number)
        return await self._context.caller.answer(key, self.batch.endpoint, bytes(line.request.body), which)

    async def _settle(self, line: HeldLine, answer: LineAnswer) -> None:
        error = answer.error
        if error is None:
            await self._succeeded(line, answer)
            return
        what = verdict(error)
        if what == "stop":
            await self._stop_batch(error.code, error.told)
        elif what == "wait":
            await self._wait(line, error)
        elif what == "again" and not self._tried_enough(line):
            self._try_again(line, error)
        else:
            text = answered(line.request.custom_id, answer.request_id, answer.status, answer.body)
            await self._finish(line, text, answer)

    async def _succeeded(self, line: HeldLine, answer: LineAnswer) -> None:
        self._failing.clear()
        self._pace.succeeded()
        if self._reason:
            await self._say("", 0)
        custom_id = line.request.custom_id
        try:
            text = answered(custom_id, answer.request_id, answer.status, answer.body)
        except ProviderInvalidResponse as error:
            await self._finish(line, unsent(custom_id, error.code, error.told), answer)
            return
        if len(text) > LARGEST_LINE:
            told = f"The answer is over the limit of {LARGEST_LINE} bytes."
            await self._finish(line, unsent(custom_id, "answer_too_large", told), answer)
        else:
            await self._finish(line, text, answer, ok=True)

    async def _finish(self, line: HeldLine, text: bytes, answer: LineAnswer | None = None, *, ok: bool = False) -> None:
        used, cost = (Usage(), None) if answer is None else (answer.usage, answer.cost)
        await self._committing.add(FinishedLine(line.number, ok, text, used, cost), line.part)

    def _tried_enough(self, line: HeldLine) -> bool:
        """Whether a line that failed again is given up: when it has failed so often while others did not, or for so long."""
        now = self._context.clock()
        if not line.pauses:
            line.failed_at = now
        self._failing.add(line.number)
        if len(self._failing) < AN_OUTAGE:  # else it is the provider, and not the line
            line.tries += 1
        return line.tries >= GIVEN_UP_AFTER or now - line.failed_at > self._context.settings().retry_for

    def _try_again(self, line: HeldLine, error: SwitchgearError) -> None:
        times = self._context.times
        ceiling = min(times.longest_pause, times.first_pause * 2.0 ** min(line.pauses, 16))
        line.pauses += 1
        pause = random.uniform(ceiling / 2, ceiling)  # not all at the same moment
        pause = max(pause, min(error.retry_after or 0.0, times.longest_pause))
        heapq.heappush(self._later, (self._context.clock() + pause, line))
        self._pace.failed()
        self._nudge()

    async def _wait(self, line: HeldLine, error: SwitchgearError) -> None:
        """Wait, with the line in front again."""
        self._fresh.appendleft(line)
        seconds = self._pace.refused(error, self._sending)
        wait = max(error.retry_after or 0.0, seconds)
        if seconds and wait >= _WORTH_TELLING and not self._sending:
            await self._say(storable(error.told), now_ms() + int(wait * 1000))

    async def _say(self, reason: str, not_before: int) -> None:
        """Show why the batch waits, or that it goes on."""
        if reason == self._reason:
            return
        self._reason = reason
        try:
            await self._context.store.batches.note(self.batch.id, reason=reason, not_before=not_before)
        except StoreUnavailable as error:
            _log.warning("What the batch %s waits for cannot be shown: %s", self.batch.id, error)
        self._context.publish(changed(msgspec.structs.replace(self.batch, reason=reason)))

    async def _stop_batch(self, code: str, told: str) -> None:
        """No further line of the batch can be sent."""
        if self._stopped:
            return
        self.stop()
        told = storable(told)
        stop = msgspec.json.encode({"code": code, "message": told}).decode()
        await self._context.store.batches.note(self.batch.id, stop=stop, reason=told)

    # ------------------------------------------------------------ after a commit

    def _kept(self, progress: Progress | None) -> None:
        if progress is None or progress.stopped or progress.status != "in_progress":
            self.stop()
        if progress is None:
            return
        self._context.count(self.batch, progress.added)
        counts = progress.counts
        self.batch = msgspec.structs.replace(
            self.batch, status=progress.status, completed=counts.completed, failed=counts.failed
        )
        now = self._context.clock()
        if now >= self._told_at + _TELL_EVERY:
            self._told_at = now
            self._context.publish(changed(self.batch))
