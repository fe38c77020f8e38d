"""Messages as Anthropic takes them: user and assistant in turns, results of tools first, the system prompt apart.

Source: https://platform.claude.com/docs/en/api/messages (``messages``, ``system``) and ``/agents-and-tools/tool-use/handle-tool-calls``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

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
    Signature,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import RequestError
from switchgear.dialects.custom_tools import INPUT
from switchgear.dialects.messages.ids import tool_id

_Block = dict[str, Any]

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CACHES: dict[str, dict[str, str]] = {"5m": {"type": "ephemeral"}, "1h": {"type": "ephemeral", "ttl": "1h"}}
_IMAGE_STARTS = {"/9j/": "image/jpeg", "iVBO": "image/png", "R0lG": "image/gif", "UklG": "image/webp"}
"""The first bytes of the four formats Anthropic reads, in base64."""


class TurnWriter:
    """Writes the messages of one call. ``dropped`` is added to.

    ``later_system``: the model takes system messages between others.
    """

    __slots__ = ("_call", "_dropped", "_later", "_later_system", "_native", "_results", "_target", "system", "turns")

    def __init__(self, call: Call, target: Target, dropped: list[str], *, later_system: bool) -> None:
        self._call = call
        self._target = target
        self._dropped = dropped
        self._later_system = later_system
        self._later: list[_Block] = []
        self._native = call.dialect == "messages"
        self._results = 0
        self.system: list[_Block] = []
        self.turns: list[dict[str, Any]] = []

    def write(self) -> list[dict[str, Any]]:
        """The turns; ``system`` then has the system prompt. Raises RequestError for a part that cannot be said."""
        for place, message in enumerate(self._call.messages):
            role = message.role
            if role == "user":
                self._add("user", self._user(message.parts, place))
            elif role == "assistant":
                self._add("assistant", self._assistant(message.parts))
            elif role == "tool":
                self._add_results([self._result(part, place) for part in message.parts if isinstance(part, ToolResult)])
            else:
                self._system(message)
            if message.name:
                self._drop("messages.name")
        if self._later:
            self._place_later()
        if not self.turns and self.system:  # a question asked by a system message alone
            self.turns, self.system = [{"role": "user", "content": self.system}], []
        return self.turns

    def _add(self, role: str, blocks: list[_Block]) -> None:
        if blocks:  # a message of which nothing is left does not part its neighbours
            if self._later and role == "assistant":
                self._place_later()
            self._turn(role).extend(blocks)

    def _add_results(self, blocks: list[_Block]) -> None:
        if blocks:
            content = self._turn("user")  # after it: a new turn counts its results anew
            content[self._results : self._results] = blocks
            self._results += len(blocks)

    def _turn(self, role: str) -> list[_Block]:
        """The content of the turn that is being written, a new one if the last was another's."""
        if not self.turns or self.turns[-1]["role"] != role:
            self.turns.append({"role": role, "content": []})
            self._results = 0
        content: list[_Block] = self.turns[-1]["content"]
        return content

    def _drop(self, name: str) -> None:
        if name not in self._dropped:
            self._dropped.append(name)

    # ------------------------------------------------------------ system messages

    def _system(self, message: Message) -> None:
        blocks = [text_block(part) for part in message.parts if isinstance(part, Text) and _told(part)]
        if not self.turns:
            self.system.extend(blocks)
        elif self._later_system:
            self._later.extend(blocks)
        else:
            self._add("user", _as_said(blocks))

    def _place_later(self) -> None:
        """System messages between others follow a user's turn; where there is none they are said in one."""
        blocks, self._later = self._later, []
        if self.turns and self.turns[-1]["role"] == "user":
            self.turns.append({"role": "system", "content": blocks})
        else:
            self._turn("user").extend(_as_said(blocks))

    # ------------------------------------------------------------ user and assistant

    def _user(self, parts: Sequence[Part], place: int) -> list[_Block]:
        blocks = []
        for part in parts:
            if isinstance(part, Text):
                if _told(part):
                    blocks.append(text_block(part))
            elif isinstance(part, Image | File):
                blocks.append(self._medium(part, place))
            elif isinstance(part, Native):
                blocks.extend(self._own(part))
            elif isinstance(part, Audio):
                raise RequestError(
                    f"messages[{place}]: audio cannot be sent to {self._target.model}.", param=f"messages[{place}]"
                )
        return blocks

    def _assistant(self, parts: Sequence[Part]) -> list[_Block]:
        blocks: list[_Block] = []
        for part in parts:
            if isinstance(part, Text):
                if _told(part):
                    blocks.append(text_block(part))
            elif isinstance(part, ToolCall):
                blocks.append(
                    {"type": "tool_use", "id": tool_id(part.id), "name": part.name, "input": tool_input(part)}
                )
            elif isinstance(part, Reasoning):
                blocks.extend(self._thought(part))
            elif isinstance(part, Refusal):
                blocks.append({"type": "text", "text": part.text})
            elif isinstance(part, Native):
                blocks.extend(self._own(part))
            elif isinstance(part, Audio) and part.transcript:
                blocks.append({"type": "text", "text": part.transcript})
            else:
                self._drop(f"messages.{type(part).__name__.lower()}")
        return blocks

    def _own(self, part: Native) -> list[_Block]:
        """A part of Anthropic's own, or what another dialect's says."""
        if part.dialect == "messages":
            return [part.raw]
        return [{"type": "text", "text": part.text}] if part.text else []

    def _thought(self, part: Reasoning) -> list[_Block]:
        """Thinking that this provider signed; without a signature it would be refused, so other thinking is left out."""
        signature = part.signature
        if signature is None or not self._made_here(signature):
            return []
        if part.redacted:
            return [{"type": "redacted_thinking", "data": signature.value}]
        return [{"type": "thinking", "thinking": part.text, "signature": signature.value}]

    def _made_here(self, signature: Signature) -> bool:
        if signature.origin:
            return signature.origin == self._target.provider
        return self._native and self._target.native_signatures == "messages"

    # ------------------------------------------------------------ results and media

    def _result(self, part: ToolResult, place: int) -> _Block:
        block: _Block = {"type": "tool_result", "tool_use_id": tool_id(part.call_id)}
        content = part.content
        if len(content) == 1 and isinstance(first := content[0], Text) and not first.cache:
            block["content"] = first.text
        elif content:
            block["content"] = [
                text_block(one) if isinstance(one, Text) else self._medium(one, place)
                for one in content
                if not isinstance(one, Text) or _told(one)
            ]
        if part.is_error:
            block["is_error"] = True
        if part.cache:
            block["cache_control"] = cache_control(part.cache)
        return block

    def _medium(self, part: Image | File, place: int) -> _Block:
        if isinstance(part, Image):
            block: _Block = {"type": "image", "source": _image_source(part)}
            if part.detail and part.detail != "auto":
                self._drop("messages.detail")
        elif part.data and part.media_type.startswith("image/"):
            block = {"type": "image", "source": {"type": "base64", "media_type": part.media_type, "data": part.data}}
        else:
            block = {"type": "document", "source": _document_source(part, f"messages[{place}]")}
            if part.filename:
                block["title"] = part.filename
            if part.extra and self._native:
                block.update(part.extra)
        if part.cache:
            block["cache_control"] = cache_control(part.cache)
        return block


