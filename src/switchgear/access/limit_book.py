"""The limits there are, and who has them: what the file and the store define, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from switchgear.access.keys import Key
from switchgear.config.limits import ANY, DEFAULT_LIMITS, LimitSettings, TeamSettings, UserSettings
from switchgear.core.errors import LimitsUndefined
from switchgear.core.money import nano_dollars
from switchgear.core.periods import Per
from switchgear.core.structs import Frozen
from switchgear.events.limits import Of

Documents = Mapping[str, Mapping[str, object]]

S = TypeVar("S", bound=BaseModel)


class Limits(Frozen, frozen=True):
    """Limits as they are counted: ``usd`` in nano-dollars, None where there is none."""

    name: str
    rpm: int | None
    tpm: int | None
    concurrency: int | None
    usd: int | None
    tokens: int | None
    per: Per
    soft: float
    output_tokens: int
    refuse_unpriced: bool

    @classmethod
    def of(cls, name: str, settings: LimitSettings) -> Limits:
        """The limits called ``name``."""
        budget = settings.budget
        usd = budget.usd if budget is not None else None
        return cls(
            name=name,
            rpm=settings.rpm,
            tpm=settings.tpm,
            concurrency=settings.concurrency,
            usd=None if usd is None else nano_dollars(usd),
            tokens=budget.tokens if budget is not None else None,
            per=budget.per if budget is not None else "month",
            soft=settings.soft,
            output_tokens=settings.output_tokens,
            refuse_unpriced=settings.unpriced == "refuse",
        )


class Holder(Frozen, frozen=True):
    """Somebody who has limits for themselves: a key, user, team or model. ``id`` is a key's id, else the name."""

    of: Of
    id: str
    name: str
    limits: Limits

    @property
    def scope(self) -> str:
        """What its counters are kept under."""
        return f"{self.of}:{self.id}"


class Defined(Frozen, frozen=True):
    """What somebody defined: ``limits`` by name, and which of them teams, users and models have (None: none)."""

    limits: Mapping[str, LimitSettings]
    teams: Mapping[str, TeamSettings]
    users: Mapping[str, UserSettings]
    models: Mapping[str, str]


NOTHING_DEFINED = Defined({}, {}, {}, {})


class Stored(Frozen, frozen=True):
    """Documents of the store, by name."""

    limits: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time
    teams: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time
    users: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time


class LimitBook:
    """Who has which limits. Never changed; a reload makes another.

    ``sources`` tells where each ``limits.NAME``, ``teams.NAME`` and ``users.NAME`` is defined, ``file`` or ``store``; ``notes`` are
    sentences about what was passed over.
    """

    def __init__(self, file: Defined, stored: Stored) -> None:
        self.sources: dict[str, str] = {}
        self.notes: list[str] = []
        self.settings = self._both("limits", file.limits, stored.limits, LimitSettings)
        self.teams = self._both("teams", file.teams, stored.teams, TeamSettings)
        self.users = self._both("users", file.users, stored.users, UserSettings)
        self._limits = {name: Limits.of(name, settings) for name, settings in self.settings.items()}
        self.models = dict(file.models)
        for section, entries in (("teams", self.teams), ("users", self.users)):
            self._look(section, ((name, entry.limits) for name, entry in entries.items()))
        self._look("models", self.models.items())

    def _both(self, section: str, file: Mapping[str, S], documents: Documents, form: type[S]) -> dict[str, S]:
        """What both define: the file wins a clash of names, and what cannot be read is left out."""
        found = dict(file)
        self.sources.update({f"{section}.{name}": "file" for name in file})
        noun = section.removesuffix("s").capitalize() if section != "limits" else section.capitalize()
        for name, document in documents.items():
            if name in file:
                self.notes.append(f'{noun} "{name}" of the store: hidden by the one of that name in the file.')
                continue
            try:
                found[name] = form.model_validate(document)
            except ValidationError as error:
                self.notes.append(f'{noun} "{name}" of the store: left out, {error.error_count()} fields are wrong.')
                continue
            self.sources[f"{section}.{name}"] = "store"
        return found

    def _look(self, section: str, named: Iterable[tuple[str, str | None]]) -> None:
        for name, limits in named:
            if limits is not None and limits not in self._limits:
                self.notes.append(
                    f'{section}.{name} names the limits "{limits}", which nobody defines: calls it holds for are refused.'
                )

    def undefined(self, keys: Iterable[Key]) -> list[str]:
        """Sentences about keys that name limits nobody defines."""
        return [
            f'The key "{key.name}" names the limits "{key.limits}", which nobody defines: its calls are refused.'
            for key in keys
            if key.limits and key.limits not in self._limits and not key.revoked
        ]

    def holders(self, key: Key, model: str) -> list[Holder]:
        """Everybody whose limits hold for a call of ``model`` (by the name that the client uses) with ``key``.

        Raises LimitsUndefined.
        """
        return [
            holder
            for holder in (
                self.of_key(key),
                self.of_owner("user", key.user),
                self.of_owner("team", key.team),
                self.of_model(model),
            )
            if holder is not None
        ]

    def of_key(self, key: Key) -> Holder | None:
        """The key's own limits, else those called default. Raises LimitsUndefined."""
        name = key.limits or (DEFAULT_LIMITS if DEFAULT_LIMITS in self._limits else None)
        return self._holder("key", key.id, key.name, name)

    def of_owner(self, of: Literal["team", "user"], name: str) -> Holder | None:
        """The limits of a team or user; those of ``*`` where it has no entry of its own. Raises LimitsUndefined."""
        if not name:
            return None
        entries: Mapping[str, TeamSettings | UserSettings] = self.teams if of == "team" else self.users
        entry = entries.get(name) or entries.get(ANY)
        return None if entry is None else self._holder(of, name, name, entry.limits)

    def of_model(self, name: str) -> Holder | None:
        """The limits of a model. Raises LimitsUndefined."""
        return self._holder("model", name, name, self.models.get(name))

    def _holder(self, of: Of, identity: str, name: str, limits: str | None) -> Holder | None:
        if limits is None:
            return None
        found = self._limits.get(limits)
        if found is None:
            raise LimitsUndefined(f'The {of} "{name}" has the limits "{limits}", which are not defined.')
        return Holder(of, identity, name, found)
