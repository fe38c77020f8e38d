"""A provider failed, refused or made no sense: 4xx and 5xx."""

from __future__ import annotations

from switchgear.core.errors.base import SwitchgearError


class ProviderError(SwitchgearError):
    """A provider failed to answer the call. ``provider`` and ``upstream_status`` tell where."""

    code = "provider_failed"
    status = 502
    retryable = True
    openai_type = "api_error"
    hint = "Try again; switchgear models test NAME shows what the provider says."
    reached: bool = True
    """Whether the request can have reached the provider, which then counts its prompt."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        upstream_status: int | None = None,
        hint: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, param=param, retry_after=retry_after, cause=cause)
        self.provider = provider
        self.upstream_status = upstream_status


class ProviderUnreachable(ProviderError):
    """No connection to the provider could be made: name, address, TLS or proxy."""

    code = "provider_unreachable"
    reached = False
    hint = "Check the provider's base_url and the network: switchgear doctor"


class ProviderTimeout(ProviderError):
    """The provider took longer than one of its four time limits."""

    code = "provider_timeout"
    status = 504
    hint = "Try again, or raise the limit named in the message under the provider's timeouts."


class ProviderDisconnected(ProviderError):
    """The provider closed the connection before its answer was complete."""

    code = "provider_disconnected"


class ProviderInvalidResponse(ProviderError):
    """What the provider sent is not a valid answer."""

    code = "provider_invalid_response"
    hint = "Check that the provider's kind and base_url fit its API."


class InvalidAnswer(ProviderError):
    """The model's answer is not what was asked of it: it breaks the schema, or calls a tool wrongly.

    ``complaint`` is what the model is told when it gets a second try.
    """

    code = "invalid_answer"
    hint = 'Ask again, simplify the schema, or set answers = "repair" on the model for one more try by the gateway.'

    def __init__(self, message: str, *, provider: str = "", param: str | None = None, complaint: str = "") -> None:
        super().__init__(message, provider=provider, param=param)
        self.complaint = complaint or message

    def asked_twice(self) -> InvalidAnswer:
        """The same of a model that was told what is wrong and did no better."""
        self.message += " It was told so, and its second answer is no better."
        self.advice = "Ask again, simplify the schema, or use another model."
        return self


class ProviderResponseTooLarge(ProviderInvalidResponse):
    """The provider's answer is over the size limit."""

    code = "provider_response_too_large"
    retryable = False
    hint = "Raise the provider's max_response_bytes if such answers are expected."


class ProviderAuthenticationFailed(ProviderError):
    """The provider refused the gateway's credentials."""

    code = "provider_authentication_failed"
    retryable = False
    hint = "Set a valid api_key for the provider."


class ProviderMisconfigured(ProviderError):
    """The provider cannot be called with the settings that it has."""

    code = "provider_misconfigured"
    retryable = False
    reached = False
    hint = "Correct the provider's settings: switchgear doctor"


class ProviderPermissionDenied(ProviderError):
    """The provider knows the gateway's credentials, and does not let them do this."""

    code = "provider_permission_denied"
    retryable = False
    hint = "Give the provider's account access to the model, or set the api_key of one that has it."


class ProviderDeclined(ProviderError):
    """The gateway's account may not have what this request asks for: a parameter, a file, or so many tokens."""

    code = "provider_declined_request"
    status = 400
    retryable = False
    openai_type = "invalid_request_error"
    hint = "Leave out the parameter or the file that the account may not use, or ask for fewer tokens."


class ProviderModelNotFound(ProviderError):
    """The provider does not know the model it was asked for."""

    code = "provider_model_not_found"
    status = 404
    retryable = False
    openai_type = "invalid_request_error"
    hint = "Check the model's name with: switchgear models list"


class ProviderRateLimited(ProviderError):
    """The provider limits the rate of calls."""

    code = "provider_rate_limited"
    status = 429
    openai_type = "rate_limit_error"
    hint = "Wait for retry-after, or add another deployment to the model."


class ProviderQuotaExceeded(ProviderError):
    """The gateway's account at the provider has no quota or credit left."""

    code = "provider_quota_exceeded"
    status = 429
    retryable = False
    openai_type = "insufficient_quota"
    hint = "Add credit or raise the quota at the provider."


class ProviderOverloaded(ProviderError):
    """The provider is overloaded or down for maintenance."""

    code = "provider_overloaded"
    status = 503


class ProviderRefused(ProviderError):
    """The provider refused the request as invalid; its own message is passed on."""

    code = "provider_rejected_request"
    status = 400
    retryable = False
    openai_type = "invalid_request_error"
    hint = "Correct the request as the provider's message says."


class ContextLengthExceeded(ProviderRefused):
    """The messages and the answer together are longer than the model can take."""

    code = "context_length_exceeded"
    hint = "Shorten the messages or use a model with a larger context."


class ContentPolicyViolation(ProviderRefused):
    """The provider's content policy refused the request."""

    code = "content_policy_violation"
    hint = "Change the request; the provider's message says why it was refused."
