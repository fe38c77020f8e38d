"""Tools in Anthropic's Messages: ``mcp_servers`` with a toolset for each, run by the gateway whatever the provider.

Source: https://platform.claude.com/docs/en/agents-and-tools/mcp-connector (betas ``mcp-client-2025-11-20`` and ``mcp-client-2025-04-04``).
To a model the tools are its client's; the client sees ``mcp_tool_use`` and ``mcp_tool_result``. Where the loop stops before the model has
answered, the message ends with ``pause_turn``: sent back as it is, it goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.canonical import Answer, Event, Finished, Native, Part, ToolCall
from switchgear.core.ids import new_id
from switchgear.dialects.assembly import Assembly
from switchgear.dialects.base import DialectName
from switchgear.dialects.body import decode, wrong
from switchgear.dialects.messages.answer_writer import write_answer
from switchgear.dialects.messages.call_reader import read_call
from switchgear.dialects.messages.event_writer import MessagesWriter
from switchgear.dialects.messages.ids import tool_id
from switchgear.dialects.messages.turns import tool_input
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.tools.dialog import Called, Ending, next_request
from switchgear.pipeline.tools.offered import Offered, Server
from switchgear.pipeline.tools.places import Places
from switchgear.pipeline.tools.stated import stated
from switchgear.pipeline.tools.turns import Turns
from switchgear.pipeline.tools.wish import FIELD, wish_in

_encode = msgspec.json.Encoder().encode
_TOOLSET: Final = "mcp_toolset"
_SIZED: Final = ("messages", "system", "tools", "output_config", "output_format")
_BETA: Final = b"mcp-client-"
_AUTO: Final = Raw(b'{"type":"auto"}')
_ANY_MESSAGE: Final = Raw(b'[{"role":"user","content":"-"}]')
_OURS: Final = ("mcp_servers", FIELD)


class _Configuration(msgspec.Struct):
    enabled: bool | None = None
    allowed_tools: list[str] | None = None


class _McpServer(msgspec.Struct):
    name: str
    url: str
    type: str = "url"
    tool_configuration: _Configuration | None = None


class _Toolset(msgspec.Struct):
    type: str = ""
    mcp_server_name: str = ""
    default_config: _Configuration | None = None
    configs: dict[str, _Configuration] | None = None

    def takes(self, tool: Offered) -> bool:
        """Whether it offers a tool: what is said of it alone counts, then what is said of all."""
        for one in ((self.configs or {}).get(tool.shown), self.default_config):
            if one is not None and one.enabled is not None:
                return one.enabled
        return True


_raws = msgspec.json.Decoder(list[Raw])
_servers = msgspec.json.Decoder(list[_McpServer])
_toolset = msgspec.json.Decoder(_Toolset)


class MessagesDialog:
    """One message of a client of the Messages API (``dialog.Dialog``). Raises RequestError for tools that make no sense."""

    def __init__(self, call: ModelCall, request: ModelRequest, places: Places) -> None:
        self.dialect: DialectName = "messages"
        self.max_calls: int | None = None
        headers = b"".join(_without_beta(line) for line in request.headers.splitlines(keepends=True))
        self._request = msgspec.structs.replace(request, headers=headers)
        self._fields = {name: raw for name, raw in request.fields.items() if name not in _OURS}
        self.wish = wish_in(request.fields)
        self._own: list[bytes] = []
        toolsets = self._read_tools()
        named = [Server((one,), one, f"{FIELD}.tools[{place}]") for place, one in enumerate(self.wish.tools)]
        self.servers: Sequence[Server] = [*named, *_read_servers(request.fields, toolsets, places)]
        before: list[Raw] = decode(_raws, self._fields["messages"], "messages")
        self._turns = Turns(before)
        self._offered: dict[str, Offered] = {}
        told = {name: raw for name, raw in self._fields.items() if name != "tool_choice"}
        self._asked = read_call(_encode(told | {"messages": _ANY_MESSAGE, "tools": self._tools()}))
        self._step = 0
        self._id = call.id
        self._writer = MessagesWriter(self._asked, call.id)
        self._assembly = Assembly()
        self._parts: list[Part] = []
        self._model = ""

    def _read_tools(self) -> dict[str, _Toolset]:
        """The client's own tools are kept apart; the toolsets by the servers that they are of."""
        toolsets: dict[str, _Toolset] = {}
        raw = self._fields.get("tools")
        definitions: list[Raw] = [] if raw is None or bytes(raw) == b"null" else decode(_raws, raw, "tools")
        for place, definition in enumerate(definitions):
            one = decode(_toolset, definition, f"tools[{place}]") if b'"mcp_toolset"' in bytes(definition) else None
            if one is None or one.type != _TOOLSET:
                self._own.append(bytes(definition))
            elif not one.mcp_server_name or one.mcp_server_name in toolsets:
                raise wrong(f"tools[{place}].mcp_server_name", "must name one of mcp_servers, each once")
            else:
                toolsets[one.mcp_server_name] = one
        return toolsets

    def _tools(self) -> Raw:
        return Raw(b"[%b]" % b",".join([*self._own, *map(_definition, self._offered.values())]))

    # ------------------------------------------------------------ the conversation

    def offer(self, tools: Sequence[Offered]) -> None:
        """The model is offered these, besides the client's own."""
        self._offered = {one.function: one for one in tools}
        self._turns.read(tools, self.wish.approvals)

    def waiting(self) -> list[Called]:
        """Calls at the end of the conversation that have no result yet."""
        return self._turns.waiting

    def shown_id(self, call_id: str) -> str:
        """The id by which the client knows a call that the model made."""
        return f"mcptoolu_{tool_id(call_id).removeprefix('toolu_')}"

    def asks(self, one: Called) -> bool:
        """Whether the client wants to be asked before this call."""
        return self.wish.approval == "ask" and one.tool.destructive

    def request(self) -> ModelRequest:
        """The request of the next step."""
        fields = dict(self._fields)
        fields["messages"] = Raw(b"[%b]" % b",".join(self._turns.messages))
        if self._own or self._offered:
            fields["tools"] = self._tools()
        else:
            fields.pop("tools", None)
        if self._step and "tool_choice" in fields:
            fields["tool_choice"] = _AUTO  # what was to be called has been
        self._step += 1
        return next_request(self._request, fields, _SIZED)

    def said(self, answer: Answer) -> None:
        """The model called tools."""
        blocks = msgspec.json.decode(write_answer(answer, self._asked))["content"]
        kept = [
            {name: value for name, value in block.items() if name != "caller" and value is not None}
            for block in blocks
            if block["type"] != "text" or block["text"].strip()
        ]
        self._turns.add("assistant", kept)

    def answered(self, called: Sequence[Called]) -> None:
        """What became of the calls."""
        self._turns.add("user", [_result(one) for one in called if one.outcome is not None])

    # ------------------------------------------------------------ what the client is told

    def opening(self) -> bytes:
        """Nothing: the model's first word begins the message."""
        return b""

    def heard(self, events: Sequence[Event]) -> bytes:
        """More of what the model says."""
        self._assembly.add(events)
        return self._writer.write(events) if self._asked.stream else b""

    def calling(self, called: Sequence[Called]) -> bytes:
        """The model made these calls; those that a message before this one had are not told again."""
        return b"".join([self._used(one) for one in called if not one.request])

    def _used(self, one: Called) -> bytes:
        given = tool_input(ToolCall(one.id, one.tool.function, one.arguments))
        block = {"type": "mcp_tool_use", "id": _id(one), "name": one.tool.shown, "server_name": one.tool.label}
        self._add(block | {"input": given})
        if not self._asked.stream:
            return b""
        return self._writer.beside(block | {"input": {}}, _encode(given).decode())

    def _add(self, block: dict[str, Any]) -> None:
        self._end_parts()
        self._parts.append(Native("messages", block))

    def _end_parts(self) -> None:
        answer = self._assembly.answer()
        self._model = self._model or answer.model
        self._parts += answer.parts
        self._assembly = Assembly()

    def running(self, one: Called) -> bytes:
        """A call begins."""
        return self._event({"id": _id(one), "name": one.tool.full, "status": "running"})

    def progressed(self, one: Called, progress: bytes) -> bytes:
        """A tool tells of its progress."""
        return self._event({"id": _id(one), "name": one.tool.full, "status": "running", "progress": Raw(progress)})

    def _event(self, tool: dict[str, Any]) -> bytes:
        """An event that clients pass over which do not know it."""
        if not self._asked.stream:
            return b""
        return b"event: switchgear\ndata: %b\n\n" % _encode({"type": FIELD, "tool": tool})

    def returned(self, one: Called) -> bytes:
        """A call has its outcome, or waits."""
        if one.outcome is None:
            return b""
        block = _shown_result(one)
        self._add(block)
        return self._writer.beside(block) if self._asked.stream else b""

    def end(self, ending: Ending) -> bytes:
        """The end of the stream."""
        told = self._writer.write([Finished("pause" if ending.reason else ending.finish)])
        return told + self._writer.finish(ending.usage, {FIELD: stated(ending)})

    def whole(self, ending: Ending) -> bytes:
        """The message at once."""
        self._end_parts()
        finish = "pause" if ending.reason else ending.finish
        answer = Answer(new_id("msg"), self._model, self._parts, finish, ending.usage)
        return write_answer(answer, self._asked)[:-1] + b"," + _encode({FIELD: stated(ending)})[1:]


