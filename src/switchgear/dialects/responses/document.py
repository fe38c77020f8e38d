"""The response object: what was asked, repeated, and what was answered. Source: the reference's "The Response object".

Items are bytes as soon as they are whole; a response is put together from them without decoding anything again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

import msgspec

from switchgear.core.calls import Usage
from switchgear.core.canonical import (
    Answer,
    Call,
    Citation,
    Finish,
    Part,
    Reasoning,
    Refusal,
    ResponseFormat,
    Text,
    ToolCall,
)
from switchgear.core.ids import new_id
from switchgear.dialects.custom_tools import names_of, unwrapped
from switchgear.dialects.responses.asked import said_in
from switchgear.dialects.responses.items import sealed
from switchgear.dialects.responses.tools import unqualified, written_choice, written_tools

Status = Literal["in_progress", "completed", "incomplete", "failed", "cancelled", "queued"]

RESPONSE_PREFIX: Final = "resp_"
_REQUEST_PREFIX: Final = "req_"
_encode = msgspec.json.Encoder().encode
_REASONS: Final[dict[Finish, bytes]] = {
    "length": b'{"reason":"max_output_tokens"}',
    "content_filter": b'{"reason":"content_filter"}',
    "refusal": b'{"reason":"content_filter"}',
}


def response_id(answer_id: str) -> str:
    """The id of the response that is made for a call: a request's id with the prefix of responses, a new one for other ids."""
    if answer_id.startswith(RESPONSE_PREFIX):
        return answer_id
    if answer_id.startswith(_REQUEST_PREFIX):
        return RESPONSE_PREFIX + answer_id[len(_REQUEST_PREFIX) :]
    return new_id(RESPONSE_PREFIX[:-1])


class Names:
    """What the calls of an answer are called to the client: custom tools and namespaces, as the request had them."""

    __slots__ = ("_custom", "_namespaces")

    def __init__(self, call: Call) -> None:
        self._custom = names_of(call)
        self._namespaces = unqualified(call) if call.tools else {}

    def custom(self, name: str) -> bool:
        """Whether a call of this name is one of a custom tool, whatever the provider took it for."""
        return name in self._custom

    def fields(self, name: str) -> bytes:
        """``name``, and ``namespace`` where it is in one, as members of an object."""
        if name in self._namespaces:
            namespace, own = self._namespaces[name]
            return b'"name":%b,"namespace":%b' % (_encode(own), _encode(namespace))
        return b'"name":%b' % _encode(name)


class Document:
    """One response as it grows. ``id`` is the response's; items are numbered as they begin."""

    __slots__ = ("_echo", "_error", "created", "id", "items", "model", "service_tier")

    def __init__(self, call: Call, answer_id: str) -> None:
        self.id = response_id(answer_id)
        self.model = call.model
        self.created = int(time.time())
        self.service_tier = "default" if call.service_tier in ("", "auto") else call.service_tier
        self.items: list[bytes] = []
        self._echo = echo(call)

    def item_id(self, prefix: str, number: int) -> str:
        """The id of the item ``number``, unique as the response's is."""
        return f"{prefix}_{self.id[len(RESPONSE_PREFIX) :]}_{number}"

    def encode(
        self, status: Status, *, usage: Usage | None = None, reason: bytes = b"null", error: bytes = b"null"
    ) -> bytes:
        """The object as it is now. ``reason`` and ``error`` are JSON."""
        completed = b"%d" % time.time() if status == "completed" else b"null"
        return b"".join(
            (
                b'{"id":', _encode(self.id), b',"object":"response","created_at":%d,"status":"' % self.created,
                status.encode(), b'","completed_at":', completed, b',"error":', error, b',"incomplete_details":', reason,
                b',"model":', _encode(self.model), b',"output":[', b",".join(self.items), b'],"usage":',
                b"null" if usage is None else encode_usage(usage), b',"service_tier":', _encode(self.service_tier), b",",
                self._echo,
            )
        )  # fmt: skip

    def ended(self, finish: Finish, usage: Usage, incomplete: str = "") -> tuple[Status, bytes]:
        """The status of an answer that ended, and the object. ``incomplete`` is a reason of another's than the model's."""
        reason = _REASONS.get(finish) if not incomplete else _encode({"reason": incomplete})
        if reason is None or (
            not incomplete and finish == "refusal" and any(b'"type":"refusal"' in item for item in self.items)
        ):
            return "completed", self.encode("completed", usage=usage)
        return "incomplete", self.encode("incomplete", usage=usage, reason=reason)


