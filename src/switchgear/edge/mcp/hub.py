"""Streams on which clients hear what changes, and what plugins are watched for them.

A stream hears of what its key sees. One whose client does not read is ended: the client opens another and looks at everything anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.errors import RequestError, SwitchgearError
from switchgear.edge.mcp.answer import KEEP_ALIVE_SECONDS
from switchgear.edge.mcp.turn import Sink
from switchgear.pipeline.tool_call import Plugins
from switchgear.plugins.mcp.session import NO_PARAMS, Session
from switchgear.plugins.naming import prefixed_uri
from switchgear.plugins.offer import PROMPTS, RESOURCES, TEMPLATES, TOOLS, Kind

MOST_STREAMS_OF_A_KEY: Final = 256
MOST_URIS: Final = 256
"""Resources that one stream hears of."""
MOST_WISHES_OF_A_KEY: Final = 1000
MOST_WISHING: Final = 4096
"""Clients of the older revisions whose subscriptions are known; of more the oldest are forgotten."""
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_METHODS: Final = {
    TOOLS: "notifications/tools/list_changed",
    PROMPTS: "notifications/prompts/list_changed",
    RESOURCES: "notifications/resources/list_changed",
    TEMPLATES: "notifications/resources/list_changed",
}
UPDATED: Final = "notifications/resources/updated"

Uris = set[tuple[str, str]]
"""Resources, by plugin and its own URI."""


class Stream:
    """One stream of one client. ``meta`` is put into what is sent (JSON without braces); ``kinds`` are those of lists it hears of."""

    def __init__(
        self, key: Key, plugin: str, sink: Sink, kinds: frozenset[Kind], whose: str = "", meta: bytes = b""
    ) -> None:
        self.key = key
        self.plugin = plugin
        self.whose = whose
        self.kinds = kinds
        self.uris: Uris = set()
        self.tasks: frozenset[str] | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sink = sink
        self._meta = meta

    def sees(self, plugin: str) -> bool:
        """Whether anything of a plugin is told here."""
        return self.plugin in ("", plugin)

    def send(self, method: str, params: bytes = b"") -> None:
        """Send a notification, or end where the client does not read."""
        if self._sink.under_pressure:
            self.end()
            return
        if self._meta:
            rest = params[1:] if params else b"}"
            params = b'{"_meta":{%b}%b%b' % (self._meta, b"" if rest == b"}" else b",", rest)
        more = b',"params":%b' % params if params else b""
        self._sink.push(b'{"jsonrpc":"2.0","method":%b%b}' % (_encode(method), more))

    def end(self) -> None:
        """Have it ended."""
        if not self.over.done():
            self.over.set_result(None)


class Hub:
    """All streams of this worker. ``usable`` gives a key as it is now, by its id, if it still opens anything."""

    def __init__(self, plugins: Plugins, usable: Callable[[str], Key | None]) -> None:
        self._plugins = plugins
        self._usable = usable
        self._streams: set[Stream] = set()
        self._watches = Watches(plugins)
        self._wishes: dict[str, Uris] = {}

    def __len__(self) -> int:
        return len(self._streams)

    # ------------------------------------------------------------ streams

    def full(self, key: str) -> bool:
        """Whether a key has as many streams as it may."""
        return sum(stream.key.id == key for stream in self._streams) >= MOST_STREAMS_OF_A_KEY

    async def serve(self, stream: Stream) -> None:
        """Keep a stream until it is ended, or the task is cancelled because its client is gone."""
        self._streams.add(stream)
        wished = self._wishes.get(stream.whose, set()) if stream.whose else set()
        try:
            for plugin, uri in list(stream.uris | wished):
                await self.watch(stream, plugin, uri)
            while not stream.over.done():
                await asyncio.wait([stream.over], timeout=KEEP_ALIVE_SECONDS)
                key = self._usable(stream.key.id)
                if key is None:
                    stream.end()
                else:
                    stream.key = key
        finally:
            self._streams.discard(stream)
            for plugin, uri in stream.uris:
                self._watches.drop(plugin, uri)

    async def watch(self, stream: Stream, plugin: str, uri: str) -> None:
        """Have a stream hear of a resource."""
        stream.uris.add((plugin, uri))
        try:
            await self._watches.add(plugin, uri)
        except SwitchgearError as error:  # heard of as soon as the plugin runs again
            _log.debug("Plugin %s does not watch a resource: %s", plugin, error.message)

    def unwatch(self, stream: Stream, plugin: str, uri: str) -> None:
        """End that."""
        if (plugin, uri) in stream.uris:
            stream.uris.discard((plugin, uri))
            self._watches.drop(plugin, uri)

    async def wish(self, whose: str, plugin: str, uri: str) -> None:
        """A client of the older revisions wants to hear of a resource, on whichever stream it has or opens. Raises RequestError."""
        if self._wished_by(whose.partition("/")[0]) >= MOST_WISHES_OF_A_KEY:
            raise RequestError(
                f"The clients of this key hear of {MOST_WISHES_OF_A_KEY:,} resources already.", param="uri"
            )
        wishes = self._wishes.setdefault(whose, set())
        if len(self._wishes) > MOST_WISHING:
            del self._wishes[next(iter(self._wishes))]
        if len(wishes) < MOST_URIS:
            wishes.add((plugin, uri))
            for stream in self.of(whose):
                if (plugin, uri) not in stream.uris:
                    await self.watch(stream, plugin, uri)

    def _wished_by(self, key: str) -> int:
        return sum(len(wishes) for who, wishes in self._wishes.items() if who.startswith(f"{key}/"))

    def unwish(self, whose: str, plugin: str, uri: str) -> None:
        """It does not any more."""
        wishes = self._wishes.get(whose, set())
        wishes.discard((plugin, uri))
        if not wishes:
            self._wishes.pop(whose, None)
        for stream in self.of(whose):
            self.unwatch(stream, plugin, uri)

    def of(self, whose: str) -> list[Stream]:
        """The streams of one client."""
        return [stream for stream in self._streams if stream.whose == whose] if whose else []

    def forget(self, whose: str) -> None:
        """A client's session is over."""
        self._wishes.pop(whose, None)
        for stream in self.of(whose):
            stream.end()

    def close(self) -> None:
        """End all."""
        for stream in list(self._streams):
            stream.end()

    # ------------------------------------------------------------ what is heard

    def changed(self, plugin: str, kinds: frozenset[Kind]) -> None:
        """A plugin offers other things of these kinds."""
        for stream in list(self._streams):
            if stream.sees(plugin):
                for method in {_METHODS[kind] for kind in kinds & stream.kinds if _told(stream.key, plugin, kind)}:
                    stream.send(method)

    def updated(self, plugin: str, uri: str) -> None:
        """A resource of a plugin changed, by its own URI."""
        for stream in list(self._streams):
            if (plugin, uri) in stream.uris and stream.key.sight.plugin(plugin):
                known = uri if stream.plugin else prefixed_uri(plugin, uri)
                stream.send(UPDATED, b'{"uri":%b}' % _encode(known))

    def tell(self, whose: str, method: str, params: bytes | Raw) -> bool:
        """Tell one client on one of its streams; whether it has any."""
        for stream in self.of(whose):
            stream.send(method, bytes(params) or bytes(NO_PARAMS))
            return True
        return False

    def task(self, key: str, given: str, params: bytes) -> None:
        """Tell the streams of a key that asked for it of a task (2026-07-28)."""
        for stream in list(self._streams):
            if stream.tasks is not None and stream.key.id == key and given in stream.tasks:
                stream.send("notifications/tasks", params)

    def runs(self, plugin: str) -> None:
        """A plugin's process runs anew: what is watched of it is watched again."""
        self._watches.renew(plugin)


