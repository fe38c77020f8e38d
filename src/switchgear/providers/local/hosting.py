"""Embedded models whose processes another process of this machine owns.

Several workers share one set of models: their supervisor owns it, tells them of every change, and starts a model that one
of them needs. They reach the models on their loopback ports, with the key they were told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Protocol

from switchgear.core.errors import ModelNotFound, ModelUnavailable
from switchgear.core.secrets import Secret
from switchgear.providers.local.child import ChildStatus, Endpoint
from switchgear.providers.local.embedded import EmbeddedModels


class ModelHost(Protocol):
    """Embedded models, whoever owns their processes: ``EmbeddedModels`` has the promises."""

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names, the chat model first."""
        ...

    def start(self) -> None:
        """Begin to start what starts with the gateway."""
        ...

    async def stop(self) -> None:
        """End every model."""
        ...

    def endpoint(self, name: str) -> Endpoint | None:
        """Where ``name`` answers now. Raises ModelNotFound."""
        ...

    async def ready(self, name: str, timeout: float = 30.0) -> Endpoint:  # noqa: ASYNC109 - a bound on this wait only
        """The endpoint of ``name``, as soon as there is one. Raises ModelNotFound, ModelUnavailable."""
        ...

    async def gone(self, name: str, endpoint: Endpoint, timeout: float) -> bool:  # noqa: ASYNC109 - as above
        """Whether the process at ``endpoint`` has ended within ``timeout`` seconds. Raises ModelNotFound."""
        ...

    def status(self, name: str) -> ChildStatus:
        """The state of ``name``. Raises ModelNotFound."""
        ...

    def states(self) -> dict[str, dict[str, Any]]:
        """For ``/readyz``: by name ``state``, ``reason``, ``since`` and ``restarts``."""
        ...


def told(models: EmbeddedModels) -> bytes:
    """What the owner tells of its models. It holds their keys."""
    document = {}
    for name, state in models.states().items():
        endpoint = models.endpoint(name)
        where = None if endpoint is None else [endpoint.base_url, endpoint.key.reveal()]
        document[name] = {**state, "pid": models.status(name).pid, "where": where}
    return json.dumps(document).encode()


class ModelsElsewhere:
    """The models as their owner told of them last. ``need`` asks the owner to start one."""

    def __init__(self, document: bytes, need: Callable[[str], None]) -> None:
        self._need = need
        self._states: dict[str, dict[str, Any]] = {}
        self._endpoints: dict[str, Endpoint | None] = {}
        self._changed = asyncio.Event()
        self.take(document)

    def take(self, document: bytes) -> None:
        """Take over what the owner tells."""
        self._states = json.loads(document)
        for name, state in self._states.items():
            where = state.pop("where")
            self._endpoints[name] = None if where is None else Endpoint(where[0], Secret(where[1]))
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names, the chat model first."""
        return tuple(self._states)

    def start(self) -> None:
        """The owner starts them."""

    async def stop(self) -> None:
        """The owner ends them."""

    def endpoint(self, name: str) -> Endpoint | None:
        """Where ``name`` answers now, ``None`` while it does not. Raises ``ModelNotFound``."""
        self._state(name)
        return self._endpoints[name]

    async def ready(self, name: str, timeout: float = 30.0) -> Endpoint:  # noqa: ASYNC109 - a bound on this wait only
        """The endpoint of ``name``, started now if it was not yet; waits at most ``timeout`` seconds for it.

        Raises ``ModelNotFound``, or ``ModelUnavailable`` with the reason.
        """
        if self._state(name)["state"] == "stopped":
            self._need(name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._endpoints[name] is None and self._state(name)["state"] != "failed":
                    await self._changed.wait()
        endpoint = self._endpoints[name]
        if endpoint is None:
            state = self._state(name)
            why = f": {state['reason']}" if state["reason"] else ""
            wait = 1.0 if state["state"] in ("starting", "restarting") else None
            raise ModelUnavailable(f"The embedded model {name} is {state['state']}{why}", retry_after=wait)
        return endpoint

    async def gone(self, name: str, endpoint: Endpoint, timeout: float) -> bool:  # noqa: ASYNC109 - as above
        """Whether the process at ``endpoint`` has ended; its end is seen at most ``timeout`` seconds from now.

        Raises ``ModelNotFound``.
        """
        self._state(name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._endpoints[name] == endpoint:
                    await self._changed.wait()
        return self._endpoints[name] != endpoint

    def status(self, name: str) -> ChildStatus:
        """The state of ``name`` with its process id. Raises ``ModelNotFound``."""
        return ChildStatus(**self._state(name))

    def states(self) -> dict[str, dict[str, Any]]:
        """For ``/readyz``: by name ``state``, ``reason``, ``since`` and ``restarts``."""
        return {name: {key: state[key] for key in state if key != "pid"} for name, state in self._states.items()}

    def _state(self, name: str) -> dict[str, Any]:
        if name not in self._states:
            raise ModelNotFound(f'No embedded model "{name}". There are: {", ".join(self._states)}.')
        return self._states[name]
