"""A limiter with a clock that stands still, books that are a dictionary, and ears for what it publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from switchgear.access.keys import Key
from switchgear.access.limit_book import Defined, LimitBook, Stored
from switchgear.access.limits import Limiter
from switchgear.access.reservation import Reservation
from switchgear.config.limits import LimitSettings, TeamSettings, UserSettings
from switchgear.core.errors import StoreUnavailable
from switchgear.events.limits import Of
from switchgear.state.base import State
from switchgear.state.memory import MemoryLocks, MemoryState
from switchgear.store.keys import Key as StoredKey
from switchgear.store.spending import Spent

NOON = 1_795_608_000_000
"""2026-11-25, a Wednesday, at 12:00 UTC."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


class BooksOfTest:
    """What was spent; ``asked`` counts the looks. While ``gate`` is set, a look waits for it."""

    def __init__(self) -> None:
        self.spent: dict[str, dict[str, Spent]] = {}
        self.asked: list[tuple[str, int, int | None]] = []
        self.gate: asyncio.Event | None = None
        self.lost = False

    async def since(self, by: Of, since: int, until: int | None = None) -> Mapping[str, Spent]:
        self.asked.append((by, since, until))
        if self.gate is not None:
            await self.gate.wait()
        if self.lost:
            raise StoreUnavailable("The database is gone.")
        return self.spent.get(by, {})


def key(key_id: str = "key_1", name: str = "ci", **fields: Any) -> Key:
    row = StoredKey(key_id, name, ("*",), ("call",), 0, None, None, "test", ())
    return Key(StoredKey(**{each: getattr(row, each) for each in row.__struct_fields__} | fields))


def limits(**settings: Any) -> LimitSettings:
    return LimitSettings.model_validate(settings)


class Desk:
    """A limiter and all that it needs. ``limits`` are those called default unless a table of them is given."""

    def __init__(self, state: State | None = None, keys: tuple[Key, ...] = ()) -> None:
        self.clock = Clock()
        self.state = state or self._in_process()
        self.books = BooksOfTest()
        self.keys = keys or (key(),)
        self.published: list[Any] = []
        self.limiter = Limiter(self.state, self.books, lambda: self.keys, self.published.append, self.clock)
        self._calls = 0

    def _in_process(self) -> State:
        state = MemoryState(self.clock)
        state.locks = MemoryLocks(lambda: self.clock.now / 1000)
        return state

    def define(
        self,
        limits: dict[str, LimitSettings],
        teams: dict[str, str | None] | None = None,
        users: dict[str, str | None] | None = None,
        models: dict[str, str] | None = None,
    ) -> None:
        teamed = {name: TeamSettings(limits=named) for name, named in (teams or {}).items()}
        used = {name: UserSettings(limits=named) for name, named in (users or {}).items()}
        self.limiter.load(LimitBook(Defined(limits, teamed, used, models or {}), Stored()))

    async def reserve(
        self, of: Key | None = None, model: str = "fast", tokens: int = 0, cost: int | None = 0
    ) -> Reservation:
        self._calls += 1
        found = self.limiter.reserve(of or self.keys[0], model, tokens, cost, f"req_{self._calls}")
        assert found is not None, "nothing is limited"
        return found if isinstance(found, Reservation) else await found

    async def used(self, of: Key | None = None) -> dict[str, int]:
        """How much is used now, by whose limit and what: ``{"key rpm": 3}``."""
        found: dict[str, int] = {}
        for holder in self.limiter.book.holders(of or self.keys[0], "fast"):
            for use in await self.limiter.standing(holder):
                found[f"{holder.of} {use.part.what}"] = use.used
        return found
