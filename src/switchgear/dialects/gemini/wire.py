"""What Gemini answers, as far as it is read (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse).

Every field may be missing or null. Names are Google's.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.calls import Usage
from switchgear.dialects.base import NotThisDialectError

Number = int | float | None


class FunctionCall(msgspec.Struct, gc=False):
    """A call of a function; its arguments are an object."""

    name: str | None = None
    args: msgspec.Raw = msgspec.Raw()
    id: str | None = None


class Part(msgspec.Struct):
    """One part of an answer: text, thought, a function call, or a step of a tool that ran at Google."""

    text: str | None = None
    thought: bool | None = None
    thoughtSignature: str | None = None  # noqa: N815
    functionCall: FunctionCall | None = None  # noqa: N815
    toolCall: Any = None  # noqa: N815
    toolResponse: Any = None  # noqa: N815


class Content(msgspec.Struct):
    """The parts of an answer."""

    parts: list[Part] | None = None


class Web(msgspec.Struct):
    """A page."""

    uri: str | None = None
    title: str | None = None


class Chunk(msgspec.Struct):
    """A source that an answer rests on."""

    web: Web | None = None


class Segment(msgspec.Struct):
    """A stretch of an answer's text, in bytes of UTF-8."""

    startIndex: Number = None  # noqa: N815
    endIndex: Number = None  # noqa: N815


class Support(msgspec.Struct):
    """Which sources a stretch rests on."""

    segment: Segment | None = None
    groundingChunkIndices: list[Number] | None = None  # noqa: N815


class Grounding(msgspec.Struct):
    """The sources of an answer."""

    groundingChunks: list[Chunk] | None = None  # noqa: N815
    groundingSupports: list[Support] | None = None  # noqa: N815


class Candidate(msgspec.Struct):
    """An answer, or more of it."""

    content: Content | None = None
    finishReason: str | None = None  # noqa: N815
    finishMessage: str | None = None  # noqa: N815
    index: Number = None
    groundingMetadata: Grounding | None = None  # noqa: N815


class Feedback(msgspec.Struct):
    """Why the prompt was blocked."""

    blockReason: str | None = None  # noqa: N815


class UsageMetadata(msgspec.Struct, gc=False):
    """What was counted. The candidates' tokens are without the thoughts'."""

    promptTokenCount: Number = None  # noqa: N815
    cachedContentTokenCount: Number = None  # noqa: N815
    candidatesTokenCount: Number = None  # noqa: N815
    thoughtsTokenCount: Number = None  # noqa: N815
    toolUsePromptTokenCount: Number = None  # noqa: N815
    totalTokenCount: Number = None  # noqa: N815


class Response(msgspec.Struct):
    """A whole answer, or one event of a streamed one."""

    candidates: list[Candidate] | None = None
    promptFeedback: Feedback | None = None  # noqa: N815
    usageMetadata: UsageMetadata | None = None  # noqa: N815
    modelVersion: str | None = None  # noqa: N815
    responseId: str | None = None  # noqa: N815
    error: msgspec.Raw = msgspec.Raw()


_response = msgspec.json.Decoder(Response)
_responses = msgspec.json.Decoder(list[Response])
_MOST_TOKENS = 10**12
"""More than this is a mistake, and more than a database keeps as a number."""


def read_response(data: bytes) -> Response:
    """The response in ``data``, also as the only one of a list. Raises NotThisDialectError."""
    try:
        if data[:1] == b"[" or data.lstrip()[:1] == b"[":
            found = _responses.decode(data)
            if len(found) != 1:
                raise NotThisDialectError("a list of other than one response")
            return found[0]
        return _response.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotThisDialectError(str(error)) from error


def usage_of(counted: UsageMetadata) -> Usage | None:
    """The usage as we keep it; None where nothing was counted."""
    prompt = tokens(counted.promptTokenCount) + tokens(counted.toolUsePromptTokenCount)
    thoughts = tokens(counted.thoughtsTokenCount)
    if counted.candidatesTokenCount is not None:
        completion = tokens(counted.candidatesTokenCount) + thoughts
    elif counted.totalTokenCount is not None:
        completion = max(tokens(counted.totalTokenCount) - prompt, thoughts)
    else:
        completion = thoughts
    if not (prompt or completion):
        return None
    return Usage(prompt, completion, min(tokens(counted.cachedContentTokenCount), prompt), thoughts)


def tokens(number: float | None) -> int:
    """A number of tokens that can be one."""
    return int(min(max(number or 0, 0), _MOST_TOKENS))
