"""Running the tools that a model called, side by side, each with its outcome."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Final, Protocol, Unpack

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.errors import ApprovalNeeded, AuthenticationError, MissingKey, ShuttingDown, SwitchgearError
from switchgear.core.structs import Frozen
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.tool_call import How
from switchgear.pipeline.tools.dialog import Called, Waits
from switchgear.pipeline.tools.results import Outcome, bounded, failure, outcome_of
from switchgear.plugins.mcp.asking import Caller

MOST_AT_ONCE: Final = 16
"""Tools of one chat that run side by side."""
MOST_A_STEP: Final = 64
"""Calls of one answer of a model that are run."""
MOST_IN_ALL: Final = 32 << 20
"""Characters of all results of one chat, images among them."""
_LONGEST: Final = 1 << 20
"""Bytes of the arguments of a call."""
_object = msgspec.json.Decoder(dict[str, Raw])


class ToolContext(Frozen, frozen=True):
    """The ``context`` of a ``Caller`` whose tool is called for a key in a chat."""

    key: Key


class ToolCaller(Protocol):
    """Calls a tool for a key, with all that belongs to it (``pipeline.tool_call.ToolCalls``)."""

    async def call(self, key: Key, name: str, arguments: bytes, **how: Unpack[How]) -> Raw:
        """What the tool ``name`` (``plugin__tool``) answers to ``arguments``, a JSON object. Raises SwitchgearError."""
        ...


class Watch(Protocol):
    """Who is told how calls go."""

    def running(self, one: Called) -> None:
        """A call begins."""
        ...

    def progressed(self, one: Called, progress: bytes) -> None:
        """A tool tells of its progress."""
        ...

    def returned(self, one: Called) -> None:
        """A call has its outcome, or waits."""
        ...


class Runner:
    """Runs calls through ``tools``. ``sees`` is whether the model takes images."""

    def __init__(self, tools: ToolCaller, *, sees: bool) -> None:
        self._tools = tools
        self._sees = sees
        self._room = MOST_IN_ALL
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    @staticmethod
    def ask(one: Called) -> None:
        """Let a call wait for its client."""
        one.waits = Waits(one.shown or one.id, "client", "the client asked to be asked.")

    @staticmethod
    def unfinished(one: Called) -> None:
        """Give an outcome to a call that was broken off."""
        one.outcome = Outcome("The call was broken off before the tool answered.", status="failed", code="broken_off")

    async def run(
        self, asked: tuple[ModelCall, int, float], called: list[Called], watch: Watch, left: int | None
    ) -> None:
        """Give each call its outcome, or what it waits for. ``asked`` is the client's call, the step, and the time on ``perf_counter``
        when the chat has to end; no more than ``left`` calls are made.

        Raises AuthenticationError, ShuttingDown.
        """
        most = MOST_A_STEP if left is None else min(left, MOST_A_STEP)
        tasks = []
        for number, one in enumerate(called):
            if one.waits is not None:
                watch.returned(one)
            elif number >= most:
                one.outcome = Outcome("Not called: there were too many calls.", status="failed", code="too_many_calls")
                watch.returned(one)
            else:
                tasks.append(asyncio.ensure_future(self._one(asked, one, watch)))
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    async def _one(self, asked: tuple[ModelCall, int, float], one: Called, watch: Watch) -> None:
        if one.approved is False:
            one.outcome = Outcome("The user declined this call.", status="declined", code="declined")
        elif problem := _problem(one.arguments):
            one.outcome = Outcome(problem, status="failed", code="invalid_arguments")
        else:
            async with self._slots:
                await self._call(asked, one, watch)
        watch.returned(one)

    async def _call(self, asked: tuple[ModelCall, int, float], one: Called, watch: Watch) -> None:
        call, step, deadline = asked
        if call.key is None:
            raise MissingKey("The request has no key.")
        watch.running(one)
        began = time.perf_counter()
        try:
            raw = await self._tools.call(
                call.key,
                one.tool.full,
                one.arguments.encode(),
                caller=Caller(ToolContext(call.key), capabilities=b"{}"),
                on_progress=partial(watch.progressed, one),
                parent=call.id,
                step=step,
                seconds=max(deadline - began, 0.001),
            )
            one.outcome = self._fitted(outcome_of(raw, sees=self._sees))
        except ApprovalNeeded as error:
            one.waits = Waits(error.approval, "operator", error.message)
        except (AuthenticationError, ShuttingDown):
            raise
        except SwitchgearError as error:
            one.outcome = failure(error)
        one.ms = (time.perf_counter() - began) * 1000

    def _fitted(self, outcome: Outcome) -> Outcome:
        """The outcome, as far as the results of this chat have room still."""
        images = sum(len(one.data) for one in outcome.images)
        if images > self._room:
            outcome.images, images = [], 0
            outcome.text += "\n[Images were left out: the results of this chat are too large.]"
        self._room -= images
        outcome.text = bounded(outcome.text, self._room)
        self._room = max(self._room - len(outcome.text), 0)
        return outcome


def _problem(arguments: str) -> str:
    """What is wrong with the arguments of a call, as the model is told it."""
    try:
        raw = arguments.encode()
        if len(raw) > _LONGEST:
            return f"Not called: the arguments are longer than {_LONGEST:,} bytes."
        _object.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return f"Not called: the arguments are not a JSON object ({error})."
    return ""
