"""Who serves beside this process: nobody, or the other workers of its host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from switchgear.app.line import Line, LineFailed
from switchgear.app.orders import Told, unpack_told
from switchgear.config.schema import LocalSettings
from switchgear.core.errors import WorkersFailed
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.hosting import ModelHost, ModelsElsewhere

_RELOAD_SECONDS = 90.0


class Crew(Protocol):
    """The workers of a host, seen from one of them. ``number`` is its own, 0 where there are no others."""

    number: int

    async def others(self, kind: str, body: bytes = b"") -> Sequence[Told]:
        """What the others answer to a question, and how every worker is, this one too; nothing where there are none."""
        ...

    async def reload(self) -> bytes:
        """Have all workers read the configuration again; what came of it, as the supervisor tells. Raises WorkersFailed."""
        ...

    def models(self, settings: LocalSettings) -> ModelHost:
        """The embedded models."""
        ...


class Alone:
    """One process that does everything itself."""

    number = 0

    async def others(self, kind: str, body: bytes = b"") -> Sequence[Told]:  # noqa: ARG002 - the protocol's
        """Nobody."""
        return ()

    async def reload(self) -> bytes:
        """Nobody else has to."""
        return b""

    def models(self, settings: LocalSettings) -> ModelHost:
        """Its own."""
        return EmbeddedModels(EmbeddedSettings(settings.memory_mb, settings.context, settings.threads))


class Member:
    """One worker of several, with its ``line`` to their supervisor. ``models`` is what that told of the embedded models."""

    def __init__(self, number: int, line: Line, models: str) -> None:
        self.number = number
        self.shared_models = ModelsElsewhere(models.encode(), self._need) if models else None
        self._line = line

    async def others(self, kind: str, body: bytes = b"") -> Sequence[Told]:
        """What the others answer; none where the supervisor does not."""
        try:
            return unpack_told(await self._line.ask(f"others:{kind}", body, seconds=5.0))
        except LineFailed:
            return ()

    async def reload(self) -> bytes:
        """Through the supervisor."""
        try:
            return await self._line.ask("reload", seconds=_RELOAD_SECONDS)
        except LineFailed as error:
            raise WorkersFailed(f"The supervisor of the workers did not reload: {error}.") from error

    def models(self, settings: LocalSettings) -> ModelHost:  # noqa: ARG002 - the supervisor has its own
        """The supervisor's."""
        return self.shared_models or ModelsElsewhere(json.dumps({}).encode(), self._need)

    def _need(self, name: str) -> None:
        self._line.tell(f"need:{name}")
