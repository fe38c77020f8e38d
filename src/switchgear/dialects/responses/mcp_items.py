"""Items of tools that the gateway runs itself, as OpenAI has them for MCP servers.

Source: https://platform.openai.com/docs/guides/tools-connectors-mcp and the reference's ``mcp_list_tools``, ``mcp_call``,
``mcp_approval_request``. Calls run side by side: each keeps the place in the output that it began at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchgear.dialects.responses.opened import Items

_encode = msgspec.json.Encoder().encode
_CALL: Final = b"response.mcp_call"
_LIST: Final = b"response.mcp_list_tools"


class McpCall(msgspec.Struct):
    """A call that was begun: its ``place`` in the output, its ``id``, and the members that it has from the beginning."""

    place: int
    id: str
    said: bytes


class McpItems:
    """Writes such items into the output of a response, among those of ``items``."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def listed(self, label: str, tools: Sequence[bytes]) -> None:
        """The tools of one server, each a JSON object with name, description, input_schema and annotations."""
        place, item_id = self._next("mcpl")
        head = b'"id":"%b","type":"mcp_list_tools","server_label":%b,' % (item_id.encode(), _encode(label))
        self._added(place, b"{%b" % head + b'"tools":[],"error":null}')
        where = _where(item_id, place)
        self._emit(_LIST + b".in_progress", where)
        self._emit(_LIST + b".completed", where)
        self._done(place, b'{%b"tools":[%b],"error":null}' % (head, b",".join(tools)))

    def asked(self, label: str, name: str, arguments: str, more: bytes) -> str:
        """A call waits for the client's approval; ``more`` are members of our own. The item's id."""
        place, item_id = self._next("mcpr")
        item = b'{"id":"%b","type":"mcp_approval_request","server_label":%b,"name":%b,"arguments":%b,%b}' % (
            item_id.encode(), _encode(label), _encode(name), _encode(arguments), more,
        )  # fmt: skip
        self._added(place, item)
        self._done(place, item)
        return item_id

    def begun(self, label: str, name: str, arguments: str, request_id: str) -> McpCall:
        """A call begins; ``request_id`` is the id of the request by which it was approved, if it was."""
        place, item_id = self._next("mcp")
        said = b'"id":"%b","type":"mcp_call","server_label":%b,"name":%b,"approval_request_id":%b' % (
            item_id.encode(), _encode(label), _encode(name), _encode(request_id or None),
        )  # fmt: skip
        self._added(place, b'{%b,"arguments":"","output":null,"error":null,"status":"in_progress"}' % said)
        where, text = _where(item_id, place), _encode(arguments)
        self._emit(_CALL + b".in_progress", where)
        self._emit(_CALL + b"_arguments.delta", b'%b,"delta":%b' % (where, text))
        self._emit(_CALL + b"_arguments.done", b'%b,"arguments":%b' % (where, text))
        return McpCall(place, item_id, b'%b,"arguments":%b' % (said, text))

    def ended(self, call: McpCall, output: str | None, error: str | None) -> None:
        """A call is over: with its output, or an error."""
        status = b"completed" if error is None else b"failed"
        self._emit(b"%b.%b" % (_CALL, status), _where(call.id, call.place))
        members = call.said, _encode(output), _encode(error), status
        self._done(call.place, b'{%b,"output":%b,"error":%b,"status":"%b"}' % members)

    def _next(self, prefix: str) -> tuple[int, str]:
        document = self._items.document
        place = len(document.items)
        return place, document.item_id(prefix, place)

    def _added(self, place: int, item: bytes) -> None:
        self._items.document.items.append(item)
        self._emit(b"response.output_item.added", b'"output_index":%d,"item":%b' % (place, item))

    def _done(self, place: int, item: bytes) -> None:
        self._items.document.items[place] = item
        self._emit(b"response.output_item.done", b'"output_index":%d,"item":%b' % (place, item))

    def _emit(self, kind: bytes, members: bytes) -> None:
        self._items.stream.emit(kind, members)


def _where(item_id: str, place: int) -> bytes:
    return b'"item_id":"%b","output_index":%d' % (item_id.encode(), place)
