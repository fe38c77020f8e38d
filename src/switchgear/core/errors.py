"""Every error a user can meet, in one tree.

SwitchgearError
├── RequestError        the request itself is wrong                            4xx
│   ├── AuthenticationError   no key, or one that opens nothing                401
│   └── PermissionDenied      a valid key that may not do this                 403
├── ProviderError       a provider failed, refused or made no sense            4xx/5xx
├── GatewayError        the gateway cannot serve now                           5xx
└── StartupError        a command or the server cannot start, exits non-zero

A class is one stable ``code``. Foreign exceptions become one of these once, where they enter; each edge
renders them in its own dialect. ``docs/reference/errors.md`` is generated from this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


class SwitchgearError(Exception):
    """An error with a message that is safe to show.

    ``message`` says what and where, ``hint`` what to do next. ``param`` names the request field at fault.
    ``retry_after`` is seconds. ``cause`` is for logs and is never shown to a client.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    openai_type: ClassVar[str] = "server_error"
    hint: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = self.hint if hint is None else hint
        self.param = param
        self.retry_after = retry_after
        self.cause = cause

    def __str__(self) -> str:
        return self.message

    @classmethod
    def doc(cls) -> str:
        """The anchor of this error on the reference page."""
        return f"docs/reference/errors.md#{cls.code}"

    @property
    def http_status(self) -> int:
        """The status to answer with; an instance may be more exact than its class."""
        return self.status


class InternalError(SwitchgearError):
    """A defect in the gateway. The log has the details under the request id."""

    hint = "Report it with the request id; the log has the details."


# ---------------------------------------------------------------- the request is wrong


class RequestError(SwitchgearError):
    """The request cannot be served as sent; sending it again unchanged will not help."""

    code = "invalid_request"
    status = 400
    openai_type = "invalid_request_error"
    hint = "Correct the field named in param and send the request again."


class InvalidJSON(RequestError):
    """The body is not JSON: broken syntax, invalid UTF-8 or nesting too deep."""

    code = "invalid_json"
    hint = "Send one JSON object, encoded as UTF-8."


class RequestTooLarge(RequestError):
    """The body or the headers are over the size limit."""

    code = "request_too_large"
    status = 413
    hint = "Send less, or raise server.max_body_bytes."


class HeadersTooLarge(RequestError):
    """The request's headers are over the size limit."""

    code = "headers_too_large"
    status = 431
    hint = "Send fewer or shorter headers."


class RequestTimeout(RequestError):
    """The client sent its headers or body too slowly."""

    code = "request_timeout"
    status = 408
    hint = "Send the whole request at once, or raise server.body_timeout."


class NotFound(RequestError):
    """There is nothing at this path or under this name."""

    code = "not_found"
    status = 404
    hint = "The paths are listed in /api/openapi.json."


