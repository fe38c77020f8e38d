"""The messages of a request, from chat's form to ours.

Chat keeps a message's reasoning, text, refusal and tool calls in fields of their own, so within an assistant's message they
stand in that order. Results of tools are messages of their own there; those in a row become one here.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

import msgspec

from switchgear.core.canonical import (
    Audio,
    File,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Signature,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.dialects.body import wrong
from switchgear.dialects.chat import thoughts
from switchgear.dialects.chat.request import (
    AudioPart,
    CacheControl,
    FileFields,
    FilePart,
    ImagePart,
    RefusalPart,
    TextPart,
    ThinkingPart,
    WireFunction,
    WireMessage,
    WireToolCall,
)
from switchgear.dialects.chat.request import Part as WirePart
from switchgear.dialects.data_urls import is_web_url, read_data_url

_DEFAULT_CACHE = "5m"
_PDF = "application/pdf"
_encode = msgspec.json.Encoder().encode


class ConversationReader:
    """Reads the messages of one request, remembering the calls that results may answer."""

    __slots__ = ("_calls", "_found")

    def __init__(self) -> None:
        self._calls: dict[str, ToolCall] = {}
        self._found: list[Message] = []

    def read(self, messages: Sequence[WireMessage]) -> list[Message]:
        """The messages in the normal form of ``core.canonical``. Raises RequestError naming the field."""
        found = self._found
        for place, message in enumerate(messages):
            role, content = message.role, message.content
            if role == "assistant":
                found.append(Message("assistant", self._assistant(place, message), message.name or ""))
                continue
            if content is None:
                raise wrong(f"messages[{place}].content", f"a {role} message needs content")
            if role in ("tool", "function"):
                self._result(place, message, content)
                continue
            parts = self._said(place, role, content)
            if message.cache_control is not None and isinstance(parts[-1], Text):
                parts[-1].cache = _cache(message.cache_control)
            found.append(Message("user" if role == "user" else "system", parts, message.name or ""))
        return found

    # ------------------------------------------------------------ what a person or an operator says

    def _said(self, place: int, role: str, content: str | list[WirePart]) -> list[Part]:
        if isinstance(content, str):
            return [Text(content)]
        if not content:
            raise wrong(f"messages[{place}].content", "there must be at least one part")
        return [self._part(f"messages[{place}].content[{number}]", role, part) for number, part in enumerate(content)]

    def _part(self, path: str, role: str, part: WirePart) -> Part:
        if isinstance(part, TextPart):
            return _text(part)
        if role != "user":
            raise wrong(path, f"a {role} message holds text only")
        if isinstance(part, ImagePart):
            return _image(path, part)
        if isinstance(part, FilePart):
            return _file(f"{path}.file", part.file, _cached(part))
        if isinstance(part, AudioPart):
            return Audio(part.input_audio.data, part.input_audio.format)
        raise wrong(path, f"a {role} message cannot hold a part of this type")

    # ------------------------------------------------------------ what a model said

    def _assistant(self, place: int, message: WireMessage) -> list[Part]:
        made: list[Part] = []
        said = self._answer(place, message, made)
        calls: Sequence[ToolCall] = ()
        if message.tool_calls or message.function_call is not None:
            calls = self._tool_calls(place, message)
        attached = _recall(message, calls, made)
        if (signature := attached.pop("", None)) is not None:
            made.append(Reasoning(signature=signature))
        made += said
        for call in calls:
            if attached and (signature := attached.get(call.id)) is not None:
                made.append(Reasoning(signature=signature))
            made.append(call)
        if not made:
            if message.content is None:
                raise wrong(f"messages[{place}].content", "an assistant message needs content or tool calls")
            made.append(Text(""))
        return made

    def _answer(self, place: int, message: WireMessage, made: list[Part]) -> list[Part]:
        """What the message says; thoughts that stand within its content go to ``made``."""
        content = message.content
        said: list[Part] = []
        if isinstance(content, str):
            if content:
                said.append(Text(content, _cache(message.cache_control) if message.cache_control is not None else ""))
        elif content:
            for number, part in enumerate(content):
                if isinstance(part, ThinkingPart):
                    made.append(_thought(part))
                elif isinstance(part, TextPart):
                    said.append(_text(part))
                elif isinstance(part, RefusalPart):
                    said.append(Refusal(part.refusal))
                else:
                    raise wrong(f"messages[{place}].content[{number}]", "an assistant message holds text only")
        if message.refusal:
            said.append(Refusal(message.refusal))
        if message.audio is not None:
            said.append(Audio(id=message.audio.id))
        return said

    def _tool_calls(self, place: int, message: WireMessage) -> list[ToolCall]:
        calls = []
        for number, wire in enumerate(message.tool_calls or ()):
            call = _tool_call(f"messages[{place}].tool_calls[{number}]", wire)
            calls.append(call)
            self._calls[call.id] = call
        if message.function_call is not None:
            function = message.function_call
            call = ToolCall(f"call_{place}", function.name, _arguments(function))
            calls.append(call)
            self._calls[f"function {function.name}"] = self._calls[call.id] = call
        return calls

    # ------------------------------------------------------------ what a tool answered

    def _result(self, place: int, message: WireMessage, content: str | list[WirePart]) -> None:
        call = self._answered(place, message)
        result = ToolResult(call.id, [], message.name or call.name, custom=call.custom)
        if isinstance(content, str):
            if content:
                result.content.append(Text(content))
            if message.cache_control is not None:
                result.cache = _cache(message.cache_control)
        else:
            for number, part in enumerate(content):
                path = f"messages[{place}].content[{number}]"
                if isinstance(part, TextPart):
                    result.content.append(_text(part))
                elif isinstance(part, ImagePart):
                    result.content.append(_image(path, part))
                elif isinstance(part, FilePart):
                    result.content.append(_file(f"{path}.file", part.file, _cached(part)))
                else:
                    raise wrong(path, "a tool message cannot hold a part of this type")
        found = self._found
        if found and found[-1].role == "tool":
            found[-1].parts.append(result)
        else:
            found.append(Message("tool", [result]))

    def _answered(self, place: int, message: WireMessage) -> ToolCall:
        """The call that a message of role ``tool`` or ``function`` answers."""
        if message.role == "function":
            call = self._calls.get(f"function {message.name}")
            if call is None:
                raise wrong(f"messages[{place}].name", "no earlier message has a function_call of this name")
            return call
        if message.tool_call_id is None:
            raise wrong(f"messages[{place}].tool_call_id", "a tool message needs the id of the call it answers")
        call = self._calls.get(message.tool_call_id)
        if call is None:
            shown = message.tool_call_id[:64]
            raise wrong(f"messages[{place}].tool_call_id", f"no earlier message has a tool call with the id {shown}")
        return call


def _recall(message: WireMessage, calls: Sequence[ToolCall], made: list[Part]) -> dict[str, Signature]:
    """Put the message's reasoning before what it says; the signatures that belong to its calls or text are given back.

    Of several fields that tell the same thoughts the one with signatures counts.
    """
    attached: dict[str, Signature] = {}
    told = bool(made)
    if message.reasoning_details:
        recalled = thoughts.read_details(message.reasoning_details, {call.id for call in calls}, Signature.read)
        made += recalled.thoughts
        attached, told = recalled.attached, told or recalled.told
    elif message.thinking_blocks:
        blocks = thoughts.read_blocks(message.thinking_blocks, Signature.read)
        made += blocks
        told = told or bool(blocks)
    if not told and (message.reasoning_content or message.reasoning):
        field = None if message.reasoning_content else Signature("", thoughts.PLAIN)
        made.insert(0, Reasoning(message.reasoning_content or message.reasoning or "", field))
    for wire, call in zip(message.tool_calls or (), calls, strict=False):
        if wire.extra_content is not None and (value := thoughts.google_signature(wire.extra_content)):
            attached[call.id] = Signature.read(value)
    return attached


def _thought(part: ThinkingPart) -> Reasoning:
    if isinstance(part.thinking, str):
        return Reasoning(part.thinking, Signature.read(part.signature) if part.signature else None)
    return Reasoning("".join(text.text for text in part.thinking), Signature("", thoughts.PARTS))


# ---------------------------------------------------------------- parts


def _text(part: TextPart) -> Text:
    return Text(part.text, _cached(part))


def _cached(part: WirePart) -> str:
    if part.cache_control is not None:
        return _cache(part.cache_control)
    return _DEFAULT_CACHE if part.prompt_cache_breakpoint is not None else ""


def _cache(control: CacheControl) -> str:
    return control.ttl or _DEFAULT_CACHE


def _image(path: str, part: ImagePart) -> Image:
    given = part.image_url
    url, detail = (given, "") if isinstance(given, str) else (given.url, given.detail or "")
    place = f"{path}.image_url" if isinstance(given, str) else f"{path}.image_url.url"
    inline = read_data_url(url, place)
    if inline is not None:
        return Image(data=inline[1], media_type=inline[0], detail=detail, cache=_cached(part))
    if not is_web_url(url):
        raise wrong(place, "expected an http, https or data URL")
    return Image(url, detail=detail, cache=_cached(part))


def _file(path: str, fields: FileFields, cache: str) -> File:
    """A document. Base64 without a media type gets the one of its name, PDF where that tells nothing."""
    name = fields.filename or ""
    if fields.file_data is None:
        if not fields.file_id:
            raise wrong(path, "either file_id or file_data is needed")
        if is_web_url(fields.file_id):
            return File(fields.file_id, media_type=fields.format or "", filename=name, cache=cache)
        return File(file_id=fields.file_id, filename=name, cache=cache)
    inline = read_data_url(fields.file_data, f"{path}.file_data")
    if inline is not None:
        return File(data=inline[1], media_type=inline[0], filename=name, cache=cache)
    if is_web_url(fields.file_data):
        return File(fields.file_data, media_type=fields.format or "", filename=name, cache=cache)
    kind = fields.format or mimetypes.guess_type(name)[0] or _PDF
    return File(data=fields.file_data, media_type=kind, filename=name, cache=cache)


# ---------------------------------------------------------------- calls


def _tool_call(path: str, wire: WireToolCall) -> ToolCall:
    if wire.type == "custom" or (wire.type is None and wire.custom is not None):
        if wire.custom is None:
            raise wrong(f"{path}.custom", "a call of a custom tool needs it")
        return ToolCall(wire.id, wire.custom.name, wire.custom.input, custom=True)
    if wire.function is None:
        raise wrong(f"{path}.function", "a call of a function needs it")
    return ToolCall(wire.id, wire.function.name, _arguments(wire.function))


def _arguments(function: WireFunction) -> str:
    given = function.arguments
    if isinstance(given, str):
        return given or "{}"
    return "{}" if given is None else _encode(given).decode()
