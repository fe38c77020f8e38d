"""A plugin's server as its tests see it: called like a function, from tests that need not be asynchronous.

The connection lives in an event loop in a thread of its own, so that it needs no other plugin of pytest and goes with Hypothesis.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any, Final, Protocol, TypeVar

from switchgear.core.errors import SwitchgearError, ToolServerError
from switchgear.plugins.authoring.recording import lasting
from switchgear.plugins.authoring.workbench import Workbench
from switchgear.plugins.mcp.session import Hooks, Session

T = TypeVar("T")
_SECONDS: Final = 120.0


class Failed(AssertionError):
    """A tool said that it failed, or the server did not answer as it should. The message is what it said."""


class Answer:
    """What a tool answered. ``document`` is the whole result (MCP, CallToolResult)."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @property
    def text(self) -> str:
        """All text of it."""
        parts = self.document.get("content") or []
        return "\n".join(str(part.get("text", "")) for part in parts if part.get("type") == "text")

    @property
    def data(self) -> Any:
        """Its structured content; where there is none, its text read as JSON, or as it is."""
        if self.document.get("structuredContent") is not None:
            found = self.document["structuredContent"]
            return found["result"] if isinstance(found, dict) and set(found) == {"result"} else found
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text

    @property
    def failed(self) -> bool:
        """Whether the tool says that it failed."""
        return self.document.get("isError") is True

    def __repr__(self) -> str:
        return f"Answer({self.text[:200]!r})"


