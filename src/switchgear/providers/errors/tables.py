"""What providers' codes, sentences and statuses mean.

A code is told by the name of a kind of error that a provider gives to programs: OpenAI's ``code`` and ``type``, Google's
reasons, AWS's exceptions. Only codes that say more than the status stand here; ``invalid_request_error`` and the like are
used for too much. Numbers are codes of one provider alone and carry its name.

Sources: the error pages of OpenAI (platform.openai.com/docs/guides/error-codes), Azure (learn.microsoft.com, Azure OpenAI),
Anthropic (docs.claude.com/en/api/errors), Google (ai.google.dev/gemini-api/docs/troubleshooting, google.aip.dev/193), AWS
(docs.aws.amazon.com, Bedrock's common errors), Groq, Mistral, Moonshot, Cerebras, Z.ai, MiniMax, DashScope, Cloudflare
(developers.cloudflare.com/workers-ai/platform/errors), IBM watsonx.ai, Databricks, and what the servers of vLLM, llama.cpp and
TGI send.
"""

from __future__ import annotations

from typing import Final

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)

Meaning = type[ProviderError]

CODES: Final[dict[Meaning, tuple[str, ...]]] = {
    ContextLengthExceeded: (
        "context_length_exceeded",
        "exceed_context_size_error",  # llama.cpp
        "string_above_max_length",
        "model_max_prompt_tokens_exceeded",  # GitHub Models
        "zai:1261",
    ),
    ContentPolicyViolation: (
        "invalid_prompt",  # OpenAI, in streams of Responses
        "content_policy_violation",
        "content_filter",
        "moderation_blocked",
        "image_generation_user_error",
        "ResponsibleAIPolicyViolation",
        "data_inspection_failed",  # DashScope
        "DataInspectionFailed",
        "SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "zai:1301",
        "minimax:1026",
        "minimax:1027",
    ),
    ProviderAuthenticationFailed: (
        "invalid_api_key",
        "authentication_error",
        "invalid_authentication",
        "invalid_authentication_error",  # Moonshot
        "incorrect_api_key_error",
        "wrong_api_key",  # Cerebras
        "account_deactivated",
        "API_KEY_INVALID",
        "API_KEY_EXPIRED",
        "ACCESS_TOKEN_EXPIRED",
        "CREDENTIALS_MISSING",
        "UNAUTHENTICATED",
        "UNAUTHORIZED",
        "InvalidApiKey",
        "UnrecognizedClientException",  # AWS
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "ExpiredTokenException",
        "MissingAuthenticationTokenException",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "authentication_token_expired",  # watsonx.ai
        "authentication_token_not_valid",
        "unauthenticated:bad-credentials",  # xAI
        "cloudflare:9109",
        "cloudflare:10000",
        "cloudflare:10001",
        "minimax:1004",
        "minimax:2049",
        "zai:1000",
        "zai:1001",
        "zai:1002",
        "zai:1003",
        "zai:1004",
    ),
    ProviderPermissionDenied: (
        "permission_error",
        "permission_denied_error",
        "model_permission_blocked_org",  # Groq
        "model_permission_blocked_project",
        "organization_restricted",
        "unsupported_country_region_territory",
        "PERMISSION_DENIED",
        "SERVICE_DISABLED",
        "API_KEY_SERVICE_BLOCKED",
        "API_KEY_HTTP_REFERRER_BLOCKED",
        "API_KEY_IP_ADDRESS_BLOCKED",
        "CONSUMER_SUSPENDED",
        "CONSUMER_INVALID",
        "IAM_PERMISSION_DENIED",
        "PUP_LIMITED_DISABLED",  # Google: the account broke its policy
        "PermissionDenied",  # Azure
        "AccessDeniedException",
        "AccessDenied",
        "user_authorization_failed",
        "access_terminated_error",
        "cloudflare:5016",
        "cloudflare:5018",
        "cloudflare:3023",
        "cloudflare:3041",
    ),
    ProviderQuotaExceeded: (
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",  # Anthropic
        "exceeded_current_quota_error",  # Moonshot
        "blocked_api_access",  # Groq: the organisation's spend limit
        "BILLING_DISABLED",
        "QuotaPerDay",  # Google: made of its QuotaFailure
        "InsufficientQuota",
        "Arrearage",  # DashScope
        "AllocationQuota.FreeTierOnly",
        "PRECONDITION_FAILED",  # Fireworks: a suspended account
        "ServiceQuotaExceededException",
        "token_quota_reached",  # watsonx.ai
        "consumption_limit_reached",
        "personal-team-blocked:spending-limit",  # xAI
        "cloudflare:3036",
        "minimax:1008",
        "zai:1113",
        "zai:1308",
    ),
    ProviderRateLimited: (
        "rate_limit_exceeded",
        "rate_limit_error",
        "rate_limit_reached_error",
        "rate_limited",
        "model_rate_limit",  # Together
        "request_quota_exceeded",  # Cerebras: per minute, hour or day
        "token_quota_exceeded",
        "limit_requests",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "RateLimitReached",
        "ThrottlingException",
        "Throttling",
        "Throttling.RateQuota",
        "Throttling.AllocationQuota",
        "TooManyRequestsException",
        "REQUEST_LIMIT_EXCEEDED",  # Databricks
        "rate_limit_reached_requests",
        "minimax:1002",
        "minimax:1039",
        "zai:1302",
        "zai:1303",
    ),
    ProviderModelNotFound: (
        "model_not_found",
        "model_not_available",
        "model_decommissioned",
        "invalid_model",
        "unknown_model",
        "model_not_supported",
        "DeploymentNotFound",
        "ResourceNotFoundException",
        "RESOURCE_DOES_NOT_EXIST",
        "ENDPOINT_NOT_FOUND",
        "ModelNotFound",
        "ModelNotOpen",
        "InvalidEndpointOrModel.NotFound",
        "cloudflare:5007",
        "cloudflare:3042",
        "zai:1211",
    ),
    ProviderOverloaded: (
        "server_is_overloaded",  # OpenAI, in streams of Responses
        "overloaded_error",
        "overloaded",  # TGI
        "unavailable_error",
        "engine_overloaded_error",
        "service_tier_capacity_exceeded",  # Mistral
        "queue_exceeded",  # Cerebras
        "capacity_exceeded",
        "NoCapacity",
        "ServiceUnavailableException",
        "ModelNotReadyException",
        "TEMPORARILY_UNAVAILABLE",
        "UNAVAILABLE",
        "slow_down",
        "cloudflare:3040",
        "zai:1305",
    ),
    ProviderTimeout: (
        "timeout_error",
        "request_timeout",
        "ModelTimeoutException",
        "RequestTimeoutException",
        "DEADLINE_EXCEEDED",
        "cloudflare:3007",
        "cloudflare:3008",
        "minimax:1001",
    ),
    ProviderRefused: (
        "previous_response_not_found",
        "MISSING_THOUGHT_SIGNATURE",  # Google
        "ValidationException",
        "minimax:2013",
    ),
    ProviderError: (
        "ModelErrorException",
        "ModelStreamErrorException",
        "InternalServerException",
        "minimax:1000",
        "minimax:1013",
    ),
}

