"""What is said to an installation or a change of a plugin, as options: grants, acceptances, settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Group, Parameter

from switchgear.core.errors import UsageError
from switchgear.plugins.permissions import Permissions, faults, words

_OPTIONS: Final = {"environment": "env"}
_GRANTS: Final = Group("Grants besides what it asks for")
_SAID: Final = Group("Consent")
_FILLED: Final = Group("Settings")


@Parameter(name="*", group=_GRANTS)
@dataclass(frozen=True)
class Grants:
    """What is granted besides what is asked."""

    network: Annotated[
        list[str] | None, Parameter(negative="", metavar="HOST:PORT", help="Let it connect there; may be repeated.")
    ] = None
    read: Annotated[list[str] | None, Parameter(negative="", metavar="PATH", help="Let it read there.")] = None
    write: Annotated[list[str] | None, Parameter(negative="", metavar="PATH", help="Let it change files there.")] = None
    env: Annotated[list[str] | None, Parameter(negative="", metavar="NAME", help="Let it see a variable.")] = None
    allow_secret: Annotated[
        list[str] | None, Parameter(negative="", metavar="NAME", help="Let it use a sensitive setting.")
    ] = None
    ask_models: Annotated[
        list[str] | None, Parameter(negative="", metavar="PATTERN", help="Let it ask models of these names.")
    ] = None
    ask_usd: Annotated[float, Parameter(metavar="USD", help="What asking models may cost in a month.")] = 1.0
    subprocesses: Annotated[bool, Parameter(negative="", help="Let it start other programs in its sandbox.")] = False

    def body(self) -> dict[str, Any]:
        """As the admin API takes it."""
        return {
            "network": self.network or [],
            "read": [_absolute(each) for each in self.read or []],
            "write": [_absolute(each) for each in self.write or []],
            "environment": self.env or [],
            "secrets": self.allow_secret or [],
            "sampling": {"models": self.ask_models, "usd": self.ask_usd} if self.ask_models else None,
            "subprocesses": self.subprocesses,
        }

    def told(self) -> list[str]:
        """In words. Raises UsageError for what is no permission."""
        permissions = msgspec.convert(self.body(), Permissions)
        for field, text, why in faults(permissions):
            raise UsageError(f'--{_OPTIONS.get(field, field)} "{text}" {why}.')
        return words(permissions)

    def beside(self, asked: dict[str, Any]) -> dict[str, Any]:
        """With what was ``asked``, or granted before."""
        both = {name: value for name, value in asked.items() if name != "words"}
        for name, value in self.body().items():
            if isinstance(value, list):
                both[name] = list(dict.fromkeys([*both[name], *value]))
            else:
                both[name] = value or both[name]
        return both


@Parameter(name="*", group=_SAID)
@dataclass(frozen=True)
class Said:
    """What is accepted, this once."""

    yes: Annotated[bool, Parameter(name=("--yes", "-y"), negative="", help="Grant what it asks for.")] = False
    unsigned: Annotated[bool, Parameter(negative="", help="Accept that nobody you trust signed it.")] = False
    downgrade: Annotated[bool, Parameter(negative="", help="Accept an older version.")] = False
    new_publisher: Annotated[bool, Parameter(negative="", help="Accept that it changed hands.")] = False
    disabled: Annotated[bool, Parameter(negative="", help="Do not let it be called yet.")] = False

    def flags(self) -> dict[str, bool]:
        """What is accepted, by name."""
        return {"unsigned": self.unsigned, "downgrade": self.downgrade, "new_publisher": self.new_publisher}


@Parameter(name="*", group=_FILLED)
@dataclass(frozen=True)
class Filled:
    """Settings and secrets."""

    settings: Annotated[
        list[str] | None, Parameter(name="--set", negative="", metavar="NAME=VALUE", help="A setting; may be repeated.")
    ] = None
    secrets: Annotated[
        list[str] | None,
        Parameter(
            name="--secret",
            negative="",
            metavar="NAME[=PLACE]",
            help="A secret: env:NAME or file:PATH say where it is, else it is asked for.",
        ),
    ] = None


def _absolute(path: str) -> str:
    return os.path.realpath(Path(path).expanduser())


NO_GRANTS: Final = Grants()
NOTHING_SAID: Final = Said()
NOTHING_FILLED: Final = Filled()