def write_answer(answer: Answer, call: Call) -> bytes:
    """A whole answer to ``call``."""
    document = Document(call, answer.id)
    document.model = answer.model or call.model
    document.created = answer.created or document.created
    document.service_tier = answer.service_tier or document.service_tier
    document.items = _Items(document, call).written(answer.parts, cut=answer.finish == "length")
    return document.ended(answer.finish, answer.usage or Usage())[1]


# ---------------------------------------------------------------- what was asked, repeated


def echo(call: Call) -> bytes:
    """The members of the object that repeat the request, and the brace that ends it."""
    extra, wish, to_gateway = call.extra, call.reasoning, said_in(call)
    said: dict[str, Any] = wish.raw.get("reasoning", {}) if wish is not None and wish.raw else {}
    fields = {
        "background": to_gateway.get("background") is True,
        "frequency_penalty": call.frequency_penalty or 0,
        "instructions": to_gateway.get("instructions"),
        "max_output_tokens": call.max_tokens,
        "max_tool_calls": extra.get("max_tool_calls"),
        "metadata": call.metadata or {},
        "parallel_tool_calls": call.parallel_tools is not False,
        "presence_penalty": call.presence_penalty or 0,
        "previous_response_id": to_gateway.get("previous_response_id"),
        "prompt_cache_key": call.cache_key or None,
        "reasoning": {
            **said,
            "effort": wish.effort if wish is not None else None,
            "summary": (wish.summary or None) if wish is not None else None,
        },
        "safety_identifier": to_gateway.get("safety_identifier"),
        "store": to_gateway.get("store") is not False,
        "temperature": 1 if call.temperature is None else call.temperature,
        "text": {"format": _format(call.format), "verbosity": call.verbosity or "medium"},
        "tool_choice": written_choice(call.tool_choice, call.tools),
        "tools": written_tools(call.tools) if call.tools else [],
        "top_logprobs": call.top_logprobs or 0,
        "top_p": 1 if call.top_p is None else call.top_p,
        "truncation": extra.get("truncation") or "disabled",
        "user": call.user or None,
    }
    return _encode(fields)[1:]


def _format(wanted: ResponseFormat | None) -> dict[str, Any]:
    if wanted is None:
        return {"type": "text"}
    if wanted.kind == "json":
        return {"type": "json_object"}
    return {
        "type": "json_schema",
        "name": wanted.name,
        "description": wanted.description or None,
        "schema": wanted.schema,
        "strict": wanted.strict,
    }


def encode_usage(usage: Usage) -> bytes:
    """``usage``."""
    return (
        b'{"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d,"cache_write_tokens":%d},"output_tokens":%d,'
        b'"output_tokens_details":{"reasoning_tokens":%d},"total_tokens":%d}'
        % (
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.cache_write_tokens,
            usage.completion_tokens,
            usage.reasoning_tokens,
            usage.prompt_tokens + usage.completion_tokens,
        )
    )


# ---------------------------------------------------------------- what was answered


def encode_text(text: bytes, annotations: Iterable[bytes] = ()) -> bytes:
    """An ``output_text`` part; ``text`` is encoded."""
    return b'{"type":"output_text","annotations":[%b],"logprobs":[],"text":%b}' % (b",".join(annotations), text)


def encode_refusal(text: bytes) -> bytes:
    """A ``refusal`` part; ``text`` is encoded."""
    return b'{"type":"refusal","refusal":%b}' % text


def encode_thought(text: bytes, *, summary: bool) -> bytes:
    """A part of a reasoning item; ``text`` is encoded."""
    return b'{"type":"%b","text":%b}' % (b"summary_text" if summary else b"reasoning_text", text)


def encode_citation(citation: Citation, length: int) -> bytes | None:
    """A citation as an annotation of a text of ``length`` characters; None for one that is not of the web."""
    if not citation.url:
        return None
    start = 0 if citation.start is None else citation.start
    end = length if citation.end is None else citation.end
    return b'{"type":"url_citation","url":%b,"title":%b,"start_index":%d,"end_index":%d}' % (
        _encode(citation.url), _encode(citation.title), start, end,
    )  # fmt: skip


