"""A provider that says what a test tells it to, over a real socket, in OpenAI's dialect."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import EllipsisType
from typing import Any, Self

import msgspec

from .connection import Connection
from .echo import content_text, count, echo, embedding, fragments, merge, prompt_texts, split_tokens
from .http1 import LAST_CHUNK, chunk, head, response
from .listener import Listener, threaded
from .request import Request
from .shapes import CREATED, Delta, Json, chat_chunk, chat_completion, error_body, sse, tokens
from .steps import Delay, Plan, Send, Step, flatten

_SSE = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}


class _Reply(msgspec.Struct, frozen=True):
    deltas: Sequence[Delta]
    finish_reason: str
    delay: float = 0.0
    usage: Mapping[str, Any] | EllipsisType | None = ...


class _Scripted(msgspec.Struct, frozen=True):
    """One scripted answer and which requests it fits."""

    answer: _Reply | Plan
    model: str | None
    path: str | None

    def fits(self, path: str, body: Mapping[str, Any]) -> bool:
        if self.model is not None and self.model != body.get("model"):
            return False
        if self.path is not None:
            return path.removeprefix("/v1") == self.path.removeprefix("/v1")
        return path.endswith("completions") or (path.endswith("embeddings") and not isinstance(self.answer, _Reply))


class ScriptedProvider(Listener):
    """Answers ``/v1/chat/completions``, ``/v1/completions``, ``/v1/embeddings`` and ``/v1/models``.

    Each scripted answer is used once, in order, by the first request it fits; then requests are echoed: the last
    user message comes back, a word a token. ``models`` is what it lists (any name is answered); with ``api_key``
    other keys get 401. ``requests`` are recorded.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        models: Sequence[str] = ("test-model",),
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(ssl_context=ssl_context)
        self.models = tuple(models)
        self._api_key = api_key
        self._script: list[_Scripted] = []
        self._count = 0

    @classmethod
    def in_thread(
        cls,
        *,
        api_key: str | None = None,
        models: Sequence[str] = ("test-model",),
        ssl_context: ssl.SSLContext | None = None,
    ) -> AbstractContextManager[Self]:
        """The same on an event loop in a thread of its own; its methods may be called from any thread."""
        return threaded(cls(api_key=api_key, models=models, ssl_context=ssl_context))

    # ------------------------------------------------------------ scripting

    def reply(
        self,
        text: str | None = None,
        *,
        chunks: Iterable[str | Delta] | None = None,
        tool_calls: Iterable[Mapping[str, Any]] = (),
        delay: float = 0.0,
        finish_reason: str | None = None,
        usage: Mapping[str, Any] | EllipsisType | None = ...,
        model: str | None = None,
    ) -> None:
        """Script an answer to a chat or completion, streamed or whole as the client asks.

        ``chunks`` says how it is cut into events (strings are content, mappings whole deltas); otherwise a text is
        cut into words and ``tool_calls`` (see ``tool_call``) into fragments. ``delay`` is the seconds before each
        event, or before a whole answer. ``usage`` is counted unless given; ``None`` leaves it out.
        """
        deltas: list[Delta] = [{"content": word} for word in split_tokens(text or "")]
        if chunks is not None:
            deltas += [{"content": piece} if isinstance(piece, str) else piece for piece in chunks]
        deltas += fragments(tool_calls)
        reason = finish_reason or ("tool_calls" if any("tool_calls" in delta for delta in deltas) else "stop")
        self._script.append(_Scripted(_Reply(deltas, reason, delay, usage), model, None))

    def reply_json(
        self,
        body: Any,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        model: str | None = None,
        path: str | None = None,
    ) -> None:
        """Script a whole answer as it is, to any call or, with ``path`` (``"/models"``), to that path alone."""
        self.plan(Send(response(body, status, headers)), model=model, path=path)

    def fail(
        self,
        status: int = 500,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        model: str | None = None,
        path: str | None = None,
    ) -> None:
        """Script an error; OpenAI's envelope unless ``body`` is given."""
        shown = error_body(f"Scripted failure {status}.") if body is None else body
        self.reply_json(shown, status=status, headers=headers, model=model, path=path)

    def plan(self, *steps: Step | Iterable[Step], model: str | None = None, path: str | None = None) -> None:
        """Script what happens on the wire (``steps`` and ``faults``), for one bad answer among good ones."""
        self._script.append(_Scripted(flatten(steps), model, path))

    def forget(self) -> None:
        """Forget what was scripted for requests to come: they are echoed."""
        self._script.clear()

    # ------------------------------------------------------------ answering

    def plan_for(self, request: Request) -> Plan:  # noqa: ARG002 - decided when the body is there
        """Read the body, then answer by script or echo."""
        return (_Answer(self),)

    def answer_to(self, request: Request) -> Plan:
        """The plan for a request whose body has been read."""
        if self._api_key is not None and request.header("authorization") != f"Bearer {self._api_key}":
            wrong = error_body("Incorrect API key provided.", type="invalid_request_error", code="invalid_api_key")
            return (Send(response(wrong, 401)),)
        try:
            body = msgspec.json.decode(request.body) if request.body else {}
        except msgspec.DecodeError as error:
            return _refused(f"We could not parse the JSON body of your request: {error}")
        if not isinstance(body, dict):
            return _refused("The body must be a JSON object.")
        scripted = self._next(request.path, body)
        if isinstance(scripted, tuple):
            return scripted
        try:
            return self._speak(request, body, scripted)
        except (AttributeError, KeyError, TypeError) as error:  # what a body of the wrong shape comes to
            return _refused(f"The body does not have the shape of this call: {error}")

    def _next(self, path: str, body: Json) -> _Reply | Plan | None:
        for index, scripted in enumerate(self._script):
            if scripted.fits(path, body):
                del self._script[index]
                return scripted.answer
        return None

    def _speak(self, request: Request, body: Json, reply: _Reply | None) -> Plan:
        self._count += 1
        route = (request.method, request.path.removeprefix("/v1"))
        if route == ("POST", "/chat/completions"):
            return self._complete(body, reply or _Reply(*echo(body)), chat=True)
        if route == ("POST", "/completions"):
            return self._complete(body, reply or _Reply(*echo(body)), chat=False)
        if route == ("POST", "/embeddings"):
            texts = prompt_texts(body)
            total = sum(map(count, texts))
            data = [embedding(text, index, body) for index, text in enumerate(texts)]
            usage = {"prompt_tokens": total, "total_tokens": total}
            return _json({"object": "list", "data": data, "model": body.get("model", ""), "usage": usage})
        if route == ("GET", "/models"):
            entries = [{"id": m, "object": "model", "created": CREATED, "owned_by": "switchgear"} for m in self.models]
            return _json({"object": "list", "data": entries})
        unknown = f"Unknown request URL: {request.method} {request.path}."
        return (Send(response(error_body(unknown, type="invalid_request_error", code="unknown_url"), 404)),)

    def _complete(self, body: Json, reply: _Reply, *, chat: bool) -> Plan:
        message = merge(reply.deltas)
        usage = reply.usage
        if usage is ...:
            prompt = sum(map(count, prompt_texts(body)))
            called = "".join(call["function"]["arguments"] for call in message.get("tool_calls", ()))
            usage = tokens(prompt, count(content_text(message["content"])) + count(called))
        same = {"id": f"{'chatcmpl' if chat else 'cmpl'}-{self._count}", "model": body.get("model", "")}
        pause = (Delay(reply.delay),) if reply.delay else ()
        if body.get("stream"):
            asked = bool((body.get("stream_options") or {}).get("include_usage"))
            events = _events(reply, usage if asked else ..., same, chat=chat)
            lines = [(*pause, Send(chunk(sse([event], done=False)))) for event in events]
            return flatten([Send(head(200, _SSE)), *lines, Send(chunk(sse([])) + LAST_CHUNK)])
        if chat:
            whole = chat_completion(usage=usage, finish_reason=reply.finish_reason, **same)
            whole["choices"][0]["message"] = {"refusal": None} | message
        else:
            whole = _text(message["content"] or "", reply.finish_reason, same) | ({"usage": usage} if usage else {})
        return (*pause, *_json(whole))


