"""The messages of a request, from Anthropic's form to ours.

Anthropic puts the results of tools into user messages; here they become messages of their own, before what the user says. Source:
https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls ("tool results come first").
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import (
    File,
    Image,
    Message,
    Native,
    Part,
    Reasoning,
    Signature,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.errors import RequestError
from switchgear.dialects.body import wrong
from switchgear.dialects.messages.citations import read_citation
from switchgear.dialects.messages.ids import given_tool_id
from switchgear.dialects.messages.requests import (
    Base64Source,
    CacheControl,
    ContentSource,
    DocumentBlock,
    FileSource,
    ImageBlock,
    NativeBlock,
    PlainTextSource,
    RedactedThinkingBlock,
    ResultContent,
    SearchResultBlock,
    TextBlock,
    ThinkingBlock,
    ToolReferenceBlock,
    ToolResultBlock,
    ToolUseBlock,
    UrlSource,
    WireMessage,
)

_bare = msgspec.json.Decoder()
_JSON_SPACE = " \t\r\n"


class ConversationReader:
    """Reads the messages of one request. ``body`` is the whole of it, where blocks of Anthropic's own are looked up."""

    __slots__ = ("_body", "_calls", "_document", "_found")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._document: dict[str, Any] | None = None
        self._found: list[Message] = []
        self._calls: set[str] = set()
        """Ids of the calls that the next results answer."""

    def read(self, messages: list[WireMessage]) -> list[Message]:
        """The messages in the normal form of ``core.canonical``. Raises RequestError naming the field."""
        found = self._found
        last = len(messages) - 1
        before = ""
        for place, message in enumerate(messages):
            content, role = message.content, message.role
            if not content:
                if place == last and role == "assistant":
                    break
                raise wrong(f"messages[{place}].content", "a message must not be empty")
            if role == "assistant":
                if before != "assistant":
                    self._calls = set()
                parts: list[Part] = [Text(content)] if isinstance(content, str) else self._assistant(place, content)
                found.append(Message("assistant", parts))
            elif isinstance(content, str):
                found.append(Message(role, [Text(content)]))
            elif role == "user":
                self._user(place, content)
            else:
                found.append(Message("system", self._system(place, content)))
            before = role
        return found

    # ------------------------------------------------------------ the three roles

    def _user(self, place: int, content: list[Any]) -> None:
        results: list[Part] = []
        said: list[Part] = []
        for number, block in enumerate(content):
            kind = type(block)
            if kind is TextBlock:
                said.append(read_text(block))
            elif kind is ToolResultBlock:
                results.append(self._result(place, number, block))
            elif kind is ImageBlock:
                said.append(_image(block))
            elif kind is DocumentBlock:
                said.extend(_document(block))
            else:
                said.append(self._rare(place, number, block))
        if results:
            self._found.append(Message("tool", results))
        if said:
            self._found.append(Message("user", said))

    def _assistant(self, place: int, content: list[Any]) -> list[Part]:
        parts: list[Part] = []
        for number, block in enumerate(content):
            kind = type(block)
            if kind is TextBlock:
                parts.append(read_text(block))
            elif kind is ToolUseBlock:
                call = _call(block, place, number)
                self._calls.add(call.id)
                parts.append(call)
            elif kind is ThinkingBlock:
                signature = Signature.read(block.signature) if block.signature else None
                if block.thinking or signature:
                    parts.append(Reasoning(block.thinking, signature))
            elif kind is RedactedThinkingBlock:
                parts.append(Reasoning(signature=Signature.read(block.data), redacted=True))
            elif isinstance(block, NativeBlock):
                parts.append(self._native(place, number))
            else:
                raise _misplaced(place, number, "assistant", block)
        return parts

    def _system(self, place: int, content: list[Any]) -> list[Part]:
        for number, block in enumerate(content):
            if type(block) is not TextBlock:
                raise _misplaced(place, number, "system", block)
        return [read_text(block) for block in content]

    # ------------------------------------------------------------ blocks

    def _result(self, place: int, number: int, block: ToolResultBlock) -> ToolResult:
        call_id = given_tool_id(block.tool_use_id)
        if call_id not in self._calls:
            raise wrong(
                f"messages[{place}].content[{number}].tool_use_id",
                "no tool_use block of the assistant message before it has this id",
                hint="Send the assistant's message with the call, and right after it the results.",
            )
        content = block.content
        parts: list[Text | Image | File] = []
        if isinstance(content, str):
            parts = [Text(content)] if content else []
        elif content:
            for inner in content:
                parts.extend(_result_parts(inner))
        return ToolResult(call_id, parts, is_error=block.is_error is True, cache=lifetime(block.cache_control))

    def _rare(self, place: int, number: int, block: object) -> Part:
        """A block of a user message that few have."""
        if isinstance(block, SearchResultBlock):
            native = self._native(place, number)
            native.text = _search_text(block)
            return native
        if isinstance(block, NativeBlock):
            return self._native(place, number)
        raise _misplaced(place, number, "user", block)

    def _native(self, place: int, number: int) -> Native:
        if self._document is None:
            self._document = _bare.decode(self._body)
        return Native("messages", self._document["messages"][place]["content"][number])