def message_item(item_id: str, contents: Sequence[bytes], status: bytes = b"completed") -> bytes:
    """A message of the assistant."""
    return b'{"id":"%b","type":"message","status":"%b","role":"assistant","content":[%b]}' % (
        item_id.encode(), status, b",".join(contents),
    )  # fmt: skip


def reasoning_item(item_id: str, summary: Sequence[bytes], content: Sequence[bytes], encrypted: str) -> bytes:
    """A reasoning item."""
    more = b',"content":[%b]' % b",".join(content) if content else b""
    if encrypted:
        more += b',"encrypted_content":%b' % _encode(encrypted)
    return b'{"id":"%b","type":"reasoning","summary":[%b]%b}' % (item_id.encode(), b",".join(summary), more)


def function_item(item_id: str, call_id: str, name: bytes, arguments: bytes, status: bytes = b"completed") -> bytes:
    """A call of a function; ``name`` is its members, ``arguments`` are encoded."""
    return b'{"id":"%b","type":"function_call","status":"%b","call_id":%b,%b,"arguments":%b}' % (
        item_id.encode(), status, _encode(call_id), name, arguments,
    )  # fmt: skip


def custom_item(item_id: str, call_id: str, name: bytes, text: bytes, status: bytes = b"completed") -> bytes:
    """A call of a custom tool; ``name`` is its members, ``text`` is encoded."""
    return b'{"id":"%b","type":"custom_tool_call","status":"%b","call_id":%b,%b,"input":%b}' % (
        item_id.encode(), status, _encode(call_id), name, text,
    )  # fmt: skip


class _Items:
    """Groups the parts of a whole answer into items, as ``writer`` does for those of a stream."""

    def __init__(self, document: Document, call: Call) -> None:
        self._document = document
        self._names = Names(call)
        self._summarised = summarised(call)
        self._items: list[bytes] = []
        self._contents: list[bytes] = []
        self._thoughts: list[Reasoning] = []

    def written(self, parts: list[Part], *, cut: bool) -> list[bytes]:
        last = b"incomplete" if cut else b"completed"
        for part in parts:
            if isinstance(part, Text | Refusal):
                self._end_thoughts()
                if part.text:
                    self._contents.append(self._content(part))
            elif isinstance(part, Reasoning):
                self._end_message()
                self._thoughts.append(part)
                if part.signature is not None:
                    self._end_thoughts()
            elif isinstance(part, ToolCall):
                self._end_thoughts()
                self._end_message()
                self._items.append(self._called(part, last if part is parts[-1] else b"completed"))
        self._end_thoughts()
        self._end_message(last)
        return self._items

    def _id(self, prefix: str) -> str:
        return self._document.item_id(prefix, len(self._items))

    def _content(self, part: Text | Refusal) -> bytes:
        if isinstance(part, Refusal):
            return encode_refusal(_encode(part.text))
        encoded = [encode_citation(one, len(part.text)) for one in part.citations]
        return encode_text(_encode(part.text), [one for one in encoded if one is not None])

    def _end_message(self, status: bytes = b"completed") -> None:
        if self._contents:
            self._items.append(message_item(self._id("msg"), self._contents, status))
            self._contents = []

    def _end_thoughts(self) -> None:
        if not self._thoughts:
            return
        summary = [one for one in self._thoughts if one.text and (one.summary or self._summarised)]
        content = [one for one in self._thoughts if one.text and not (one.summary or self._summarised)]
        last = self._thoughts[-1]
        encrypted = sealed(last.signature, redacted=last.redacted) if last.signature is not None else ""
        self._thoughts = []
        if summary or content or encrypted:
            self._items.append(
                reasoning_item(
                    self._id("rs"),
                    [encode_thought(_encode(one.text), summary=True) for one in summary],
                    [encode_thought(_encode(one.text), summary=False) for one in content],
                    encrypted,
                )
            )

    def _called(self, part: ToolCall, status: bytes) -> bytes:
        name = self._names.fields(part.name)
        if part.custom:
            return custom_item(self._id("ctc"), part.id, name, _encode(part.arguments), status)
        if self._names.custom(part.name):
            return custom_item(self._id("ctc"), part.id, name, _encode(unwrapped(part.arguments)), status)
        return function_item(self._id("fc"), part.id, name, _encode(part.arguments or "{}"), status)


def summarised(call: Call) -> bool:
    """Whether thoughts are shown as summaries: a client that asks for those looks nowhere else."""
    return call.reasoning is not None and bool(call.reasoning.summary)