SENTENCES_FIRST: Final = frozenset({"ValidationException", "PRECONDITION_FAILED", "PERMISSION_DENIED"})
"""Codes of several meanings: a sentence that is known decides before them."""

BY_CODE: Final[dict[str, Meaning]] = {code: meaning for meaning, codes in CODES.items() for code in codes}

BY_STATUS: Final[dict[int, Meaning]] = {
    401: ProviderAuthenticationFailed,
    402: ProviderQuotaExceeded,
    403: ProviderPermissionDenied,
    404: ProviderModelNotFound,
    407: ProviderUnreachable,
    408: ProviderTimeout,
    424: ProviderError,
    429: ProviderRateLimited,
    498: ProviderOverloaded,  # Groq's flex tier
    499: ProviderError,
    503: ProviderOverloaded,
    504: ProviderTimeout,
    524: ProviderTimeout,  # Cloudflare, for an origin that is slow
    529: ProviderOverloaded,
}

STATUS_OF: Final = {
    "invalid_request_error": 400,
    "invalid_request": 400,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "BadRequestError": 400,
    "not_found_error": 404,
    "NOT_FOUND": 404,
    "NotFoundError": 404,
    "request_too_large": 413,
    "INTERNAL": 500,
    "api_error": 500,
    "server_error": 500,
}
"""What codes that say no more than a status stand for, in a body that came without one."""

WITH_SENTENCES: Final = frozenset({400, 403, 413, 422, 429, 500})
"""Statuses under which a sentence may say more; llama.cpp and others answer 500 where the prompt does not fit."""

SENTENCES: Final[tuple[tuple[Meaning, tuple[str, ...]], ...]] = (
    (
        ContextLengthExceeded,
        (
            "maximum context length",  # vLLM, OpenRouter, Fireworks
            "context length exceeded",
            "exceeds the context length",  # Ollama
            "exceeds the available context size",  # llama.cpp before it had a code
            "exceeds the context window",
            "exceed context limit",  # Anthropic
            "exceeds the maximum number of tokens allowed",  # Gemini
            "too large for model with",  # Mistral
            "prompt is too long",  # Anthropic, Bedrock
            "input is too long for requested model",  # Bedrock
            "too many tokens:",  # Cohere
            "tokens + `max_new_tokens` must be <=",  # TGI
            "maximum prompt length is",  # xAI
            "longer than the maximum model length",  # vLLM
            "range of input length should be",  # DashScope
        ),
    ),
    (
        ProviderQuotaExceeded,
        (
            "credit balance is too low",  # Anthropic
            "reached your specified api usage limits",
            "used all available credits",  # xAI
            "doesn't have any credits",
            "run out of credits",
            "key limit exceeded",  # OpenRouter
            "is suspended, possibly due to reaching the monthly spending limit",  # Fireworks
        ),
    ),
    (ProviderAuthenticationFailed, ("incorrect api key provided", "api key not valid")),  # xAI, Gemini
    (
        ContentPolicyViolation,
        (
            "blocked by content filtering policy",  # Anthropic
            "content violates usage guidelines",  # xAI
        ),
    ),
)
"""How providers say it that have no code for it, in lower case."""
