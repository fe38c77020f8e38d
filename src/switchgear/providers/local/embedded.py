"""The embedded models as the gateway sees them: start, stop, where they answer and how they are."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from switchgear.core.errors import ExtraMissing, ModelNotFound
from switchgear.providers.local.child import ChildLimits, ChildProcess, ChildStatus, Endpoint
from switchgear.providers.local.models import EMBEDDED, SMOLLM2, EmbeddedModel
from switchgear.providers.local.restarts import RestartPolicy

_DEFAULT_POLICY = RestartPolicy()
MOST_THREADS = 4
"""A model this small gains nothing from more."""


@dataclass(frozen=True)
class EmbeddedSettings:
    """The values of ``[local]``: MiB of memory for each model's process, tokens of context a chat, threads.

    ``threads`` of ``None`` means half the cores this process may use, at least 1 and at most 4: llama.cpp's threads
    spin while they wait for each other. On two cores with one other busy process, two threads took 7.4 s of CPU for
    the 100 tokens that one thread made in 0.8 s, and were a tenth as fast; on an idle machine they won little.
    """

    memory_mb: int = 1024
    context: int = 4096
    threads: int | None = None


class EmbeddedModels:
    """Owns one child process a model.

    The chat model starts with the gateway. The embedding model starts when it is first used, because loaded it takes
    about 230 MB that most gateways never need; the first call waits about a second for it. Both then stay.

    ``on_change(name, status)`` is called on every change of state. ``commands`` replaces the command that starts a
    model's server (tests do). No method raises for what happens to a child: that is told by ``states``, and to a
    caller of ``ready`` as ``ModelUnavailable``.
    """

    def __init__(
        self,
        settings: EmbeddedSettings,
        *,
        on_change: Callable[[str, ChildStatus], None] | None = None,
        policy: RestartPolicy = _DEFAULT_POLICY,
        commands: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        threads = settings.threads or max(1, min(len(os.sched_getaffinity(0)) // 2, MOST_THREADS))
        values = {"context": settings.context, "threads": threads, "memory_mb": settings.memory_mb}
        self._started = False
        self._children = {
            name: ChildProcess(
                name,
                (commands or {}).get(name) or server_command(model),
                values,
                limits=ChildLimits(memory_mb=settings.memory_mb),
                policy=policy,
                on_change=on_change,
            )
            for name, model in EMBEDDED.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names, the chat model first."""
        return tuple(self._children)

    def start(self) -> None:
        """Begin to start the chat model, and start the embedding model when it is used. Returns at once."""
        self._started = True
        self._children[SMOLLM2.name].start()

    async def stop(self) -> None:
        """End every child; returns when they are gone. Calls in flight are cut: drain before."""
        self._started = False
        await asyncio.gather(*(child.stop() for child in self._children.values()))

    async def restart(self, name: str) -> None:
        """Start ``name`` anew, also out of ``failed``. Raises ``ModelNotFound``."""
        await self._child(name).restart()

    def endpoint(self, name: str) -> Endpoint | None:
        """Where ``name`` answers now, ``None`` while it does not. Raises ``ModelNotFound``."""
        return self._child(name).endpoint

    async def ready(self, name: str, timeout: float = 30.0) -> Endpoint:  # noqa: ASYNC109 - a bound on this wait only
        """The endpoint of ``name``, started now if it was not yet; waits at most ``timeout`` seconds for it.

        Raises ``ModelNotFound``, or ``ModelUnavailable`` with the reason.
        """
        child = self._child(name)
        if child.endpoint is not None:
            return child.endpoint
        if self._started and child.status.state == "stopped":
            child.start()
        return await child.wait_ready(timeout)

    async def gone(self, name: str, endpoint: Endpoint, timeout: float) -> bool:  # noqa: ASYNC109 - as above
        """Whether the process at ``endpoint`` has ended; its end is seen at most ``timeout`` seconds from now.

        Raises ``ModelNotFound``.
        """
        return await self._child(name).wait_gone(endpoint, timeout)

    def status(self, name: str) -> ChildStatus:
        """The state of ``name`` with its process id. Raises ``ModelNotFound``."""
        return self._child(name).status

    def states(self) -> dict[str, dict[str, Any]]:
        """For ``/readyz``: by name ``state``, ``reason``, ``since`` (seconds since the epoch) and ``restarts``.

        A model that waits for its first use is ``stopped`` and says so; that is no reason not to be ready.
        """
        return {name: self._state(child.status) for name, child in self._children.items()}

    def _state(self, status: ChildStatus) -> dict[str, Any]:
        waits = self._started and status.state == "stopped"
        return {
            "state": status.state,
            "reason": "starts when it is first used" if waits else status.reason,
            "since": status.since,
            "restarts": status.restarts,
        }

    def _child(self, name: str) -> ChildProcess:
        if name not in self._children:
            raise _unknown(name)
        return self._children[name]


def server_command(model: EmbeddedModel) -> list[str]:
    """The command that starts ``model``'s server; ``-P`` keeps the current folder out of its import path."""
    return [sys.executable, "-P", "-m", model.server]


def available() -> dict[str, str]:
    """By model name: empty when its packages are installed, otherwise the sentence that says how to install them."""
    return {name: model.missing() for name, model in EMBEDDED.items()}


def require(name: str) -> None:
    """Raise ``ModelNotFound`` for an unknown name, ``ExtraMissing`` when a package of the model is not installed."""
    if text := _model(name).missing():
        raise ExtraMissing(text)


def verify(name: str, on_progress: Callable[[int, int], None] | None = None) -> None:
    """Check that the packages of ``name`` are there and that its files are whole (size and SHA-256). Blocks.

    ``on_progress`` gets the bytes checked and the bytes in all. Raises ``ModelNotFound``, ``ExtraMissing`` or
    ``ModelUnavailable``.
    """
    _model(name).verify(on_progress)


async def warm_up(name: str, settings: EmbeddedSettings, timeout: float = 60.0) -> float:  # noqa: ASYNC109 - as ready
    """Start the server of ``name`` once, so that its engine is proven and its files are in the page cache; end it.

    Returns the seconds from start to ready. Raises ``ModelNotFound``, ``ExtraMissing`` or ``ModelUnavailable``.
    """
    require(name)
    models = EmbeddedModels(settings)
    began = time.monotonic()
    try:
        await models.restart(name)
        await models.ready(name, timeout)
        return time.monotonic() - began
    finally:
        await models.stop()


def _model(name: str) -> EmbeddedModel:
    if name not in EMBEDDED:
        raise _unknown(name)
    return EMBEDDED[name]


def _unknown(name: str) -> ModelNotFound:
    return ModelNotFound(f'No embedded model "{name}". There are: {", ".join(EMBEDDED)}.')
