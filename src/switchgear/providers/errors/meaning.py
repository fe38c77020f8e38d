"""From what a provider said to the error of our tree. Codes decide where there are any, then known sentences, then the status."""

from __future__ import annotations

from typing import Final

from switchgear.core.errors import (
    ContentPolicyViolation,
    ProviderAuthenticationFailed,
    ProviderDeclined,
    ProviderError,
    ProviderInvalidResponse,
    ProviderModelNotFound,
    ProviderPermissionDenied,
    ProviderRefused,
    ProviderTimeout,
)
from switchgear.providers.base import Redact
from switchgear.providers.errors.bodies import Said, find_error, read_error
from switchgear.providers.errors.request import narrowed
from switchgear.providers.errors.tables import (
    BY_CODE,
    BY_STATUS,
    SENTENCES,
    SENTENCES_FIRST,
    STATUS_OF,
    WITH_SENTENCES,
    Meaning,
)
from switchgear.providers.errors.waits import Header, retry_after

_LONGEST_MESSAGE: Final = 2000
_LONGEST_PARAM: Final = 200
_OF_THE_REQUEST: Final = (ProviderRefused, ProviderDeclined)
"""No later answer would be another."""


def provider_error(
    provider: str,
    status: int,
    header: Header,
    body: bytes,
    redact: Redact,
    *,
    model: str = "",
) -> ProviderError:
    """The error an answer with ``status`` (not 2xx) stands for. ``header`` looks up a lower-case field name.

    What the provider says is shown as ``redact`` leaves it.
    """
    said = read_error(body, header)
    meaning = _meaning(status, said, model)
    detail = _detail(said, redact)
    text = f"Provider {provider} answered {status}" + (f": {detail}" if detail else ".")
    if status == 407:
        text = f"The proxy on the way to provider {provider} wants other credentials (407)."
    elif meaning is ProviderModelNotFound and not detail:
        text = f"Provider {provider} knows no model {model!r}." if model else text
    wait = retry_after(header, status)
    return _error(meaning, provider, text, said, redact, status=status, wait=said.wait if wait is None else wait)


def error_in_body(provider: str, body: bytes, redact: Redact) -> ProviderError | None:
    """The error in a body that came with a good status or inside a stream, if it is one.

    What the provider says is shown as ``redact`` leaves it; ``upstream_status`` is the one its error names, if any.
    """
    said = find_error(body)
    if said is None:
        return None
    status = said.status or next((STATUS_OF[code] for code in said.codes if code in STATUS_OF), 500)
    detail = _detail(said, redact)
    text = f"Provider {provider} told of an error" + (f": {detail}" if detail else ".")
    return _error(_meaning(status, said), provider, text, said, redact, status=said.status, wait=said.wait)


def _error(
    meaning: Meaning, provider: str, text: str, said: Said, redact: Redact, *, status: int | None, wait: float | None
) -> ProviderError:
    hint = None
    told = f" ({status})." if status else "."
    if issubclass(meaning, ProviderAuthenticationFailed):
        # its message may quote the gateway's own credentials: it goes to the log, not to the client
        text = f"Provider {provider} refused the gateway's credentials{told}"
    elif issubclass(meaning, ProviderPermissionDenied):  # as above: it names accounts and projects
        text = f"Provider {provider} does not let the gateway's account do this{told}"
    elif issubclass(meaning, ProviderDeclined):  # as above, or what the account has left
        text = f"Provider {provider} does not give the gateway's account what this request asks for{told}"
    elif issubclass(meaning, ProviderTimeout):
        hint = "Try again; it is the provider's own limit that ran out."
    return meaning(
        text,
        provider=provider,
        upstream_status=status,
        # redacted before it is cut: the half of a secret would not be known for one
        param=None if said.param is None else redact(said.param)[:_LONGEST_PARAM],
        retry_after=None if issubclass(meaning, _OF_THE_REQUEST) else wait,
        cause=_detail(said, redact) or None,
        hint=hint,
    )


def _detail(said: Said, redact: Redact) -> str:
    return redact(said.message)[:_LONGEST_MESSAGE].strip()


def _meaning(status: int, said: Said, model: str = "") -> Meaning:
    known = next((code for code in said.codes if code in BY_CODE), None)
    meaning = _told(status, said, known)
    if meaning is ProviderModelNotFound and known is not None:
        return meaning  # its code names the model, whatever its sentence does
    return narrowed(meaning, status, said, model)


def _told(status: int, said: Said, known: str | None) -> Meaning:
    if known is not None and known not in SENTENCES_FIRST:
        return BY_CODE[known]
    if status in WITH_SENTENCES:
        message = said.message.lower()
        for meaning, sayings in SENTENCES:
            if any(saying in message for saying in sayings):
                return meaning
    if known is not None:
        return BY_CODE[known]
    return _by_status(status, said)


def _by_status(status: int, said: Said) -> Meaning:
    if status == 403 and said.moderated:  # OpenRouter's moderation
        return ContentPolicyViolation
    if status == 498 and not said.codes:  # Cohere's, for a token that it does not allow
        return ContentPolicyViolation
    if (by_status := BY_STATUS.get(status)) is not None:
        return by_status
    if 300 <= status < 400:
        return ProviderInvalidResponse
    return ProviderRefused if status < 500 else ProviderError
