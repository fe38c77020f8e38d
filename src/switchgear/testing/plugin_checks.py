"""What every plugin has to do, whatever it is for: the basics of the Model Context Protocol, in each revision that it speaks.

A check is a function that takes a ``Bench``; it raises ``Failed`` with what is wrong and where, or ``NotHere`` with why it does not apply.
Sources are named at each: MCP 2025-11-25 and 2026-07-28.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import Raw

from switchgear.core.errors import (
    PluginFailed,
    ServerGone,
    SwitchgearError,
    ToolAnswerInvalid,
    ToolServerError,
    ToolTimedOut,
)
from switchgear.plugins.authoring.project import Project
from switchgear.plugins.mcp.frames import METHOD_NOT_FOUND
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN
from switchgear.plugins.mcp.session import Hooks, Session
from switchgear.plugins.offer import KINDS, TOOLS, listed
from switchgear.testing.plugin_client import Bench, Failed
from switchgear.testing.plugin_inputs import fitting, unfitting

EXAMPLES: Final = 25
"""Arguments that are tried of each tool."""
_SECONDS: Final = 20.0
_HINTS: Final = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_PREFIX: Final = "io.modelcontextprotocol/"

Check = Callable[[Bench], None]


class NotHere(Exception):
    """A check that does not apply. The message says why."""


def checks(project: Project, bench: Bench) -> Iterator[tuple[str, Check]]:
    """Every check of a plugin, by what it promises. Starts the plugin to see what it offers, if it can be started."""
    yield "the manifest and the folder agree", lambda _: _manifest(project)
    for revision in (HANDSHAKE[-1], MODERN):
        for promise, check in _IN_EACH:
            yield f"{promise} ({revision})", _in(revision, check)
    yield "the tools of the manifest are those it offers", lambda given: _announced(project, given)
    yield "it writes nothing but frames to standard output", _quiet
    yield "it ends when its input does", _ends
    try:
        tools = bench.run(_tools(bench))
    except SwitchgearError:  # the checks before tell why
        return
    for name, schema in tools.items():
        yield f"{name} answers whatever fits its schema", _answers(name, schema)
        yield f"{name} survives what does not fit its schema", _survives(name, schema)


# ------------------------------------------------------------ each revision


def _in(revision: str, check: Callable[[Session], Awaitable[None]]) -> Check:
    async def run(bench: Bench) -> None:
        await check(await _speaking(bench, revision))

    return lambda bench: bench.run(run(bench))


async def _speaking(bench: Bench, revision: str) -> Session:
    """A session in one revision. Raises NotHere where the server does not speak it, Failed where it speaks none."""
    try:
        session = await bench.shared(known=HANDSHAKE[-1] if revision != MODERN else "")
    except SwitchgearError as error:
        raise Failed(error.told) from error
    if (session.revision == MODERN) == (revision == MODERN):
        return session
    raise NotHere(f"it speaks {session.revision}, and not {revision}")


async def _introduces(session: Session) -> None:
    """Lifecycle, initialize and server/discover."""
    _hold(session.server.name, "It does not say its name (serverInfo.name).")
    _hold(session.server.version, "It does not say its version (serverInfo.version).")
    for kind, abilities in _object(session.server.capabilities, "capabilities").items():
        _hold(isinstance(abilities, dict), f"capabilities.{kind} is no object.")


async def _lists(session: Session) -> None:
    """Server features, listing; 2026-07-28: results say how long they hold (ttlMs, cacheScope)."""
    offer = await listed(session.request, session.server.offers)
    _hold(not offer.faults, " ".join(offer.faults))
    for kind in KINDS:
        if session.revision == MODERN and session.server.offers(kind.ability):
            try:
                page = _object(await session.request(kind.method), kind.method)
            except ToolServerError as error:
                if error.rpc_code == METHOD_NOT_FOUND:
                    continue
                raise Failed(str(error)) from error
            _hold(isinstance(page.get("ttlMs"), int), f"{kind.method} does not say how long its answer holds (ttlMs).")
            scope = page.get("cacheScope")
            _hold(scope in {"public", "private"}, f"{kind.method}: cacheScope {scope!r} is neither public nor private.")


async def _definitions(session: Session) -> None:
    """Tools: inputSchema and outputSchema are JSON Schemas of objects, annotations are what they should be."""
    if not session.server.offers("tools"):
        raise NotHere("it offers no tools")
    offer = await listed(session.request, session.server.offers)
    for name, definition in offer.of(TOOLS).items():
        tool = _object(Raw(definition.document), name)
        _hold(str(tool.get("description", "")).strip(), f"{name} has no description: no model knows when to call it.")
        _schema(name, "inputSchema", tool.get("inputSchema"))
        if tool.get("outputSchema") is not None:
            _schema(name, "outputSchema", tool["outputSchema"])
        _annotations(name, tool.get("annotations"))


def _schema(tool: str, field: str, schema: Any) -> None:
    _hold(isinstance(schema, dict), f"{tool}: {field} is no object.")
    _hold(field != "inputSchema" or schema.get("type") == "object", f'{tool}: {field}.type has to be "object".')
    try:
        jsonschema_rs.meta.validate(schema)
        jsonschema_rs.validator_for(schema)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise Failed(f"{tool}: {field} is no JSON Schema: {getattr(error, 'message', error)}") from error


def _annotations(tool: str, annotations: Any) -> None:
    if annotations is None:
        return
    _hold(isinstance(annotations, dict), f"{tool}: annotations is no object.")
    for hint in _HINTS:
        _hold(isinstance(annotations.get(hint), bool | None), f"{tool}: annotations.{hint} has to be true or false.")
    both = annotations.get("readOnlyHint") and annotations.get("destructiveHint")
    _hold(not both, f"{tool} says that it only reads and that it destroys.")


async def _unknown_tool(session: Session) -> None:
    """Tools, error handling: an unknown tool is an error of the protocol, or of the tool."""
    if not session.server.offers("tools"):
        raise NotHere("it offers no tools")
    params = json.dumps({"name": "no_such_tool_here", "arguments": {}}).encode()
    try:
        result = _object(await session.request("tools/call", params, seconds=_SECONDS), "tools/call")
    except ToolServerError:
        return
    except PluginFailed as error:
        raise Failed(f"Asked for a tool that is not there, {error.told}") from error
    _hold(result.get("isError") is True, "It answered a call of a tool that is not there as if there were one.")


async def _unknown_method(session: Session) -> None:
    """JSON-RPC 2.0, section 5.1: -32601."""
    try:
        await session.request("switchgear/no_such_method", seconds=_SECONDS)
    except ToolServerError as error:
        right = error.rpc_code == METHOD_NOT_FOUND
        _hold(right, f"It answered an unknown method with the error {error.rpc_code}, not {METHOD_NOT_FOUND}.")
    except PluginFailed as error:
        raise Failed(f"Asked with a method that is not there, {error.told}") from error
    else:
        raise Failed("It answered a method that is not there as if there were one.")


async def _pings(session: Session) -> None:
    """2025-11-25, Utilities, Ping: an empty result at once. 2026-07-28 has none."""
    if session.revision == MODERN:
        raise NotHere("this revision has no ping")
    try:
        await session.request("ping", seconds=_SECONDS)
    except PluginFailed as error:
        raise Failed(error.told) from error


_IN_EACH: Final[tuple[tuple[str, Callable[[Session], Awaitable[None]]], ...]] = (
    ("it introduces itself", _introduces),
    ("what it lists can be used", _lists),
    ("its tools are well defined", _definitions),
    ("an unknown tool is an error", _unknown_tool),
    ("an unknown method is an error", _unknown_method),
    ("it answers a ping", _pings),
)


# ------------------------------------------------------------ the whole


def _manifest(project: Project) -> None:
    server = project.manifest.server
    entry = server.entry_point.removeprefix("./")
    _hold((project.folder / entry).is_file(), f"server.entry_point {entry} is no file in {project.folder}.")
    told = project.manifest.told_secrets
    _hold(not told, f"{', '.join(told)}: a secret among the arguments; pass it in mcp_config.env.")


def _announced(project: Project, bench: Bench) -> None:
    announced = {tool.name for tool in project.manifest.tools}
    if project.manifest.tools_generated or not announced:
        raise NotHere("the manifest names no tools")
    offered = set(bench.run(_tools(bench)))
    missing, more = sorted(announced - offered), sorted(offered - announced)
    _hold(not missing, f"The manifest announces tools that it does not offer: {', '.join(missing)}.")
    _hold(not more, f"It offers tools that the manifest does not announce: {', '.join(more)}.")


def _quiet(bench: Bench) -> None:
    noise: list[bytes] = []

    async def run() -> None:
        session = await bench.session(Hooks(noise=noise.append))
        await listed(session.request, session.server.offers)
        await session.close(2.0)

    bench.run(run())
    shown = b" ".join(noise)[:200].decode("utf-8", "replace")
    _hold(not noise, f"Standard output is the protocol's, and it wrote: {shown!r}. Write to standard error.")


def _ends(bench: Bench) -> None:
    """Lifecycle, Shutdown (stdio)."""

    async def run() -> str:
        session = await bench.session()
        await session.close(10.0)
        return session.gone

    gone = bench.run(run())
    _hold("signal 9" not in gone, "It went on for 10 s after its input was closed, and had to be killed.")


# ------------------------------------------------------------ properties


def _answers(tool: str, schema: Mapping[str, Any]) -> Check:
    def run(bench: Bench) -> None:
        calls = _Calls(bench, tool)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(fitting(schema))
        def whatever_fits(arguments: dict[str, Any]) -> None:
            calls.one(arguments)

        whatever_fits()

    return run


def _survives(tool: str, schema: Mapping[str, Any]) -> Check:
    def run(bench: Bench) -> None:
        calls = _Calls(bench, tool)
        for told, arguments in unfitting(schema):
            calls.one(arguments, told)

    return run


class _Calls:
    """Calls of one tool, in a process that is started anew when it went."""

    def __init__(self, bench: Bench, tool: str) -> None:
        self._bench = bench
        self._tool = tool

    def one(self, arguments: dict[str, Any], told: str = "") -> None:
        """Call it. A result is right, and so is an error; an end of the process, silence and nonsense are not. Raises Failed."""
        shown = told or json.dumps(arguments, ensure_ascii=False)[:500]
        try:
            self._bench.run(self._called(arguments))
        except ToolServerError:
            return
        except ServerGone as error:
            raise Failed(f"{self._tool}, {shown}: the process ended. {error.message}") from error
        except ToolTimedOut as error:
            raise Failed(f"{self._tool}, {shown}: no answer within {_SECONDS:g} s.") from error
        except ToolAnswerInvalid as error:
            raise Failed(f"{self._tool}, {shown}: {error.message}") from error

    async def _called(self, arguments: dict[str, Any]) -> None:
        session = await self._bench.shared()
        params = json.dumps({"name": self._tool, "arguments": arguments}).encode()
        result = _object(await session.request("tools/call", params, seconds=_SECONDS), self._tool)
        if result.get("resultType") != "input_required":
            _hold(isinstance(result.get("content"), list), f"{self._tool}: the result has no content.")


async def _tools(bench: Bench) -> dict[str, dict[str, Any]]:
    """The schemas of the tools that are offered, as far as they are any, by name. Raises PluginFailed."""
    session = await bench.shared()
    offer = await listed(session.request, session.server.offers)
    found: dict[str, dict[str, Any]] = {}
    for name, definition in offer.of(TOOLS).items():
        schema = _object(Raw(definition.document), name).get("inputSchema")
        if isinstance(schema, dict) and jsonschema_rs.meta.is_valid(schema):
            found[name] = schema
    return found


def _object(value: Raw, what: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise Failed(f"{what} is not JSON.") from error
    if not isinstance(found, dict):
        raise Failed(f"{what} is no object.")
    return found


def _hold(right: object, otherwise: str) -> None:
    if not right:
        raise Failed(otherwise)
