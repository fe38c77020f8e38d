"""One version of one plugin as it runs: at most one process or connection, started once for all who wait, watched, stopped.

stopped → starting → running → stopped; after a failure waiting, then starting again, each time later (full jitter), and failed when
it happened too often in a row.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Literal

from switchgear.core.errors import PluginUnauthorized, PluginUnavailable, SwitchgearError
from switchgear.core.structs import Frozen
from switchgear.plugins.mcp.channel import Channel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Session, Terms

RunState = Literal["stopped", "starting", "running", "waiting", "draining", "failed"]


class RuntimeRules(Frozen, frozen=True):
    """When plugins are started and stopped, in seconds.

    ``idle``: without a call before it is stopped. ``start``: until it has introduced itself. ``healthy``: of running after which earlier
    failures are forgotten. ``most_failures``: in a row, before it is not started any more. ``first_wait`` and ``longest_wait``: bounds of
    the wait after a failure, which doubles and of which a random part is waited. ``patience``: of that wait that a call sits out.
    ``grace``: between being told to end and being made to.
    """

    idle: float = 900.0
    start: float = 60.0
    healthy: float = 60.0
    most_failures: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0
    patience: float = 5.0
    grace: float = 2.0


class RunStatus(Frozen, frozen=True):
    """How a plugin's process is: ``reason`` and ``words`` (what it wrote last for people) of its last end; ``failures`` in a row."""

    plugin: str
    version: str
    state: RunState
    reason: str = ""
    words: tuple[str, ...] = ()
    failures: int = 0
    revision: str = ""
    calls: int = 0


class Unit:
    """The running of one version. ``start`` gives a new channel, ``terms`` what the session is opened with; ``told`` hears of changes."""

    def __init__(
        self,
        version: str,
        terms: Terms,
        start: Callable[[], Awaitable[Channel]],
        rules: RuntimeRules,
        told: Callable[[RunStatus], None],
    ) -> None:
        self._version = version
        self._terms = terms
        self._start = start
        self._rules = rules
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._state: RunState = "stopped"
        self._session: Session | None = None
        self._opening: asyncio.Task[Session] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._known = ""
        self._reason = ""
        self._words: tuple[str, ...] = ()
        self._failures = 0
        self._not_before = 0.0
        self._running_since = 0.0

    @property
    def session(self) -> Session | None:
        """The open session, if there is one."""
        return self._session

    @property
    def status(self) -> RunStatus:
        """How it is now."""
        calls = self._session.busy if self._session is not None else 0
        return RunStatus(
            self._terms.plugin,
            self._version,
            self._state,
            self._reason,
            self._words,
            self._failures,
            self._known,
            calls,
        )

    async def acquire(self) -> Session:
        """The session, opened if need be: once for everyone who waits. Raises PluginUnavailable, or why it cannot be opened."""
        session = self._session
        if session is None:
            if self._state == "failed":
                raise self._unavailable(f"failed {self._failures} times in a row and is not started again")
            wait = self._not_before - self._loop.time()
            if wait > self._rules.patience:
                raise self._unavailable("is started again later", retry_after=wait)
            opening = self._open()
            try:
                session = await asyncio.shield(opening)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if not opening.cancelled() or (task is not None and task.cancelling()):
                    raise  # the caller was cancelled, not the start
                raise self._unavailable("did not get to run") from None
        session.last_used = self._loop.time()
        return session

    def _unavailable(self, what: str, retry_after: float | None = None) -> PluginUnavailable:
        name = self._terms.plugin
        return PluginUnavailable(f"Plugin {name} {what}: {self._reason}.", plugin=name, retry_after=retry_after)

    # ------------------------------------------------------------ the start

    def _open(self) -> asyncio.Task[Session]:
        if self._opening is None:
            self._opening = self._loop.create_task(self._run_opening())
            self._opening.add_done_callback(self._opened)
        return self._opening

    async def _run_opening(self) -> Session:
        if self._ending is not None:
            await asyncio.wait([self._ending])  # two of them at once could meet in the same files
        wait = self._not_before - self._loop.time()
        if wait > 0:
            self._change("waiting", self._reason)
            await asyncio.sleep(wait)
        self._change("starting", self._reason)
        channel = await self._start()
        try:
            return await open_session(channel, self._terms, known=self._known, seconds=self._rules.start)
        finally:
            self._words = channel.last_words()

    def _opened(self, opening: asyncio.Task[Session]) -> None:
        self._opening = None
        if opening.cancelled():
            self._change("stopped", "it was stopped")
            return
        error = opening.exception()
        if isinstance(error, PluginUnauthorized):
            self._change(
                "stopped", error.message.rstrip(".")
            )  # a person has to sign in: nothing that goes away by waiting
            return
        if error is not None:
            reason = (
                error.message
                if isinstance(error, SwitchgearError)
                else f"it cannot be started ({type(error).__name__})"
            )
            self._failed(reason.rstrip("."))
            return
        session = opening.result()
        self._running_since = self._loop.time()
        self._known = session.revision
        if session.gone:
            self._failed(session.gone)
            return
        self._session = session
        session.on_closed = self._closed
        self._change("running", "")

    def _failed(self, reason: str) -> None:
        """Count a failure; the next start comes later, or never."""
        self._failures += 1
        if self._failures >= self._rules.most_failures and not self._terms.remote:
            self._change("failed", reason)
            return
        most = min(self._rules.first_wait * 2.0 ** min(self._failures - 1, 30), self._rules.longest_wait)
        self._not_before = self._loop.time() + random.uniform(0, most)
        self._change("stopped", reason)

    # ------------------------------------------------------------ the end

    def _closed(self, session: Session, reason: str) -> None:
        """Called by the session when its connection has ended, without or with our doing."""
        if session is not self._session:
            return
        draining = self._state == "draining"
        self._leave(session)
        self._failed(reason)
        if self._state != "failed" and session.last_used and not draining:  # it was in use: have it warm again
            self._open()

    def _leave(self, session: Session) -> None:
        """The session is over."""
        self._session = None
        self._words = session.last_words()
        if self._loop.time() - self._running_since >= self._rules.healthy:
            self._failures = 0

    def idle(self, now: float) -> bool:
        """Whether it runs, and nothing has needed it for long enough to be stopped."""
        session = self._session
        if session is None or session.busy or session.watch.wanted:
            return False
        return now - max(session.last_used, self._running_since) >= self._rules.idle

    async def stop(self, drain_seconds: float = 0.0) -> None:
        """End it when its calls are done, or after ``drain_seconds``; it may be started again afterwards."""
        opening = self._opening
        if opening is not None:
            opening.cancel()
            await asyncio.wait([opening])
        session = self._session
        if session is not None:
            if drain_seconds:
                self._change("draining", "")
                await session.finish(drain_seconds)
            if session is self._session:
                self._leave(session)
                self._change("stopped", "it was stopped")
                self._ending = self._loop.create_task(session.close(self._rules.grace))
        if self._ending is not None:
            await asyncio.wait([self._ending])

    def forgive(self) -> None:
        """Forget the failures: the next call starts it at once."""
        self._failures = 0
        self._not_before = 0.0
        if self._state == "failed":
            self._change("stopped", "")

    def _change(self, state: RunState, reason: str) -> None:
        self._reason = reason
        if state != self._state:
            self._state = state
            self._told(self.status)