def _read_servers(fields: Mapping[str, Raw], toolsets: Mapping[str, _Toolset], places: Places) -> list[Server]:
    raw = fields.get("mcp_servers")
    found = [] if raw is None or bytes(raw) == b"null" else decode(_servers, raw, "mcp_servers")
    for name in toolsets:
        if all(one.name != name for one in found):
            raise wrong("tools", f'"{name[:64]}" is none of mcp_servers')
    servers = []
    for place, one in enumerate(found):
        at = f"mcp_servers[{place}]"
        if not one.name or not one.name.isprintable() or len(one.name) > 64:
            raise wrong(f"{at}.name", "must be a name of up to 64 characters")
        toolset = toolsets.get(one.name) or _of_first_beta(one.tool_configuration)
        pattern = places.pattern(one.url, f"{at}.url")
        if toolset.default_config is None or toolset.default_config.enabled is not False or toolset.configs:
            servers.append(Server((pattern,), pattern, f"{at}.url", one.name, toolset.takes))
    return servers


def _of_first_beta(said: _Configuration | None) -> _Toolset:
    """The toolset that a server's own configuration is, as the first beta had it."""
    if said is None or (said.enabled is not False and said.allowed_tools is None):
        return _Toolset()
    if said.enabled is False:
        return _Toolset(default_config=_Configuration(enabled=False))
    named = {name: _Configuration(enabled=True) for name in said.allowed_tools or ()}
    return _Toolset(default_config=_Configuration(enabled=False), configs=named)


