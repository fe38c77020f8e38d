"""A provider's whole response as the canonical answer."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.calls import MOST_TOKENS, Usage
from switchgear.core.canonical import Answer, Finish, Part, Reasoning, Refusal, Signature, Text, ToolCall
from switchgear.core.capabilities import Target
from switchgear.dialects.base import NotThisDialectError
from switchgear.dialects.responses.content import citations_of
from switchgear.dialects.responses.tools import qualified
from switchgear.dialects.responses.wire import IncompleteDetails, Item, Response, WireUsage

_FINISHES: Final[dict[str, Finish]] = {"max_output_tokens": "length", "content_filter": "content_filter"}
_response = msgspec.json.Decoder(Response)
UNDECODABLE: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What ``msgspec`` raises for a document that is none."""


def read_answer(body: bytes, target: Target) -> Answer:
    """A whole answer. Raises NotThisDialectError, also for one that says that it failed."""
    try:
        response = _response.decode(body)
    except UNDECODABLE as error:
        raise NotThisDialectError(f"a response: {error}") from error
    if response.status not in (None, "completed", "incomplete"):
        raise NotThisDialectError(f"a response whose status is {str(response.status)[:20]}")
    if response.output is None:
        raise NotThisDialectError("a response without output")
    parts = [part for item in response.output for part in parts_of(item, target)]
    return Answer(
        id=response.id or "",
        model=response.model or "",
        parts=parts,
        finish=finish_of(response, called=any(isinstance(part, ToolCall) for part in parts)),
        usage=usage_of(response.usage),
        created=int(response.created_at or 0),
        service_tier=response.service_tier or "",
    )


def finish_of(response: Response, *, called: bool) -> Finish:
    """Why an answer ended; ``called`` is whether tools were called in it."""
    if response.status == "incomplete":
        details = response.incomplete_details or IncompleteDetails()
        return _FINISHES.get(details.reason or "", "length")
    return "tool_calls" if called else "stop"


def usage_of(wire: WireUsage | None) -> Usage | None:
    """The usage in numbers that make sense together; None where nothing was counted, or nothing but zeros."""
    if wire is None or (wire.input_tokens is None and wire.output_tokens is None and wire.total_tokens is None):
        return None
    prompt = _whole(wire.input_tokens)
    completion = wire.output_tokens
    if completion is None:
        completion = (wire.total_tokens or prompt) - prompt
    if not (prompt or _whole(completion)):
        return None
    given, made = wire.input_tokens_details, wire.output_tokens_details
    return Usage(
        prompt,
        _whole(completion),
        min(_whole(given.cached_tokens), prompt) if given is not None else 0,
        _whole(made.reasoning_tokens) if made is not None else 0,
        min(_whole(given.cache_write_tokens), prompt) if given is not None else 0,
    )


def _whole(number: float | None) -> int:
    return int(min(max(number or 0, 0), MOST_TOKENS))


def parts_of(item: Item, target: Target) -> list[Part]:
    """What an item of the output says. Items of tools that the provider ran itself say nothing."""
    match item.type:
        case "message":
            return _said(item)
        case "reasoning":
            return _thought(item, target)
        case "function_call":
            arguments = item.arguments if isinstance(item.arguments, str) else ""
            return [
                ToolCall(item.call_id or item.id or "", qualified(item.namespace, item.name or ""), arguments or "{}")
            ]
        case "custom_tool_call":
            name = qualified(item.namespace, item.name or "")
            return [ToolCall(item.call_id or item.id or "", name, item.input or "", custom=True)]
    return []


def _said(item: Item) -> list[Part]:
    if isinstance(item.content, str):
        return [Text(item.content)] if item.content else []
    found: list[Part] = []
    for part in item.content or ():
        if part.refusal:
            found.append(Refusal(part.refusal))
        elif part.text:
            found.append(Text(part.text, citations=citations_of(part.annotations)))
    return found


def _thought(item: Item, target: Target) -> list[Part]:
    """A signature belongs to the last part of its item; alone it stands for the whole thought."""
    content = item.content if isinstance(item.content, list) else ()
    found = [Reasoning(part.text, summary=True, id=item.id or "") for part in item.summary or () if part.text]
    found += [Reasoning(part.text, id=item.id or "") for part in content if part.text]
    if item.encrypted_content:
        signature = Signature(target.provider, item.encrypted_content)
        if found:
            found[-1].signature = signature
        else:
            found.append(Reasoning("", signature, redacted=True, id=item.id or ""))
    return list(found)
