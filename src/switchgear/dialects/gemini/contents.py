"""Messages as Gemini's ``contents`` and ``systemInstruction`` (https://ai.google.dev/api/caching#Content).

Messages in a row that say the same side's part are one content: Gemini wants the responses to parallel function calls together,
right after the calls.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Native,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import NotSupported, RequestError
from switchgear.dialects.custom_tools import INPUT
from switchgear.dialects.gemini import signatures
from switchgear.dialects.gemini.families import Family

_FILES_API = "https://generativelanguage.googleapis.com/v1beta/"
_AUDIO_TYPES = {"mp3": "audio/mp3", "pcm16": "audio/l16", "m4a": "audio/mp4", "oga": "audio/ogg"}
_arguments = msgspec.json.Decoder(dict[str, Any])

Json = dict[str, Any]


class Contents:
    """What a call's messages come to: ``contents``, and the ``system`` instruction's parts."""

    __slots__ = ("_call", "_family", "_kind", "_names", "_parts", "_target", "contents", "system")

    def __init__(self, call: Call, target: Target, family: Family) -> None:
        self._call = call
        self._target = target
        self._family = family
        self._names: dict[str, str] = {}
        self._kind = ""
        self._parts: list[Json] = []
        self.contents: list[Json] = []
        self.system: list[Json] = []
        for index, message in enumerate(call.messages):
            self._add(index, message)
        if self.system and (not self.contents or target.capabilities.system is False):
            self._instruct_as_user()

    def _instruct_as_user(self) -> None:
        """Say the instruction in a user's words: to a model without system messages, or where there is nothing else."""
        self.contents.insert(0, {"role": "user", "parts": self.system})
        self.system = []

    def _add(self, index: int, message: Message) -> None:
        role = message.role
        if role == "system":
            self.system += [{"text": part.text} for part in message.parts if isinstance(part, Text) and part.text]
            return
        if role == "user":
            parts = self._of_user(index, message)
        elif role == "assistant":
            parts = self._of_model(index, message)
        else:
            parts = self._of_tool(index, message)
        if not parts:
            return
        if role == self._kind:
            self._parts += parts
            return
        self._kind = role
        self._parts = parts
        self.contents.append({"role": "model" if role == "assistant" else "user", "parts": parts})

    def _of_user(self, index: int, message: Message) -> list[Json]:
        parts: list[Json] = []
        for place, part in enumerate(message.parts):
            if isinstance(part, Text):
                parts.append({"text": part.text})
            elif isinstance(part, Image | Audio | File):
                parts.append(media(part, f"messages[{index}].content[{place}]"))
            elif not isinstance(part, Native):
                raise _not_here(part, f"messages[{index}].content[{place}]")
            elif part.text:
                parts.append({"text": part.text})
        return parts

    def _of_model(self, index: int, message: Message) -> list[Json]:
        """The parts of a model's message, each signature on the part it belongs to."""
        parts: list[Json] = []
        pending = ""
        demanded = self._family.third
        for place, part in enumerate(message.parts):
            if isinstance(part, Reasoning):
                pending = self._recall(part, parts, pending)
                continue
            made = self._of_model_part(part, index, place)
            if made is None:
                continue
            if "functionCall" in made:
                if pending or demanded:
                    made["thoughtSignature"] = pending or signatures.NO_SIGNATURE
                demanded = False
            elif pending:
                made["thoughtSignature"] = pending
            pending = ""
            parts.append(made)
        if pending:
            parts.append({"text": "", "thoughtSignature": pending})
        return parts

    def _recall(self, part: Reasoning, parts: list[Json], pending: str) -> str:
        """Put a thought of Gemini's own back as it was, or give the signature for the part that follows.

        What nobody signed, or another provider did, it cannot use.
        """
        if part.signature is None:
            return pending
        value, whole = signatures.read(part.signature, part.text, self._call, self._target)
        if whole is not None:
            parts.append(whole)
        elif value:
            if pending:  # what it belonged to is not there any more
                parts.append({"text": "", "thoughtSignature": pending})
            return value
        return pending

    def _of_model_part(self, part: object, index: int, place: int) -> Json | None:
        if isinstance(part, Text | Refusal | Native):
            return {"text": part.text} if part.text else None
        if isinstance(part, ToolCall):
            self._names[part.id] = part.name
            call: Json = {"name": part.name, "args": _args(part, f"messages[{index}].tool_calls")}
            if part.id:
                call["id"] = part.id
            return {"functionCall": call}
        if isinstance(part, Audio) and not part.data:
            return {"text": part.transcript} if part.transcript else None
        path = f"messages[{index}].content[{place}]"
        if isinstance(part, Image | Audio | File):
            return media(part, path)
        raise _not_here(part, path)

    def _of_tool(self, index: int, message: Message) -> list[Json]:
        parts: list[Json] = []
        after: list[Json] = []
        for place, part in enumerate(message.parts):
            path = f"messages[{index}].content[{place}]"
            if isinstance(part, ToolResult):
                parts.append(self._of_result(part, path, after))
            elif not isinstance(part, Native):
                raise _not_here(part, path)
        return parts + after

    def _of_result(self, result: ToolResult, path: str, after: list[Json]) -> Json:
        """A function's response. Media that it cannot hold goes to ``after``, with the name of the call it is from.

        The answer is text in the field Google names for it: as an object it would be searched for references
        (``$ref``), and refused if it held any.
        """
        name = result.name or self._names.get(result.call_id)
        if name is None:
            raise RequestError(f"{path}: no tool call has the id {result.call_id[:80]!r}.", param=path)
        texts: list[str] = []
        found: list[Json] = []
        for part in result.content:
            if isinstance(part, Text):
                texts.append(part.text)
            else:
                found.append(media(part, path))
        response: Json = {"name": name, "response": {"error" if result.is_error else "output": "\n".join(texts)}}
        if result.call_id:
            response["id"] = result.call_id
        if found and self._family.third and all("inlineData" in part for part in found):
            response["parts"] = found
        elif found:
            after.append({"text": f"What the tool call {result.call_id} ({name}) gave:"})
            after += found
        return {"functionResponse": response}


