"""What every family of providers answers when it refuses, as it really says it, and what it becomes: one body a row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import (
    ContentPolicyViolation,
    ContextLengthExceeded,
    ProviderAuthenticationFailed,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderOverloaded,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)
from switchgear.observe.redaction import scrub
from switchgear.providers.errors import provider_error

Row = tuple[str, int, Any, type[ProviderError], str | None]


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def flat(message: str, **more: Any) -> dict[str, Any]:
    return {"object": "error", "message": message, **more}


def anthropic(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"}


def google(code: int, message: str, status: str, *details: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, "details": list(details)}}]


def google_reason(reason: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}


OPENAI: list[Row] = [
    ("key", 401, said("Incorrect API key provided: sk-abc.", type="invalid_request_error", param=None,
                      code="invalid_api_key"), ProviderAuthenticationFailed, None),
    ("model", 404, said("The model `gpt-9` does not exist.", type="invalid_request_error", param=None,
                        code="model_not_found"), ProviderModelNotFound, None),
    ("model of others", 403, said("Project `x` does not have access to model `y`.", type="invalid_request_error",
                                  code="model_not_found"), ProviderModelNotFound, None),
    ("country", 403, said("Country, region, or territory not supported", type="request_forbidden", param=None,
                          code="unsupported_country_region_territory"), ProviderPermissionDenied, None),
    ("scope", 403, said("You have insufficient permissions for this operation. Missing scopes: model.request.",
                        type="invalid_request_error", param=None, code=None), ProviderPermissionDenied, None),
    ("parameter", 400, said("Invalid 'temperature'.", type="invalid_request_error", param="temperature",
                            code="decimal_above_max_value"), ProviderRefused, "temperature"),
    ("context", 400, said("This model's maximum context length is 8192 tokens.", type="invalid_request_error",
                          param="messages", code="context_length_exceeded"), ContextLengthExceeded, "messages"),
    ("rate", 429, said("Rate limit reached.", type="requests", code="rate_limit_exceeded"), ProviderRateLimited, None),
    ("quota", 429, said("You exceeded your current quota.", type="insufficient_quota", param=None,
                        code="insufficient_quota"), ProviderQuotaExceeded, None),
    ("policy", 400, said("Your request was rejected.", type="invalid_request_error", code="content_policy_violation"),
     ContentPolicyViolation, None),
    ("image policy", 400, said("Your request was rejected by the safety system.", type="image_generation_user_error",
                               param=None, code="moderation_blocked"), ContentPolicyViolation, None),
    ("response gone", 400, said("Previous response with id 'resp_1' not found.", type="invalid_request_error",
                                param="previous_response_id", code="previous_response_not_found"),
     ProviderRefused, "previous_response_id"),
    ("server", 500, said("The server had an error.", type="server_error", param=None, code=None), ProviderError, None),
    ("overload", 503, said("The engine is overloaded.", type="server_error"), ProviderOverloaded, None),
    ("slow down", 503, said("Slow Down", type="server_error", code="slow_down"), ProviderOverloaded, None),
]  # fmt: skip

AZURE: list[Row] = [
    ("key", 401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}},
     ProviderAuthenticationFailed, None),
    ("gateway", 401, {"statusCode": 401, "message": "Access denied."}, ProviderAuthenticationFailed, None),
    ("gateway rate", 429, {"statusCode": 429, "message": "Rate limit is exceeded."}, ProviderRateLimited, None),
    ("role", 401, {"error": {"code": "PermissionDenied", "message": "Principal does not have access to API/Operation."}},
     ProviderPermissionDenied, None),
    ("network", 403, {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}},
     ProviderPermissionDenied, None),
    ("deployment", 404, {"error": {"code": "DeploymentNotFound", "message": "The API deployment is not there."}},
     ProviderModelNotFound, None),
    ("filter", 400, said("The response was filtered.", type=None, param="prompt", code="content_filter", status=400,
                         innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}),
     ContentPolicyViolation, "prompt"),
    ("filter told inside alone", 400, said("Filtered.", code="BadRequest", inner_error={},
                                           innererror={"code": "ResponsibleAIPolicyViolation"}),
     ContentPolicyViolation, None),
    ("rate", 429, {"error": {"code": "429", "message": "Requests have exceeded call rate limit. Retry after 6 seconds."}},
     ProviderRateLimited, None),
    ("rate of a model", 429, {"error": {"code": "RateLimitReached", "message": "Your requests have exceeded the limit."}},
     ProviderRateLimited, None),
    ("quota", 429, {"error": {"code": "InsufficientQuota", "message": "There is no quota."}}, ProviderQuotaExceeded, None),
    ("capacity", 503, {"error": {"code": "NoCapacity", "message": "The system has no capacity."}}, ProviderOverloaded, None),
    ("api version", 404, {"error": {"code": "404", "message": "Resource not found"}}, ProviderModelNotFound, None),
    ("context", 400, said("This model's maximum context length is 128000 tokens.", type="invalid_request_error",
                          param="messages", code="context_length_exceeded"), ContextLengthExceeded, "messages"),
]  # fmt: skip

ANTHROPIC: list[Row] = [
    ("key", 401, anthropic("authentication_error", "invalid x-api-key"), ProviderAuthenticationFailed, None),
    ("permission", 403, anthropic("permission_error", "Your API key does not have permission."),
     ProviderPermissionDenied, None),
    ("model", 404, anthropic("not_found_error", "model: claude-9"), ProviderModelNotFound, None),
    ("rate", 429, anthropic("rate_limit_error", "This request would exceed your organization's rate limit."),
     ProviderRateLimited, None),
    ("billing", 402, anthropic("billing_error", "There is an issue with billing."), ProviderQuotaExceeded, None),
    ("credit", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
     ProviderQuotaExceeded, None),
    ("spend limit", 400, anthropic("invalid_request_error", "You have reached your specified API usage limits."),
     ProviderQuotaExceeded, None),
    ("prompt", 400, anthropic("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
     ContextLengthExceeded, None),
    ("prompt and answer", 400, anthropic(
        "invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
     ContextLengthExceeded, None),
    ("filter", 400, anthropic("invalid_request_error", "Output blocked by content filtering policy"),
     ContentPolicyViolation, None),
    ("field", 400, anthropic("invalid_request_error", "max_tokens: Field required"), ProviderRefused, "max_tokens"),
    ("deep field", 400, anthropic("invalid_request_error", "messages.0.content.1.image.source: Input should be a table"),
     ProviderRefused, "messages.0.content.1.image.source"),
    ("prefill", 400, anthropic("invalid_request_error", "This model does not support assistant message prefill."),
     ProviderRefused, None),
    ("size", 413, anthropic("request_too_large", "Request exceeds the maximum size"), ProviderRefused, None),
    ("server", 500, anthropic("api_error", "Internal server error"), ProviderError, None),
    ("timeout", 504, anthropic("timeout_error", "Request timed out"), ProviderTimeout, None),
    ("overload", 529, anthropic("overloaded_error", "Overloaded"), ProviderOverloaded, None),
]  # fmt: skip

GOOGLE: list[Row] = [
    ("rate", 429, google(429, "You exceeded your current quota.", "RESOURCE_EXHAUSTED"), ProviderRateLimited, None),
    ("key", 400, google(400, "API key not valid.", "INVALID_ARGUMENT", google_reason("API_KEY_INVALID")),
     ProviderAuthenticationFailed, None),
    ("key without details", 400, google(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"),
     ProviderAuthenticationFailed, None),
    ("token", 401, google(401, "Request had invalid credentials.", "UNAUTHENTICATED", google_reason("ACCESS_TOKEN_EXPIRED")),
     ProviderAuthenticationFailed, None),
    ("service off", 403, google(403, "The API is disabled.", "PERMISSION_DENIED", google_reason("SERVICE_DISABLED")),
     ProviderPermissionDenied, None),
    ("billing off", 403, google(403, "This API method requires billing.", "PERMISSION_DENIED",
                                google_reason("BILLING_DISABLED")), ProviderQuotaExceeded, None),
    ("model", 404, google(404, "models/gemini-9 is not found for API version v1beta", "NOT_FOUND"),
     ProviderModelNotFound, None),
    ("field", 400, google(400, "Invalid JSON payload received.", "INVALID_ARGUMENT", {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "generation_config.top_k", "description": "Unknown name"}]}),
     ProviderRefused, "generation_config.top_k"),
    ("context", 400, google(400, "The input token count (9) exceeds the maximum number of tokens allowed (8).",
                            "INVALID_ARGUMENT"), ContextLengthExceeded, None),
    ("location", 400, google(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
     ProviderRefused, None),
    ("rate by the minute", 429, google(429, "You exceeded your current quota.", "RESOURCE_EXHAUSTED", {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "10"}]}),
     ProviderRateLimited, None),
    ("quota of a day", 429, google(429, "You exceeded your current quota.", "RESOURCE_EXHAUSTED", {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "50"}]}),
     ProviderQuotaExceeded, None),
    ("overload", 503, google(503, "The model is overloaded.", "UNAVAILABLE"), ProviderOverloaded, None),
    ("deadline", 504, google(504, "Deadline expired.", "DEADLINE_EXCEEDED"), ProviderTimeout, None),
    ("server", 500, google(500, "An internal error has occurred.", "INTERNAL"), ProviderError, None),
    ("vertex", 403, google(403, "Permission 'aiplatform.endpoints.predict' denied.", "PERMISSION_DENIED",
                           google_reason("IAM_PERMISSION_DENIED"))[0], ProviderPermissionDenied, None),
]  # fmt: skip

BEDROCK: list[Row] = [
    ("throttling", 429, {"__type": "ThrottlingException", "message": "Too many requests"}, ProviderRateLimited, None),
    ("long name", 429, {"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Rate exceeded"},
     ProviderRateLimited, None),
    ("validation", 400, {"__type": "ValidationException", "message": "The provided model identifier is invalid."},
     ProviderRefused, None),
    ("context", 400, {"__type": "ValidationException", "message": "Input is too long for requested model."},
     ContextLengthExceeded, None),
    ("access", 403, {"__type": "AccessDeniedException", "Message": "User is not authorized to perform it."},
     ProviderPermissionDenied, None),
    ("token", 403, {"__type": "UnrecognizedClientException", "message": "The security token is invalid."},
     ProviderAuthenticationFailed, None),
    ("expired", 403, {"__type": "ExpiredTokenException", "message": "It is expired"}, ProviderAuthenticationFailed, None),
    ("timeout", 408, {"__type": "ModelTimeoutException", "message": "Model has timed out"}, ProviderTimeout, None),
    ("quota", 400, {"__type": "ServiceQuotaExceededException", "message": "Over the quota."}, ProviderQuotaExceeded, None),
    ("model", 404, {"__type": "ResourceNotFoundException", "message": "Could not resolve it."}, ProviderModelNotFound, None),
    ("not ready", 429, {"__type": "ModelNotReadyException", "message": "The model is not ready."}, ProviderOverloaded, None),
    ("model error", 424, {"__type": "ModelErrorException", "message": "The model failed."}, ProviderError, None),
    ("down", 503, {"__type": "ServiceUnavailableException", "message": "Try later."}, ProviderOverloaded, None),
    ("without a type", 403, {"message": "The security token included in the request is invalid."},
     ProviderPermissionDenied, None),
]  # fmt: skip

OTHERS: list[Row] = [
    ("ollama model", 404, {"error": "model 'x' not found"}, ProviderModelNotFound, None),
    ("ollama compatible", 404, said('model "x" not found', type="api_error", param=None, code=None),
     ProviderModelNotFound, None),
    ("ollama tools", 400, {"error": '"x" does not support tools'}, ProviderRefused, None),
    ("ollama context", 400, {"error": "the input length exceeds the context length"}, ContextLengthExceeded, None),
    ("ollama busy", 503, {"error": "server busy, please try again. maximum pending requests exceeded"},
     ProviderOverloaded, None),
    ("ollama cloud", 401, {"StatusCode": 401, "Status": "401 Unauthorized", "error": "unauthorized"},
     ProviderAuthenticationFailed, None),
    ("ollama cloud limit", 429, {"error": "you have reached your hourly usage limit"}, ProviderRateLimited, None),
    ("cohere key", 401, {"id": "1", "message": "invalid api token"}, ProviderAuthenticationFailed, None),
    ("cohere model", 404, {"id": "1", "message": "model 'x' not found"}, ProviderModelNotFound, None),
    ("cohere trial", 429, {"message": "You are using a Trial key, which is limited to 10 calls a minute."},
     ProviderRateLimited, None),
    ("cohere context", 400, {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081"},
     ContextLengthExceeded, None),
    ("cohere word", 498, {"message": "the request contains a deny-listed token"}, ContentPolicyViolation, None),
    ("mistral key", 401, {"message": "Unauthorized", "request_id": "1"}, ProviderAuthenticationFailed, None),
    ("mistral old key", 401, {"detail": "Unauthorized"}, ProviderAuthenticationFailed, None),
    ("mistral mistakes", 422, flat({"detail": [{"type": "extra_forbidden", "loc": ["body", "n"], "msg": "Extra"}]},
                                   type="invalid_request_error", param=None, code=None), ProviderRefused, "n"),
    ("mistral new mistakes", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra"}]},
     ProviderRefused, "store"),
    ("mistral model", 400, flat("Invalid model: x", type="invalid_model", param=None, code="1500"),
     ProviderModelNotFound, None),
    ("mistral context", 400, flat("Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
                                  type="invalid_request_error", code="3051"), ContextLengthExceeded, None),
    ("mistral order", 400, flat("Expected last role User or Tool", type="invalid_request_message_order", code="3230"),
     ProviderRefused, None),
    ("mistral rate", 429, flat("Rate limit exceeded", type="rate_limited", param=None, code="1300", raw_status_code=429),
     ProviderRateLimited, None),
    ("mistral capacity", 429, flat("Service tier capacity exceeded.", type="service_tier_capacity_exceeded", code="3505"),
     ProviderOverloaded, None),
    ("groq key", 401, said("Invalid API Key", type="invalid_request_error", code="invalid_api_key"),
     ProviderAuthenticationFailed, None),
    ("groq gone", 400, said("The model has been decommissioned.", type="invalid_request_error", code="model_decommissioned"),
     ProviderModelNotFound, None),
    ("groq size", 413, said("Request too large for model.", type="tokens", code="rate_limit_exceeded"),
     ContextLengthExceeded, None),
    ("groq capacity", 498, said("Flex tier capacity exceeded.", type="capacity"), ProviderOverloaded, None),
    ("groq organisation", 400, said("Organization has been restricted.", type="invalid_request_error",
                                    code="organization_restricted"), ProviderPermissionDenied, None),
    ("groq tools", 400, said("Failed to call a function.", type="invalid_request_error", code="tool_use_failed",
                             failed_generation="<function"), ProviderRefused, None),
    ("deepseek balance", 402, said("Insufficient Balance", type="unknown_error", param=None, code="invalid_request_error"),
     ProviderQuotaExceeded, None),
    ("deepseek key", 401, said("Authentication Fails", type="authentication_error", code="invalid_request_error"),
     ProviderAuthenticationFailed, None),
    ("together model", 404, said("Unable to access model x.", type="invalid_request_error", param="model",
                                 code="model_not_available"), ProviderModelNotFound, "model"),
    ("together rate", 429, said("You have been rate limited.", type="credit_limit", param=None, code=None),
     ProviderRateLimited, None),
    ("together model rate", 429, said("You have reached the rate limit of this model.", type="model_rate_limit"),
     ProviderRateLimited, None),
    ("together credit", 402, said("Credit limit exceeded", type="credit_limit", param=None, code=None),
     ProviderQuotaExceeded, None),
    ("together context", 422, said("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193.",
                                   type="invalid_request_error", param="max_tokens"), ContextLengthExceeded, "max_tokens"),
    ("fireworks model", 404, said("Model not found, inaccessible, and/or not deployed", object="error", code="NOT_FOUND",
                                  type="invalid_request_error"), ProviderModelNotFound, None),
    ("fireworks key", 401, said("The API key you provided is invalid.", type="error", code="UNAUTHORIZED"),
     ProviderAuthenticationFailed, None),
    ("fireworks account", 412, said("Account x is suspended, possibly due to reaching the monthly spending limit.",
                                    param=None, code="PRECONDITION_FAILED", type="error"), ProviderQuotaExceeded, None),
    ("fireworks rate", 429, {"error": "Too Many Requests", "message": "You have exceeded your usage limits."},
     ProviderRateLimited, None),
    ("fireworks context", 400, said("The prompt is too long: 131073, model maximum context length: 131071", object="error",
                                    type="invalid_request_error", code="invalid_request_error"),
     ContextLengthExceeded, None),
    ("openrouter credits", 402, said("Insufficient credits", code=402, metadata={"provider_name": None}),
     ProviderQuotaExceeded, None),
    ("openrouter key limit", 403, said("Key limit exceeded (total limit).", code=403), ProviderQuotaExceeded, None),
    ("openrouter moderation", 403, said("Flagged.", code=403, metadata={"reasons": ["violence"], "flagged_input": "…"}),
     ContentPolicyViolation, None),
    ("openrouter timeout", 408, said("Timed out", code=408), ProviderTimeout, None),
    ("openrouter down", 502, said("Provider returned error", code=502), ProviderError, None),
    ("openrouter's provider", 400, said("Provider returned error", code=400, metadata={
        "provider_name": "OpenAI", "raw": json.dumps(said("Too long.", code="context_length_exceeded"))}),
     ContextLengthExceeded, None),
    ("openrouter's provider in words", 429, said("Provider returned error", code=429, metadata={"raw": "is limited"}),
     ProviderRateLimited, None),
    ("xai key", 400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xa**."},
     ProviderAuthenticationFailed, None),
    ("xai credits", 403, {"code": "The caller does not have permission to execute the specified operation",
                          "error": "Your newly created team doesn't have any credits yet."}, ProviderQuotaExceeded, None),
    ("xai credits used", 429, {"code": "Some resource has been exhausted", "error":
                               "Your team 1 has either used all available credits or reached its monthly spending limit."},
     ProviderQuotaExceeded, None),
    ("xai policy", 403, {"code": "The caller does not have permission to execute the specified operation",
                         "error": "Content violates usage guidelines. Failed check: SAFETY"}, ContentPolicyViolation, None),
    ("xai model", 404, {"code": "Some requested entity was not found", "error": "The model x does not exist."},
     ProviderModelNotFound, None),
    ("xai context", 400, {"code": "Client specified an invalid argument",
                          "error": "This model's maximum prompt length is 131072 but the request contains 150000 tokens."},
     ContextLengthExceeded, None),
    ("huggingface key", 401, {"error": "Invalid username or password."}, ProviderAuthenticationFailed, None),
    ("huggingface credits", 402, {"error": "You have exceeded your monthly included credits for Inference Providers."},
     ProviderQuotaExceeded, None),
    ("tgi validation", 422, {"error": "Input validation error: `inputs` must have less than 1024 tokens.",
                             "error_type": "validation"}, ProviderRefused, None),
    ("tgi overload", 429, {"error": "Model is overloaded", "error_type": "overloaded"}, ProviderOverloaded, None),
    ("tgi generation", 424, {"error": "Request failed during generation", "error_type": "generation"}, ProviderError, None),
    ("replicate key", 401, {"title": "Unauthenticated", "detail": "You did not pass a token", "status": 401},
     ProviderAuthenticationFailed, None),
    ("replicate spend", 402, {"title": "Monthly spend limit reached", "detail": "You've hit it.", "status": 402},
     ProviderQuotaExceeded, None),
    ("replicate rate", 429, {"detail": "Request was throttled. Expected available in 3 seconds.", "status": 429},
     ProviderRateLimited, None),
    ("replicate input", 422, {"title": "Input validation failed", "detail": "- input: prompt is required", "status": 422,
                              "invalid_fields": [{"type": "required", "field": "input", "description": "prompt"}]},
     ProviderRefused, "input"),
    ("watsonx token", 401, {"errors": [{"code": "authentication_token_expired", "message": "An expired token"}],
                            "trace": "1", "status_code": 401}, ProviderAuthenticationFailed, None),
    ("watsonx model", 404, {"errors": [{"code": "model_not_supported", "message": "Model 'x' is not supported"}],
                            "status_code": 404}, ProviderModelNotFound, None),
    ("watsonx quota", 403, {"errors": [{"code": "token_quota_reached", "message": "Used up."}]}, ProviderQuotaExceeded, None),
    ("watsonx field", 400, {"errors": [{"code": "invalid_input_argument", "message": "Invalid",
                                        "target": {"type": "field", "name": "max_tokens"}}]}, ProviderRefused, "max_tokens"),
    ("databricks rate", 429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "REQUEST_LIMIT_EXCEEDED: Exceeded it."},
     ProviderRateLimited, None),
    ("databricks permission", 403, {"error_code": "PERMISSION_DENIED", "message": "No permission."},
     ProviderPermissionDenied, None),
    ("databricks endpoint", 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such endpoint."},
     ProviderModelNotFound, None),
    ("databricks outer", 400, {"error_code": "BAD_REQUEST", "message": "failed", "external_model_message":
                               said("Too long", code="context_length_exceeded")}, ContextLengthExceeded, None),
    ("cloudflare model", 400, {"success": False, "errors": [{"code": 5007, "message": "No such model x"}], "result": None},
     ProviderModelNotFound, None),
    ("cloudflare token", 401, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]},
     ProviderAuthenticationFailed, None),
    ("cloudflare terms", 403, {"errors": [{"code": 5016, "message": "User has not agreed."}]}, ProviderPermissionDenied, None),
    ("cloudflare free", 429, {"errors": [{"code": 3036, "message": "You have used up your daily free allocation."}]},
     ProviderQuotaExceeded, None),
    ("cloudflare capacity", 429, {"errors": [{"code": 3040, "message": "No more data centers."}]}, ProviderOverloaded, None),
    ("cloudflare timeout", 408, {"errors": [{"code": 3007, "message": "Request timeout"}]}, ProviderTimeout, None),
    ("cerebras key", 401, {"message": "Wrong API Key", "type": "invalid_request_error", "param": "api_key",
                           "code": "wrong_api_key"}, ProviderAuthenticationFailed, "api_key"),
    ("cerebras rate", 429, {"message": "Tokens per minute limit exceeded.", "type": "too_many_tokens_error",
                            "param": "quota", "code": "token_quota_exceeded"}, ProviderRateLimited, "quota"),
    ("cerebras queue", 429, {"message": "We're experiencing high traffic.", "type": "too_many_requests_error",
                             "param": "queue", "code": "queue_exceeded"}, ProviderOverloaded, "queue"),
    ("moonshot quota", 429, said("Your account is suspended.", type="exceeded_current_quota_error"),
     ProviderQuotaExceeded, None),
    ("moonshot engine", 429, said("The engine is currently overloaded.", type="engine_overloaded_error"),
     ProviderOverloaded, None),
    ("zai balance", 429, said("Insufficient balance", code="1113"), ProviderQuotaExceeded, None),
    ("zai rate", 429, said("Rate limit reached for requests", code="1302"), ProviderRateLimited, None),
    ("zai model", 400, said("Unknown Model", code="1211"), ProviderModelNotFound, None),
    ("dashscope key", 401, {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"},
     ProviderAuthenticationFailed, None),
    ("dashscope debt", 400, {"code": "Arrearage", "message": "Access denied.", "request_id": "1"}, ProviderQuotaExceeded, None),
    ("dashscope inspection", 400, said("Input data may contain inappropriate content.", code="data_inspection_failed"),
     ContentPolicyViolation, None),
    ("nvidia", 403, {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "Authorization failed"},
     ProviderPermissionDenied, None),
    ("vllm context", 400, flat("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
                               type="BadRequestError", param=None, code=400), ContextLengthExceeded, None),
    ("vllm model", 404, flat("The model `x` does not exist.", type="NotFoundError", code=404), ProviderModelNotFound, None),
    ("vllm new", 400, said("bad", type="BadRequestError", param="n", code=400), ProviderRefused, "n"),
    ("vllm prompt", 400, said("The decoder prompt (length 9) is longer than the maximum model length of 8.",
                              type="BadRequestError", code=400), ContextLengthExceeded, None),
    ("vllm key", 401, {"error": "Unauthorized"}, ProviderAuthenticationFailed, None),
    ("llama.cpp context", 400, said("the request exceeds the available context size.", code=400, n_ctx=4096,
                                    type="exceed_context_size_error"), ContextLengthExceeded, None),
    ("llama.cpp old context", 500, said("the request exceeds the available context size", code=500, type="server_error"),
     ContextLengthExceeded, None),
    ("llama.cpp loading", 503, said("Loading model", code=503, type="unavailable_error"), ProviderOverloaded, None),
    ("llama.cpp key", 401, said("Invalid API Key", code=401, type="authentication_error"), ProviderAuthenticationFailed, None),
    ("fastapi", 422, {"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}]},
     ProviderRefused, "messages"),
]  # fmt: skip

IN_FRONT: list[Row] = [
    ("nginx", 502, b"<html><h1>502 Bad Gateway</h1></html>", ProviderError, None),
    ("nginx timeout", 504, b"<html></html>", ProviderTimeout, None),
    ("cloudflare", 520, b"error code: 520", ProviderError, None),
    ("cloudflare timeout", 524, b"error code: 524", ProviderTimeout, None),
    ("a challenge", 403, b"<!DOCTYPE html><title>Just a moment...</title>", ProviderPermissionDenied, None),
    ("proxy", 407, b"", ProviderUnreachable, None),
    ("redirect", 307, b"", ProviderInvalidResponse, None),
    ("nothing", 400, b"", ProviderRefused, None),
    ("not JSON", 400, b"\xff{", ProviderRefused, None),
    ("not an object", 400, [1, 2], ProviderRefused, None),
    ("odd types", 400, {"error": {"message": {"a": 1}, "param": 3, "code": ["x"], "type": 4}}, ProviderRefused, None),
    ("odd details", 400, {"error": {"message": None, "details": ["x", {"reason": 1, "retryDelay": 5}]}}, ProviderRefused, None),
    ("odd violations", 400, {"error": {"details": [{"fieldViolations": [1, {"field": 2}]}], "target": []}},
     ProviderRefused, None),
    ("odd metadata", 400, {"error": {"metadata": {"raw": "{", "reasons": None}, "innererror": 3}}, ProviderRefused, None),
    ("odd response", 400, {"type": "response.failed", "response": []}, ProviderRefused, None),
    ("odd errors", 400, {"errors": ["x"], "base_resp": {"status_code": None}, "__type": 4}, ProviderRefused, None),
]  # fmt: skip

FAMILIES = {
    "openai": OPENAI, "azure": AZURE, "anthropic": ANTHROPIC, "google": GOOGLE, "bedrock": BEDROCK, "": OTHERS,
    "in front:": IN_FRONT,
}  # fmt: skip
TABLE = [(f"{family} {row[0]}".strip(), *row[1:]) for family, rows in FAMILIES.items() for row in rows]


def error_for(status: int, body: Any, headers: dict[str, str] | None = None) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}
    return provider_error("p", status, lambda name: fields.get(name, b""), data, scrub)


@pytest.mark.parametrize(("status", "body", "kind", "param"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_refusal_becomes_what_it_means(status: int, body: Any, kind: type[ProviderError], param: str | None) -> None:
    error = error_for(status, body)
    assert type(error) is kind
    assert error.param == param
    assert (error.provider, error.upstream_status) == ("p", status)
    assert error.message.startswith(("Provider p ", "The proxy on the way to provider p "))
    assert error.retry_after is None


def test_every_error_of_the_tree_that_a_provider_can_tell_of_has_a_body_here() -> None:
    told = {row[3] for row in TABLE}
    reachable = {
        ContentPolicyViolation, ContextLengthExceeded, ProviderAuthenticationFailed, ProviderError, ProviderModelNotFound,
        ProviderOverloaded, ProviderPermissionDenied, ProviderQuotaExceeded, ProviderRateLimited, ProviderRefused,
        ProviderTimeout,
    }  # fmt: skip
    assert reachable <= told


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("ThrottlingException", ProviderRateLimited),
        ("ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/", ProviderRefused),
        ("AccessDeniedException", ProviderPermissionDenied),
        ("com.amazon.coral.service#UnrecognizedClientException", ProviderAuthenticationFailed),
    ],
)
def test_aws_tells_the_exception_in_a_header(header: str, kind: type[ProviderError]) -> None:
    assert type(error_for(400, {"message": "no"}, {"x-amzn-errortype": header})) is kind


def test_a_code_wins_over_what_the_sentence_sounds_like() -> None:
    error = error_for(429, said("You are over your maximum context length of credits", code="rate_limit_exceeded"))
    assert type(error) is ProviderRateLimited


def test_a_timeout_of_the_providers_own_is_not_blamed_on_our_limits() -> None:
    assert "provider's own limit" in error_for(504, b"").advice