def read_text(block: TextBlock) -> Text:
    """A text block as a part."""
    if block.citations:
        return Text(block.text, lifetime(block.cache_control), [read_citation(one) for one in block.citations])
    return Text(block.text, lifetime(block.cache_control)) if block.cache_control else Text(block.text)


def lifetime(control: CacheControl | None) -> str:
    """How long the prompt up to here is to be kept; five minutes is what Anthropic takes for nothing said."""
    return "" if control is None else control.ttl or "5m"


def _call(block: ToolUseBlock, place: int, number: int) -> ToolCall:
    arguments = str(block.input, "utf-8").strip(_JSON_SPACE)
    if not arguments.startswith("{"):
        if arguments != "null":
            raise wrong(f"messages[{place}].content[{number}].input", "the input of a tool is an object")
        arguments = "{}"
    return ToolCall(given_tool_id(block.id), block.name, arguments)


def _image(block: ImageBlock) -> Image:
    source, cache = block.source, lifetime(block.cache_control)
    if isinstance(source, Base64Source):
        return Image(data=source.data, media_type=source.media_type, cache=cache)
    if isinstance(source, UrlSource):
        return Image(url=source.url, cache=cache)
    return Image(file_id=source.file_id, cache=cache)


def _document(block: DocumentBlock) -> list[Text | Image | File]:
    """A document; one made of blocks is a text with the images after it."""
    source = block.source
    extra: dict[str, Any] = {}
    if block.context:
        extra["context"] = block.context
    if block.citations:
        extra["citations"] = block.citations
    file = File(filename=block.title or "", cache=lifetime(block.cache_control), extra=extra or None)
    images: list[Text | Image | File] = []
    if isinstance(source, Base64Source):
        file.data, file.media_type = source.data, source.media_type
    elif isinstance(source, UrlSource):
        file.url = source.url
    elif isinstance(source, FileSource):
        file.file_id = source.file_id
    elif isinstance(source, PlainTextSource):
        file.text, file.media_type = source.data, source.media_type
    else:
        file.text, images = _content_text(source)
        file.media_type = "text/plain"
    return [file, *images]


def _content_text(source: ContentSource) -> tuple[str, list[Text | Image | File]]:
    if isinstance(source.content, str):
        return source.content, []
    texts = [block.text for block in source.content if isinstance(block, TextBlock)]
    return "\n\n".join(texts), [_image(block) for block in source.content if isinstance(block, ImageBlock)]


def _result_parts(block: ResultContent) -> list[Text | Image | File]:
    if isinstance(block, TextBlock):
        return [read_text(block)]
    if isinstance(block, ImageBlock):
        return [_image(block)]
    if isinstance(block, DocumentBlock):
        return _document(block)
    if isinstance(block, ToolReferenceBlock):
        return [Text(block.tool_name)]
    return [Text(_search_text(block), lifetime(block.cache_control))]


def _search_text(block: SearchResultBlock) -> str:
    """A search result as one would read it."""
    return "\n".join([block.title, block.source, *(inner.text for inner in block.content)])


def _misplaced(place: int, number: int, role: str, block: object) -> RequestError:
    tag = getattr(type(block), "__struct_config__").tag  # noqa: B009 - msgspec's own name for it
    article = "an" if role == "assistant" else "a"
    return wrong(f"messages[{place}].content[{number}].type", f"{article} {role} message holds no {tag}")