def _told(key: Key, plugin: str, kind: Kind) -> bool:
    """Whether a key is told of changes: resources and prompts go with whole plugins."""
    return key.sight.some(plugin) if kind is TOOLS else key.sight.plugin(plugin)


class Watches:
    """Resources that anybody hears of, and the sessions that were asked to tell."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._wanted: dict[tuple[str, str], int] = {}
        self._at: dict[tuple[str, str], Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, plugin: str, uri: str) -> None:
        """One more wants to hear of it. Raises SwitchgearError; it is wanted then all the same."""
        which = plugin, uri
        self._wanted[which] = self._wanted.get(which, 0) + 1
        await self._subscribe(which)

    def drop(self, plugin: str, uri: str) -> None:
        """One less."""
        which = plugin, uri
        left = self._wanted.get(which, 0) - 1
        if left > 0:
            self._wanted[which] = left
            return
        self._wanted.pop(which, None)
        session = self._at.pop(which, None)
        if session is not None and not session.gone:
            self._beside(session.watch.unsubscribe(uri))

    def renew(self, plugin: str) -> None:
        """Ask a new process for all that is wanted of it."""
        for which in [each for each in self._wanted if each[0] == plugin]:
            self._beside(self._subscribe(which))

    async def _subscribe(self, which: tuple[str, str]) -> None:
        plugin, uri = which
        before = self._at.get(which)
        if before is not None and not before.gone:
            return
        session = self._plugins.running(plugin) or await self._plugins.session(plugin)
        if self._at.get(which) is session or which not in self._wanted:
            return
        self._at[which] = session
        try:
            await session.watch.subscribe(uri)
        except BaseException:
            if self._at.get(which) is session:
                del self._at[which]
            raise

    def _beside(self, work: Awaitable[None]) -> None:
        async def quietly() -> None:
            try:
                await work
            except SwitchgearError as error:
                _log.debug("A resource is not watched: %s", error.message)

        task = asyncio.ensure_future(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