class Loop:
    """An event loop in a thread. ``close`` it at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="plugin-tests", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float = _SECONDS) -> T:
        """Its result. Raises what it raises, and TimeoutError."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, seconds), self._loop).result()

    def close(self) -> None:
        """End it."""
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Line(Protocol):
    """A connection to a server."""

    async def request(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a request. Raises Failed, PluginFailed."""
        ...


class PluginClient:
    """A connection to a server. ``denied`` are the connections that the sandbox refused it so far, ``words`` what it wrote to stderr."""

    def __init__(self, loop: Loop, line: Line, denied: list[str] | None = None, words: list[str] | None = None) -> None:
        self._loop = loop
        self._line = line
        self.denied = [] if denied is None else denied
        self.words = [] if words is None else words

    def request(self, method: str, /, **params: Any) -> dict[str, Any]:
        """The result of any request. Raises Failed, PluginFailed."""
        return self._loop.run(self._line.request(method, params))

    def tools(self) -> dict[str, dict[str, Any]]:
        """What the server offers, by name."""
        found: dict[str, dict[str, Any]] = {}
        cursor: dict[str, Any] = {}
        while True:
            page = self.request("tools/list", **cursor)
            found |= {tool["name"]: tool for tool in page["tools"]}
            if not page.get("nextCursor"):
                return found
            cursor = {"cursor": page["nextCursor"]}

    def ask(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """What a tool answers, also when it says that it failed. Raises PluginFailed, and Failed for an error of the protocol."""
        return Answer(self.request("tools/call", name=tool, arguments=dict(arguments)))

    def call(self, tool: str, /, **arguments: Any) -> Answer:
        """What a tool answers. Raises Failed when it says that it failed."""
        answer = self.ask(tool, arguments)
        if answer.failed:
            raise Failed(f"{tool} failed: {answer.text}")
        return answer


class SessionLine:
    """The line of a session with a process."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def request(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a request. Raises PluginFailed."""
        result = await self.session.request(method, json.dumps(params).encode())
        found: dict[str, Any] = json.loads(bytes(result))
        return found


class _MemoryLine:
    """The line to a server object in this process, by the client of its own library."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def request(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        steps: Mapping[str, Callable[[], Awaitable[Any]]] = {
            "tools/list": lambda: self._list("tools"),
            "resources/list": lambda: self._list("resources"),
            "prompts/list": lambda: self._list("prompts"),
            "tools/call": lambda: self._call(params["name"], params["arguments"]),
            "resources/read": lambda: self._named("read_resource", params["uri"]),
            "prompts/get": lambda: self._named("get_prompt", params["name"], params.get("arguments", {})),
        }
        if method not in steps:
            raise Failed(f"{method} cannot be asked of a server in memory; use the fixture plugin.")
        result = await steps[method]()
        found: dict[str, Any] = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        return found

    async def _list(self, kind: str) -> Any:
        return await self._named(f"list_{kind}")

    async def _named(self, name: str, *arguments: Any) -> Any:
        method = getattr(self._client, f"{name}_mcp", None) or getattr(self._client, name)
        return await method(*arguments)

    async def _call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return await self._named("call_tool", name, dict(arguments))


class InMemory:
    """Connections to server objects (FastMCP, or the mcp package's own), closed together."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._open: list[tuple[asyncio.Event, asyncio.Future[None]]] = []

    def connect(self, server: object) -> PluginClient:
        """A client of a server object."""
        library = "fastmcp" if any(each.__module__.startswith("fastmcp") for each in type(server).__mro__) else "mcp"
        client = import_module(library).Client(server)
        self._loop.run(self._enter(client))
        return PluginClient(self._loop, _MemoryLine(client))

    def close(self) -> None:
        """End them."""
        self._loop.run(self._leave())

    async def _enter(self, client: Any) -> None:
        """Open in a task of its own, for what was opened in one task has to be closed in it."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        leave = asyncio.Event()

        async def held() -> None:
            try:
                async with client:
                    ready.set_result(None)
                    await leave.wait()
            except Exception as error:
                if ready.done():
                    raise
                ready.set_exception(error)

        task = asyncio.ensure_future(held())
        self._open.append((leave, task))
        await ready

    async def _leave(self) -> None:
        for leave, task in self._open:
            leave.set()
            await task


class Bench:
    """Runs of the plugin in one folder, for all tests."""

    def __init__(self, loop: Loop, make: Callable[[list[str], list[str]], Workbench]) -> None:
        self._loop = loop
        self._denied: list[str] = []
        self._words: list[str] = []
        self._make = make
        self._workbench: Workbench | None = None
        self._sessions: list[Session] = []
        self._shared: dict[str, Session] = {}

    def run(self, work: Coroutine[Any, Any, T], seconds: float = _SECONDS) -> T:
        """Its result."""
        return self._loop.run(work, seconds)

    async def session(self, hooks: Hooks | None = None, known: str = "") -> Session:
        """A new process that has introduced itself. Raises PluginError."""
        if self._workbench is None:
            self._workbench = self._make(self._denied, self._words)
        session = await self._workbench.session(hooks or Hooks(), known=known)
        self._sessions.append(session)
        return session

    async def shared(self, known: str = "") -> Session:
        """A session that was opened before with the same words, or a new one. Raises PluginError."""
        session = self._shared.get(known)
        if session is None or session.gone:
            self._shared[known] = session = await self.session(known=known)
        return session

    def client(self) -> PluginClient:
        """A client of a new process. Raises Failed with what the server wrote when it does not start."""
        try:
            session = self.run(self.session())
        except SwitchgearError as error:
            raise Failed("\n".join([error.told, *self._words[-20:]])) from error
        return PluginClient(self._loop, SessionLine(session), self._denied, self._words)

    def close(self) -> None:
        """End all of them."""
        self.run(self._close())

    async def _close(self) -> None:
        for session in self._sessions:
            await session.close(2.0)
        if self._workbench is not None:
            self._workbench.close()


def outcome(client: PluginClient, method: str, params: Mapping[str, Any]) -> Any:
    """What comes of a request, as recordings have it: its result without what changes from run to run, or ``{"error": code}``."""
    try:
        return lasting(client.request(method, **params))
    except ToolServerError as error:
        return {"error": error.rpc_code}
