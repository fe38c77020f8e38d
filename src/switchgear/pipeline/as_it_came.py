"""The bytes that are sent of a request wherever it need not be read: as it came, with the deployment's model in it."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchgear.core.errors import NotSupported
from switchgear.dialects.base import DialectName
from switchgear.dialects.marks import Marks
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.clamping import bounded, clamped
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.passing import PASSINGS
from switchgear.routing.directory import Answers, Deployment

DIALECTS: Final[dict[Operation, DialectName]] = {
    Operation.CHAT: "chat",
    Operation.RESPONSES: "responses",
    Operation.MESSAGES: "messages",
}
"""The operations that are a chat, and the dialect of each."""

_TRUE = msgspec.Raw(b"true")
_ONLY_USAGE = msgspec.Raw(b'{"include_usage":true}')
_encode = msgspec.json.Encoder().encode
_decode_options = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_FORMATS = {"chat": ("response_format",), "responses": ("text",), "messages": ("output_config", "output_format")}


def as_bytes(call: ModelCall, request: ModelRequest, deployment: Deployment, answers: Answers) -> Outgoing | None:
    """The request as it came, with the deployment's model in it; None when it has to be read.

    Raises NotSupported when the provider has nothing of the kind.
    """
    provider = deployment.provider
    dialect = DIALECTS.get(call.operation)
    if dialect is None:
        if call.operation not in provider.operations:
            raise NotSupported(f"Provider {provider.name} has no {call.operation.value}.", param="model")
        if request.form is not None:
            request.form.replace("model", deployment.model.encode())
            return Outgoing(call.operation, "", deployment.model, b"", request.stream, upload=request.form)
        body = body_of(call, request, deployment, ask_usage=call.operation is Operation.COMPLETION)
        return Outgoing(call.operation, "", deployment.model, body, request.stream)
    if not provider.dialects:
        raise NotSupported(f"Provider {provider.name} has no chat.", param="model")
    marks = request.marked(dialect)
    if dialect not in provider.dialects or _must_be_read(request, marks, deployment, dialect, answers):
        return None
    body = body_of(call, request, deployment, ask_usage=dialect == "chat")
    if marks.ours:
        body, foreign = PASSINGS[dialect].unmark(body, provider.name)
        if foreign:
            return None
    return Outgoing(call.operation, dialect, deployment.model, body, request.stream, request.headers)


def body_of(call: ModelCall, request: ModelRequest, deployment: Deployment, *, ask_usage: bool) -> bytes:
    """The body to send: the deployment's model, usage asked for, an answer no longer than it can be; the rest as it came."""
    fields = {**request.fields, "model": deployment.model_json}  # other attempts send it to others
    bound = call.bound_at(deployment)
    if bound is not None:
        fields = bounded(fields, dialect_of(call), bound, deployment.answer_field)
    elif call.ask is not None and (most := call.ask.clamps.get(deployment.id)) is not None:
        fields = clamped(fields, call.ask.dialect, most)
    if request.stream and ask_usage and not request.wants_usage and deployment.provider.stream_usage:
        fields["stream_options"] = _with_usage(fields.get("stream_options"))
    return _encode(fields)


def dialect_of(call: ModelCall) -> DialectName | Literal[""]:
    """The dialect of a call that is a chat; empty for others."""
    return DIALECTS.get(call.operation, "")


def _must_be_read(
    request: ModelRequest, marks: Marks, deployment: Deployment, dialect: DialectName, answers: Answers
) -> bool:
    """Whether a request in the provider's own dialect has something in it that the gateway must see to."""
    able = deployment.capabilities
    fields = request.fields
    if deployment.provider.embedded:  # what a provider would refuse, nobody else does
        return True
    tools = fields.get("tools") or fields.get("functions")  # chat's older name for them
    if tools is not None:
        if able.tools is not None and able.tools != "native":
            return True
        unenforced = able.schema != "native" and b'"strict"' in bytes(tools)
        if answers == "repair" or (answers == "check" and unenforced):
            return True
    if able.schema != "native":
        for name in _FORMATS[dialect]:
            if name in fields and b'"json' in bytes(fields[name]):
                return True
    return marks.escaped or marks.images or (dialect == "chat" and marks.signed)


def _with_usage(options: msgspec.Raw | None) -> msgspec.Raw:
    """``stream_options`` with usage asked for, whatever else they hold kept."""
    if options is None or bytes(options) == b"null":
        return _ONLY_USAGE
    fields: dict[str, msgspec.Raw] = _decode_options(options)
    fields["include_usage"] = _TRUE
    return msgspec.Raw(_encode(fields))
