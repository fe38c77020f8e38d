"""What was said before in a conversation of the Responses API, with the gateway's own tools as functions.

A provider knows nothing of the items that the gateway wrote for tools it ran; a model is told of them as of any call of a function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from switchgear.dialects.body import decode
from switchgear.pipeline.tools.dialog import Called
from switchgear.pipeline.tools.offered import Offered, fitting
from switchgear.plugins.naming import prefixed

_MARK: Final = b'"mcp_'
"""What is in every such item."""
_REASONING: Final = b'"reasoning"'
_REASONING_TYPE: Final = msgspec.Raw(_REASONING)
_OWN_ID = re.compile(rb'"rs_[0-9A-Z]{26}_[0-9]+"')
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


class _Item(msgspec.Struct):
    type: str = ""
    id: str = ""
    name: str = ""
    server_label: str = ""
    arguments: str | None = None
    output: str | None = None
    error: Any = None
    approval_request_id: str | None = None
    approve: bool = False
    reason: str | None = None


class _Typed(msgspec.Struct):
    type: str | None = None


_item = msgspec.json.Decoder(_Item)
_typed = msgspec.json.Decoder(_Typed)


class History:
    """The ``items`` of a conversation as a model gets them, once they are ``read``.

    ``listed`` are the labels of servers whose tools were listed, ``waiting`` the calls that the client has approved.
    """

    def __init__(self, items: list[bytes]) -> None:
        self._before = items
        self.items: list[bytes] = []
        self.listed: set[str] = set()
        self.waiting: list[Called] = []

    def read(self, tools: Sequence[Offered]) -> None:
        """Read the items; what is approved is called again if it is one of ``tools``."""
        known = {(one.label, one.shown): one for one in tools}
        found = [_read(item) for item in self._before]
        requests = {one.id: one for one in found if one.type == "mcp_approval_request"}
        made = {one.approval_request_id for one in found if one.type == "mcp_call"}
        answered = {one.approval_request_id for one in found if one.type == "mcp_approval_response"}
        for one, item in zip(found, self._before, strict=True):
            match one.type:
                case "mcp_list_tools":
                    self.listed.add(one.server_label)
                case "mcp_call":
                    error = (
                        one.error if isinstance(one.error, str) or one.error is None else _encode(one.error).decode()
                    )
                    self._called(one, known, one.id, one.output if error is None else error)
                case "mcp_approval_request":
                    if one.id not in made | answered:
                        self._called(one, known, one.id, "Not called: nobody approved it.")
                case "mcp_approval_response":
                    request = requests.get(one.approval_request_id or "")
                    if request is not None and request.id not in made:
                        self._answer(one, request, known)
                case _:
                    self.items.append(_without_own_id(item) if _REASONING in item else item)

    def _answer(self, said: _Item, request: _Item, known: dict[tuple[str, str], Offered]) -> None:
        tool = known.get((request.server_label, request.name))
        if not said.approve:
            why = f" {said.reason}" if said.reason else ""
            self._called(request, known, request.id, f"The user declined this call.{why}")
        elif tool is None:
            self._called(request, known, request.id, "Not called: there is no such tool any more.")
        else:
            self._called(request, known, request.id, None)
            arguments = request.arguments or "{}"
            self.waiting.append(Called(request.id, tool, arguments, approved=True, request=request.id))

    def _called(self, one: _Item, known: dict[tuple[str, str], Offered], call_id: str, output: str | None) -> None:
        """A call of a function, and its output where there is one."""
        tool = known.get((one.server_label, one.name))
        name = tool.function if tool is not None else fitting(prefixed(one.server_label, one.name))
        call = {"type": "function_call", "call_id": call_id, "name": name, "arguments": one.arguments or "{}"}
        self.items.append(_encode(call))
        if output is not None:
            self.items.append(_encode({"type": "function_call_output", "call_id": call_id, "output": output}))
        elif one.type == "mcp_call":
            self.items.append(_encode({"type": "function_call_output", "call_id": call_id, "output": ""}))


def _without_own_id(item: bytes) -> bytes:
    """A thought without an id of ours: what is encrypted in it belongs to another, and is checked against it."""
    fields = _fields.decode(item)
    if fields.get("type") == _REASONING_TYPE and _OWN_ID.fullmatch(bytes(fields.get("id", b""))):
        del fields["id"]
        return _encode(fields)
    return item


def _read(item: bytes) -> _Item:
    """One item, if it is of the gateway's tools. Raises RequestError for one of those that makes no sense."""
    if _MARK not in item or not (decode(_typed, item, "input").type or "").startswith("mcp_"):
        return _Item()
    return decode(_item, item, "input")
