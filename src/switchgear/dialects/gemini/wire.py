"""What Gemini answers, as far as it is read (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse).

Every field may be missing or null. Names are Google's, in Python's case.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.dialects.base import NotThisDialectError

Number = int | float | None


class FunctionCall(msgspec.Struct, rename="camel", gc=False):
    """A call of a function; its arguments are an object."""

    name: str | None = None
    args: msgspec.Raw = msgspec.Raw()
    id: str | None = None


class Part(msgspec.Struct, rename="camel"):
    """One part of an answer: text, thought, a function call, or a step of a tool that ran at Google."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    tool_call: Any = None
    tool_response: Any = None


class Content(msgspec.Struct, rename="camel"):
    """The parts of an answer."""

    parts: list[Part] | None = None


class Web(msgspec.Struct, rename="camel"):
    """A page."""

    uri: str | None = None
    title: str | None = None


class Chunk(msgspec.Struct, rename="camel"):
    """A source that an answer rests on."""

    web: Web | None = None


class Segment(msgspec.Struct, rename="camel"):
    """A stretch of an answer's text, in bytes of UTF-8."""

    start_index: Number = None
    end_index: Number = None


class Support(msgspec.Struct, rename="camel"):
    """Which sources a stretch rests on."""

    segment: Segment | None = None
    grounding_chunk_indices: list[Number] | None = None


class Grounding(msgspec.Struct, rename="camel"):
    """The sources of an answer."""

    grounding_chunks: list[Chunk] | None = None
    grounding_supports: list[Support] | None = None


class Candidate(msgspec.Struct, rename="camel"):
    """An answer, or more of it."""

    content: Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    index: Number = None
    grounding_metadata: Grounding | None = None


class Feedback(msgspec.Struct, rename="camel"):
    """Why the prompt was blocked."""

    block_reason: str | None = None


class UsageMetadata(msgspec.Struct, rename="camel", gc=False):
    """What was counted. The candidates' tokens are without the thoughts'."""

    prompt_token_count: Number = None
    cached_content_token_count: Number = None
    candidates_token_count: Number = None
    thoughts_token_count: Number = None
    tool_use_prompt_token_count: Number = None
    total_token_count: Number = None


class Response(msgspec.Struct, rename="camel"):
    """A whole answer, or one event of a streamed one."""

    candidates: list[Candidate] | None = None
    prompt_feedback: Feedback | None = None
    usage_metadata: UsageMetadata | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: msgspec.Raw = msgspec.Raw()


_response = msgspec.json.Decoder(Response)
_responses = msgspec.json.Decoder(list[Response])


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
    prompt = min(tokens(counted.prompt_token_count) + tokens(counted.tool_use_prompt_token_count), MOST_TOKENS)
    thoughts = tokens(counted.thoughts_token_count)
    if counted.candidates_token_count is not None:
        completion = min(tokens(counted.candidates_token_count) + thoughts, MOST_TOKENS)
    elif counted.total_token_count is not None:
        completion = max(tokens(counted.total_token_count) - prompt, thoughts)
    else:
        completion = thoughts
    if not (prompt or completion):
        return None
    return Usage(prompt, completion, min(tokens(counted.cached_content_token_count), prompt), thoughts)


def tokens(number: float | None) -> int:
    """A number of tokens that can be one."""
    return int(min(max(number or 0, 0), MOST_TOKENS))
