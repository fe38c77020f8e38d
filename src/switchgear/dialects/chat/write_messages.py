"""A call's messages in chat's form."""

from __future__ import annotations

import hashlib
import string
from typing import Any

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Native,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import RequestError
from switchgear.dialects.chat.models import Traits
from switchgear.dialects.chat.recall import Recall, turn_of
from switchgear.dialects.custom_tools import wrapped
from switchgear.dialects.data_urls import data_url

Json = dict[str, Any]

_LONGEST_ID = 40
"""Characters of a tool call's id that OpenAI takes."""
_MISTRAL_ID = 9
_ALPHABET = string.ascii_letters + string.digits
_EXTENSIONS = {
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/markdown": "md",
    "text/html": "html",
}


class MessageWriter:
    """Writes the messages of one call for one target. ``dropped`` names what in them chat has no words for."""

    __slots__ = ("_cached", "_call", "_loop", "_results", "_same", "_target", "_traits", "dropped", "messages")

    def __init__(self, call: Call, target: Target, traits: Traits) -> None:
        self._call = call
        self._target = target
        self._traits = traits
        self._same = call.dialect == "chat"
        # the mark for caching is for Claude, by whatever API, and for servers that the client wrote it for
        self._cached = not traits.openai and not traits.mistral and (self._same or "claude" in target.model.lower())
        self._loop = turn_of(call.messages)
        self._results: list[Json] = []
        self.dropped: list[str] = []
        self.messages: list[Json] = []

    def write(self) -> list[Json]:
        """The messages. Raises RequestError for a part that chat cannot carry."""
        for place, message in enumerate(self._call.messages):
            role = message.role
            if role == "tool":
                self._tool(place, message)
                continue
            if self._results:
                self._show_results()
            if role == "assistant":
                self._assistant(place, message)
            else:
                self._say(place, role, message)
        if self._results:
            self._show_results()
        return self.messages

    # ------------------------------------------------------------ users and operators

    def _say(self, place: int, role: str, message: Message) -> None:
        content = self._content(place, message.parts, "\n\n")
        if content == []:  # nothing in it that another dialect could say
            return
        written: Json = {"role": role, "content": content}
        if role == "system":
            if self._target.capabilities.system is False:
                written["role"] = "user"
            elif self._traits.reasons:
                written["role"] = "developer"
        if message.name and not self._traits.mistral:
            written["name"] = message.name
        self.messages.append(written)

    def _content(self, place: int, parts: list[Part], between: str) -> str | list[Json]:
        """Parts as content: one text as it is. Several are joined for servers that may want one, with ``between``."""
        if len(parts) == 1:
            part = parts[0]
            if isinstance(part, Text) and not (part.cache and self._cached):
                return part.text
        elif not (self._same or self._traits.openai):
            texts = [part for part in parts if isinstance(part, Text)]
            if len(texts) == len(parts) and not (self._cached and any(text.cache for text in texts)):
                return between.join(text.text for text in texts)
        return [self._part(place, part) for part in parts if not (isinstance(part, Native) and not part.text)]

    def _part(self, place: int, part: Part) -> Json:
        if isinstance(part, Text | Native):
            written: Json = {"type": "text", "text": part.text}
        elif isinstance(part, Image):
            written = self._image(place, part)
        elif isinstance(part, File):
            written = self._file(place, part)
        elif isinstance(part, Audio) and part.data:
            written = {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format or "wav"}}
        else:
            raise _not_here(place, f"a {type(part).__name__.lower()} cannot stand in this message in Chat Completions")
        if self._cached and (cache := getattr(part, "cache", "")):
            written["cache_control"] = cache_control(cache)
        return written

    def _image(self, place: int, part: Image) -> Json:
        url = data_url(part.media_type or "image/png", part.data) if part.data else part.url
        if not url:
            raise _not_here(place, "an image by file_id cannot be given in Chat Completions")
        image = {"url": url}
        if part.detail:
            image["detail"] = part.detail
        return {"type": "image_url", "image_url": image}

    def _file(self, place: int, part: File) -> Json:
        if part.text:
            return {"type": "text", "text": f"{part.filename}\n\n{part.text}" if part.filename else part.text}
        if part.file_id:
            file = {"file_id": part.file_id}
        elif part.data:
            name = part.filename or f"document.{_EXTENSIONS.get(part.media_type, 'pdf')}"
            file = {"filename": name, "file_data": data_url(part.media_type or "application/pdf", part.data)}
        elif part.url and not self._traits.openai:
            file = {"filename": part.filename, "file_data": part.url} if part.filename else {"file_data": part.url}
        else:
            raise _not_here(place, "a file by URL cannot be given to this provider")
        return {"type": "file", "file": file}

    # ------------------------------------------------------------ models

    def _assistant(self, place: int, message: Message) -> None:
        written: Json = {"role": "assistant", "content": None}
        said: list[Part] = []
        calls: list[Json] = []
        recall = Recall(self._call, self._target, self._traits, loop=place > self._loop)
        for number, part in enumerate(message.parts):
            if isinstance(part, Text):
                if part.text:
                    said.append(part)
            elif isinstance(part, ToolCall):
                calls.append(self._tool_call(part))
            elif isinstance(part, Reasoning):
                recall.add(message.parts, number)
            else:
                self._rare(place, part, said, written)
        if said:
            written["content"] = self._content(place, said, "")
        if calls:
            written["tool_calls"] = calls
        recall.write(written)
        if len(written) == 2 and written["content"] is None:
            written["content"] = ""
        if message.name and not self._traits.mistral:
            written["name"] = message.name
        self.messages.append(written)

    def _rare(self, place: int, part: Part, said: list[Part], written: Json) -> None:
        """What is seldom in a model's message. A refusal is text for servers that have no field for it."""
        if isinstance(part, Refusal) and (self._same or self._traits.openai):
            written["refusal"] = written.get("refusal", "") + part.text
        elif isinstance(part, Refusal | Native):
            if part.text:
                said.append(Text(part.text))
        elif isinstance(part, Audio) and not part.data:
            written["audio"] = {"id": part.id}
        else:
            raise _not_here(place, f"a {type(part).__name__.lower()} cannot stand in an assistant message")

    def _tool_call(self, call: ToolCall) -> Json:
        name = self._id(call.id)
        if not call.custom:
            return {
                "id": name,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments or "{}"},
            }
        if self._traits.openai:
            return {"id": name, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
        return {"id": name, "type": "function", "function": {"name": call.name, "arguments": wrapped(call.arguments)}}

    def _id(self, name: str) -> str:
        """A tool call's id as the target takes it, always the same for the same id."""
        if self._traits.mistral and not (len(name) == _MISTRAL_ID and name.isascii() and name.isalnum()):
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
            return "".join(_ALPHABET[number // 62**digit % 62] for digit in range(_MISTRAL_ID))
        if self._traits.openai and len(name) > _LONGEST_ID:
            return "call_" + hashlib.sha256(name.encode()).hexdigest()[:32]
        return name

    # ------------------------------------------------------------ tools

    def _tool(self, place: int, message: Message) -> None:
        for part in message.parts:
            if not isinstance(part, ToolResult):
                raise _not_here(place, "a tool message holds results only")
            written: Json = {"role": "tool", "tool_call_id": self._id(part.call_id)}
            if part.name and (self._traits.mistral or "gemini" in self._target.model):
                written["name"] = part.name
            written["content"] = self._result(place, part)
            if part.is_error and not self.dropped:
                self.dropped.append("messages.is_error")
            self.messages.append(written)

    def _result(self, place: int, result: ToolResult) -> str | list[Json]:
        """A result's content: text. Images and files follow in a user message, unless the client wrote them here."""
        content: list[Part] = [*result.content]
        if result.cache and self._cached and not any(isinstance(part, Text) for part in content):
            content.append(Text(""))
        if not self._same and (shown := [part for part in content if _is_shown(part)]):
            self._results.append({"type": "text", "text": f"From the tool call {self._id(result.call_id)}:"})
            self._results += [self._part(place, part) for part in shown]
            content = [part for part in content if not _is_shown(part)] or [Text("(See the next user message.)")]
        if not content:
            return ""
        written = self._content(place, content, "\n\n")
        if result.cache and self._cached:
            if isinstance(written, str):
                written = [{"type": "text", "text": written}]
            written[-1]["cache_control"] = cache_control(result.cache)
        return written

    def _show_results(self) -> None:
        self.messages.append({"role": "user", "content": self._results})
        self._results = []


def cache_control(cache: str) -> Json:
    """Anthropic's mark; five minutes is what it means without a time."""
    return {"type": "ephemeral"} if cache == "5m" else {"type": "ephemeral", "ttl": cache}


def _is_shown(part: Part) -> bool:
    """Whether it is something to look at, for which a tool's message has no place."""
    return isinstance(part, Image) or (isinstance(part, File) and not part.text)


def _not_here(place: int, what: str) -> RequestError:
    return RequestError(f"messages[{place}]: {what}.", param=f"messages[{place}]")
