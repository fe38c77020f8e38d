"""Every error a user can meet, in one tree.

SwitchgearError
├── RequestError        the request itself is wrong                            4xx
│   ├── AuthenticationError   no key, or one that opens nothing                401
│   └── PermissionDenied      a valid key that may not do this                 403
├── LimitReached        a limit has no room for the call                       429
├── ProviderError       a provider failed, refused or made no sense            4xx/5xx
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
    CallTooLarge,
    LimitReached,
    ModelUnpriced,
    RateLimited,
    TooManyAtOnce,
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
    InvalidJSON,
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
    SightNotSupported,
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
    UnresolvedReference,
    UsageError,
)

__all__ = [
    "AuthenticationError",
    "BudgetExceeded",
    "CallTooLarge",
    "ConfigInvalid",
    "Conflict",
    "ContentPolicyViolation",
    "ContextLengthExceeded",
    "DataFolderInUse",
    "DataFolderUnusable",
    "DeploymentsResting",
    "ExpiredKey",
    "ExtraMissing",
    "GatewayError",
    "GatewayNotRunning",
    "HeadersTooLarge",
    "InternalError",
    "InvalidAnswer",
    "InvalidJSON",
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
    "RevokedKey",
    "ShuttingDown",
    "SightNotSupported",
    "StartupError",
    "StateUnavailable",
    "StateUnusable",
    "StoreUnavailable",
    "StoreUnusable",
    "SwitchgearError",
    "TooManyAtOnce",
    "UnfetchableURL",
    "UnknownKey",
    "UnresolvedReference",
    "UnsupportedMediaType",
    "UsageError",
    "WorkersFailed",
    "every_error",
]


def every_error() -> Iterator[type[SwitchgearError]]:
    """All error classes, parents before children, in the order they are written."""

    def walk(kind: type[SwitchgearError]) -> Iterator[type[SwitchgearError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from walk(child)

    return walk(SwitchgearError)
