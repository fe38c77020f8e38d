"""From a request to what is sent: as the bytes it came in wherever that will do, as a canonical call where it will not.

It will not do where the provider speaks another dialect, where images have to be looked at or fetched, where the gateway lends
the model an ability (tools by prompt, a schema it checks), and where reasoning comes back that another provider signed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from switchgear.core.canonical import (
    Answer,
    Call,
    File,
    Image,
    Message,
    Part,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.errors import NotSupported
from switchgear.dialects.registry import BACKS, FRONTS
from switchgear.pipeline.as_it_came import DIALECTS, as_bytes, body_of
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.crossing import Crossing
from switchgear.pipeline.shape import Shape
from switchgear.providers.base import Outgoing
from switchgear.routing.directory import Answers, Deployment

_LARGE = 256 * 1024
"""Bytes of a request above which it is translated on a thread, so that others are served meanwhile."""
_encode = msgspec.json.Encoder().encode
MakeShapes = Callable[[Call, Deployment, Answers], Sequence[Shape]]
"""The shapes a call needs at a deployment."""


class Images(Protocol):
    """Looks at the images of calls, and at documents given by URL."""

    async def prepare(self, call: Call, deployment: Deployment) -> bool:
        """Check the images of ``call``, fetch and scale them where that is wanted; whether anything was changed.

        Raises RequestError for one that cannot be sent.
        """
        ...


class Prepared(msgspec.Struct):
    """What is sent, and how the answer comes back: as bytes, or by ``crossing``.

    ``held`` says that a stream is not begun before the answer is whole and checked. ``dropped`` names what was left out of the request,
    ``shaped`` the abilities that the model was lent.
    """

    outgoing: Outgoing
    crossing: Crossing | None = None
    held: bool = False
    dropped: list[str] = []
    shaped: list[str] = []


class Preparation:
    """Prepares requests. ``images`` and ``shapes`` are asked only for calls that are read."""

    def __init__(self, images: Images, shapes: MakeShapes) -> None:
        self.images = images
        self._shapes = shapes

    async def prepare(
        self, call: ModelCall, request: ModelRequest, deployment: Deployment, answers: Answers
    ) -> Prepared:
        """What is sent: the bytes that came wherever that will do. Raises RequestError."""
        outgoing = as_bytes(call, request, deployment, answers) if call.thread is None else None
        if outgoing is not None:
            return Prepared(outgoing)
        return await self.read(call, request, deployment, answers)

    async def read(self, call: ModelCall, request: ModelRequest, deployment: Deployment, answers: Answers) -> Prepared:
        """The request read as a canonical call, in the provider's dialect; with what was said already, where an answer is carried on.

        Raises RequestError.
        """
        provider = deployment.provider
        dialect = DIALECTS[call.operation]
        body = request.body or _encode(request.fields)
        large = len(body) > _LARGE
        read = FRONTS[dialect].read_call
        asked = await asyncio.to_thread(read, body) if large else read(body)
        same = dialect in provider.dialects
        changed = has_media(asked) and await self.images.prepare(asked, deployment)
        shapes = self._shapes(asked, deployment, answers)
        if shapes and asked.n is not None and asked.n > 1:
            raise NotSupported(f"{deployment.model} gives one answer here: n must be 1.", param="n")
        held = bool(request.stream and shapes and answers == "repair")
        thread = call.thread
        if thread is not None and shapes:
            thread.block()
        resumed = thread is not None and thread.begun
        touched = changed or held or resumed or request.marked(dialect).signed or any(shape.changes for shape in shapes)
        if same and not touched:
            prepared = self._as_it_came(call, request, deployment)
            if shapes or thread is not None:
                prepared.crossing = self._crossing(call, asked, deployment, shapes)
            return prepared
        back = BACKS[dialect if same else provider.dialects[0]]
        asked.stream = request.stream and not held
        _clamp(call, asked, deployment)
        shown = msgspec.structs.replace(asked) if shapes else asked  # shapes change what is sent alone
        if thread is not None and resumed:
            asked = thread.resumed(asked, deployment.capabilities)
        for shape in shapes:
            asked = shape.ask(asked)
        write = back.write_call
        written = await asyncio.to_thread(write, asked, deployment.target) if large else write(asked, deployment.target)
        dropped = [*written.dropped, *(name for shape in shapes for name in shape.dropped)]
        shaped = [shape.note for shape in shapes if shape.note]
        headers = request.headers if same else b""
        outgoing = Outgoing(call.operation, back.name, deployment.model, written.body, asked.stream, headers)
        if same and not shapes and thread is None:
            return Prepared(outgoing, dropped=dropped, shaped=shaped)
        crossing = self._crossing(call, asked, deployment, shapes)
        crossing.asked = shown
        return Prepared(outgoing, crossing, held, dropped, shaped)

    def _as_it_came(self, call: ModelCall, request: ModelRequest, deployment: Deployment) -> Prepared:
        dialect = DIALECTS[call.operation]
        body = body_of(call, request, deployment, ask_usage=dialect == "chat")
        return Prepared(Outgoing(call.operation, dialect, deployment.model, body, request.stream, request.headers))

    def _crossing(self, call: ModelCall, asked: Call, deployment: Deployment, shapes: Sequence[Shape]) -> Crossing:
        provider = deployment.provider
        dialect = DIALECTS[call.operation]
        back = BACKS[dialect if dialect in provider.dialects else provider.dialects[0]]
        crossing = Crossing((FRONTS[dialect], back), asked, provider, deployment.target, shapes)
        crossing.answer_id = call.id
        return crossing


def again(prepared: Prepared, answer: Answer, complaint: str) -> Outgoing:
    """The request for another try: the model's answer, and what was wrong with it, added to the conversation."""
    crossing = prepared.crossing
    assert crossing is not None  # noqa: S101 - only answers that were read are found wanting
    call = crossing.call
    said: list[Part] = [part for part in answer.parts if isinstance(part, Text | Refusal)]
    said += [Text(f"{part.name}({part.arguments})") for part in answer.parts if isinstance(part, ToolCall)]
    call.messages = [
        *call.messages,
        Message("assistant", said or [Text("…")]),
        Message("user", [Text(complaint)]),
    ]
    written = crossing.back.write_call(call, crossing.target)
    return msgspec.structs.replace(prepared.outgoing, body=written.body)


def has_media(call: Call) -> bool:
    """Whether there is an image in any message or tool result, or a document that is given by URL."""
    return any(
        isinstance(part, Image)
        or (isinstance(part, File) and part.url != "")
        or (isinstance(part, ToolResult) and any(isinstance(piece, Image) for piece in part.content))
        for message in call.messages
        for part in message.parts
    )


def _clamp(call: ModelCall, asked: Call, deployment: Deployment) -> None:
    """Ask for no longer answer than there can be, or than was reserved where nobody says how long it may be."""
    bound = call.bound_at(deployment)
    if bound is not None:
        asked.max_tokens = bound
        return
    most = call.ask.clamps.get(deployment.id) if call.ask is not None else None
    if most is not None and asked.max_tokens is not None:
        asked.max_tokens = min(asked.max_tokens, most)
