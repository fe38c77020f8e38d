"""Limits as they run: what the file and the store define, brought together and measured by the books."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from pydantic import ValidationError

from switchgear.access.keys import Keyring
from switchgear.access.limit_book import Defined, LimitBook, PluginNames, Stored
from switchgear.access.limits import Limiter
from switchgear.config.models import AliasSettings
from switchgear.config.schema import Settings
from switchgear.core.errors import StoreUnavailable
from switchgear.events.bus import EventBus
from switchgear.events.limits import Of
from switchgear.pipeline.limited import Limited
from switchgear.state.base import State
from switchgear.store.documents import Documents
from switchgear.store.spending import Spent
from switchgear.store.store import Store

_log = logging.getLogger(__name__)


class CommittedBooks:
    """The records of calls, those too that were on their way to the store when the question came.

    ``limited`` gives, by each name that clients call, the models whose limits hold for it.
    """

    def __init__(self, store: Store, limited: Callable[[], Mapping[str, tuple[str, ...]]]) -> None:
        self._store = store
        self._limited = limited

    async def since(self, by: Of, since: int, until: int | None = None) -> Mapping[str, Spent]:
        """What each of a kind spent in calls that began in that time (ms since 1970). Raises StoreUnavailable."""
        if by == "plugin" or by == "key+plugin":  # noqa: PLR1714 - narrows the type; their calls are free
            return {}
        with suppress(StoreUnavailable):  # what cannot be written now is not what the question fails at
            await self._store.writer.committed()
        spent = await self._store.spending.since(by, since, until)
        return _by_holder(spent, self._limited()) if by == "model" else spent


class Limiting:
    """The limiter, kept up with the configuration and the store, and the stage of calls that asks it."""

    def __init__(self, state: State, store: Store, keyring: Keyring, bus: EventBus, settings: Settings) -> None:
        self._store = store
        self._keyring = keyring
        self.limiter = Limiter(
            state, CommittedBooks(store, lambda: self.limiter.book.limited), lambda: keyring.keys, bus.publish
        )
        self.stage = Limited(self.limiter)
        self.notes: tuple[str, ...] = ()
        self._settings = settings
        self._refreshing = asyncio.Lock()  # what was read first must not be loaded last

    async def refresh(self, settings: Settings | None = None) -> None:
        """Take over what the store defines now, and ``settings`` where they changed. Raises StoreUnavailable."""
        async with self._refreshing:
            self._settings = settings or self._settings
            self._load(await self._read(self._settings))

    async def refresh_with_keys(self) -> None:
        """The same, and the keys with it: none may be known before its limits are. Raises StoreUnavailable."""
        async with self._refreshing:
            rows = await self._store.keys.all(consoles=True)
            sessions = await self._store.sessions.all()
            book = await self._read(self._settings)
            self._keyring.load(rows, sessions, book.users)
            self._load(book)

    async def _read(self, settings: Settings) -> LimitBook:
        stored = Stored(
            await _documents(self._store.limits),
            await _documents(self._store.teams),
            await _documents(self._store.users),
        )
        models = dict(settings.models)
        for name, document in (await _documents(self._store.models)).items():
            with suppress(ValidationError):  # passed over, and told by who compiles the models
                models.setdefault(name, AliasSettings.model_validate(document))
        limited = {name: model.limits for name, model in models.items() if model.limits is not None}
        plugins = {name: PluginNames(one.limits, one.key_limits) for name, one in settings.plugins.of.items()}
        defined = Defined(settings.limits, settings.teams, settings.users, limited, _direct(models), plugins)
        return LimitBook(defined, stored)

    def _load(self, book: LimitBook) -> None:
        self.limiter.load(book)
        notes = (*book.notes, *book.undefined(self._keyring.keys))
        if notes != self.notes:
            self.notes = notes
            for note in notes:
                _log.warning(note)


def _direct(models: Mapping[str, AliasSettings]) -> dict[str, tuple[str, ...]]:
    """By the ``provider/model`` of a deployment, the models with limits that have it; a model of that name hides it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, model in models.items():
        for one in model.deployments if model.limits is not None else ():
            direct = f"{one.provider}/{one.model}"
            if direct not in models and name not in found.get(direct, ()):
                found[direct] = (*found.get(direct, ()), name)
    return found


def _by_holder(spent: Mapping[str, Spent], limited: Mapping[str, tuple[str, ...]]) -> dict[str, Spent]:
    """What was spent by the names that clients called, as what the models spent whose limits hold for them."""
    found: dict[str, Spent] = {}
    for name, one in spent.items():
        for holder in limited.get(name, (name,)):
            so_far = found.get(holder, Spent())
            found[holder] = Spent(so_far.tokens + one.tokens, so_far.cost + one.cost)
    return found


async def _documents(documents: Documents) -> dict[str, dict[str, object]]:
    return {row.name: row.content for row in await documents.all()}
