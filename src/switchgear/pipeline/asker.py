"""Whoever a call of a plugin is made for, as far as its server may ask something of them meanwhile."""

from __future__ import annotations

from abc import ABC, abstractmethod

from msgspec import Raw


class Asker(ABC):
    """The ``context`` of a ``Caller`` who can be asked. What servers ask of others is declined."""

    __slots__ = ()

    @abstractmethod
    async def ask(self, method: str, params: Raw) -> bytes:
        """The JSON object of the result of a server's request. Raises Declined."""

    @abstractmethod
    def tell(self, method: str, params: Raw) -> None:
        """Hear a notification that belongs to the call. Does not raise."""
