"""What is asked of a model, and what is known of a call on its way through the stages."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import msgspec

from switchgear.access.keys import Key
from switchgear.cache.wish import ANY
from switchgear.core.calls import CacheResult, CallRecord, Outcome, Priority, Route, Step, Usage
from switchgear.core.errors import SwitchgearError
from switchgear.core.rates import Rates
from switchgear.core.structs import Record
from switchgear.dialects.base import DialectName
from switchgear.dialects.marks import Marks, marks_of
from switchgear.pipeline.echo import without_echo
from switchgear.pipeline.thread import Thread
from switchgear.providers.base import Operation, Upload
from switchgear.providers.catalogue import Units
from switchgear.routing.directory import Deployment, Directory, Model
from switchgear.routing.forecast import Forecast
from switchgear.routing.select import Ask
from switchgear.routing.trial import Trial

Covers = Callable[[int, int, int], bool | Awaitable[bool]]
"""Whether limits have room, after so many tokens and nano-dollars were used, for so many attempts more; what is missing is taken."""

_NOTHING = Usage()


class Form(Upload, Protocol):
    """A form with files, on its way in."""

    def replace(self, name: str, value: bytes) -> None:
        """Send another value of a plain field."""
        ...


class Measure(Protocol):
    """Counts what an answer has of other units than tokens."""

    @property
    def units(self) -> Units:
        """What was counted so far."""
        ...


class ModelRequest(Record):
    """What the stages read of a request. ``fields`` are its top-level fields as they were sent, still encoded.

    ``body`` is the whole of it, for when it is read as a canonical call (made of the fields where it is empty). ``headers`` are
    field lines for a provider of the same dialect (``anthropic-beta``). ``form`` is the request where it is one with files; of
    ``fields`` the names alone are of use then. ``max_tokens`` is the longest answer that is wanted, by whichever name the dialect has for
    it; None where nothing is said. ``keepable`` is false for an answer that is more than its words, such as a response that is kept and
    has an id to be asked for by: the cache lets it pass. ``marks`` are looked for once, by ``marked``.
    ``mcp`` is whether it may have tools of MCP servers, or had them before.
    """

    model: str
    stream: bool
    fields: dict[str, msgspec.Raw]
    wants_usage: bool = False
    prompt_characters: int = 0
    body: bytes = b""
    headers: bytes = b""
    form: Form | None = None
    max_tokens: int | None = None
    keepable: bool = True
    marks: Marks | None = None
    mcp: bool = False

    def marked(self, dialect: DialectName | Literal[""]) -> Marks:
        """What is in it that the gateway must see to."""
        marks = self.marks
        if marks is None:
            marks = self.marks = marks_of(dialect, self.fields, self.body)
        return marks


class ModelCall:
    """One call on its way through the stages, and what is known of it so far.

    ``directory`` holds the models as they were when it came. ``trials`` are its attempts; ``deployment`` is the one that answers it, or
    was tried last. ``dropped`` names what of the request the provider has no words for, ``shaped`` the abilities that the gateway lent
    the model. ``content_type`` is the answer's, where it is not always the same. ``steps`` are what stages said of it. ``priority`` is
    how urgent it is, ``patience`` the seconds that the client waits at most, ``explain`` whether it asks for the route. ``thread`` is the
    answer where another attempt may carry it on. ``ask`` is what routing was told of it, ``clamped`` what was lowered so that the answer has room,
    ``bound`` the longest answer that was reserved for it where its client names none,
    ``forecast`` what it was expected to use, where the client asked for that. ``wish`` is what the client wants of the cache, ``age``
    how many seconds ago an answer from there was made, ``saved`` what it had cost. ``spare`` is asked
    whether there is one that has expired and will do if no provider answers. ``unsaid`` is whether an answer that was read ended
    without a reason, so that nobody knows it to be whole. ``stays`` is asked, when the client leaves, whether the answer is wanted all the
    same. ``batch`` names the batch that the call is a line of, ``origin`` what else than a
    client made it, as ``sampling/PLUGIN``; ``again`` is asked whether one that failed will be made once more: then it
    is not recorded. ``settle`` gives back what was taken of limits beyond what the call used; more than once has no effect.
    ``host`` is where the client reached us. ``covers`` takes more where further attempts need it, and tells whether they have room.
    """

    __slots__ = (
        "again", "age", "ask", "at", "batch", "bound", "cache", "clamped", "content_type", "cost", "covers", "deployment", "directory", "dropped", "error", "explain", "first_token", "forecast", "host", "id",
        "key", "message", "model", "name", "once", "operation", "origin", "outcome", "patience", "priority", "rates", "recorded", "saved", "settle", "shaped", "spare", "started", "status", "stays",
        "steps", "streamed", "thread", "trace", "trials", "unsaid", "usage", "wants_forecast", "wish",
    )  # fmt: skip

    def __init__(self, call_id: str, operation: Operation) -> None:
        self.id = call_id
        self.operation = operation
        self.at = time.time()
        self.started = time.perf_counter()
        self.key: Key | None = None
        self.host = ""
        self.name = ""
        self.directory: Directory | None = None
        self.model: Model | None = None
        self.deployment: Deployment | None = None
        self.streamed = False
        self.explain = False
        self.priority = Priority.HIGH
        self.patience: float | None = None
        self.once = False
        self.usage = Usage()
        self.cost: int | None = None
        self.saved: int | None = None
        self.first_token: float | None = None
        self.outcome: Outcome = "ok"
        self.status = 200
        self.error = ""
        self.message = ""
        self.trace = ""
        self.recorded = False
        self.settle: Callable[[], None] | None = None
        self.covers: Covers | None = None
        self.rates: Rates | None = None
        self.cache: CacheResult = ""
        self.wish = ANY
        self.age: int | None = None
        self.stays: Callable[[], bool] | None = None
        self.spare: Callable[[], Awaitable[bool]] | None = None
        self.batch = ""
        self.origin = ""
        self.again: Callable[[SwitchgearError], bool] | None = None
        self.trials: list[Trial] = []
        self.steps: list[Step] = []
        self.thread: Thread | None = None
        self.dropped: list[str] = []
        self.shaped: list[str] = []
        self.clamped = ""
        self.bound: int | None = None
        self.ask: Ask | None = None
        self.forecast: Forecast | None = None
        self.wants_forecast = False
        self.unsaid = False
        self.content_type = b""

    def outlives_client(self) -> bool:
        """Whether the call goes on although its client has left."""
        return self.stays is not None and self.stays()

    def tell(self, stage: str, told: str) -> None:
        """Keep what a stage has to say of the call, for whoever asks why it went the way it did."""
        self.steps.append(Step(stage, (time.perf_counter() - self.started) * 1000, told))

    def reserved(self, rates: Rates | None, told: str, covers: Covers) -> None:
        """Its limits let it through: what the client is told of its rates, the tightest of them, and who takes more of them."""
        self.rates = rates
        self.covers = covers
        self.tell("limit", told)

    def bound_at(self, deployment: Deployment) -> int | None:
        """The longest answer to ask that deployment for, where the client says nothing of it and limits hold."""
        bound = self.bound
        if bound is None:
            return None
        room = self.ask.clamps.get(deployment.id) if self.ask is not None else None
        return min(bound, deployment.room.answer if room is None else room)

    # ------------------------------------------------------------ its attempts

    @property
    def tenant(self) -> str:
        """Whose call it is, among those who take turns."""
        return self.key.tenant if self.key is not None else ""

    @property
    def resumable(self) -> bool:
        """Whether another attempt can carry on the answer that the client has a part of."""
        return self.thread is not None and self.thread.can_go_on

    def affords(self) -> bool | Awaitable[bool]:
        """Whether its limits have room for one more attempt, after what those so far have used or still may; it is reserved then."""
        if self.covers is None:
            return True
        used, cost = self.spent()
        under_way = sum(trial.usage is None and trial.ended_at is None for trial in self.trials)
        return self.covers(used.prompt_tokens + used.completion_tokens, cost or 0, 1 + under_way)

    def fallback(self, name: str) -> Model | None:
        """The model of that name. A fallback is part of the model that names it: the key's scope is that model's."""
        return self.directory.find(name) if self.directory is not None else None

    def seeing(self, model: Model) -> Model | None:
        """The model that takes the calls with images of one that sees nothing, if the key may call it."""
        name = model.vision_fallback
        if not name or self.key is None or not self.key.may_call(name):
            return None
        other = self.fallback(name)
        return other if other is not None and other.deployments[0].capabilities.sees else None

    def tally(self) -> None:
        """Sum up what the attempts have used and cost so far."""
        self.usage, self.cost = self.spent()

    def spent(self) -> tuple[Usage, int | None]:
        """What the attempts have used and cost so far: nano-dollars, None where no price is known."""
        usage, cost = _NOTHING, None
        if len(self.trials) == 1:
            only = self.trials[0]
            return only.usage or usage, only.cost
        for trial in self.trials:
            if trial.usage is not None:
                usage = usage + trial.usage
            if trial.cost is not None:
                cost = trial.cost + (cost or 0)
        return usage, cost

    @property
    def attempts(self) -> int:
        """How many attempts reached for a provider."""
        trials = self.trials
        if len(trials) == 1:
            return int(trials[0].asked_at is not None)
        return sum(trial.asked_at is not None for trial in trials)

    def route(self) -> Route:
        """The way it went, so far."""
        now = time.perf_counter()
        tried = [
            trial.told(self.started, now)
            for trial in self.trials
            if trial.asked_at is not None or trial.outcome == "skipped"
        ]
        return Route(tuple(self.steps), tuple(tried))

    def _without_echo(self, route: Route, message: str) -> tuple[Route, str]:
        """The route and the error without what providers repeated of the prompt."""
        body = self.ask.body if self.ask is not None else b""
        names = [self.name, *(trial.deployment.model for trial in self.trials)]
        said = {one.message for one in route.attempts} | {message}  # the last attempt's is mostly the call's, too
        kept = {each: without_echo(each, body, names) for each in said}
        attempts = [
            msgspec.structs.replace(one, message=kept[one.message]) if one.message else one for one in route.attempts
        ]
        return Route(route.steps, tuple(attempts)), kept[message]

    def record(self) -> CallRecord:
        """What is kept of it; it counts as recorded from here on."""
        self.recorded = True
        started, key, deployment, first = self.started, self.key, self.deployment, self.first_token
        route, message = self.route(), self.message
        if message or any([trial.failure is not None for trial in self.trials]):  # noqa: C419 - a list is faster
            route, message = self._without_echo(route, message)
        return CallRecord(
            self.id,
            int(self.at * 1000),
            key.id if key is not None else "",
            f"batches/{self.operation.value}" if self.batch else self.origin or self.operation.value,
            self.name if self.model is not None else "",
            deployment.provider.name if deployment is not None else "",
            deployment.model if deployment is not None else "",
            self.streamed,
            self.outcome,
            self.status,
            self.error,
            self.usage,
            self.cost,
            (time.perf_counter() - started) * 1000,
            (first - started) * 1000 if first is not None else None,
            self.attempts,
            self.trace,
            team=key.team if key is not None else "",
            user=key.user if key is not None else "",
            cache=self.cache,
            message=message,
            route=route,
            saved=self.saved,
        )
