"""A plugin asks a model (``sampling/createMessage``): for the key whose call of a tool it works on, within what was granted to it.

The call is one of the gateway like any other: authorised, limited and recorded for that key. What it may cost comes out of the plugin's
own budget besides, by the books: a restart does not give it anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.canonical import Answer
from switchgear.core.capabilities import Target
from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.money import nano_dollars, shown
from switchgear.core.periods import period
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.registry import BACKS
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.limited import most_of_text
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.tools.sampled import model_hints, read_request, write_result
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.asking import Asked, Declined, Handler
from switchgear.plugins.permissions import Sampling as Granted
from switchgear.providers.base import Operation
from switchgear.routing.directory import Directory, Model
from switchgear.state.base import Change, Check, Counters, Verdict
from switchgear.state.counters import epoch_ms

_encode = msgspec.json.Encoder().encode
METHOD: Final = "sampling/createMessage"
_REFUSED: Final = -1
"""The code by which clients refuse sampling (Model Context Protocol 2025-11-25, Sampling: Error handling)."""
_USUAL_TOKENS: Final = 4096
_GLOB: Final = frozenset("*?[")


class Calls(Protocol):
    """Calls of models (``pipeline.model_call.ModelCalls``)."""

    def begin(self, operation: Operation) -> ModelCall:
        """A new call, its clock running."""
        ...

    async def run(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve an authenticated call. Raises SwitchgearError; the call is recorded in every case."""
        ...


class Collected:
    """A reply that keeps the answer, which comes whole."""

    def __init__(self) -> None:
        self.body = b""

    def whole(self, call: ModelCall, body: bytes) -> None:  # noqa: ARG002 - the protocol's
        """The answer at once."""
        self.body = body

    def begin(self, call: ModelCall) -> None:
        """No stream is asked for."""

    def write(self, events: bytes) -> None:
        """No stream is asked for."""

    def end(self, events: bytes) -> None:
        """No stream is asked for."""

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """Nobody has to keep up."""


class Purse:
    """What plugins may spend. ``spent`` tells by the books what was spent since a time (ms since 1970) at an endpoint, in nano-dollars."""

    def __init__(
        self,
        counters: Counters,
        spent: Callable[[str, int], Awaitable[int]],
        clock: Callable[[], int] = epoch_ms,
    ) -> None:
        self._counters = counters
        self._spent = spent
        self._clock = clock

    async def open(self, plugin: str, granted: Granted, most: int, token: str) -> Held:
        """Take ``most`` nano-dollars of what is granted. Raises Declined where there is not so much left, StateUnavailable, StoreUnavailable."""
        now = self._clock()
        current = period(granted.per, now)
        scope, name, limit = f"sampling:{plugin}", f"usd:{current.name}", nano_dollars(granted.usd)
        check = Check(scope, name, "period", limit, most, current.until)
        verdict = await self._take(token, check, now)
        if not verdict.standings[0].seeded:
            if verdict.allowed:
                self._counters.settle(token, [Change(scope, name, "period", -most, verdict.at_ms, current.until)])
            self._counters.seed(scope, name, await self._spent(endpoint_of(plugin), current.since), current.until)
            verdict = await self._take(f"{token}/seeded", check, now)
            token = f"{token}/seeded"
        if not verdict.allowed:
            left = shown(max(limit - verdict.standings[0].used, 0))
            raise Declined(
                _REFUSED,
                f"Asking this could cost {shown(most)}, and {left} of {shown(limit)} a {granted.per} are left.",
            )
        return Held(self._counters, token, Change(scope, name, "period", -most, verdict.at_ms, current.until))

    async def _take(self, token: str, check: Check, now: int) -> Verdict:
        found = self._counters.take(token, [check], now)
        return found if isinstance(found, Verdict) else await found


class Held:
    """What was taken of a budget, until it is known what was spent."""

    def __init__(self, counters: Counters, token: str, change: Change) -> None:
        self._counters = counters
        self._token = token
        self._change = change

    def spend(self, cost: int) -> None:
        """Give back what was not spent."""
        change = self._change
        delta = change.delta + cost
        self._counters.settle(
            self._token, [Change(change.scope, change.name, "period", delta, change.at_ms, change.span_ms)]
        )


