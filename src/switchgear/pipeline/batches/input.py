"""The input file of a batch: cut into lines, checked, and divided into parts that workers take.

Source: https://platform.openai.com/docs/api-reference/batch/request-input. Lines are numbered from 1; empty ones are passed over.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import Any, Final

import msgspec

from switchgear.access.keys import Key
from switchgear.core.batches import LineMistake
from switchgear.providers.base import Operation
from switchgear.routing.directory import Directory
from switchgear.store.batches import Part

ENDPOINTS: Final[dict[str, Operation]] = {
    f"/v1/{operation.value}": operation
    for operation in (
        Operation.CHAT,
        Operation.COMPLETION,
        Operation.EMBEDDING,
        Operation.RESPONSES,
        Operation.MESSAGES,
        Operation.MODERATION,
    )
}
"""What the lines of a batch may ask for: OpenAI's endpoints without those for images, and Anthropic's."""

_PART_LINES: Final = 64
_PART_BYTES: Final = 256 * 1024
_MOST_MISTAKES: Final = 100
_LONGEST_ID: Final = 512
_LONGEST_SHOWN: Final = 100
_BOM: Final = b"\xef\xbb\xbf"


class InputLine(msgspec.Struct, frozen=True):
    """A line: its number, where it begins, and its text without the line break; None when that is too long."""

    number: int
    start: int
    size: int
    text: bytes | None


class Request(msgspec.Struct, frozen=True):
    """What a line asks for."""

    custom_id: str
    body: msgspec.Raw


class _Body(msgspec.Struct):
    model: str
    stream: bool | None = None


class _Line(msgspec.Struct):
    custom_id: str
    method: str
    url: str
    body: _Body


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_request = msgspec.json.Decoder(Request).decode
_decode_any = msgspec.json.Decoder(Any).decode


class LineCutter:
    """Cuts a file that comes in pieces into lines; of a line over ``longest`` bytes only its place is told."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held: list[bytes] = []
        self._size = 0
        self._start = 0
        self._number = 1

    def feed(self, data: bytes) -> list[InputLine]:
        """The lines that end in ``data``."""
        *ends, rest = data.split(b"\n")
        lines = [self._end(end) for end in ends]
        self._hold(rest)
        return lines

    def finish(self) -> list[InputLine]:
        """The last line, where the file does not end with a line break."""
        return [self._end(b"")] if self._size else []

    def _hold(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._longest:
            self._held.clear()
        elif data:
            self._held.append(data)

    def _end(self, data: bytes) -> InputLine:
        self._hold(data)
        text = b"".join(self._held) if self._size <= self._longest else None
        line = InputLine(self._number, self._start, self._size + 1, text)
        self._held.clear()
        self._start += self._size + 1
        self._number += 1
        self._size = 0
        return line


async def lines_of(pieces: AsyncIterable[bytes], longest: int) -> AsyncIterator[InputLine]:
    """The lines of a file that comes in pieces, without those that are empty."""
    cutter = LineCutter(longest)
    async for piece in pieces:
        for line in cutter.feed(piece):
            if line.text is None or line.text.strip():
                yield line
    for line in cutter.finish():
        if line.text is None or line.text.strip():
            yield line


def lines_in(part: Part, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbers and texts of a part's lines, without those that are empty."""
    for place, text in enumerate(data.split(b"\n")):
        if text.strip():
            yield part.first + place, text


def request_in(text: bytes) -> Request:
    """What a line that was checked asks for. Raises msgspec.MsgspecError for one that was not."""
    return _decode_request(text.removeprefix(_BOM))


class InputCheck:
    """Checks lines one after the other. What it found stands in its attributes.

    ``mistakes`` are a hundred at most and how many more there are, ``parts`` the file divided, ``total`` the lines that were seen, ``models`` the names in them.
    """

    def __init__(self, endpoint: str, key: Key, directory: Directory, most: int) -> None:
        self._endpoint = endpoint
        self._key = key
        self._directory = directory
        self._most = most
        self._seen: dict[str, int] = {}
        self._more = 0
        self._first: InputLine | None = None
        self._last: InputLine | None = None
        self.mistakes: list[LineMistake] = []
        self.parts: list[Part] = []
        self.total = 0
        self.models: dict[str, LineMistake | None] = {}

    @property
    def full(self) -> bool:
        """Whether there are more lines than may be: no more need be read."""
        return self.total > self._most

    def take(self, line: InputLine) -> None:
        """Check the next line."""
        self.total += 1
        if self.full:
            self._wrong("too_many_tasks", f"The file has more than the {self._most} lines that a batch may have.")
            return
        if line.text is None:
            self._wrong("line_too_long", "The line is longer than a request may be.", line.number)
        else:
            self._look(line.number, line.text.removeprefix(_BOM))
        self._divide(line)

    def finish(self) -> None:
        """To be called after the last line."""
        self._close_part()
        if not self.total:
            self._wrong("empty_file", "The file has no lines.")
        if self._more:
            self.mistakes.append(LineMistake("more_errors", f"{self._more} more mistakes are not listed."))

    # ------------------------------------------------------------ one line

    def _look(self, number: int, text: bytes) -> None:
        try:
            line = _decode_line(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._explain(number, text)
            return
        if line.method != "POST":
            self._wrong("invalid_method", f'The method must be "POST", not "{_short(line.method)}".', number, "method")
        if line.url != self._endpoint:
            self._wrong(
                "url_mismatch",
                f'The URL "{_short(line.url)}" is not the endpoint of the batch, "{self._endpoint}".',
                number,
                "url",
            )
        if line.body.stream:
            self._wrong("invalid_request", "Lines of a batch are not streamed.", number, "body.stream")
        self._look_at_id(number, line.custom_id)
        self._look_at_model(number, line.body.model)

    def _look_at_id(self, number: int, custom_id: str) -> None:
        if not custom_id:
            self._wrong("missing_required_parameter", "The line has an empty custom_id.", number, "custom_id")
            return
        if len(custom_id) > _LONGEST_ID:
            self._wrong("invalid_request", f"The custom_id has over {_LONGEST_ID} characters.", number, "custom_id")
            return
        before = self._seen.setdefault(custom_id, number)
        if before != number:
            told = f'The custom_id "{_short(custom_id)}" is that of line {before} as well.'
            self._wrong("duplicate_custom_id", told, number, "custom_id")

    def _look_at_model(self, number: int, name: str) -> None:
        if name not in self.models:
            self.models[name] = self._unusable(name)
        mistake = self.models[name]
        if mistake is not None:
            self._wrong(mistake.code, mistake.message, number, mistake.param)

    def _unusable(self, name: str) -> LineMistake | None:
        """Why the key cannot call the model, if it cannot."""
        key = self._key
        if self._directory.find(name) is None:
            return LineMistake(
                "model_not_found", self._directory.not_found(name, key.may_call).told, None, "body.model"
            )
        if not key.may_call(name):
            told = f'This key may not call the model "{_short(name)}".'
            return LineMistake("model_not_allowed", told, None, "body.model")
        return None

    def _explain(self, number: int, text: bytes) -> None:
        """Say what is wrong with a line that is not as it should be."""
        try:
            line = _decode_any(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._wrong("invalid_json_line", "The line is not valid JSON.", number)
            return
        if not isinstance(line, dict):
            self._wrong("invalid_json_line", "The line is not a JSON object.", number)
            return
        body = line.get("body")
        for name in ("custom_id", "method", "url", "body"):
            self._expect(number, name, line.get(name), dict if name == "body" else str)
        if isinstance(body, dict):
            self._expect(number, "body.model", body.get("model"), str)
            if not isinstance(body.get("stream"), bool | None):
                self._wrong("invalid_type", "body.stream must be true or false.", number, "body.stream")
        if isinstance(line.get("custom_id"), str):
            self._look_at_id(number, line["custom_id"])

    def _expect(self, number: int, name: str, value: object, kind: type) -> None:
        if value is None:
            self._wrong("missing_required_parameter", f"The line has no {name}.", number, name)
        elif not isinstance(value, kind):
            self._wrong("invalid_type", f"{name} must be {'an object' if kind is dict else 'text'}.", number, name)

    def _wrong(self, code: str, message: str, line: int | None = None, param: str | None = None) -> None:
        self._add(LineMistake(code, message, line, param))

    def _add(self, mistake: LineMistake) -> None:
        if len(self.mistakes) < _MOST_MISTAKES:
            self.mistakes.append(mistake)
        else:
            self._more += 1

    # ------------------------------------------------------------ parts

    def _divide(self, line: InputLine) -> None:
        first, last = self._first, self._last
        if first is not None and last is not None:
            size = last.start + last.size - first.start
            if line.number - first.number >= _PART_LINES or size + line.size > _PART_BYTES:
                self._close_part()
        if self._first is None:
            self._first = line
        self._last = line

    def _close_part(self) -> None:
        first, last = self._first, self._last
        if first is not None and last is not None:
            size = last.start + last.size - first.start
            self.parts.append(Part(first.number, last.number - first.number + 1, first.start, size))
        self._first = self._last = None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
