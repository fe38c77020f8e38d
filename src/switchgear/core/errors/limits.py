"""A limit has no room for the call: 429."""

from __future__ import annotations

from switchgear.core.errors.base import SwitchgearError
from switchgear.core.errors.request import PermissionDenied
from switchgear.core.rates import Rates


class LimitReached(SwitchgearError):
    """A limit of the key, or of its team, its user or the model, has no room for the call.

    ``rates`` is what the client is told of its rates, where it has any.
    """

    code = "limit_reached"
    status = 429
    openai_type = "rate_limit_error"
    hint = "Wait until there is room; the message says when."

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        rates: Rates | None = None,
    ) -> None:
        super().__init__(message, hint=hint, param=param, retry_after=retry_after)
        self.rates = rates


class RateLimited(LimitReached):
    """Calls or tokens of the last minute leave no room for this call."""

    code = "rate_limit_exceeded"
    retryable = True
    hint = "Wait for retry-after, or ask an admin for more."


class CallTooLarge(LimitReached):
    """The call by itself may take more tokens or money than a limit ever allows."""

    code = "call_too_large"
    hint = "Lower max_tokens or shorten the messages."


class BudgetExceeded(LimitReached):
    """What may be spent until the end of the period is spent, or would be by this call."""

    code = "insufficient_quota"
    openai_type = "insufficient_quota"
    hint = "Ask an admin for more, or wait for the day named in the message."


class BudgetReserved(LimitReached):
    """What is left of a budget is held by calls under way, which give back what they do not use."""

    code = "budget_reserved"
    retryable = True
    hint = "Try again when some of them have ended, or lower max_tokens: less is reserved then."


class TooManyAtOnce(LimitReached):
    """As much is under way at once as may be."""

    code = "too_many_at_once"
    retryable = True
    hint = "Wait until some of it has ended, or cancel it."


class TooManyAttempts(LimitReached):
    """Attempts to sign in from this address failed so often that no more are looked at for a while."""

    code = "too_many_attempts"
    retryable = True
    hint = "Wait a minute, and sign in with something that is valid."


class ModelUnpriced(PermissionDenied):
    """The model's price is not known, and a budget that holds for the call lets only priced calls through."""

    code = "model_unpriced"
    hint = 'Call a model with a price; an admin can give it one, or set unpriced = "allow" on the limits.'
