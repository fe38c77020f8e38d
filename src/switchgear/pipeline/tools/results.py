"""What a tool answered, as a model is told it: bounded in size, and never more than text and images.

Source: Model Context Protocol 2026-07-28 and 2025-11-25, Tools ("Tool result").
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Raw

from switchgear.core.canonical import Image, Text
from switchgear.core.errors import SwitchgearError

MOST_CHARACTERS: Final = 100_000
"""Of the text of one result."""
MOST_IMAGES: Final = 8
MOST_IMAGE_CHARACTERS: Final = 8 << 20
"""Of the base64 of one image."""
_IMAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_UNREADABLE: Final = "[Something that cannot be read was left out.]"
_ERROR: Final = "The tool failed and said nothing."
_DONE: Final = "complete"
_NAME: Final = 200


class _Resource(msgspec.Struct):
    uri: str = ""
    text: str | None = None
    mime: str | None = msgspec.field(name="mimeType", default=None)


class _Content(msgspec.Struct):
    type: str
    text: str = ""
    data: str = ""
    mime: str = msgspec.field(name="mimeType", default="")
    uri: str = ""
    name: str = ""
    description: str | None = None
    resource: _Resource | None = None


class _Result(msgspec.Struct):
    content: list[Raw] = []
    structured: Raw = msgspec.field(name="structuredContent", default=Raw(b""))
    is_error: bool | None = msgspec.field(name="isError", default=None)
    kind: str = msgspec.field(name="resultType", default=_DONE)


_result = msgspec.json.Decoder(_Result)
_content = msgspec.json.Decoder(_Content)


class Outcome(msgspec.Struct):
    """What became of one call of a tool. ``status`` is how it went, ``code`` the error's where there was one."""

    text: str
    images: list[Image] = []
    status: Literal["completed", "failed", "declined"] = "completed"
    code: str = ""

    @property
    def content(self) -> list[Text | Image]:
        """As content of a message."""
        return [Text(self.text), *self.images]


def outcome_of(raw: bytes | Raw, *, sees: bool) -> Outcome:
    """The outcome that a ``CallToolResult`` tells; ``sees`` is whether the model takes images."""
    try:
        result = _result.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Outcome("The tool's answer cannot be read.", status="failed", code="tool_answer_invalid")
    if result.kind != _DONE:
        return Outcome(
            "The tool asks for more than arguments before it answers, which only an interactive client can give it.",
            status="failed",
            code="input_required",
        )
    found = _Found(sees)
    for one in result.content:
        found.take(one)
    failed = result.is_error is True
    text = found.text()
    if not text and not found.images and bytes(result.structured):
        text = bounded(bytes(result.structured).decode())
    if not text and not found.images:
        text = _ERROR if failed else "(The tool answered nothing.)"
    return Outcome(text, found.images, "failed" if failed else "completed", "tool_error" if failed else "")


def failure(error: SwitchgearError) -> Outcome:
    """The outcome of a call that ended with an error, in the words of its message."""
    return Outcome(f"The tool could not be called: {bounded(error.message)}", status="failed", code=error.code)


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text, or its beginning and how much of it is missing."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n[The rest was left out: {len(text) - most:,} of {len(text):,} characters.]"


class _Found:
    """What is in the content of one result."""

    def __init__(self, sees: bool) -> None:
        self._sees = sees
        self._texts: list[str] = []
        self.images: list[Image] = []

    def text(self) -> str:
        return bounded("\n".join(self._texts))

    def take(self, raw: Raw) -> None:
        try:
            one = _content.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._texts.append(_UNREADABLE)
            return
        if one.type == "text":
            self._texts.append(one.text)
        elif one.type == "image":
            self._image(one)
        elif one.type == "resource_link":
            about = f": {one.description[:_NAME]}" if one.description else ""
            self._texts.append(f"[{one.name[:_NAME]}]({one.uri[:2000]}){about}")
        elif one.type == "resource" and one.resource is not None:
            held = one.resource
            uri = held.uri[:2000]
            self._texts.append(
                f"{uri}\n{held.text}" if held.text is not None else f"[{uri} holds data that is no text.]"
            )
        else:
            self._texts.append(f"[A part of the type {one.type[:40]!r} was left out.]")

    def _image(self, one: _Content) -> None:
        kind = one.mime[:40]
        if not self._sees:
            self._texts.append(f"[An image ({kind}) that this model cannot see.]")
        elif kind not in _IMAGES or not one.data or len(one.data) > MOST_IMAGE_CHARACTERS:
            self._texts.append(f"[An image ({kind}) that cannot be shown.]")
        elif len(self.images) >= MOST_IMAGES:
            self._texts.append("[One more image was left out.]")
        else:
            self.images.append(Image(data=one.data, media_type=kind))
