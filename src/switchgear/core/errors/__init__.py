"""Every error a user can meet, in one tree.

SwitchgearError
├── RequestError        the request itself is wrong                            4xx
│   ├── AuthenticationError   no key, or one that opens nothing                401
│   └── PermissionDenied      a valid key that may not do this                 403
├── LimitReached        a limit has no room for the call                       429
├── ProviderError       a provider failed, refused or made no sense            4xx/5xx
├── PluginError         a plugin cannot be used as it is                        4xx
│   └── PluginFailed          it, or the tool server in it, failed             5xx
├── GatewayError        the gateway cannot serve now                           5xx
└── StartupError        a command or the server cannot start, exits non-zero

A class is one stable ``code``. Foreign exceptions become one of these once, where they enter; each edge
renders them in its own dialect. ``docs/reference/errors.md`` is generated from this module.
"""

from __future__ import annotations

from collections.abc import Iterator

from switchgear.core.errors.base import (
    InternalError,
    SwitchgearError,
)
from switchgear.core.errors.gateway import (
    AuthorizationServerUnavailable,
    DeploymentsResting,
    GatewayError,
    LimitsUndefined,
    ModelUnavailable,
    NotCached,
    Overloaded,
    ShuttingDown,
    StateUnavailable,
    StoreUnavailable,
    WorkersFailed,
)
from switchgear.core.errors.limits import (
    BudgetExceeded,
    BudgetReserved,
    CallTooLarge,
    LimitReached,
    ModelUnpriced,
    RateLimited,
    TooManyAtOnce,
    TooManyAttempts,
)
from switchgear.core.errors.plugins import (
    ApprovalDenied,
    ApprovalNeeded,
    ApprovalNotPending,
    DependencyConflict,
    DowngradeRefused,
    InvalidApiDocument,
    InvalidBundle,
    InvalidManifest,
    InvalidSettings,
    InvalidSignature,
    InvalidSource,
    PluginBusy,
    PluginError,
    PluginFailed,
    PluginLoginFailed,
    PluginLoginRefused,
    PluginNotInstalled,
    PluginNotStarted,
    PluginQuarantined,
    PluginUnauthorized,
    PluginUnavailable,
    ReviewOutdated,
    SandboxUnavailable,
    ServerGone,
    ToolAnswerInvalid,
    ToolAnswerTooLarge,
    ToolServerError,
    ToolTimedOut,
    TooManyApprovals,
    UntrustedBundle,
)
from switchgear.core.errors.provider import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidAnswer,
    ProviderAuthenticationFailed,
    ProviderDeclined,
    ProviderDisconnected,
    ProviderError,
    ProviderInvalidResponse,
    ProviderMisconfigured,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderResponseTooLarge,
    ProviderTimeout,
    ProviderUnreachable,
)
from switchgear.core.errors.request import (
    AuthenticationError,
    Conflict,
    ExpiredKey,
    HeadersTooLarge,
    InsufficientScope,
    InvalidJSON,
    InvalidToken,
    MalformedKey,
    MethodNotAllowed,
    MissingKey,
    ModelNotAllowed,
    ModelNotFound,
    NotFound,
    NotSupported,
    PermissionDenied,
    PreviousResponseNotFound,
    RequestError,
    RequestTimeout,
    RequestTooLarge,
    RevokedKey,
    SessionEnded,
    SightNotSupported,
    SignInFailed,
    UnfetchableURL,
    UnknownKey,
    UnsupportedMediaType,
)
from switchgear.core.errors.startup import (
    ConfigInvalid,
    DataFolderInUse,
    DataFolderUnusable,
    ExtraMissing,
    GatewayNotRunning,
    PortTaken,
    Problem,
    StartupError,
    StateUnusable,
    StoreUnusable,
    ThemeInvalid,
    UnresolvedReference,
    UsageError,
)

__all__ = [
    "ApprovalDenied",
    "ApprovalNeeded",
    "ApprovalNotPending",
    "AuthenticationError",
    "AuthorizationServerUnavailable",
    "BudgetExceeded",
    "BudgetReserved",
    "CallTooLarge",
    "ConfigInvalid",
    "Conflict",
    "ContentPolicyViolation",
    "ContextLengthExceeded",
    "DataFolderInUse",
    "DataFolderUnusable",
    "DependencyConflict",
    "DeploymentsResting",
    "DowngradeRefused",
    "ExpiredKey",
    "ExtraMissing",
    "GatewayError",
    "GatewayNotRunning",
    "HeadersTooLarge",
    "InsufficientScope",
    "InternalError",
    "InvalidAnswer",
    "InvalidApiDocument",
    "InvalidBundle",
    "InvalidJSON",
    "InvalidManifest",
    "InvalidSettings",
    "InvalidSignature",
    "InvalidSource",
    "InvalidToken",
    "LimitReached",
    "LimitsUndefined",
    "MalformedKey",
    "MethodNotAllowed",
    "MissingKey",
    "ModelNotAllowed",
    "ModelNotFound",
    "ModelUnavailable",
    "ModelUnpriced",
    "NotCached",
    "NotFound",
    "NotSupported",
    "Overloaded",
    "PermissionDenied",
    "PluginBusy",
    "PluginError",
    "PluginFailed",
    "PluginLoginFailed",
    "PluginLoginRefused",
    "PluginNotInstalled",
    "PluginNotStarted",
    "PluginQuarantined",
    "PluginUnauthorized",
    "PluginUnavailable",
    "PortTaken",
    "PreviousResponseNotFound",
    "Problem",
    "ProviderAuthenticationFailed",
    "ProviderDeclined",
    "ProviderDisconnected",
    "ProviderError",
    "ProviderInvalidResponse",
    "ProviderMisconfigured",
    "ProviderModelNotFound",
    "ProviderOverloaded",
    "ProviderPermissionDenied",
    "ProviderQuotaExceeded",
    "ProviderRateLimited",
    "ProviderRefused",
    "ProviderResponseTooLarge",
    "ProviderTimeout",
    "ProviderUnreachable",
    "RateLimited",
    "RequestError",
    "RequestTimeout",
    "RequestTooLarge",
    "ReviewOutdated",
    "RevokedKey",
    "SandboxUnavailable",
    "ServerGone",
    "SessionEnded",
    "ShuttingDown",
    "SightNotSupported",
    "SignInFailed",
    "StartupError",
    "StateUnavailable",
    "StateUnusable",
    "StoreUnavailable",
    "StoreUnusable",
    "SwitchgearError",
    "ThemeInvalid",
    "TooManyApprovals",
    "TooManyAtOnce",
    "TooManyAttempts",
    "ToolAnswerInvalid",
    "ToolAnswerTooLarge",
    "ToolServerError",
    "ToolTimedOut",
    "UnfetchableURL",
    "UnknownKey",
    "UnresolvedReference",
    "UnsupportedMediaType",
    "UntrustedBundle",
    "UsageError",
    "WorkersFailed",
    "advice_for",
    "every_error",
]


def every_error() -> Iterator[type[SwitchgearError]]:
    """All error classes, parents before children, in the order they are written."""

    def walk(kind: type[SwitchgearError]) -> Iterator[type[SwitchgearError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from walk(child)

    return walk(SwitchgearError)


def advice_for(code: str) -> str:
    """What to do about errors of a code, as far as the code alone tells; empty where it tells nothing or is not known."""
    return next((kind.hint for kind in every_error() if kind.code == code), "")
