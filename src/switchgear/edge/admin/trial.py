"""A short real call to see whether a model answers, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchgear.access.keys import Key
from switchgear.access.roles import CALL
from switchgear.core.errors import SwitchgearError
from switchgear.edge.admin.schemas.models import TestError, TestResult
from switchgear.edge.admin.services import GatewayControl
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.providers.base import Operation
from switchgear.providers.local.models import EMBEDDED
from switchgear.routing.directory import Model
from switchgear.store.keys import Key as KeyRow

_PROMPT: Final = "What is the capital of France? Answer in one short sentence."
_LIMIT: Final = 64
_SHOWN: Final = 500


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    text: str | None = None


class _Event(msgspec.Struct):
    choices: list[_Choice] = []


class _Vector(msgspec.Struct):
    embedding: list[float] | str


class _Vectors(msgspec.Struct):
    data: list[_Vector] = []


_event = msgspec.json.Decoder(_Event).decode
_vectors = msgspec.json.Decoder(_Vectors).decode


class Collected:
    """A reply that keeps what it is given."""

    def __init__(self) -> None:
        self.body = b""
        self.events: list[bytes] = []

    def whole(self, call: ModelCall, body: bytes) -> None:  # noqa: ARG002 - the shape of a Reply
        """The answer, at once."""
        self.body = body

    def begin(self, call: ModelCall) -> None:
        """A streamed answer begins."""

    def write(self, events: bytes) -> None:
        """Whole events of it."""
        self.events.append(events)

    def end(self, events: bytes) -> None:
        """The last of it."""
        self.events.append(events)

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        """It is never under pressure."""

    def text(self) -> str:
        """What was said in a stream."""
        said: list[str] = []
        for line in b"".join(self.events).split(b"\n"):
            if line.startswith(b"data:") and line[5:].strip() != b"[DONE]":
                said += _said(line[5:])
        return "".join(said).strip()

    def dimensions(self) -> str:
        """What an embedding came to, in words."""
        try:
            vector = _vectors(self.body).data[0].embedding
        except (msgspec.DecodeError, IndexError):
            return ""
        return f"{len(vector)} dimensions" if isinstance(vector, list) else "an encoded vector"


def _said(data: bytes) -> list[str]:
    try:
        choices = _event(data).choices
    except msgspec.DecodeError:
        return []
    return [choice.delta.content or choice.text or "" for choice in choices]


async def run(gateway: GatewayControl, admin: Key, name: str) -> TestResult:
    """Call the model ``name``, which exists, on behalf of ``admin``, whose key need not be allowed to call it.

    Never raises SwitchgearError: that is what the result tells.
    """
    model = gateway.directory().find(name)
    if model is not None and _embeds(model):
        return await _once(gateway, admin, name, Operation.EMBEDDING, {"input": "Paris"})
    fields: dict[str, Any] = {"messages": [{"role": "user", "content": _PROMPT}], "stream": True}
    result = await _once(gateway, admin, name, Operation.CHAT, fields | {"max_tokens": _LIMIT})
    if result.error is not None and "max_completion_tokens" in result.error.message:
        # OpenAI's reasoning models refuse the one name of the limit, many others do not know the other.
        result = await _once(gateway, admin, name, Operation.CHAT, fields | {"max_completion_tokens": 8 * _LIMIT})
    return result


async def _once(
    gateway: GatewayControl, admin: Key, name: str, operation: Operation, fields: dict[str, Any]
) -> TestResult:
    fields = {"model": name} | fields
    call = gateway.calls.begin(operation)
    call.key = _for_any_model(admin)
    request = ModelRequest(
        name,
        bool(fields.get("stream")),
        {field: msgspec.Raw(msgspec.json.encode(value)) for field, value in fields.items()},
        prompt_characters=len(_PROMPT),
    )
    reply = Collected()
    failure: SwitchgearError | None = None
    try:
        await gateway.calls.run(call, request, reply)
    except SwitchgearError as error:
        gateway.calls.failed(call, error)
        failure = error
    return _result(call, reply, failure, time.perf_counter())


def _result(call: ModelCall, reply: Collected, failure: SwitchgearError | None, ended: float) -> TestResult:
    first = call.first_token
    answer: str | None = None
    if failure is None:
        answer = reply.text() if call.streamed else reply.dimensions()
    writing = ended - first if first is not None and call.streamed else 0.0
    tokens = call.usage.completion_tokens
    return TestResult(
        ok=failure is None,
        request_id=call.id,
        model=call.name,
        latency_ms=round((ended - call.started) * 1000, 3),
        first_token_ms=round((first - call.started) * 1000, 3) if first is not None else None,
        tokens_per_second=round(tokens / writing, 1) if tokens and writing > 0 and failure is None else None,
        answer=answer[:_SHOWN] if answer is not None else None,
        error=None if failure is None else TestError(code=failure.code, message=failure.message, hint=failure.advice),
    )


def _embeds(model: Model) -> bool:
    """Whether a model embeds: by the catalogue, or by its name where that says nothing."""
    first = model.deployments[0]
    if first.card is not None and first.card.mode:
        return first.card.mode == "embedding"
    if first.provider.embedded and first.model in EMBEDDED:
        return EMBEDDED[first.model].kind == "embedding"
    return "embed" in first.model.lower()


def _for_any_model(admin: Key) -> Key:
    """The administrator's key for one call of any model: who may define models may try them."""
    row = KeyRow(
        id=admin.id,
        name=admin.name,
        models=("*",),
        scopes=(CALL,),
        created_at=0,
        expires_at=None,
        revoked_at=None,
        created_by="",
        secrets=(),
    )
    return Key(row)
