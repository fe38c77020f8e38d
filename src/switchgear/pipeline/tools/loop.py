"""The loop: ask the model, run the tools that it calls, ask it again with what they answered, until it answers or a limit is reached.

Each step is a call of the model like any other, with the same limits, routes and record: the first is the client's own call, those
after it have its id and a number. A step's tools run side by side.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from switchgear.core.canonical import Event, ToolCall
from switchgear.core.errors import SwitchgearError
from switchgear.core.money import nano_dollars, shown
from switchgear.dialects.registry import BACKS
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.tools.dialog import Called, Dialog, Ending, Reason
from switchgear.pipeline.tools.hearing import Hearing
from switchgear.pipeline.tools.offered import Offered
from switchgear.pipeline.tools.running import Runner

_CUT: Final = "length"
_LEAST_SECONDS: Final = 0.001
_GRACE_SECONDS: Final = 0.5
"""How much later than a step a chat is ended whose time is over: a step that ends by itself says so in its record."""


class Steps(Protocol):
    """Serves one step as a call of a model (``pipeline.model_call.ModelCalls``)."""

    async def run(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve an authenticated call. Raises SwitchgearError; the call is recorded in every case."""
        ...


class Loop:
    """One chat with tools, from the client's request to its answer. ``call`` is the client's, and the first step."""

    def __init__(
        self,
        steps: Steps,
        runner: Runner,
        asked: tuple[ModelCall, Reply],
        dialog: Dialog,
        offered: Sequence[Offered],
    ) -> None:
        self._steps = steps
        self._runner = runner
        self._call, self._reply = asked
        self._dialog = dialog
        self._tools = {one.function: one for one in offered}
        self._streamed = self._call.streamed
        self._ending = Ending()
        self._begun = False
        self._next = 0
        self._deadline = 0.0

    async def run(self) -> None:
        """Answer the client. Raises SwitchgearError."""
        wish = self._dialog.wish
        self._dialog.offer(list(self._tools.values()))
        limit = asyncio.timeout(wish.max_seconds + _GRACE_SECONDS)
        try:
            async with limit:
                self._deadline = time.perf_counter() + wish.max_seconds
                await self._converse()
        except TimeoutError:
            if not limit.expired() and time.perf_counter() < self._deadline:
                raise
            self._stop_late()
        call, ending = self._call, self._ending
        call.usage, call.cost = ending.usage, ending.cost  # of all steps, for what the client is told with its answer
        if self._streamed:
            self._begin(call)
            self._reply.end(self._dialog.end(ending))
        else:
            self._reply.whole(call, self._dialog.whole(ending))

    async def _converse(self) -> None:
        dialog, ending = self._dialog, self._ending
        waiting = dialog.waiting()
        if waiting:
            self._begin(self._call)
            if not await self._run(waiting):
                return
        while self._may_go_on():
            heard = await self._ask()
            answer = heard.answer
            ours, theirs = heard.calls()
            ending.finish = answer.finish
            if not ours or answer.finish == _CUT:
                return
            dialog.said(answer)
            whole = await self._run([self._called(one) for one in ours])
            ending.unfinished = bool(theirs)
            ending.finish = "tool_calls" if theirs else "stop"
            if theirs or not whole:
                return

    def _called(self, made: ToolCall) -> Called:
        shown = self._dialog.shown_id(made.id)
        return Called(made.id, self._tools[made.name], made.arguments or "{}", shown=shown)

    # ------------------------------------------------------------ the model

    async def _ask(self) -> Hearing:
        """One step."""
        ending = self._ending
        ending.steps += 1
        call = self._call if ending.steps == 1 else self._step(ending.steps)
        call.tell("tools", self._told(ending.steps))
        left = max(self._deadline - call.started, _LEAST_SECONDS)  # patience counts from the beginning of the call
        call.patience = left if call.patience is None else min(call.patience, left)
        heard = Hearing(BACKS[self._dialog.dialect], self._call.name, self._tools, self, self._next)
        try:
            await self._steps.run(call, self._dialog.request(), heard)
        except SwitchgearError as error:
            if error.retryable and time.perf_counter() >= self._deadline:  # it had no more time than that
                raise TimeoutError from error
            raise
        finally:
            ending.usage += call.usage
            if call.cost is not None:
                ending.cost = call.cost + (ending.cost or 0)
        self._next = heard.next
        return heard

    def _step(self, number: int) -> ModelCall:
        """The call of a further step, for the same client."""
        first = self._call
        call = ModelCall(f"{first.id}.{number}", first.operation)
        call.key, call.trace = first.key, first.trace
        call.priority, call.patience, call.wish = first.priority, first.patience, first.wish
        return call

    def _told(self, number: int) -> str:
        if number == 1:
            return f"{len(self._tools)} offered"
        names = ", ".join(dict.fromkeys(one.tool.full for one in self._ending.called))
        return f"step {number} of {self._call.id}, after {names}"[:500]

    def _may_go_on(self) -> bool:
        """Whether the limits leave room for one more step."""
        wish, ending = self._dialog.wish, self._ending
        if ending.steps >= wish.max_steps:
            self._stop("max_steps", f"Stopped: the limit of {wish.max_steps} steps was reached.")
        elif time.perf_counter() >= self._deadline:
            self._stop_late()
        elif wish.max_usd is not None and (ending.cost or 0) >= (most := nano_dollars(wish.max_usd)):
            self._stop("max_usd", f"Stopped: {shown(ending.cost or 0)} of at most {shown(most)} were spent.")
        return not ending.reason

    def _stop_late(self) -> None:
        self._stop("max_seconds", f"Stopped: the limit of {self._dialog.wish.max_seconds:g} seconds was reached.")

    def _stop(self, reason: Reason, note: str) -> None:
        self._ending.reason, self._ending.note = reason, note

    # ------------------------------------------------------------ the tools

    async def _run(self, called: list[Called]) -> bool:
        """Run what the model called; whether all have an outcome."""
        dialog, ending = self._dialog, self._ending
        before = len(ending.called)
        ending.called += called
        self._tell(dialog.calling(called))
        for one in called:
            if one.approved is None and dialog.asks(one):
                self._runner.ask(one)
        left = None if dialog.max_calls is None else max(dialog.max_calls - before, 0)
        try:
            await self._runner.run((self._call, self._ending.steps, self._deadline), called, self, left)
        finally:
            for one in called:
                if one.outcome is None and one.waits is None:
                    self._runner.unfinished(one)
                    self._tell(dialog.returned(one))
            dialog.answered(called)
        waiting = [one for one in called if one.waits is not None]
        if waiting:
            notes = "; ".join(f"{one.tool.full} ({one.waits.id}): {one.waits.told}" for one in waiting if one.waits)
            self._stop("approval", f"Stopped: approval is needed for {notes}")
        return not waiting

    # ------------------------------------------------------------ what the client is told

    def running(self, one: Called) -> None:
        """A call begins (``running.Watch``)."""
        self._tell(self._dialog.running(one))

    def progressed(self, one: Called, progress: bytes) -> None:
        """A tool tells of its progress."""
        self._tell(self._dialog.progressed(one, progress))

    def returned(self, one: Called) -> None:
        """A call is over."""
        self._tell(self._dialog.returned(one))

    def begin(self, call: ModelCall) -> None:  # noqa: ARG002 - the client's own call is what it is told of
        """The model begins to answer (``hearing.Telling``)."""
        self._begin(self._call)

    def hear(self, events: Sequence[Event]) -> None:
        """The model says this."""
        self._tell(self._dialog.heard(events))

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Say who is to be told when the client cannot keep up."""
        self._reply.listen(pressure)

    def _begin(self, call: ModelCall) -> None:
        if self._begun:
            return
        self._begun = True
        if self._streamed:
            self._reply.begin(call)
        self._tell(self._dialog.opening())

    def _tell(self, events: bytes) -> None:
        if events and self._streamed:
            self._reply.write(events)
