"""Probes: deployments that no calls go to are asked how they are, by one process of all."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from switchgear.config.health import ProbeSettings
from switchgear.core.canonical import Call, Message, Text
from switchgear.core.errors import (
    ProviderAuthenticationFailed,
    ProviderDisconnected,
    ProviderOverloaded,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    RequestError,
    SwitchgearError,
)
from switchgear.core.health import Probed
from switchgear.dialects.registry import BACKS
from switchgear.providers.base import Operation, Outgoing, Provider
from switchgear.providers.errors import error_in_body
from switchgear.routing.directory import Deployment, Directory
from switchgear.routing.health import Clock
from switchgear.state.base import Locks

_log = logging.getLogger(__name__)
_LOCK: Final = "health probes"
_AT_ONCE: Final = 8
_CHATS: Final = frozenset({"", "chat", "completion", "responses"})
_DOWN: Final = (
    ProviderUnreachable,
    ProviderTimeout,
    ProviderDisconnected,
    ProviderOverloaded,
    ProviderAuthenticationFailed,
)
"""What a failed listing says of calls too. Others may have no such list, or not let this account see it."""


class Prober:
    """Asks the deployments that ``settings`` name, while it is started and has settings.

    What it finds goes to their health, and as ``Probed`` to ``publish``; no key's usage knows of it. ``node_id`` is this process's
    name among all that share ``locks``; ``clock`` is the one of the deployments' health.
    """

    def __init__(
        self,
        directory: Callable[[], Directory],
        locks: Locks,
        node_id: str,
        publish: Callable[[Probed], object],
        clock: Clock,
    ) -> None:
        self._directory = directory
        self._locks = locks
        self._node = node_id
        self._publish = publish
        self._clock = clock
        self._settings: ProbeSettings | None = None
        self._task: asyncio.Task[None] | None = None
        self._started = False

    def configure(self, settings: ProbeSettings | None) -> None:
        """Go on with these settings; with None nobody is asked."""
        if settings == self._settings:
            return
        self._settings = settings
        self._stop()
        if self._started:
            self._begin()

    def start(self) -> None:
        """Begin; the first round comes after a part of the interval."""
        self._started = True
        self._begin()

    async def close(self) -> None:
        """End."""
        self._started = False
        task = self._stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
            self._locks.release(_LOCK, self._node)

    def _begin(self) -> None:
        if self._settings is not None and self._task is None:
            self._task = asyncio.create_task(self._run(self._settings), name="health probes")

    def _stop(self) -> asyncio.Task[None] | None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _run(self, settings: ProbeSettings) -> None:
        await asyncio.sleep(settings.interval * random.random())
        while True:
            found = self._locks.try_acquire(_LOCK, self._node, 2 * settings.interval + settings.timeout)
            if await found if inspect.isawaitable(found) else found:
                try:
                    await self.round(settings)
                except Exception:  # noqa: BLE001 - a prober that ended would never ask again
                    _log.exception("A round of probes failed")
            await asyncio.sleep(settings.interval)

    async def round(self, settings: ProbeSettings) -> None:
        """Ask every deployment once that had no call within the interval."""
        now = self._clock()
        idle = [one for one in self._wanted(settings) if now - one.health.ended >= settings.interval]
        if settings.ask == "chat":
            work = [self._chat(one, settings.timeout) for one in idle]
        else:
            of_provider: dict[str, list[Deployment]] = {}
            for one in idle:
                of_provider.setdefault(one.provider.name, []).append(one)
            work = [self._list(deployments, settings.timeout) for deployments in of_provider.values()]
        turns = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(_in_turn(turns, each))

    def _wanted(self, settings: ProbeSettings) -> Iterable[Deployment]:
        """The deployments of aliases that are to be asked, and those that are named without an alias; each once."""
        directory = self._directory()
        found = {one.id: one for model in directory.aliases.values() for one in model.deployments}
        for name in settings.only:
            model = directory.find(name) if name not in found and "/" in name else None
            found |= {one.id: one for one in model.deployments} if model is not None else {}
        only = frozenset(settings.only)
        return [
            one
            for one in found.values()
            if not one.provider.embedded and (not only or one.id in only or one.provider.name in only)
        ]

    async def _list(self, deployments: list[Deployment], within: float) -> None:
        """Ask for their provider's models. That it answers lets the next call try a deployment whose breaker is open."""
        provider = deployments[0].provider
        began = self._clock()
        error: SwitchgearError | None = None
        try:
            async with asyncio.timeout(within):
                await provider.list_models()
        except TimeoutError:
            error = _too_slow(provider, within)
        except SwitchgearError as met:
            error = met
        now = self._clock()
        for one in deployments:
            if error is None:
                one.health.breaker.may_be_tried(now)
            elif isinstance(error, _DOWN):
                one.health.breaker.failed(now, f"{error.code} to a probe")
            self._tell(one, now - began, error)

    async def _chat(self, deployment: Deployment, within: float) -> None:
        """Ask for one token, in place of the call that would try it next."""
        health = deployment.health
        outgoing = _shortest(deployment)
        began = self._clock()
        if outgoing is None or not health.admits(began):
            return
        ticket = health.started(began)
        try:
            error = await _answer(deployment.provider, outgoing, within)
        except BaseException:  # cancelled, or a defect: the probe's place is free again
            health.abandoned(self._clock(), ticket)
            raise
        now = self._clock()
        if error is None:
            health.first_token(now - began, ticket)
            health.succeeded(now, now - began, 0, ticket)
        else:
            health.failed(now, error, ticket)
        self._tell(deployment, now - began, error)

    def _tell(self, deployment: Deployment, seconds: float, error: SwitchgearError | None) -> None:
        code = "" if error is None else error.code
        probed = Probed(round(time.time() * 1000), deployment.id, seconds * 1000, code)
        deployment.health.probed = probed
        self._publish(probed)


async def _in_turn(turns: asyncio.Semaphore, work: Coroutine[Any, Any, None]) -> None:
    async with turns:
        await work


def _shortest(deployment: Deployment) -> Outgoing | None:
    """A request for one token; None where the deployment is not one for chats."""
    provider, card = deployment.provider, deployment.card
    if not provider.dialects or (card is not None and card.mode not in _CHATS):
        return None
    back = BACKS[provider.dialects[0]]
    asked = Call(deployment.model, [Message("user", [Text("Hi")])], max_tokens=1)
    try:
        body = back.write_call(asked, deployment.target).body
    except RequestError:
        return None
    return Outgoing(Operation.CHAT, back.name, deployment.model, body)


async def _answer(provider: Provider, outgoing: Outgoing, within: float) -> SwitchgearError | None:
    """Take a whole answer; what went wrong, which may be told with a status of 200 too."""
    try:
        async with asyncio.timeout(within):
            with await provider.send(outgoing) as answer:
                return error_in_body(provider.name, await answer.body(), provider.redact)
    except TimeoutError:
        return _too_slow(provider, within)
    except ProviderRefused:
        return None  # it read the request, knew the key and the model, and did not like so short an answer
    except SwitchgearError as error:
        return error


def _too_slow(provider: Provider, seconds: float) -> ProviderTimeout:
    return ProviderTimeout(f"Provider {provider.name} did not answer a probe in {seconds:g} s.", provider=provider.name)
