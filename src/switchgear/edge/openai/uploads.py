"""The endpoints beside chat: those that take JSON, and those whose requests are forms with files.

A form goes on to the provider as it comes: ``/v1/audio/transcriptions``, ``/v1/audio/translations``, ``/v1/images/edits`` and
``/v1/images/variations``.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from switchgear.edge.bodies import pieces_of
from switchgear.edge.calls import CallEndpoint, admit
from switchgear.edge.exchange import Endpoint, Exchange
from switchgear.edge.openai.forms import IncomingForm
from switchgear.edge.openai.media import read_form
from switchgear.edge.openai.multipart import boundary_of
from switchgear.edge.openai.wire import OpenAIWire
from switchgear.edge.reply import CallReply, Wire
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation

_JSON = (Operation.IMAGE, Operation.SPEECH, Operation.MODERATION, Operation.RERANK)
_FORMS = (Operation.IMAGE_EDIT, Operation.IMAGE_VARIATION, Operation.TRANSCRIPTION, Operation.TRANSLATION)


class UploadLimits(msgspec.Struct, frozen=True):
    """How much a form may hold, in bytes, and how long a client may keep it waiting, in seconds.

    ``max_body`` is for bodies that are no forms. ``folder`` is where files are kept that cannot be streamed on.
    """

    max_upload: int
    max_body: int
    timeout: float
    folder: Path


class FormEndpoint(CallEndpoint):
    """One operation whose requests are forms. An edit of images may be JSON as well, which then names its images."""

    def __init__(self, calls: ModelCalls, operation: Operation, wire: Wire, limits: UploadLimits) -> None:
        super().__init__(calls, operation, wire, limits.max_body, limits.timeout)
        self._limits = limits

    async def _serve(self, call: ModelCall, exchange: Exchange, reply: CallReply) -> None:
        content_type = exchange.header(b"content-type")
        if call.operation is Operation.IMAGE_EDIT and content_type.lower().startswith(b"application/json"):
            await super()._serve(call, exchange, reply)
            return
        debug = admit(self._calls, call, exchange)
        form = incoming_form(exchange, content_type, self._limits)
        try:
            await form.read()
            request = read_form(form)
            if not debug:
                await self._calls.run(call, request, reply)
            else:
                with self._calls.debugged(call):
                    await self._calls.run(call, request, reply)
        finally:
            await form.close()


def incoming_form(
    exchange: Exchange, content_type: bytes, limits: UploadLimits, *, decisive: str = "model"
) -> IncomingForm:
    """The form that a request's body is. Raises UnsupportedMediaType, RequestError."""
    boundary = boundary_of(content_type)
    pieces = pieces_of(exchange, limits.max_upload, limits.timeout)
    return IncomingForm(pieces, boundary, exchange.declared_length, limits.folder, decisive=decisive)


def media_endpoints(calls: ModelCalls, limits: UploadLimits) -> dict[str, Endpoint]:
    """The endpoints beside chat by their paths. Rerank has two: Cohere's clients use the second."""
    wire = OpenAIWire()
    road: dict[str, Endpoint] = {
        f"/v1/{operation.value}": CallEndpoint(calls, operation, wire, limits.max_body, limits.timeout)
        for operation in _JSON
    }
    road["/v2/rerank"] = road["/v1/rerank"]
    return road | {f"/v1/{operation.value}": FormEndpoint(calls, operation, wire, limits) for operation in _FORMS}