def _without_beta(line: bytes) -> bytes:
    """A field line without the beta of this form, which the provider is not to see."""
    name, _, value = line.strip().partition(b":")
    kept = [one.strip() for one in value.split(b",") if one.strip() and not one.strip().startswith(_BETA)]
    return b"%b: %b\r\n" % (name, b",".join(kept)) if kept else b""


def _definition(tool: Offered) -> bytes:
    return b'{"name":%b,"description":%b,"input_schema":%b}' % (
        _encode(tool.function), _encode(tool.description), tool.schema,
    )  # fmt: skip


def _id(one: Called) -> str:
    """The id of a call as the client sees it."""
    return one.request or one.shown


def _shown_result(one: Called) -> dict[str, Any]:
    result = _result(one)
    return {
        "type": "mcp_tool_result",
        "tool_use_id": _id(one),
        "is_error": result.get("is_error", False),
        "content": result["content"],
    }


def _result(one: Called) -> dict[str, Any]:
    outcome = one.outcome
    assert outcome is not None  # noqa: S101 - told by the caller
    content: list[dict[str, Any]] = [{"type": "text", "text": outcome.text}]
    content += [
        {"type": "image", "source": {"type": "base64", "media_type": each.media_type, "data": each.data}}
        for each in outcome.images
    ]
    told = {"type": "tool_result", "tool_use_id": tool_id(one.id), "content": content}
    return told | ({"is_error": True} if outcome.status != "completed" else {})