def media(part: Image | Audio | File, path: str) -> Json:
    """An image, sound or document as a part. Raises RequestError, with ``path`` as its param, for one Gemini cannot have."""
    if isinstance(part, File) and part.text:
        return {"text": part.text}
    if part.data:
        return {"inlineData": {"mimeType": _media_type(part, path), "data": part.data}}
    if isinstance(part, Audio):
        raise RequestError(f"{path} holds no audio.", param=path)
    uri = part.url or part.file_id
    if not part.url and uri.startswith("files/"):
        uri = _FILES_API + uri
    if not uri.startswith(("https://", "gs://", "http://")):
        raise NotSupported(
            f"{path} names a file that Gemini does not have.",
            param=path,
            hint="Send its data, or the URI of a file there.",
        )
    file: Json = {"fileUri": uri}
    if part.media_type:
        file["mimeType"] = part.media_type
    return {"fileData": file}


def _media_type(part: Image | Audio | File, path: str) -> str:
    kind = _AUDIO_TYPES.get(part.format, f"audio/{part.format}") if isinstance(part, Audio) else part.media_type
    if not kind or kind == "audio/":
        raise RequestError(f"{path}: its media type is not known.", param=path)
    return kind


def _args(call: ToolCall, path: str) -> Json:
    if call.custom:
        return {INPUT: call.arguments}
    if not call.arguments or call.arguments == "{}":
        return {}
    try:
        return _arguments.decode(call.arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise RequestError(f"{path}: the arguments of {call.name} are not a JSON object.", param=path) from error


def _not_here(part: object, path: str) -> RequestError:
    return RequestError(f"{path}: a part of the kind {type(part).__name__} cannot stand there.", param=path)
