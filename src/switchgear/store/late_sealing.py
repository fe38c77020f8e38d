"""Encryption at rest for those who mostly do not need it: its library is loaded when something is first sealed or opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchgear.store.sealing import Sealer


class LateSealer:
    """As ``sealing.Sealer``, under the installation's ``secret``."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._made: Sealer | None = None

    def seal(self, name: str, value: str) -> bytes:
        """``value`` encrypted so that it opens under ``name`` only."""
        return self._sealer().seal(name, value)

    def open(self, name: str, sealed: bytes) -> str | None:
        """The value that was sealed under ``name``; None when the secret or name is another, or bytes changed."""
        return self._sealer().open(name, sealed)

    def _sealer(self) -> Sealer:
        if self._made is None:
            from switchgear.store.sealing import Sealer  # noqa: PLC0415 - cryptography is slow to import

            self._made = Sealer(self._secret)
        return self._made