def endpoint_of(plugin: str) -> str:
    """What the calls that a plugin makes are recorded under."""
    return f"sampling/{plugin}"


class Sampling:
    """The handler of ``sampling/createMessage`` (``plugins.mcp.asking.Handler``).

    ``installed`` finds a plugin, ``directory`` gives the models as they are now. ``otherwise`` is asked where a plugin was granted nothing:
    whoever called the tool may have a model of its own.
    """

    def __init__(
        self,
        calls: Calls,
        installed: Callable[[str], Installed | None],
        directory: Callable[[], Directory],
        purse: Purse,
        otherwise: Handler | None = None,
    ) -> None:
        self._calls = calls
        self._installed = installed
        self._directory = directory
        self._purse = purse
        self._otherwise = otherwise

    async def __call__(self, asked: Asked) -> bytes:
        """The result. Raises Declined in words, or SwitchgearError for what the call of the model ends with."""
        installed = self._installed(asked.plugin)
        granted = installed.permissions.sampling if installed is not None else None
        if granted is None:
            if self._otherwise is not None:
                return await self._otherwise(asked)
            raise Declined(_REFUSED, "This plugin was not granted to ask models: its permissions have no sampling.")
        key = getattr(asked.caller.context, "key", None)
        if not isinstance(key, Key):
            raise Declined(_REFUSED, "A model can be asked during a call of a tool alone: nobody would pay for it.")
        fields, most_tokens = read_request(asked.params)
        model = self._chosen(key, granted, model_hints(asked.params))
        return await self._ask(asked.plugin, key, granted, model, _request(fields, model.name, most_tokens))

    def _chosen(self, key: Key, granted: Granted, hints: list[str]) -> Model:
        """The model to ask: of those that are granted and that the key may call the first that a hint names, or the first."""
        directory = self._directory()
        exact = [name for name in granted.models if not _GLOB.intersection(name) and key.may_call(name)]
        names = [*exact, *(name for name in directory.names(key.may_call) if _matches(name, granted.models))]
        found = [model for name in dict.fromkeys(names) if (model := directory.find(name)) is not None and model.priced]
        if not found:
            raise Declined(
                _REFUSED,
                f"Of the models granted to this plugin ({', '.join(granted.models)}) none can be asked: the key may not, or no price is known.",
            )
        for hint in hints:
            for model in found:
                if hint.lower() in model.name.lower():
                    return model
        return found[0]

    async def _ask(self, plugin: str, key: Key, granted: Granted, model: Model, request: ModelRequest) -> bytes:
        call = self._calls.begin(Operation.CHAT)
        call.key, call.priority, call.origin = key, key.priority, endpoint_of(plugin)
        call.tell("sampling", f"asked by plugin {plugin}")
        dearest = self._directory().dearest(model)
        most = most_of_text(request, Operation.CHAT, dearest, _USUAL_TOKENS).cost or 0
        held = await self._purse.open(plugin, granted, most, f"{call.id}/sampling")
        reply = Collected()
        with _settled(held, call):
            await self._calls.run(call, request, reply)
        return write_result(_answer(reply.body, model.name), model.name)


@contextmanager
def _settled(held: Held, call: ModelCall) -> Iterator[None]:
    try:
        yield
    finally:
        held.spend(call.cost or 0)


def _request(fields: dict[str, Any], model: str, most_tokens: int) -> ModelRequest:
    raw = {name: Raw(_encode(value)) for name, value in (fields | {"model": model}).items()}
    body = _encode(raw)
    return ModelRequest(model, stream=False, fields=raw, prompt_characters=len(body), body=body, max_tokens=most_tokens)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _answer(body: bytes, model: str) -> Answer:
    try:
        return BACKS["chat"].read_answer(body, Target("", "", model))
    except NotThisDialectError as error:
        raise ProviderInvalidResponse(
            "The model's answer does not have the form it should have.", cause=str(error)
        ) from error