def text_block(part: Text) -> _Block:
    """A text as a block. Citations are left out: Anthropic takes back only its own, which carry what it encrypted."""
    if part.cache:
        return {"type": "text", "text": part.text, "cache_control": cache_control(part.cache)}
    return {"type": "text", "text": part.text}


def cache_control(lifetime: str) -> dict[str, str]:
    """Where the prompt up to here is to be kept for ``lifetime``."""
    return _CACHES.get(lifetime) or {"type": "ephemeral", "ttl": lifetime}


def tool_input(call: ToolCall) -> Any:
    """The arguments of a call as the object Anthropic wants; what is none, though a model wrote it, is put into one."""
    arguments = call.arguments
    if call.custom:
        return {INPUT: arguments}
    if arguments in ("", "{}"):
        return {}
    try:
        _object.decode(arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {INPUT: arguments} if arguments.strip() else {}
    return msgspec.Raw(arguments.encode())


def _told(part: Text) -> bool:
    """Whether a text says anything: Anthropic refuses blank ones."""
    return bool(part.text) and not part.text.isspace()


def _as_said(blocks: Sequence[_Block]) -> list[_Block]:
    """System texts inside a user's turn, told apart from what the user says."""
    return [{**block, "text": f"<system>\n{block['text']}\n</system>"} for block in blocks]


def _image_source(image: Image) -> _Block:
    if image.data:
        media_type = image.media_type or _IMAGE_STARTS.get(image.data[:4], "image/jpeg")
        return {"type": "base64", "media_type": media_type, "data": image.data}
    if image.file_id:
        return {"type": "file", "file_id": image.file_id}
    return {"type": "url", "url": image.url}


def _document_source(file: File, at: str) -> _Block:
    if file.text:
        return {"type": "text", "media_type": "text/plain", "data": file.text}
    if file.file_id:
        return {"type": "file", "file_id": file.file_id}
    if not file.data:
        return {"type": "url", "url": file.url}
    if file.media_type in ("", "application/pdf"):
        return {"type": "base64", "media_type": "application/pdf", "data": file.data}
    if file.media_type.startswith("text/") or file.media_type == "application/json":
        try:
            text = base64.b64decode(file.data, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise RequestError(f"{at}: a text file is not base64 of UTF-8 text.", param=at) from error
        return {"type": "text", "media_type": "text/plain", "data": text}
    raise RequestError(f"{at}: files of type {file.media_type[:80]} cannot be sent; PDF and text can.", param=at)
