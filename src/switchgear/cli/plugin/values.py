"""Settings and secrets of plugins, as they are given to commands: secrets are never arguments."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from switchgear.core.errors import UsageError

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def given_settings(given: Sequence[str], settings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """``NAME=VALUE``, each in the type that its setting has; a name that stands twice has several values. Raises UsageError."""
    types = {each["name"]: each for each in settings}
    found: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals:
            raise UsageError(f'"{each}" is no setting.', hint="Write NAME=VALUE.")
        setting = types.get(name, {"type": "string", "multiple": False, "sensitive": False})
        if setting["sensitive"]:
            raise UsageError(f"{name} is a secret.", hint=f"Say --secret {name}, and it is asked for.")
        value = _typed(name, text, setting["type"])
        if setting["multiple"]:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def given_secrets(given: Sequence[str], proposal: dict[str, Any], *, ask: bool) -> dict[str, str]:
    """The values of secrets: of those that are named, and where a person can be asked, of those that are required.

    Raises UsageError.
    """
    found = {}
    for each in given:
        name, equals, place = each.partition("=")
        found[name] = _from(name, place) if equals else _typed_unseen(name)
    if ask and sys.stdin.isatty():
        for setting in proposal["settings"]:
            name = setting["name"]
            if setting["sensitive"] and setting["required"] and not setting["set"] and name not in found:
                found[name] = _typed_unseen(f"{name} ({setting['title']})")
        for name in proposal["headers"]:
            if name.lower() not in {each.lower() for each in found}:
                found[name] = _typed_unseen(name)
    return found


def variables_of(source: str, settings: Sequence[str], secrets: Sequence[str]) -> dict[str, bool]:
    """Settings and secrets by name, for a package, which has none of its own: they are variables of its environment."""
    if not source.startswith(("pypi:", "npm:", "registry:")):
        return {}
    named = {each.partition("=")[0]: False for each in settings} | {each.partition("=")[0]: True for each in secrets}
    return {name: secret for name, secret in named.items() if _VARIABLE.fullmatch(name)}


def _typed(name: str, text: str, kind: str) -> Any:
    if kind == "boolean":
        if text.lower() not in {"true", "false", "yes", "no"}:
            raise UsageError(f"{name} has to be true or false.")
        return text.lower() in {"true", "yes"}
    if kind == "number":
        try:
            return float(text)
        except ValueError as error:
            raise UsageError(f"{name} has to be a number.") from error
    if kind in {"directory", "file"}:
        return os.path.realpath(Path(text).expanduser())
    return text


def _from(name: str, place: str) -> str:
    kind, colon, where = place.partition(":")
    if kind == "env" and colon:
        value = os.environ.get(where)
        if not value:
            raise UsageError(f"The variable {where} is not set, which has the secret {name}.")
        return value
    if kind == "file" and colon:
        try:
            return Path(where).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{where} cannot be read, which has the secret {name}.") from error
    raise UsageError(
        f"The secret {name} cannot stand among the arguments, where others see it.",
        hint=f"Say --secret {name}=env:VARIABLE, --secret {name}=file:PATH, or --secret {name} to be asked.",
    )


def _typed_unseen(name: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"Nobody is here to type {name}.", hint=f"Say --secret {name}=env:VARIABLE or file:PATH.")
    return getpass.getpass(f"{name} (not shown): ")
