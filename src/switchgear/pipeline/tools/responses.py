"""Tools in the Responses API: ``{"type": "mcp", …}`` among ``tools``, run by the gateway whatever the provider.

Source: https://platform.openai.com/docs/guides/tools-connectors-mcp. To a model the tools are functions, and what was called before
are calls of functions with their outputs; the client sees the items of the guide. The field ``switchgear`` can name tools too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.canonical import Answer, Begin, Event, Finished, Reasoning, TextDelta
from switchgear.core.errors import RequestError
from switchgear.dialects.base import DialectName
from switchgear.dialects.body import decode, wrong
from switchgear.dialects.data_urls import data_url
from switchgear.dialects.responses.call_reader import read_call
from switchgear.dialects.responses.conversation import array, read_input
from switchgear.dialects.responses.document import write_answer
from switchgear.dialects.responses.mcp_items import McpCall, McpItems
from switchgear.dialects.responses.writer import ResponseWriter
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.tools.dialog import Called, Ending, next_request
from switchgear.pipeline.tools.history import History
from switchgear.pipeline.tools.offered import Offered, Server
from switchgear.pipeline.tools.places import Places
from switchgear.pipeline.tools.stated import approval, member, stated
from switchgear.pipeline.tools.wish import FIELD, wish_in

_encode = msgspec.json.Encoder().encode
_NULL: Final = b"null"
_MCP: Final = "mcp"
_AUTO: Final = Raw(b'"auto"')
_SIZED: Final = ("input", "instructions", "tools", "text")
_SECRET: Final = ("authorization", "headers")
"""What a client tells a server of its own, which is not repeated to it."""
_IMAGES: Final = "[{} images were shown to the model.]"


class _Filter(msgspec.Struct):
    tool_names: list[str] | None = None
    read_only: bool | None = None

    def takes(self, tool: Offered) -> bool:
        named = self.tool_names is None or tool.shown in self.tool_names
        return named and (self.read_only is None or tool.read_only == self.read_only)


class _Approval(msgspec.Struct):
    always: _Filter | None = None
    never: _Filter | None = None

    def asks(self, tool: Offered) -> bool:
        """One that no filter takes is asked for, unless only those are named that are."""
        if self.never is not None and self.never.takes(tool):
            return False
        if self.always is not None and self.always.takes(tool):
            return True
        return self.always is None or self.never is not None


class _McpTool(msgspec.Struct):
    server_label: str
    server_url: str | None = None
    connector_id: str | None = None
    allowed_tools: list[str] | _Filter | None = None
    require_approval: str | _Approval | None = None


class _Choice(msgspec.Struct):
    type: str = ""
    server_label: str = ""
    name: str | None = None


_tools = msgspec.json.Decoder(list[Raw])
_typed = msgspec.json.Decoder(_Choice)
_mcp_tool = msgspec.json.Decoder(_McpTool)
_calls = msgspec.json.Decoder(int | None)
_choice = msgspec.json.Decoder(str | _Choice)
_fields = msgspec.json.Decoder(dict[str, Raw])


class ResponsesDialog:
    """One response of a client of the Responses API (``dialog.Dialog``). Raises RequestError for tools that make no sense."""

    def __init__(self, call: ModelCall, request: ModelRequest, places: Places) -> None:
        self.dialect: DialectName = "responses"
        self._request = request
        self._fields = {name: raw for name, raw in request.fields.items() if name != FIELD}
        self.wish = wish_in(request.fields)
        self._own: list[bytes] = []
        self._policies: dict[str, Callable[[Offered], bool]] = {}
        named = [Server((one,), one, f"{FIELD}.tools[{place}]") for place, one in enumerate(self.wish.tools)]
        self.servers: Sequence[Server] = [*named, *self._read_tools(places)]
        limit = self._fields.pop("max_tool_calls", None) if self.servers else None  # of tools that we run
        self.max_calls: int | None = None if limit is None else decode(_calls, limit, "max_tool_calls")
        self._asked = read_call(_encode(self._repeated(request)))
        self._offered: dict[str, Offered] = {}
        self._history = History(read_input(self._fields.get("input")))
        self._since: list[bytes] = []
        self._step = 0
        self._writer = ResponseWriter(self._asked, call.id)
        self._under_way: dict[str, McpCall] = {}

    def _read_tools(self, places: Places) -> list[Server]:
        servers = []
        raw = self._fields.get("tools")
        definitions: list[Raw] = [] if raw is None or bytes(raw) == _NULL else decode(_tools, raw, "tools")
        for place, definition in enumerate(definitions):
            at = f"tools[{place}]"
            if decode(_typed, definition, at).type == _MCP:
                servers.append(self._server(decode(_mcp_tool, definition, at), at, places))
            else:
                self._own.append(bytes(definition))
        return servers

    def _server(self, tool: _McpTool, at: str, places: Places) -> Server:
        label = tool.server_label
        if not label or not label.isprintable() or len(label) > 64:
            raise wrong(f"{at}.server_label", "must be a name of up to 64 characters")
        if label in self._policies:
            raise wrong(f"{at}.server_label", f'there is a server "{label}" already')
        param = f"{at}.server_url" if tool.server_url else f"{at}.connector_id" if tool.connector_id else at
        meant = tool.server_url or tool.connector_id
        pattern = places.pattern(meant, param) if meant else label
        self._policies[label] = _policy(tool.require_approval, f"{at}.require_approval")
        allowed = tool.allowed_tools
        chosen = _Filter(allowed) if isinstance(allowed, list) else allowed
        return Server((pattern,), pattern, param, label, chosen.takes if chosen is not None else None)

    def _repeated(self, request: ModelRequest) -> dict[str, Raw]:
        """The request as the response repeats it: without what a server was to be told in secret."""
        fields = {name: raw for name, raw in request.fields.items() if name != FIELD}
        raw = fields.get("tools")
        if raw is not None and bytes(raw) != _NULL:
            cleaned = []
            for definition in decode(_tools, raw, "tools"):
                members = decode(_fields, definition)
                if decode(_typed, definition).type == _MCP:
                    members = {name: value for name, value in members.items() if name not in _SECRET}
                cleaned.append(members)
            fields["tools"] = Raw(_encode(cleaned))
        return fields

    # ------------------------------------------------------------ the conversation

    def offer(self, tools: Sequence[Offered]) -> None:
        """The model is offered these, besides the client's own."""
        self._offered = {one.function: one for one in tools}
        self._history.read(tools)

    def waiting(self) -> list[Called]:
        """Calls that were approved and not made yet."""
        return self._history.waiting

    def shown_id(self, call_id: str) -> str:
        """The id by which the client knows a call that the model made."""
        return call_id

    def asks(self, one: Called) -> bool:
        """Whether the client wants to be asked before this call."""
        policy = self._policies.get(one.tool.label)
        if policy is None:
            return self.wish.approval == "ask" and one.tool.destructive
        return policy(one.tool)

    def request(self) -> ModelRequest:
        """The request of the next step."""
        fields = dict(self._fields)
        fields["input"] = Raw(array([*self._history.items, *self._since]))
        tools = [*self._own, *map(_definition, self._offered.values())]
        if tools:
            fields["tools"] = Raw(array(tools))
        else:
            fields.pop("tools", None)
        if "tool_choice" in fields:
            fields["tool_choice"] = self._choice(fields["tool_choice"])
        self._step += 1
        return next_request(self._request, fields, _SIZED)

    def _choice(self, raw: Raw) -> Raw:
        """The choice among functions; in the first step alone, as what was to be called has been after it."""
        choice = decode(_choice, raw, "tool_choice")
        if self._step:
            return _AUTO
        if isinstance(choice, str) or choice.type != _MCP:
            return raw
        meant = [
            one.function
            for one in self._offered.values()
            if one.label == choice.server_label and choice.name in (None, one.shown)
        ]
        if not meant:
            raise RequestError("tool_choice: no tool is called that.", param="tool_choice")
        named = [{"type": "function", "name": name} for name in meant]
        if len(named) == 1:
            return Raw(_encode(named[0]))
        return Raw(_encode({"type": "allowed_tools", "mode": "required", "tools": named}))

    def said(self, answer: Answer) -> None:
        """The model called tools."""
        document = msgspec.json.decode(write_answer(answer, self._asked))
        thoughts = {
            part.signature.marked(): part.id for part in answer.parts if isinstance(part, Reasoning) and part.signature
        }
        for item in document["output"]:
            del item["id"]
            item.pop("status", None)
            if own := thoughts.get(item.get("encrypted_content", "")):
                item["id"] = own  # what is encrypted belongs to the id that its provider gave it
            self._since.append(_encode(item))

    def answered(self, called: Sequence[Called]) -> None:
        """What became of the calls."""
        for one in called:
            if one.outcome is not None:
                images = [
                    {"type": "input_image", "image_url": data_url(each.media_type, each.data)}
                    for each in one.outcome.images
                ]
                text = one.outcome.text
                output: Any = [{"type": "input_text", "text": text}, *images] if images else text
                self._since.append(_encode({"type": "function_call_output", "call_id": one.id, "output": output}))

    # ------------------------------------------------------------ what the client is told

    def opening(self) -> bytes:
        """The response begins, with the tools that it did not list before."""
        begun = self._writer.write([Begin()])
        items = McpItems(self._writer.beside())
        labels = dict.fromkeys(one.label for one in self._offered.values())
        for label in labels:
            if label not in self._history.listed:
                items.listed(label, [_listing(one) for one in self._offered.values() if one.label == label])
        return begun + self._writer.taken()

    def heard(self, events: Sequence[Event]) -> bytes:
        """More of what the model says."""
        return self._writer.write([event for event in events if not isinstance(event, Begin)])

    def calling(self, called: Sequence[Called]) -> bytes:  # noqa: ARG002 - each is told of as it begins
        """The model made these calls: each is shown as it begins, or waits."""
        self._writer.beside()
        return self._writer.taken()

    def running(self, one: Called) -> bytes:
        """A call begins."""
        self._begin(one)
        return self._writer.taken()

    def _begin(self, one: Called) -> McpCall:
        tool = one.tool
        begun = McpItems(self._writer.beside()).begun(tool.label, tool.shown, one.arguments, one.request)
        self._under_way[one.id] = begun
        return begun

    def progressed(self, one: Called, progress: bytes) -> bytes:  # noqa: ARG002 - the protocol's
        """A tool tells of its progress, for which there is no event."""
        return b""

    def returned(self, one: Called) -> bytes:
        """A call has its outcome, or waits."""
        items = McpItems(self._writer.beside())
        begun = self._under_way.get(one.id)
        if one.waits is not None:
            if begun is not None:
                items.ended(begun, None, one.waits.told)
            items.asked(one.tool.label, one.tool.shown, one.arguments, member({"approval": approval(one)}))
        elif (outcome := one.outcome) is not None:
            text = outcome.text
            if outcome.images:
                text = f"{text}\n{_IMAGES.format(len(outcome.images))}"
            failed = outcome.status != "completed"
            items.ended(begun or self._begin(one), None if failed else text, text if failed else None)
        return self._writer.taken()

    def end(self, ending: Ending) -> bytes:
        """The end of the stream."""
        limit = ending.reason if ending.reason.startswith("max_") else ""
        last: list[Event] = [TextDelta(1 << 30, f"[{ending.note}]")] if limit else []
        told = self._writer.write([*last, Finished("stop" if ending.reason else ending.finish)])
        return told + self._writer.finish(ending.usage, limit, member(stated(ending)))

    def whole(self, ending: Ending) -> bytes:
        """The response at once."""
        self.end(ending)
        return self._writer.document


def _policy(said: str | _Approval | None, at: str) -> Callable[[Offered], bool]:
    """Which calls the client is asked about: all, where it says nothing."""
    if isinstance(said, _Approval):
        return said.asks
    if said not in (None, "always", "never"):
        raise wrong(at, 'must be "always", "never" or an object of both')
    return lambda _: said != "never"


def _definition(tool: Offered) -> bytes:
    return b'{"type":"function","name":%b,"description":%b,"parameters":%b,"strict":false}' % (
        _encode(tool.function), _encode(tool.description), tool.schema,
    )  # fmt: skip


def _listing(tool: Offered) -> bytes:
    return b'{"name":%b,"description":%b,"input_schema":%b,"annotations":%b}' % (
        _encode(tool.shown), _encode(tool.description), tool.schema, tool.annotations,
    )  # fmt: skip
