"""Clients of the three dialects in front, each with the words its API has for the same things; and how their answers read."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import httpx

from switchgear.core.canonical import Answer, Text, ToolCall
from switchgear.core.capabilities import Target
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import DialectName
from switchgear.dialects.registry import BACKS

Json = dict[str, Any]
_TARGET = Target("client", "openai", "m")


class Heard(NamedTuple):
    """A streamed answer as a client hears it: what it amounts to, whether it ended as a whole one does, and the error at its end."""

    answer: Answer
    clean: bool
    error: Json | None
    kinds: list[str]

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(part.text for part in self.answer.parts if isinstance(part, Text))

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The tools that were called."""
        return [(part.name, json.loads(part.arguments)) for part in self.answer.parts if isinstance(part, ToolCall)]


class Client:
    """One client at a gateway, which speaks ``dialect``."""

    def __init__(self, dialect: DialectName, http: httpx.Client) -> None:
        self.dialect = dialect
        self._http = http
        self.path = {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages"}[dialect]

    # ------------------------------------------------------------ asking

    def body(self, model: str, *said: Json, **fields: Any) -> Json:
        """A request; ``said`` are turns in the dialect's own words, a plain greeting when there are none."""
        if self.dialect == "responses":
            return {"model": model, "input": list(said) or "Hi", "store": False} | fields
        messages = list(said) or [{"role": "user", "content": "Hi"}]
        more = {"max_tokens": 500} if self.dialect == "messages" else {}
        return {"model": model, "messages": messages} | more | fields

    def ask(self, model: str, *said: Json, **fields: Any) -> httpx.Response:
        """One answer, whole or with ``stream=True``."""
        return self.send(self.body(model, *said, **fields))

    def send(self, body: Json | bytes) -> httpx.Response:
        """The answer to a request."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._http.post(self.path, content=content)

    def stream(self, model: str, *said: Json, **fields: Any) -> Any:
        """A streamed answer, to be read piece by piece."""
        return self._http.stream("POST", self.path, json=self.body(model, *said, stream=True, **fields))

    # ------------------------------------------------------------ words

    def text(self, text: str) -> Json:
        """A part of a user's message."""
        return {"type": "input_text" if self.dialect == "responses" else "text", "text": text}

    def image(self, url: str) -> Json:
        """An image by http or data URL."""
        if self.dialect == "chat":
            return {"type": "image_url", "image_url": {"url": url}}
        if self.dialect == "responses":
            return {"type": "input_image", "image_url": url}
        if not url.startswith("data:"):
            return {"type": "image", "source": {"type": "url", "url": url}}
        head, _, data = url.partition(",")
        return {"type": "image", "source": {"type": "base64", "media_type": head[5:].partition(";")[0], "data": data}}

    def user(self, *parts: Json) -> Json:
        """A user's message."""
        return {"role": "user", "content": list(parts)}

    def result(self, call: str, text: str) -> Json:
        """What a tool answered."""
        if self.dialect == "chat":
            return {"role": "tool", "tool_call_id": call, "content": text}
        if self.dialect == "responses":
            return {"type": "function_call_output", "call_id": call, "output": text}
        return self.user({"type": "tool_result", "tool_use_id": call, "content": text})

    def called(self, call: str, name: str, arguments: str) -> Json:
        """A tool call of the model's."""
        if self.dialect == "chat":
            function = {"name": name, "arguments": arguments}
            return {"role": "assistant", "tool_calls": [{"id": call, "type": "function", "function": function}]}
        if self.dialect == "responses":
            return {"type": "function_call", "call_id": call, "name": name, "arguments": arguments}
        block = {"type": "tool_use", "id": call, "name": name, "input": json.loads(arguments)}
        return {"role": "assistant", "content": [block]}

    def tool(self, name: str, schema: Json) -> Json:
        """A function that may be called."""
        if self.dialect == "chat":
            return {"type": "function", "function": {"name": name, "parameters": schema}}
        if self.dialect == "responses":
            return {"type": "function", "name": name, "parameters": schema}
        return {"name": name, "input_schema": schema}

    def must_call(self, name: str) -> Json:
        """The field that makes the model call a tool."""
        if self.dialect == "chat":
            return {"tool_choice": {"type": "function", "function": {"name": name}}}
        return {"tool_choice": {"type": "tool" if self.dialect == "messages" else "function", "name": name}}

    def form(self, schema: Json) -> Json:
        """The field that asks for JSON by a schema."""
        if self.dialect == "chat":
            return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}
        if self.dialect == "responses":
            return {"text": {"format": {"type": "json_schema", "name": "answer", "schema": schema}}}
        return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}

    # ------------------------------------------------------------ understanding

    def read(self, answer: httpx.Response) -> Heard:
        """A whole answer."""
        assert answer.status_code == 200, answer.text
        read = BACKS[self.dialect].read_answer(answer.content, _TARGET)
        return Heard(read, True, None, [])

    def error(self, answer: httpx.Response) -> Json:
        """The error that an answer is, in the dialect's own form."""
        assert answer.headers["content-type"] == "application/json", answer.text
        document = answer.json()
        error: Json = document["error"]
        if self.dialect == "messages":
            assert document.keys() == {"type", "error", "request_id"}
            assert error.keys() == {"type", "message"}
        else:
            assert error.keys() == {"message", "type", "param", "code", "request_id"}
        return error

    def heard(self, stream: bytes) -> Heard:
        """A stream, read to where it ended."""
        reader, assembly = BACKS[self.dialect].reader(_TARGET), Assembly()
        kinds: list[str] = []
        error: Json | None = None
        for event in stream.decode().replace("\r\n", "\n").removesuffix("\n\n").split("\n\n"):
            data = event.rpartition("data: ")[2]
            if event.startswith(":"):
                continue  # a comment, to keep the connection alive
            if data == "[DONE]":
                kinds.append(data)
                continue
            document = json.loads(data)
            kinds.append(str(document.get("type") or ("error" if "error" in document else "chunk")))
            if kinds[-1] == "error":
                error = document["error"]
            elif kinds[-1] != "response.failed":
                assembly.add(reader.read(data.encode()))
        last = {"chat": "[DONE]", "responses": "response.completed", "messages": "message_stop"}[self.dialect]
        return Heard(assembly.answer(), kinds[-1] == last and reader.complete, error, kinds)
