"""A streamed answer, from LiteLLM's chunks to the bytes of Chat Completions' events.

LiteLLM's translations give two kinds of chunks: ``ModelResponseStream``, and a plain dictionary (``GenericStreamingChunk``).
Source: https://platform.openai.com/docs/api-reference/chat-streaming.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from switchgear.providers.litellm import thoughts
from switchgear.providers.litellm.whole import encode, fields_of, usage_of

Json = dict[str, Any]

_OPEN: Final = b'data: {"id":%b,"object":"chat.completion.chunk","created":%d,"model":%b,"choices":['
_PASSED_ON: Final = ("refusal", "annotations", "audio", "images")
DONE: Final = b"data: [DONE]\n\n"


class ChunkWriter:
    """One stream. ``finish_of`` is LiteLLM's table of finish reasons.

    The finish reason and usage are held for ``end``: some providers tell them in the middle, some twice.
    """

    __slots__ = ("_calls", "_details", "_finish", "_finish_of", "_model", "_open", "_usage")

    def __init__(self, model: str, finish_of: Callable[[str], str]) -> None:
        self._model = model
        self._finish_of = finish_of
        self._open = b""
        self._finish = ""
        self._usage: Json | None = None
        self._calls: dict[int, str] = {}
        self._details = 0

    @property
    def finished(self) -> bool:
        """Whether the provider said that the answer is whole."""
        return bool(self._finish)

    def write(self, chunk: Any) -> bytes:
        """The events of a chunk, possibly none."""
        if chunk is None:
            return b""
        if isinstance(chunk, dict):
            return self._write_plain(chunk)
        if (usage := usage_of(getattr(chunk, "usage", None))) is not None:
            self._usage = usage
        events = b""
        for choice in chunk.choices:
            events += self._write_choice(choice, chunk)
        return events

    def _write_choice(self, choice: Any, chunk: Any) -> bytes:
        if choice.finish_reason:
            self._finish = choice.finish_reason
        said = fields_of(choice.delta)
        told: Json = {}
        if (content := said.get("content")) and isinstance(content, str):
            told["content"] = content
        if reasoning := said.get("reasoning_content"):
            told["reasoning_content"] = reasoning
        if said.get("thinking_blocks") or said.get("tool_calls") or said.get("provider_specific_fields"):
            self._add_calls_and_details(told, said)
        for name in _PASSED_ON:
            if name in said and (value := said[name]):
                told[name] = value
        logprobs = choice.logprobs
        if not told and not logprobs:
            return b""
        return self._event(told, choice.index or 0, chunk, logprobs)

    def _add_calls_and_details(self, told: Json, said: Json) -> None:
        details = thoughts.details_of_blocks(said.get("thinking_blocks"), self._details, texts=False)
        if calls := said.get("tool_calls"):
            told["tool_calls"] = [self._call(call, details) for call in calls]
        signed = [one["data"] for one in details if "data" in one]
        for signature in thoughts.signatures_of_text(said.get("provider_specific_fields"), signed):
            details.append(thoughts.detail(signature, self._details + len(details)))
        if details:
            self._details += len(details)
            told["reasoning_details"] = details

    def _call(self, call: Any, details: list[Json]) -> Json:
        index = call.index or 0
        custom = getattr(call, "custom", None)
        if custom is not None:
            return {"index": index, "id": call.id, "type": "custom", "custom": custom}
        return self._fragment(index, call.id, call.function.name, call.function.arguments, details)

    def _fragment(
        self, index: int, call_id: str | None, name: str | None, text: str | None, details: list[Json]
    ) -> Json:
        """A piece of a tool call. Its id and name are told once; a second id under one index begins another call."""
        arguments = text or ""
        if not call_id:
            return {"index": index, "function": {"arguments": arguments}}
        shown, signature = thoughts.shown(call_id)
        if self._calls.get(index) == shown:
            return {"index": index, "function": {"arguments": arguments}}
        self._calls[index] = shown
        if signature:
            details.append(thoughts.call_detail(shown, signature, self._details + len(details)))
        function = {"name": name or "", "arguments": arguments}
        return {"index": index, "id": shown, "type": "function", "function": function}

    def _write_plain(self, chunk: Json) -> bytes:
        if (usage := usage_of(chunk.get("usage"))) is not None:
            self._usage = usage
        if chunk.get("is_finished") or chunk.get("finish_reason"):
            self._finish = self._finish_of(chunk.get("finish_reason") or "stop")
        told: Json = {}
        if text := chunk.get("text"):
            told["content"] = text
        if thought := chunk.get("reasoning"):
            told["reasoning_content"] = thought
        call = chunk.get("tool_use")
        if call:
            function = call.get("function") or {}
            details: list[Json] = []
            index = call.get("index") or 0
            told["tool_calls"] = [
                self._fragment(index, call.get("id"), function.get("name"), function.get("arguments"), details)
            ]
        return self._event(told, chunk.get("index") or 0, None, None) if told else b""

    def _event(self, delta: Json, index: int, chunk: Any, logprobs: Any) -> bytes:
        if not self._open:
            self._begin(chunk)
            delta = {"role": "assistant", "content": None} | delta
        choice: Json = {"index": index, "delta": delta, "finish_reason": None}
        if logprobs:
            choice["logprobs"] = logprobs
        return b"%b%b]}\n\n" % (self._open, encode(choice))

    def _begin(self, chunk: Any) -> None:
        name = (getattr(chunk, "id", None) or "") if chunk is not None else ""
        model = (getattr(chunk, "model", None) or "") if chunk is not None else ""
        created = int(time.time())
        self._open = _OPEN % (encode(name or f"chatcmpl-{time.time_ns():x}"), created, encode(model or self._model))

    def end(self) -> bytes:
        """The finish reason, usage and the end marker; nothing when the answer never ended."""
        if not self._finish:
            return b""
        events = b"" if self._open else self._event({}, 0, None, None)
        finish = "tool_calls" if self._calls and self._finish == "stop" else self._finish
        events += b'%b{"index":0,"delta":{},"finish_reason":%b}]}\n\n' % (self._open, encode(finish))
        if self._usage is not None:
            events += b'%b],"usage":%b}\n\n' % (self._open, encode(self._usage))
        return events + DONE
