"""The stage that takes what a call may use at most of its limits, before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final

import msgspec

from switchgear.access.limit_plan import Plan
from switchgear.access.limits import Limiter
from switchgear.access.reservation import Reservation
from switchgear.core.calls import Usage
from switchgear.core.errors import LimitReached
from switchgear.pipeline.as_it_came import DIALECTS
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.reserving import awaited
from switchgear.providers.base import Operation
from switchgear.providers.catalogue import Price, Units, cost
from switchgear.providers.media import MEDIA
from switchgear.routing.directory import Deployment, Model
from switchgear.routing.estimate import Estimate, estimate
from switchgear.routing.size import size_of

_UNANSWERED: Final = frozenset({Operation.EMBEDDING, Operation.MODERATION, Operation.RERANK})
"""Operations whose answers have no tokens."""

_SAID: Final = frozenset({*DIALECTS, Operation.COMPLETION})
"""Operations whose clients can say how long an answer may be."""

_NOTHING: Final = Usage()
_number = msgspec.json.Decoder(int | None)
_list = msgspec.json.Decoder(list[msgspec.Raw])


class Limited:
    """Reserves calls with ``limiter``. Counting tokens is free."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    def reserve(
        self, call: ModelCall, request: ModelRequest, model: Model
    ) -> Reservation | Awaitable[Reservation] | None:
        """What was taken; None where no limit holds. Raises LimitReached, ModelUnpriced, LimitsUndefined, StateUnavailable."""
        if call.key is None or call.operation is Operation.COUNT_TOKENS:
            return None
        plan = self._limiter.plan(call.key, call.name)
        if plan is None:
            return None
        if not plan.tokens and not plan.money:
            return self._take(call, plan, 0, 0)
        call.bound = bound_of(call.operation, request, plan)
        return self._take(call, plan, *_most(call, request, model, plan))

    def bound(self, call: ModelCall, request: ModelRequest) -> None:
        """Hold a call that is sent in another way to the answer that is reserved for it. Raises LimitsUndefined."""
        plan = self._limiter.plan(call.key, request.model) if call.key is not None else None
        if plan is not None and (plan.tokens or plan.money):
            call.bound = bound_of(call.operation, request, plan)

    def admit(self, call: ModelCall) -> Reservation | Awaitable[Reservation] | None:
        """The same for a call of no model, which takes no tokens and costs nothing."""
        plan = self._limiter.plan(call.key, "") if call.key is not None else None
        return None if plan is None else self._take(call, plan, 0, 0)

    def _take(
        self, call: ModelCall, plan: Plan, tokens: int, price: int | None
    ) -> Reservation | Awaitable[Reservation]:
        try:
            taken = self._limiter.take(plan, tokens, price, call.id)
        except LimitReached as error:
            call.rates = error.rates
            raise
        if isinstance(taken, Reservation):
            call.reserved(taken.rates, taken.told, taken.covers)
            return taken
        return awaited(call, taken)


def bound_of(operation: Operation, request: ModelRequest, plan: Plan) -> int | None:
    """The longest answer to ask for, where a client says nothing of it: as long as what ``plan`` assumes, if that is anything."""
    if operation not in _SAID or (request.max_tokens is not None and request.max_tokens >= 0):
        return None
    return plan.output_tokens or None


def _most(call: ModelCall, request: ModelRequest, model: Model, plan: Plan) -> tuple[int, int | None]:
    """Tokens and nano-dollars that the call may use at most, at the dearest of the deployments it may come to."""
    operation = call.operation
    unpriced = plan.money and not model.priced
    deployment = call.directory.dearest(model) if call.directory is not None else model.deployments[0]
    if operation in MEDIA and operation not in _UNANSWERED:
        tokens, price = 0, _of_units(request, operation, deployment.price)
    else:
        likely = most_of_text(request, operation, deployment, plan.output_tokens)
        tokens, price = likely.prompt_tokens + likely.output_tokens, likely.cost
    if unpriced and (plan.refuses_unpriced or deployment.price is None):
        return tokens, None
    return (
        tokens,
        price or 0,
    )  # what a priced model asks for units that nobody can count before is counted after the call


def most_of_text(request: ModelRequest, operation: Operation, deployment: Deployment, assumed: int) -> Estimate:
    """What a call that is paid by tokens may use at most. ``assumed`` is the length of an answer whose client says nothing of it."""
    size = size_of(request.prompt_characters, request.body)
    if operation in _UNANSWERED:
        return estimate(size, None, deployment, 0)
    found = estimate(size, request.max_tokens, deployment, assumed)
    answers = _answers(request, operation)
    if answers <= 1:
        return found
    output = found.output_tokens * answers
    return Estimate(found.prompt_tokens, output, cost(deployment.price, Usage(found.prompt_tokens, output)))


def _answers(request: ModelRequest, operation: Operation) -> int:
    """How many answers are made: for each of several prompts, and of those that the best is chosen of."""
    fields = request.fields
    answers = _asked(request, "n") if "n" in fields else 1
    if operation is not Operation.COMPLETION:
        return answers
    if "best_of" in fields:
        answers = max(answers, _asked(request, "best_of"))
    return answers * _prompts(bytes(fields.get("prompt", b"")))


def _prompts(prompt: bytes) -> int:
    """Of a completion: one text or one list of tokens is one, a list of either is several."""
    if not prompt.startswith(b"["):
        return 1
    try:
        return sum(not bytes(one)[:1].isdigit() for one in _list.decode(prompt)) or 1
    except msgspec.DecodeError:
        return 1


def _of_units(request: ModelRequest, operation: Operation, price: Price | None) -> int | None:
    """What is paid by the image or by the character, as far as the request tells how many."""
    if operation is Operation.SPEECH:
        return cost(price, _NOTHING, Units(characters=request.prompt_characters))
    if operation in {Operation.IMAGE, Operation.IMAGE_EDIT, Operation.IMAGE_VARIATION}:
        return cost(price, _NOTHING, Units(images=_asked(request, "n")))
    return 0


def _asked(request: ModelRequest, name: str) -> int:
    """How many answers are asked for; 1 where nothing is said, or nonsense."""
    raw = request.fields.get(name)
    if raw is None or request.form is not None:
        return 1
    try:
        return min(max(_number.decode(raw) or 1, 1), 128)
    except msgspec.DecodeError:
        return 1
