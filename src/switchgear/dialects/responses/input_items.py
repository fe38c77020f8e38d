"""From messages to the input items of a request for a provider."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from mimetypes import guess_extension
from typing import Any, Final

from switchgear.core.canonical import (
    Audio,
    Call,
    Citation,
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
from switchgear.core.errors import NotSupported
from switchgear.dialects.responses.tools import unqualified

_LONGEST_CALL_ID: Final = 64
_Items = list[dict[str, Any]]


class ItemWriter:
    """Writes the items of one request. ``dropped`` gets the names of what is left out."""

    def __init__(self, call: Call, target: Target, dropped: list[str]) -> None:
        self._call = call
        self._target = target
        self._dropped = dropped
        self._namespaces = unqualified(call) if call.tools else {}
        self._own = call.dialect == "responses"
        self._custom: set[str] = set()

    def written(self, messages: list[Message]) -> _Items:
        """The items that say what the messages do. Raises RequestError."""
        items: _Items = []
        for place, message in enumerate(messages):
            if message.role == "assistant":
                items += self._turn(message.parts)
            elif message.role == "tool":
                items += [self._result(part) for part in message.parts if isinstance(part, ToolResult)]
            else:
                content = [self._content(part, f"messages[{place}]") for part in message.parts]
                items.append({"role": message.role, "content": _plain(content)})
        return items

    # ------------------------------------------------------------ what an assistant did

    def _turn(self, parts: list[Part]) -> _Items:
        items: _Items = []
        said: _Items = []
        thoughts: list[Reasoning] = []
        for part in parts:
            if isinstance(part, Reasoning):
                if thoughts and (thoughts[-1].signature is not None or thoughts[-1].id != part.id):
                    items += _flushed(said) + self._thought(thoughts)
                    thoughts = []
                thoughts.append(part)
                continue
            if thoughts:
                items += _flushed(said) + self._thought(thoughts)
                thoughts = []
            if isinstance(part, Text | Refusal):
                said.append(_said(part))
            else:
                items += _flushed(said) + self._done(part)
        return items + _flushed(said) + self._thought(thoughts)

    def _thought(self, parts: list[Reasoning]) -> _Items:
        """One reasoning item; none without a signature that the provider takes, since it is refused then."""
        if not parts or parts[-1].signature is None:
            return []
        encrypted = self._readable(parts[-1].signature)
        if not encrypted:
            return []
        item: dict[str, Any] = {"type": "reasoning"}
        if parts[-1].id:
            item["id"] = parts[-1].id
        item["summary"] = [{"type": "summary_text", "text": one.text} for one in parts if one.text and one.summary]
        content = [{"type": "reasoning_text", "text": one.text} for one in parts if one.text and not one.summary]
        if content:
            item["content"] = content
        return [item | {"encrypted_content": encrypted}]

    def _readable(self, signature: Signature) -> str:
        """The signature's value if this provider made it."""
        if signature.origin:
            return signature.value if signature.origin == self._target.provider else ""
        native = self._target.native_signatures
        return signature.value if native and native == self._call.dialect else ""

    def _done(self, part: Part) -> _Items:
        if isinstance(part, ToolCall):
            return [self._called(part)]
        if isinstance(part, Native):
            return self._native(part)
        return []  # an answer's image or sound, for which the input has no words

    def _called(self, part: ToolCall) -> dict[str, Any]:
        namespace, name = self._namespaces.get(part.name, ("", part.name))
        item: dict[str, Any] = {"call_id": call_id_of(part.id), "name": name}
        if namespace:
            item["namespace"] = namespace
        if part.custom:
            self._custom.add(part.id)
            return {"type": "custom_tool_call", **item, "input": part.arguments}
        return {"type": "function_call", **item, "arguments": part.arguments or "{}"}

    def _native(self, part: Native) -> _Items:
        if part.dialect != "responses":
            return [_message([{"type": "output_text", "text": part.text, "annotations": []}])] if part.text else []
        encrypted = part.raw.get("encrypted_content")
        if not isinstance(encrypted, str):
            return [part.raw]
        value = self._readable(Signature.read(encrypted))
        return [part.raw | {"encrypted_content": value}] if value else []

    # ------------------------------------------------------------ what others said

    def _result(self, part: ToolResult) -> dict[str, Any]:
        custom = part.custom or part.call_id in self._custom
        kind = "custom_tool_call_output" if custom else "function_call_output"
        if part.is_error and "messages.is_error" not in self._dropped:
            self._dropped.append("messages.is_error")
        content = [self._content(one, "tool") for one in part.content]
        if all(one["type"] == "input_text" and len(one) == 2 for one in content) and len(content) < 2:
            return {"type": kind, "call_id": call_id_of(part.call_id), "output": content[0]["text"] if content else ""}
        return {"type": kind, "call_id": call_id_of(part.call_id), "output": content}

    def _content(self, part: Part, at: str) -> dict[str, Any]:
        if isinstance(part, Text | Image | File):
            found = _image(part) if isinstance(part, Image) else _file(part) if isinstance(part, File) else _text(part)
            if self._own and part.cache:  # a model that does not know the field would refuse it
                found["prompt_cache_breakpoint"] = {"mode": "explicit", "ttl": part.cache}
            return found
        if isinstance(part, Audio):
            if not part.data:
                raise NotSupported(f"{at}: audio of an earlier answer cannot be referred to here.", param=at)
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
        if isinstance(part, Native):
            return {"type": "input_text", "text": part.text}
        raise NotSupported(f"{at}: a {type(part).__name__} cannot stand here.", param=at)


def call_id_of(call_id: str) -> str:
    """The id of a call as the API takes it: a longer one is another, always the same."""
    if len(call_id) <= _LONGEST_CALL_ID:
        return call_id
    return f"call_{hashlib.sha256(call_id.encode()).hexdigest()[:48]}"


def _flushed(said: _Items) -> _Items:
    """The message that what was said makes, if anything was; the next one begins empty."""
    if not said:
        return []
    content = said[:]
    said.clear()
    return [_message(content)]


def _message(content: _Items) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": content}


def _said(part: Text | Refusal) -> dict[str, Any]:
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    annotations = [_annotation(one, len(part.text)) for one in part.citations if one.url]
    return {"type": "output_text", "text": part.text, "annotations": annotations}


def _annotation(citation: Citation, length: int) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title,
        "start_index": citation.start or 0,
        "end_index": length if citation.end is None else citation.end,
    }


def _plain(content: _Items) -> str | _Items:
    """A text alone needs no list."""
    only = content[0] if len(content) == 1 else None
    return only["text"] if only is not None and only.keys() == {"type", "text"} else content


def _text(part: Text) -> dict[str, Any]:
    return {"type": "input_text", "text": part.text}


def _image(part: Image) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "input_image"}
    if part.data:
        found["image_url"] = f"data:{part.media_type or 'image/png'};base64,{part.data}"
    elif part.url:
        found["image_url"] = part.url
    else:
        found["file_id"] = part.file_id
    return found | ({"detail": part.detail} if part.detail else {})


def _file(part: File) -> dict[str, Any]:
    if part.text:
        data, media_type = b64encode(part.text.encode()).decode(), part.media_type or "text/plain"
    else:
        data, media_type = part.data, part.media_type or "application/pdf"
    found: dict[str, Any] = {"type": "input_file"}
    if data:
        found["filename"] = part.filename or f"document{guess_extension(media_type) or ''}"
        found["file_data"] = f"data:{media_type};base64,{data}"
    elif part.url:
        found["file_url"] = part.url
    else:
        found["file_id"] = part.file_id
    return found