class _Answer(msgspec.Struct, frozen=True):
    """Read the request's body, continuing where the client waits for it, then do what the provider decides."""

    provider: ScriptedProvider

    async def run(self, connection: Connection) -> None:
        request = connection.requests[-1]
        if (request.header("expect") or "").lower() == "100-continue":
            await connection.write(head(100))
        await connection.read_body()
        for step in self.provider.answer_to(request):
            await step.run(connection)


def _events(reply: _Reply, usage: Any, same: Json, *, chat: bool) -> list[Json]:
    """The chunks of a streamed answer. ``usage`` is ``...`` where the client did not ask for it."""
    asked: Json = {} if usage is ... else {"usage": None}
    if chat:
        opening: list[Delta] = [{"role": "assistant", "content": "", "refusal": None}]
        events = [chat_chunk(delta, **asked, **same) for delta in [*opening, *reply.deltas]]
        events.append(chat_chunk(finish_reason=reply.finish_reason, **asked, **same))
    else:
        events = [_text(content_text(delta.get("content")), None, same) | asked for delta in reply.deltas]
        events.append(_text("", reply.finish_reason, same) | asked)
    if usage is not ... and usage is not None:
        last = chat_chunk(**same) if chat else _text("", None, same)
        events.append(last | {"choices": [], "usage": usage})
    return events


def _text(text: str, finish_reason: str | None, same: Json) -> Json:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}
    return {"object": "text_completion", "created": CREATED, "choices": [choice]} | same


def _json(body: Json) -> Plan:
    return (Send(response(body)),)


def _refused(message: str) -> Plan:
    return (Send(response(error_body(message, type="invalid_request_error"), 400)),)
