"""The limits there are, and who has them: what the file and the store define, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from msgspec.structs import replace
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


class PluginNames(Frozen, frozen=True):
    """Limits that the configuration names for a plugin: for all its calls together, and for those of each key."""

    limits: str | None = None
    key_limits: str | None = None


class Defined(Frozen, frozen=True):
    """What somebody defined: ``limits`` by name, and which of them teams, users, models and plugins have (None: none).

    ``direct`` has, by the ``provider/model`` that clients can call past them, the models with limits that have this deployment.
    """

    limits: Mapping[str, LimitSettings]
    teams: Mapping[str, TeamSettings]
    users: Mapping[str, UserSettings]
    models: Mapping[str, str]
    direct: Mapping[str, tuple[str, ...]] = {}
    plugins: Mapping[str, PluginNames] = {}


NOTHING_DEFINED = Defined({}, {}, {}, {})


class Stored(Frozen, frozen=True):
    """Documents of the store, by name."""

    limits: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time
    teams: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time
    users: Documents = {}  # noqa: RUF012 - msgspec makes a new one each time


class LimitBook:
    """Who has which limits. Never changed; a reload makes another.

    ``sources`` tells where each ``limits.NAME``, ``teams.NAME`` and ``users.NAME`` is defined, ``file`` or ``store``; ``notes`` are
    sentences about what was passed over. ``limited`` has, by each name that clients call, the models whose limits hold for it.
    """

    def __init__(self, file: Defined, stored: Stored) -> None:
        self.sources: dict[str, str] = {}
        self.notes: list[str] = []
        self.settings = self._both("limits", file.limits, stored.limits, LimitSettings)
        self.teams = self._both("teams", file.teams, stored.teams, TeamSettings)
        self.users = self._both("users", file.users, stored.users, UserSettings)
        self._limits = {name: Limits.of(name, settings) for name, settings in self.settings.items()}
        self.models = dict(file.models)
        self.plugins = dict(file.plugins)
        self.limited: dict[str, tuple[str, ...]] = {**file.direct, **{name: (name,) for name in file.models}}
        for section, entries in (("teams", self.teams), ("users", self.users)):
            self._look(section, ((name, entry.limits) for name, entry in entries.items()))
        self._look("models", self.models.items())
        for name, plugin in self.plugins.items():
            self._look("plugins", ((name, plugin.limits), (name, plugin.key_limits)))

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
                *(self.of_model(name) for name in self.limited.get(model, ())),
            )
            if holder is not None
        ]

    def holders_of_plugin(self, key: Key, plugin: str, calls_per_minute: int | None) -> list[Holder]:
        """Everybody whose limits hold for a call of ``plugin`` with ``key``; the plugin's own are those it was installed with.

        Raises LimitsUndefined.
        """
        names = self.plugins.get(plugin, _UNNAMED)
        own = _calls(plugin, calls_per_minute)
        return [
            holder
            for holder in (
                self.of_key(key),
                self.of_owner("user", key.user),
                self.of_owner("team", key.team),
                None if own is None else Holder("plugin", plugin, plugin, own),
                self._counted("plugin", f"{plugin}:named", plugin, names.limits),
                self._counted("key+plugin", f"{key.id}:{plugin}", f"{key.name} and {plugin}", names.key_limits),
            )
            if holder is not None
        ]

    def of_key(self, key: Key) -> Holder | None:
        """The key's own limits, else those called default. Raises LimitsUndefined."""
        name = key.limits or (DEFAULT_LIMITS if DEFAULT_LIMITS in self._limits else None)
        return self._holder("key", key.id, key.name, name)

    def of_owner(self, of: Literal["team", "user"], name: str) -> Holder | None:
        """The limits of a team or user; those of ``*`` where it has no entry of its own. Raises LimitsUndefined."""
        return self._holder(of, name, name, self.limits_of(of, name)) if name else None

    def limits_of(self, of: Literal["team", "user"], name: str) -> str | None:
        """What these limits are called; None where there are none.

        Nobody chose them for a user whom signing in made: those of ``*`` hold then too.
        """
        entries: Mapping[str, TeamSettings | UserSettings] = self.teams if of == "team" else self.users
        entry, others = entries.get(name), entries.get(ANY)
        made = isinstance(entry, UserSettings) and entry.subject is not None and entry.limits is None
        held = others if entry is None or made else entry
        return held.limits if held is not None else None

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

    def _counted(self, of: Of, identity: str, name: str, limits: str | None) -> Holder | None:
        """The part of limits that counts calls: those of plugins have neither tokens nor a price."""
        found = self._holder(of, identity, name, limits)
        if found is None:
            return None
        of_calls = replace(found.limits, tpm=None, usd=None, tokens=None)
        return Holder(of, identity, name, of_calls)


_UNNAMED = PluginNames()


def _calls(plugin: str, a_minute: int | None) -> Limits | None:
    if a_minute is None:
        return None
    return Limits.of(plugin, LimitSettings(rpm=a_minute))
