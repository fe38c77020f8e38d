"""What a server tells without being asked: changes of its lists and of resources that someone subscribed to.

Older revisions send them on their own and take subscriptions one by one; 2026-07-28 sends what a ``subscriptions/listen`` stream
asks for. Here both look the same: notifications reach the session's hooks, and a resource is watched while anyone wants it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING, Final

import msgspec

from switchgear.core.errors import PluginFailed, ServerGone, ToolServerError
from switchgear.plugins.mcp.revisions import MODERN

if TYPE_CHECKING:  # the session makes its watch
    from switchgear.plugins.mcp.session import Call, Session

FOREVER: Final = float("inf")
"""The time limit of what ends when the other side ends it."""
LISTEN_AGAIN_SECONDS: Final = 30.0
"""The longest wait before a stream that ended is opened again."""
_LISTS: Final = (
    ("tools", "toolsListChanged"),
    ("prompts", "promptsListChanged"),
    ("resources", "resourcesListChanged"),
)


class Watch:
    """The subscriptions of one session, counted: the first wish for a resource subscribes, the end of the last one unsubscribes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted: dict[str, int] = {}
        self._renewal: asyncio.Task[None] | None = None
        self._stream: Call | None = None
        self._again: asyncio.TimerHandle | None = None
        self._failures = 0

    @property
    def _modern(self) -> bool:
        return self._session.revision >= MODERN

    @property
    def wanted(self) -> bool:
        """Whether anyone wants to hear of a resource."""
        return bool(self._wanted)

    def start(self) -> None:
        """Listen, where the server has to be asked to tell (2026-07-28)."""
        if self._modern:
            self._listen()

    def close(self) -> None:
        """The session has ended."""
        if self._again is not None:
            self._again.cancel()
        if self._renewal is not None:
            self._renewal.cancel()

    async def subscribe(self, uri: str) -> None:
        """Hear of changes of a resource from now on. Raises PluginFailed."""
        self._wanted[uri] = count = self._wanted.get(uri, 0) + 1
        if count > 1:
            return
        if self._modern:
            self._listen()
            return
        try:
            await self._session.request("resources/subscribe", msgspec.json.encode({"uri": uri}))
        except BaseException:  # cancelled or refused: it is not subscribed to
            self._release(uri)
            raise

    async def unsubscribe(self, uri: str) -> None:
        """One wish less for a resource. Raises PluginFailed."""
        if uri not in self._wanted or self._release(uri):
            return
        if self._modern:
            self._listen()
        else:
            await self._session.request("resources/unsubscribe", msgspec.json.encode({"uri": uri}))

    def renew(self) -> None:
        """Subscribe again at a server that forgot."""
        if self._wanted and not self._modern:
            self._renewal = asyncio.ensure_future(self._subscribe_again())

    async def _subscribe_again(self) -> None:
        for uri in list(self._wanted):
            with contextlib.suppress(PluginFailed):  # a resource may be gone as well
                await self._session.request("resources/subscribe", msgspec.json.encode({"uri": uri}))

    def _release(self, uri: str) -> bool:
        """Whether someone else still wants it."""
        left = self._wanted[uri] - 1
        if left:
            self._wanted[uri] = left
        else:
            del self._wanted[uri]
        return bool(left)

    # ------------------------------------------------------------ 2026-07-28

    def _listen(self) -> None:
        """Open a stream for all that is wanted now, and end the one before."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        before, self._stream = self._stream, None
        offers = self._session.server.offers
        wanted: dict[str, object] = {field: True for kind, field in _LISTS if offers(kind, "listChanged")}
        if self._wanted:
            wanted["resourceSubscriptions"] = list(self._wanted)
        if wanted:
            params = msgspec.json.encode({"notifications": wanted})
            try:
                self._stream = stream = self._session.begin("subscriptions/listen", params, FOREVER)
            except ServerGone:
                return
            stream.future.add_done_callback(lambda future: self._ended(stream, future))
        if before is not None:
            self._session.give_up(before, "replaced")
            before.future.cancel()

    def _ended(self, stream: Call, future: asyncio.Future[msgspec.Raw]) -> None:
        """The stream is over: opened again, later each time it fails, unless it was replaced or the server has no such thing."""
        error = None if future.cancelled() else future.exception()
        if stream is not self._stream:
            return
        self._stream = None
        if isinstance(error, ToolServerError) or self._session.gone:
            return
        self._failures = self._failures + 1 if isinstance(error, PluginFailed) else 1
        wait = random.uniform(0.1, min(LISTEN_AGAIN_SECONDS, 2.0**self._failures))
        self._again = asyncio.get_running_loop().call_later(wait, self._listen)
