"""One kept answer in another form: a stream of one that came whole, and the reverse.

Both are forms of one canonical answer in the client's own dialect. What cannot be told without loss is not made: the call is a miss then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.cache.kept import Kept
from switchgear.cache.key import COUNTED, STREAM, WHOLE
from switchgear.cache.vocabulary import tellable
from switchgear.core.calls import Usage
from switchgear.core.canonical import Answer, Part, Reasoning
from switchgear.core.capabilities import Target
from switchgear.core.errors import RequestError
from switchgear.dialects.assembly import Assembly, told
from switchgear.dialects.base import DialectName, NotThisDialectError
from switchgear.dialects.registry import BACKS, FRONTS
from switchgear.providers.base import Operation
from switchgear.providers.sse import event_data, split_events

_NOBODY: Final = Target("", "", "")
"""Signatures in a kept answer name their origin already."""
_DONE: Final = b"[DONE]"
_DIALECTS: Final[dict[Operation, DialectName]] = {
    Operation.CHAT: "chat",
    Operation.RESPONSES: "responses",
    Operation.MESSAGES: "messages",
}
_decode = msgspec.json.Decoder().decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotThisDialectError, RequestError)


def in_form(operation: Operation, kept: Kept, form: bytes, body: bytes, answer_id: str) -> bytes | None:
    """The answer as ``form`` wants it (``key.form_of``), made of a form that it is kept in; None where that is not to be had.

    ``body`` is the request that asks for it, ``answer_id`` names the answer where it has no id that fits.
    """
    dialect = _DIALECTS.get(operation)
    if dialect is None or form not in {WHOLE, STREAM, COUNTED}:
        return None
    for own, data in kept.forms.items():
        try:
            made = _made(dialect, (own, data), form, body, (kept.usage, answer_id))
        except _UNREADABLE:
            continue
        if made is not None:
            return made
    return None


def _made(
    dialect: DialectName, kept: tuple[bytes, bytes], form: bytes, body: bytes, known: tuple[Usage, str]
) -> bytes | None:
    own, data = kept
    usage, answer_id = known
    if dialect == "responses" and own != WHOLE:  # its last event holds all of it
        whole = _last_response(data)
        if whole is None or form == WHOLE:
            return whole
        own, data = WHOLE, whole
    answer = _read(dialect, data, streamed=own != WHOLE)
    if answer is None:
        return None
    front = FRONTS[dialect]
    call = front.read_call(body)
    answer.usage = usage
    if form == WHOLE:
        made = front.write_answer(answer, call)
    else:
        writer = front.writer(call, answer.id or answer_id)
        made = writer.write(told(answer)) + writer.finish(usage)
    again = _read(dialect, made, streamed=form != WHOLE)
    return made if again is not None and _same(answer, again) else None


def _read(dialect: DialectName, data: bytes, *, streamed: bool) -> Answer | None:
    """The answer, if it is one that can be told otherwise."""
    back = BACKS[dialect]
    if not streamed:
        return back.read_answer(data, _NOBODY) if tellable(dialect, _decode(data)) else None
    reader, assembly = back.reader(_NOBODY), Assembly()
    for each in _documents(data):
        if each.strip() != _DONE and dialect != "responses" and not tellable(dialect, _decode(each)):
            return None
        assembly.add(reader.read(each))
    return assembly.answer() if reader.complete else None


def _documents(events: bytes) -> Sequence[bytes]:
    return [data for event in split_events(events) if (data := event_data(event))]


def _last_response(events: bytes) -> bytes | None:
    """The response that the last event of a stream carries."""
    found = _fields(_documents(events)[-1]).get("response")
    return bytes(found) if found is not None else None


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same: ids and times are the writer's, and usage is known."""
    return [_bare(part) for part in one.parts] == [_bare(part) for part in other.parts] and one.finish == other.finish


def _bare(part: Part) -> Part:
    return msgspec.structs.replace(part, id="") if isinstance(part, Reasoning) else part
