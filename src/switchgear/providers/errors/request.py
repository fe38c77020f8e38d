"""Refusals that one request alone met, told from those that every call of a deployment would meet.

Codes and statuses do not tell them apart: a 404 may speak of the model or of a file that the request names, a 403 of the account or
of one parameter, a 429 of too many calls or of one that is larger than the limit. Taking the one for the other would let a
client close a deployment for everybody. What a message quotes may be the client's own words, so that of several subjects the
first one named counts.
"""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.errors import (
    ContextLengthExceeded,
    ProviderDeclined,
    ProviderModelNotFound,
    ProviderPermissionDenied,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRefused,
)
from switchgear.providers.errors.bodies import Said
from switchgear.providers.errors.tables import Meaning

_MODEL = re.compile(r"models?\b|deployments?\b")
_OTHER_THINGS = re.compile(
    r"\b(?:files?|responses?|conversations?|cached_?contents?|containers?|stores?|vector_?stores?|items?|threads?|images?|videos?"
    r"|audio|urls?|documents?|prompts?|tools?|tool_[a-z_]+|skills?|providers?|assistants?|batch(?:es)?|uploads?|messages?"
    r"|objects?|resources? with id|previous_[a-z_]+|[a-z]+_ids?)\b"
)
"""What a request may name that is not there."""
_OF_NOTHING: Final = frozenset({"not found", "resource not found", "404 page not found", "404 not found"})
"""Sentences of servers that know no such path: the provider's address is wrong, whatever was asked."""
_PARAMETERS: Final = (
    "parameter",
    "service_tier",
    "service tier",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "reasoning_effort",
    "response_format",
    "tool_choice",
    "previous_response_id",
    "safety_settings",
    "safetysettings",
    "web_search",
    "code_execution",
    "computer_use",
    "anthropic-beta",
    "beta header",
    "beta feature",
    "cachedcontent",  # Gemini: "CachedContent not found (or permission denied)"
    "access the file",  # Gemini: "You do not have permission to access the File x or it may not exist."
)
_PARAMS_OF_ALL: Final = frozenset({"model", "api_key", "key", "authorization"})
"""Fields that are the same in every call of a deployment."""
_FEWER: Final = ("fewer max_tokens", "can only afford")  # OpenRouter
_TOO_LARGE: Final = "request too large"
_NUMBERS = re.compile(r"\blimit:? (\d{1,15})\b.{0,80}?\brequested:? (\d{1,15})\b")
"""OpenAI and Groq: "Limit 30000, Requested 300000", with "Used 0" between them."""


def narrowed(meaning: Meaning, status: int, said: Said, model: str) -> Meaning:
    """What an error means whose codes and status mean ``meaning``, once it is known whether it speaks of the request alone."""
    message = said.message.lower()
    if meaning is ProviderRateLimited:
        return ContextLengthExceeded if _too_large(message) else meaning
    if meaning is ProviderQuotaExceeded:
        return ProviderDeclined if any(words in message for words in _FEWER) else meaning
    if meaning is ProviderPermissionDenied:
        return ProviderDeclined if _of_a_parameter(message, said.param) else meaning
    if meaning is ProviderModelNotFound and status == 404:
        return meaning if _of_the_model(message, said.param, model.lower()) else ProviderRefused
    return meaning


def _too_large(message: str) -> bool:
    """Whether a request is over the limit by itself, however little was used of it."""
    if _TOO_LARGE in message:
        return True
    told = _NUMBERS.search(message)
    return told is not None and int(told[2]) > int(told[1])


def _of_a_parameter(message: str, param: str | None) -> bool:
    if param and param.lower() not in _PARAMS_OF_ALL:
        return True
    return any(words in message for words in _PARAMETERS)


def _of_the_model(message: str, param: str | None, model: str) -> bool:
    """Whether the model is what was not found; also where nothing tells what it was."""
    if param:
        return param.lower() == "model"
    if not message or message.strip(" .") in _OF_NOTHING:
        return True
    named = _MODEL.search(message)
    places = [named.start()] if named else []
    if model and (name := re.search(rf"(?<![\w-]){re.escape(model)}(?![\w-])", message)):
        places.append(name.start())
    if not places:
        return False
    other = _OTHER_THINGS.search(message)
    return other is None or min(places) <= other.start()
