"""Conversations that are kept here: the items of a request, of the responses before it, and those it only refers to.

Items stay bytes. A response keeps the items of its own request as they were sent, references put in, and its document; together
with those of the responses before it they are the input of the next one. Providers are asked to keep nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from switchgear.core.errors import Conflict
from switchgear.dialects.body import decode, wrong
from switchgear.dialects.responses.document import RESPONSE_PREFIX

_PREFIXES: Final[Mapping[str | None, str]] = {
    "message": "msg", "function_call": "fc", "function_call_output": "fco", "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco", "reasoning": "rs",
}  # fmt: skip
_REFERENCE: Final = "item_reference"
_MESSAGE_TYPE: Final = b'"type":"message",'
_encode = msgspec.json.Encoder().encode


class _Head(msgspec.Struct):
    """What an item is and is called."""

    type: str | None = None
    id: str | None = None
    role: str | None = None
    encrypted_content: str | None = None


class _Kept(msgspec.Struct):
    output: list[msgspec.Raw] = []


_input = msgspec.json.Decoder(str | list[msgspec.Raw] | None)
_items = msgspec.json.Decoder(list[msgspec.Raw])
_head = msgspec.json.Decoder(_Head)
_document = msgspec.json.Decoder(_Kept)


def read_input(raw: msgspec.Raw | None) -> list[bytes]:
    """The items of a request's ``input``; a text is the message of a user. Raises RequestError."""
    found = decode(_input, raw, "input") if raw is not None else None
    if isinstance(found, str):
        content = _encode(found)
        return [b'{"type":"message","role":"user","content":[{"type":"input_text","text":%b}]}' % content]
    return [bytes(item) for item in found or ()]


def references(items: Sequence[bytes]) -> list[str]:
    """The ids of the items that are only referred to, in order."""
    return [head.id for item in items if _may_refer(item) and (head := _read(item)).id and _refers(head)]


def resolved(items: Sequence[bytes], found: Mapping[str, bytes]) -> list[bytes]:
    """The items with those in place that are referred to. Raises RequestError for one that is not ``found``."""
    return [_resolve(item, f"input[{place}]", found) for place, item in enumerate(items)]


def _resolve(item: bytes, at: str, found: Mapping[str, bytes]) -> bytes:
    head = _read(item) if _may_refer(item) else None
    if head is None or not _refers(head):
        return item
    other = found.get(head.id or "")
    if other is None:
        raise wrong(
            at,
            f'no item has the id "{(head.id or "")[:80]}"',
            "Items can be referred to while their response is kept; otherwise send the item itself.",
        )
    return other


def _may_refer(item: bytes) -> bool:
    return _REFERENCE.encode() in item or b'"type"' not in item


def _refers(head: _Head) -> bool:
    return head.type == _REFERENCE or (head.type is None and head.role is None and head.id is not None)


def _read(item: bytes) -> _Head:
    try:
        return _head.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Head()  # read_call says what is wrong with it


# ---------------------------------------------------------------- what is kept


def kept_items(kept: bytes) -> list[bytes]:
    """The items of a request as they are kept."""
    return [bytes(item) for item in _items.decode(kept)]


def output_items(document: bytes) -> list[bytes]:
    """The items of a response's output."""
    return [bytes(item) for item in _document.decode(document).output]


def array(items: Iterable[bytes]) -> bytes:
    """Items as a JSON array."""
    return b"[%b]" % b",".join(items)


def history(turns: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The items of responses that followed one another, each its kept input and its document."""
    return [item for kept, document in turns for item in (*kept_items(kept), *output_items(document))]


def identified(items: Sequence[bytes], response_id: str) -> list[tuple[str, bytes]]:
    """The items of a request with their ids, as they are listed. Those that have none get one, always the same."""
    suffix = response_id[len(RESPONSE_PREFIX) :]
    return [_identify(item, f"{suffix}_in{place}") for place, item in enumerate(items)]


def _identify(item: bytes, suffix: str) -> tuple[str, bytes]:
    head = _read(item)
    kind = head.type or ("message" if head.role is not None else None)
    inner = item.strip()[1:]
    more = b"" if head.type is not None or kind is None else _MESSAGE_TYPE
    if head.id is not None:
        return head.id, b"{" + more + inner if more else item
    item_id = f"{_PREFIXES.get(kind, 'item')}_{suffix}"
    members = b'%b"id":"%b"' % (more, item_id.encode())
    return item_id, b"{%b%b%b" % (members, b"" if inner.lstrip() == b"}" else b",", inner)


def ids_in(document: bytes) -> list[str]:
    """The ids of the items of a response's output."""
    return [head.id for item in output_items(document) if (head := _read(item)).id]


# ---------------------------------------------------------------- what is sent


def sendable(items: list[bytes]) -> list[bytes]:
    """The items as a provider takes them that keeps nothing: without thoughts that only their ids stand for."""
    if not any(b'"reasoning"' in item for item in items):
        return items
    return [item for item in items if b'"reasoning"' not in item or _stands_alone(_read(item))]


def _stands_alone(head: _Head) -> bool:
    return head.type != "reasoning" or bool(head.encrypted_content)


def refuse_unfinished(response_id: str, status: str) -> None:
    """Refuse to go on from a response that is still worked on. Raises Conflict."""
    if status in ("queued", "in_progress"):
        raise Conflict(
            f'The response "{response_id[:80]}" is still {status.replace("_", " ")}.',
            param="previous_response_id",
            hint="Wait until it is completed, or cancel it.",
        )
