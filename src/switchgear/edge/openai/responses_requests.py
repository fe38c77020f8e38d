"""Reading requests of the Responses API: what the gateway sees to itself, and what goes on to a provider.

The gateway keeps the conversation, so a provider is asked to keep nothing and gets every item of it.
Source: https://platform.openai.com/docs/api-reference/responses/create. A key given twice counts with its last value.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.errors import NotSupported, RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of, wrong
from switchgear.dialects.responses.call_reader import ENCRYPTED
from switchgear.dialects.responses.conversation import array, read_input, sendable
from switchgear.pipeline.call import ModelRequest
from switchgear.routing.directory import Deployment

_encode = msgspec.json.Encoder().encode
_FALSE: Final = msgspec.Raw(b"false")
_PROMPT: Final = ("input", "instructions", "tools", "text")
_OURS: Final = ("previous_response_id", "background", "conversation")
_MCP: Final = b'"mcp'
_HEAD: Final = 200
"""Bytes of an item that its type or id is looked for in: to look through all of a long conversation would cost every call."""


class _Named(msgspec.Struct):
    id: str | None = None


class _Request(msgspec.Struct):
    model: str
    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: str | _Named | None = None
    include: list[str] | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    tools: list[dict[str, msgspec.Raw]] | None = None


_request = msgspec.json.Decoder(_Request)
_READ = frozenset(_Request.__struct_fields__) | {"input"}


class ResponseRequest(msgspec.Struct):
    """A request. ``items`` are those of its own input as they were sent; ``fields`` its top-level fields, still encoded."""

    model: str
    stream: bool
    store: bool
    background: bool
    previous_id: str | None
    include: list[str]
    items: list[bytes]
    fields: dict[str, msgspec.Raw]
    body: bytes
    max_tokens: int | None = None
    mcp: bool = False

    def for_model(self, items: list[bytes]) -> ModelRequest:
        """What the stages are given: ``items`` are the whole conversation, and nothing is asked to be kept."""
        fields = {name: raw for name, raw in self.fields.items() if name not in _OURS}
        body = self.body
        sent = sendable(items)
        if sent is not self.items:
            fields["input"] = msgspec.Raw(array(sent))
        if self.store or len(fields) != len(self.fields) or sent is not self.items:
            fields["store"] = _FALSE
            body = _encode(fields)
        size = sum(len(bytes(fields[name])) for name in _PROMPT if name in fields)
        return ModelRequest(
            self.model,
            self.stream,
            fields,
            wants_usage=True,
            prompt_characters=size,
            body=body,
            max_tokens=self.max_tokens,
            keepable=not self.store,
            mcp=self.mcp or any(_MCP in item[:_HEAD] for item in items),
        )

    def ask_for_thoughts(self, sent: ModelRequest, deployment: Deployment) -> None:
        """Ask a provider of this dialect for its thoughts, encrypted, so that the conversation can go on with them.

        A model that does not think refuses to be asked.
        """
        able = deployment.capabilities.reasoning
        if not self.store or ENCRYPTED in self.include or "responses" not in deployment.provider.dialects:
            return
        if able is False or (able is None and "reasoning" not in sent.fields):
            return
        sent.fields["include"] = msgspec.Raw(_encode([*self.include, ENCRYPTED]))
        sent.body = _encode(sent.fields)


def decode_response_request(body: bytes) -> ResponseRequest:
    """The request in ``body``. Raises InvalidJSON, RequestError naming the field, or NotSupported for what is not kept here."""
    fields = fields_of(body)
    check_spelling(fields, _READ)
    request = decode(_request, body)
    if request.conversation is not None:
        raise NotSupported(
            "conversation: conversations are not kept here.",
            param="conversation",
            hint="Use previous_response_id, or send the items that came before.",
        )
    store = request.store is not False
    background = request.background is True
    if background and not store:
        raise RequestError(
            "background: a response that is not kept cannot be made in the background.",
            param="background",
            hint="Leave out store, or set it to true.",
        )
    items = read_input(fields.get("input"))
    if not items and request.previous_response_id is None:
        raise wrong("input", "must not be empty" if "input" in fields else "must be given")
    for place, item in enumerate(items):
        if not item.lstrip().startswith(b"{"):
            raise wrong(f"input[{place}]", "must be an object")
    return ResponseRequest(
        request.model,
        request.stream is True,
        store,
        background,
        request.previous_response_id,
        request.include or [],
        items,
        fields,
        body,
        request.max_output_tokens,
        any(bytes(tool.get("type", _FALSE)) == b'"mcp"' for tool in request.tools or ()),
    )