class MethodNotAllowed(RequestError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    hint = "Use the method named in the allow header."


class UnsupportedMediaType(RequestError):
    """The body is of a type that is not taken here."""

    code = "unsupported_media_type"
    status = 415
    hint = "Send it with: content-type: application/json"


class ModelNotFound(RequestError):
    """No model has the name that was asked for."""

    code = "model_not_found"
    status = 404
    hint = "GET /v1/models lists the models this key can call."


class NotSupported(RequestError):
    """The model, or its provider, cannot do what the request asks for."""

    code = "not_supported"
    hint = "Leave it out, or use a model that can: switchgear models list shows what each one can do."


class SightNotSupported(NotSupported):
    """The request has images, and the model sees nothing."""

    code = "vision_not_supported"
    hint = "Ask a model that takes images, or set vision_fallback on this one."


class UnfetchableURL(RequestError):
    """A URL in the request, of an image or a document, was not or could not be fetched."""

    code = "unfetchable_url"
    hint = "Send the content itself as a data: URL, or a public http(s) URL."


class Conflict(RequestError):
    """The thing exists already, or is in a state that does not allow this."""

    code = "conflict"
    status = 409
    hint = "Look at its present state first."


class AuthenticationError(RequestError):
    """The request has no key that opens anything."""

    code = "invalid_api_key"
    status = 401
    openai_type = "authentication_error"
    hint = "Create a key with: switchgear keys create"


class MissingKey(AuthenticationError):
    """The request carries no key."""

    code = "missing_api_key"
    hint = "Send it as: authorization: Bearer sk-sg-…"


class MalformedKey(AuthenticationError):
    """What was sent as a key does not have the form of one."""

    code = "malformed_api_key"
    hint = "Keys start with sk-sg- and are sent as: authorization: Bearer sk-sg-…"


class UnknownKey(AuthenticationError):
    """The key has the right form, but no such key exists here."""


class RevokedKey(AuthenticationError):
    """The key was revoked."""

    code = "revoked_api_key"


class ExpiredKey(AuthenticationError):
    """The key is past its date, or was replaced and its overlap is over."""

    code = "expired_api_key"


class PermissionDenied(RequestError):
    """The key is valid and may not do this."""

    code = "permission_denied"
    status = 403
    openai_type = "permission_error"
    hint = "Use a key with the scope named in the message."


class ModelNotAllowed(PermissionDenied):
    """The key's scope does not include the model."""

    code = "model_not_allowed"
    hint = "GET /v1/models lists the models this key can call; an admin can widen its scope."


# ---------------------------------------------------------------- a provider failed


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


class ProviderPermissionDenied(ProviderError):
    """The provider knows the gateway's credentials, and does not let them do this."""

    code = "provider_permission_denied"
    retryable = False
    hint = "Give the provider's account access to the model, or set the api_key of one that has it."


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


# ---------------------------------------------------------------- the gateway cannot serve now


class GatewayError(SwitchgearError):
    """The gateway cannot serve this now; a later try may succeed."""

    code = "service_unavailable"
    status = 503
    retryable = True
    hint = "Try again; GET /readyz says what is not ready."


class ModelUnavailable(GatewayError):
    """The embedded model is starting, restarting or failed."""

    code = "model_unavailable"


class StoreUnavailable(GatewayError):
    """The database cannot be read or written now."""

    code = "store_unavailable"
    hint = "See switchgear doctor; the log says what the database answered."


class ShuttingDown(GatewayError):
    """The gateway is stopping and takes no new calls."""

    code = "shutting_down"


# ---------------------------------------------------------------- cannot start


class StartupError(SwitchgearError):
    """A command or the server cannot go on. Shown as one sentence; the process exits with ``exit_code``."""

    code = "startup_failed"
    hint = "switchgear doctor finds and explains what is wrong."


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration.

    ``file`` is the path as it was given, ``line`` counts from 1 (``None``: it concerns no line), ``path`` is the place
    as in ``models.fast.deployments[1].provider``. ``message`` and ``suggestion`` are whole sentences without secrets.
    """

    file: str
    line: int | None
    path: str
    message: str
    suggestion: str = ""


class ConfigInvalid(StartupError):
    """The configuration has mistakes; every one of them is listed, and ``problems`` holds them one by one."""

    code = "config_invalid"
    exit_code = 2
    hint = "Correct the file; switchgear check shows the mistakes again."

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class UnresolvedReference(ConfigInvalid):
    """A reference of the configuration names a secret that is not there or cannot be read."""

    code = "unresolved_reference"
    hint = "Set the variable, file or secret that the reference names."


class UsageError(StartupError):
    """A command was called in a way it does not understand."""

    code = "usage_error"
    exit_code = 2
    hint = "Add --help to see what the command takes."


class PortTaken(StartupError):
    """Another process listens on the address."""

    code = "port_taken"
    exit_code = 3
    hint = "Choose another port with --port."


class DataFolderUnusable(StartupError):
    """The data folder cannot be created, read or written."""

    code = "data_folder_unusable"
    exit_code = 4
    hint = "Make it writable, or choose another with --data-dir."


class DataFolderInUse(StartupError):
    """A gateway serves this data folder already."""

    code = "data_folder_in_use"
    exit_code = 8
    hint = "Stop that one first, or choose another folder with --data-dir."


class StoreUnusable(StartupError):
    """The database cannot be opened: corrupt, locked, unreachable or from a newer version."""

    code = "store_unusable"
    exit_code = 5
    hint = "switchgear doctor examines it; switchgear db restore brings back a backup."


class GatewayNotRunning(StartupError):
    """The command needs a running gateway and found none."""

    code = "gateway_not_running"
    exit_code = 6
    hint = "Start one with: switchgear serve"


class ExtraMissing(StartupError):
    """A feature needs an optional package that is not installed."""

    code = "extra_missing"
    exit_code = 7
    hint = "Install it with the command in the message."


def every_error() -> Iterator[type[SwitchgearError]]:
    """All error classes, parents before children, in the order they are written."""

    def walk(kind: type[SwitchgearError]) -> Iterator[type[SwitchgearError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from walk(child)

    return walk(SwitchgearError)
