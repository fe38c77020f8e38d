"""The file in a form that a client sends, for a file that the gateway keeps itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from switchgear.core.errors import RequestError
from switchgear.edge.openai.forms import MAX_FIELD_BYTES
from switchgear.edge.openai.multipart import FormParser, PartBegin, PartData, PartEnd, boundary_of
from switchgear.providers.base import Upload

_SHORTEST_LIFE: Final = 3600
_LONGEST_LIFE: Final = 30 * 86_400


class FormFile:
    """Takes the one file out of ``form``. What its plain fields say is known when the file is through."""

    def __init__(self, form: Upload) -> None:
        self._form = form
        self._fields: dict[str, bytearray] = {}
        self._current: bytearray | None = None
        self._files = 0
        self._bytes = 0

    async def content(self) -> AsyncGenerator[bytes]:
        """The file's content, once. Raises RequestError for a form with several files, and what reading the form raises."""
        parser = FormParser(boundary_of(self._form.content_type.encode()))
        async with aclosing(self._form.pieces()) as pieces:
            async for piece in pieces:
                for event in parser.feed(piece):
                    if isinstance(event, PartBegin):
                        self._begin(event)
                    elif isinstance(event, PartEnd):
                        self._current = None
                    elif isinstance(event, PartData):
                        if self._current is None:
                            yield event.data
                        else:
                            self._more(event.data)
        parser.finish()

    def _begin(self, begin: PartBegin) -> None:
        if begin.filename is None:
            self._current = self._fields[begin.name] = bytearray()
            return
        self._files += 1
        if self._files > 1:
            raise RequestError("The form has more than one file.", param="file", hint="Upload one file at a time.")
        self._current = None

    def _more(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > MAX_FIELD_BYTES or self._current is None:
            raise RequestError(f"The form's fields are over the limit of {MAX_FIELD_BYTES} bytes.")
        self._current += data

    def expires_after(self) -> int | None:
        """The seconds for which the file is to be kept; None where the form does not say. Raises RequestError."""
        anchor, seconds = (self._fields.get(f"expires_after[{name}]") for name in ("anchor", "seconds"))
        if anchor is None and seconds is None:
            return None
        if anchor is None or bytes(anchor) != b"created_at":
            raise RequestError('expires_after[anchor] must be "created_at".', param="expires_after[anchor]")
        text = bytes(seconds or b"")
        if not (text.isdigit() and len(text) < 10 and _SHORTEST_LIFE <= int(text) <= _LONGEST_LIFE):
            raise RequestError(
                f"expires_after[seconds] must be from {_SHORTEST_LIFE} to {_LONGEST_LIFE}.",
                param="expires_after[seconds]",
            )
        return int(text)
