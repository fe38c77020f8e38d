"""Requests that plugins answer: found by name, filtered by what the key sees, and carried between the revisions of both sides.

A server that asks something of the client meanwhile is understood on either side, whichever way its revision and the client's do that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import InvalidJSON, NotFound, RequestError
from switchgear.edge.mcp.elsewhere import HeldElsewhere
from switchgear.edge.mcp.held import HeldCall, HeldCalls
from switchgear.edge.mcp.listing import OwnTools
from switchgear.edge.mcp.message import QUOTE
from switchgear.edge.mcp.mirrored import decoded
from switchgear.edge.mcp.questions import whose
from switchgear.edge.mcp.refusals import HEADER_MISMATCH, MISSING_CAPABILITY, Refusal
from switchgear.edge.mcp.tasks import Tasks
from switchgear.edge.mcp.turn import LEVELS, LOG_LEVEL, NEEDS, Turn
from switchgear.edge.mcp.uris import with_whose
from switchgear.pipeline.tool_call import Target, ToolCall, ToolCalls
from switchgear.plugins.mcp.asking import Caller, Declined
from switchgear.plugins.mcp.frames import InvalidFrame, joined, read_fields, read_text
from switchgear.plugins.mcp.parameters import fields_of
from switchgear.plugins.mcp.revisions import MODERN
from switchgear.plugins.mcp.session import NO_PARAMS
from switchgear.plugins.naming import parted_uri
from switchgear.plugins.offer import LONGEST_URI, PROMPTS, Definition

ROUNDS: Final = 10
"""How often a server may ask for more before a call is over."""
_PARAM_FIELD: Final = b"mcp-param-"
_CACHEABLE: Final = frozenset({"resources/read"})
_BRACE: Final = 0x7B
_encode = msgspec.json.Encoder().encode


class _Outcome(msgspec.Struct):
    type: str = msgspec.field(name="resultType", default="complete")
    requests: dict[str, Raw] | None = msgspec.field(name="inputRequests", default=None)
    state: Raw = msgspec.field(name="requestState", default=Raw())


class _Question(msgspec.Struct):
    method: str
    params: Raw = NO_PARAMS


_outcome = msgspec.json.Decoder(_Outcome)
_question = msgspec.json.Decoder(_Question)


class Forwarding:
    """Answers ``tools/call``, ``prompts/get``, ``resources/read`` and ``completion/complete``. Its methods raise SwitchgearError, Refusal."""

    def __init__(
        self, calls: ToolCalls, held: tuple[HeldCalls, HeldElsewhere], tasks: Tasks, own: OwnTools | None = None
    ) -> None:
        self._calls = calls
        self._plugins = calls.plugins
        self._held, self._elsewhere = held
        self._tasks = tasks
        self._own = own

    async def call_tool(self, turn: Turn) -> None:
        """``tools/call``."""
        name = _text_of(turn, "name")
        arguments = _arguments(turn)
        if self._own is not None and self._own.has(turn.key, turn.plugin, name):
            result = await self._own.call(turn.key, turn.plugin, name, bytes(arguments))
            turn.result(_complete(result, "tools/call") if turn.message.modern else result)
            return
        meant = None if self._own is None else self._own.meant(turn.plugin, name, arguments)
        if meant is not None:
            name, arguments = meant
            _check_object(arguments)
        found = self._calls.find(turn.key, name, turn.plugin)
        own = found.definition
        changes = {"name": Raw(_encode(own.name))}
        if meant is not None:  # whoever calls it so was not told which fields say the same as its arguments
            changes["arguments"] = arguments
        elif turn.message.modern:
            self._agree(turn, found.plugin, own, arguments)
        await self.forward(turn, Target(found.plugin, own.name, own, arguments), changes)

    async def get_prompt(self, turn: Turn) -> None:
        """``prompts/get``."""
        name = _text_of(turn, "name")
        _arguments(turn)
        plugin, own = self._prompt(turn, name)
        await self.forward(turn, Target(plugin, own), {"name": Raw(_encode(own))})

    async def read_resource(self, turn: Turn) -> None:
        """``resources/read``."""
        plugin, own = self.resource(turn, _text_of(turn, "uri"))
        await self.forward(turn, Target(plugin, own), {"uri": Raw(_encode(own))})

    async def complete(self, turn: Turn) -> None:
        """``completion/complete``."""
        try:
            reference = read_fields(turn.message.fields.get("ref", NO_PARAMS))
        except InvalidFrame:
            reference = {}
        kind = read_text(reference.get("type"))
        if kind == "ref/prompt":
            plugin, own = self._prompt(turn, read_text(reference.get("name")))
            reference["name"] = Raw(_encode(own))
        elif kind == "ref/resource":
            plugin, own = self.resource(turn, read_text(reference.get("uri")))
            reference["uri"] = Raw(_encode(own))
        else:
            raise InvalidJSON("ref must be a ref/prompt or a ref/resource.", param="ref")
        await self.forward(turn, Target(plugin, own), {"ref": Raw(b"{%b}" % joined(reference))})

    # ------------------------------------------------------------ what is meant

    def _prompt(self, turn: Turn, name: str) -> tuple[str, str]:
        found = self._plugins.catalogue.find(PROMPTS, name, turn.key.sight, turn.plugin)
        if found is None:
            raise NotFound(f"Unknown prompt: {name[:200]}", param="name")
        return found.plugin, found.definition.name

    def resource(self, turn: Turn, uri: str) -> tuple[str, str]:
        """The plugin and its own URI of a resource, which need not be in its list. Raises NotFound in the same words for all that is not seen."""
        plugin, own = (turn.plugin, uri) if turn.plugin else parted_uri(uri)
        offer = self._plugins.catalogue.offer(plugin) if plugin else None
        installed = self._plugins.installed(plugin) if offer is not None else None
        if (
            not own
            or len(own) > LONGEST_URI
            or installed is None
            or installed.state != "enabled"
            or not turn.key.sight.plugin(plugin)
        ):
            raise NotFound(f"Resource not found: {uri[:500]}", param="uri")
        return plugin, own

    def _agree(self, turn: Turn, plugin: str, tool: Definition, arguments: Raw) -> None:
        """Refuse a call whose fields say something else than its arguments (2026-07-28, ``x-mcp-header``)."""
        named = self._calls.mirrored.named(plugin, tool)
        if not named:
            return
        expected = {name.lower().encode(): value for name, value in fields_of(named, arguments)}
        given: dict[bytes, str | None] = {}
        for name, value in turn.headers:
            if name.startswith(_PARAM_FIELD):
                if name in given:
                    raise Refusal(
                        HEADER_MISMATCH, f"The {name.decode()} header appears more than once.", id=turn.message.id
                    )
                given[name] = decoded(value.strip(b" \t"))
        for _, field in named:
            name = field.lower().encode()
            if not _same(given.get(name), expected.get(name), absent=name not in given):
                said = f"The {field} header does not say what the arguments say."
                raise Refusal(HEADER_MISMATCH, said, id=turn.message.id)

    # ------------------------------------------------------------ on the way

    async def forward(
        self, turn: Turn, target: Target, changes: Mapping[str, Raw], seconds: float | None = None
    ) -> None:
        """Have a plugin answer, with ``changes`` in the params, within ``seconds``. Raises SwitchgearError."""
        call = self._calls.begin(turn.key, turn.message.method, target)
        call.trace, call.seconds = turn.trace, seconds
        turn.sink.headers += b"x-request-id: %b\r\n" % call.id.encode()
        if turn.message.method.startswith("tasks/") or "task" in turn.message.fields:
            turn.outward = partial(self._tasks.outward, turn, target.plugin)
        turn.sink.expect_silence()
        result = await self._result(turn, call, dict(changes))
        if turn.lacking and turn.message.modern:
            needed = _encode({"requiredCapabilities": {turn.lacking: {}}})
            raise Refusal(MISSING_CAPABILITY, "Missing required client capability", id=turn.message.id, data=needed)
        turn.result(self._outward(turn, call, result))

    async def _result(self, turn: Turn, call: ToolCall, changes: dict[str, Raw]) -> bytes | Raw:
        if not turn.message.modern:
            return await self._asking(turn, call, changes)
        state = self._held.state_of(turn)
        if state is not None:
            if self._held.holds(state):
                return await self._held.resume(turn, state)
            return await self._elsewhere.resume(turn, state)
        session = self._plugins.running(call.target.plugin)
        if (session is None or session.revision < MODERN) and any(turn.can(ability) for ability in NEEDS.values()):
            return await self._held.begin(turn, lambda held: self._send(held, turn, call, changes))
        return await self._send(turn, turn, call, changes)

    def _send(self, context: Turn | HeldCall, turn: Turn, call: ToolCall, changes: dict[str, Raw]) -> Awaitable[Raw]:
        message = turn.message
        fields = {**message.fields, **changes}
        if not message.modern and turn.level is not None:
            meta = {**message.meta, LOG_LEVEL: Raw(_encode(LEVELS[turn.level]))}
            fields["_meta"] = Raw(b"{%b}" % joined(meta))
        caller = Caller(context, message.progress_token, turn.capabilities, whose=whose(turn.key, turn.session))
        on_progress = context.progressed if message.progress_token else None
        return self._calls.send(call, b"{%b}" % joined(fields), caller=caller, on_progress=on_progress)

    async def _asking(self, turn: Turn, call: ToolCall, changes: dict[str, Raw]) -> Raw:
        """The result for a client of the older revisions: what a server of 2026-07-28 asks is put to it, and the call made again."""
        result = await self._send(turn, turn, call, changes)
        for _ in range(ROUNDS):
            outcome = _asks(result)
            if outcome is None:
                return result
            answers = await self._answers(turn, outcome)
            again = changes | {"inputResponses": Raw(b"{%b}" % joined(answers))}
            if outcome.state:
                again["requestState"] = outcome.state
            following = self._calls.begin(turn.key, call.method, call.target)
            following.trace, following.seconds = call.trace, call.seconds
            result = await self._send(turn, turn, following, again)
        raise InvalidJSON(f"Plugin {call.target.plugin} asked for more after {ROUNDS} rounds of answers.")

    async def _answers(self, turn: Turn, outcome: _Outcome) -> dict[str, Raw]:
        """What the client answers to each question. Raises SwitchgearError when it declines one."""
        answers: dict[str, Raw] = {}
        for number, asked in (outcome.requests or {}).items():
            try:
                question = _question.decode(asked)
                answers[number] = Raw(await turn.ask(question.method, question.params))
            except msgspec.DecodeError:
                raise InvalidJSON("The plugin asks something that makes no sense.") from None
            except Declined as declined:
                raise RequestError(f"The client did not answer what the tool has to know: {declined}") from declined
        return answers

    # ------------------------------------------------------------ the result

    def _outward(self, turn: Turn, call: ToolCall, result: bytes | Raw) -> bytes:
        """A result as this client understands it."""
        plugin = call.target.plugin
        told = self._tasks.outward(turn, plugin, bytes(result))
        if not turn.plugin:
            told = with_whose(plugin, told)
        return _complete(told, call.method) if turn.message.modern else told


def _text_of(turn: Turn, field: str) -> str:
    """What the params name. Raises InvalidJSON where it is no text."""
    value = turn.message.fields.get(field)
    if value is None or memoryview(value)[0] != QUOTE:
        raise InvalidJSON(f"params.{field} must be a string.", param=field)
    return read_text(value)


def _arguments(turn: Turn) -> Raw:
    """The arguments, a JSON object, empty where there are none. Raises InvalidJSON for anything else, which no plugin gets to see."""
    arguments = turn.message.fields.get("arguments", NO_PARAMS)
    _check_object(arguments)
    return arguments


def _check_object(arguments: Raw) -> None:
    if memoryview(arguments)[0] != _BRACE:
        raise InvalidJSON("arguments must be an object.", param="arguments")


def _complete(result: bytes, method: str) -> bytes:
    """A result with the fields that 2026-07-28 has in each, as it is where it has them."""
    if b'"resultType"' in result and "resultType" in _fields(result):
        return result
    more = b'"resultType":"complete"'
    if method in _CACHEABLE and b'"ttlMs"' not in result:
        more += b',"ttlMs":0,"cacheScope":"private"'
    rest = result.lstrip()[1:].lstrip()
    return b"{%b%b%b" % (more, b"" if rest.startswith(b"}") else b",", rest)


def _fields(result: bytes) -> Mapping[str, Raw]:
    try:
        return read_fields(result)
    except InvalidFrame:
        return {}


def _asks(result: Raw) -> _Outcome | None:
    if b'"input_required"' not in bytes(result):
        return None
    try:
        found = _outcome.decode(result)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if found.type == "input_required" else None


def _same(given: str | None, expected: str | None, *, absent: bool) -> bool:
    if absent or expected is None:
        return absent and expected is None
    if given == expected:
        return True
    try:
        return given is not None and float(given) == float(expected)
    except ValueError:
        return False
