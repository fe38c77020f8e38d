"""Reading requests: what the stages need is checked and typed, the rest stays bytes.

Source: https://platform.claude.com/docs/en/api/messages and ``/api/messages-count-tokens``. A key given twice counts with its last
value, and that value is the one sent on.
"""

from __future__ import annotations

import msgspec

from switchgear.core.errors import RequestError
from switchgear.dialects.body import check_spelling, decode, fields_of
from switchgear.edge.exchange import ResponseHeaders
from switchgear.pipeline.call import ModelRequest
from switchgear.providers.base import Operation


class _Message(msgspec.Struct):
    role: str


class _Request(msgspec.Struct):
    model: str
    messages: list[_Message]
    max_tokens: int | None = None
    stream: bool | None = None
    temperature: float | None = None
    tools: list[dict[str, msgspec.Raw]] | None = None


_request = msgspec.json.Decoder(_Request)
_READ = frozenset({"model", "stream", "max_tokens"})
_USUAL = _READ | {
    "messages", "system", "tools", "tool_choice", "thinking", "output_config", "stop_sequences", "temperature", "top_p",
    "top_k", "metadata", "service_tier", "context_management",
}  # fmt: skip
_PROMPT = ("messages", "system", "tools", "output_config", "output_format")


def decode_request(operation: Operation, body: bytes, headers: ResponseHeaders) -> ModelRequest:
    """The request in ``body``, with the betas that ``headers`` ask for. Raises InvalidJSON or RequestError, naming the field."""
    fields = fields_of(body)
    if not fields.keys() <= _USUAL:
        check_spelling(fields, _READ)
    request = decode(_request, body)
    counting = operation is Operation.COUNT_TOKENS
    if request.max_tokens is None and not counting:
        raise RequestError("max_tokens is missing.", param="max_tokens")
    betas = b"".join(b"anthropic-beta: %b\r\n" % value for name, value in headers if name == b"anthropic-beta")
    return ModelRequest(
        request.model,
        request.stream is True and not counting,
        fields,
        wants_usage=True,
        prompt_characters=sum(len(bytes(fields[name])) for name in _PROMPT if name in fields),
        body=body,
        max_tokens=request.max_tokens,
        headers=betas,
        mcp="mcp_servers" in fields or b"mcp-client-" in betas,
    )
