"""What a registry's entry wants to be told at a start: arguments and variables, as settings of a manifest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import field

from switchgear.core.structs import Frozen
from switchgear.plugins.sources.making import Wishes

_TYPES: Final = {"string": "string", "number": "number", "boolean": "boolean", "filepath": "directory"}
"""A ``filepath`` may be a folder just as well, and is granted alike."""
_BRACED: Final = re.compile(r"\{([^{}]+)\}")
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST: Final = 1000


class Variable(Frozen, frozen=True, rename="camel"):
    """A value that is fixed, or asked for (``Input`` in the schema)."""

    description: str = ""
    is_required: bool = False
    is_secret: bool = False
    format: str = "string"
    value: str = ""
    default: str = ""
    placeholder: str = ""
    choices: tuple[str, ...] = ()


class KeyValue(Frozen, frozen=True, rename="camel"):
    """A variable of the environment, or an HTTP field (``KeyValueInput``)."""

    name: str
    description: str = ""
    is_required: bool = False
    is_secret: bool = False
    format: str = "string"
    value: str = ""
    default: str = ""
    placeholder: str = ""
    choices: tuple[str, ...] = ()
    variables: dict[str, Variable] = field(default_factory=dict)


class Argument(Frozen, frozen=True, rename="camel"):
    """An argument, positional or named (``Argument``)."""

    type: str
    name: str = ""
    value_hint: str = ""
    is_repeated: bool = False
    description: str = ""
    is_required: bool = False
    is_secret: bool = False
    format: str = "string"
    value: str = ""
    default: str = ""
    placeholder: str = ""
    choices: tuple[str, ...] = ()
    variables: dict[str, Variable] = field(default_factory=dict)


def wishes_of(arguments: Iterable[Argument], environment: Iterable[KeyValue]) -> Wishes:
    """What to put into a manifest for them: a flag is ``--name=value``, and left out where its setting has none."""
    settings: dict[str, Mapping[str, Any]] = {}
    told = [_argument(argument, settings) for argument in arguments]
    env = {}
    for each in environment:
        if _VARIABLE.fullmatch(each.name):
            env[each.name] = _value(each, each.name, each.name, settings)
    return Wishes(tuple(told), env, settings)


def _argument(argument: Argument, settings: dict[str, Mapping[str, Any]]) -> str:
    label = argument.value_hint or argument.name.lstrip("-") or "argument"
    if argument.type != "named":
        return _value(argument, label, label, settings, multiple=argument.is_repeated)
    flag = argument.name
    if not argument.value and argument.format == "boolean" and not argument.value_hint:
        return (
            flag
            if argument.is_required or argument.default == "true"
            else f"{flag}={_asked(argument, label, settings)}"
        )
    if not argument.value and not argument.value_hint and not argument.default and not argument.description:
        return flag
    return f"{flag}={_value(argument, label, argument.name, settings)}"


def _value(
    asked: KeyValue | Argument,
    label: str,
    title: str,
    settings: dict[str, Mapping[str, Any]],
    *,
    multiple: bool = False,
) -> str:
    """A fixed value with what stands in braces as settings, or one setting."""
    if not asked.value:
        return _asked(asked, label, settings, title=title, multiple=multiple)

    def variable(found: re.Match[str]) -> str:
        named = asked.variables.get(found[1])
        if named is None:
            return found[0]
        return named.value or _asked(named, found[1], settings)

    return _BRACED.sub(variable, asked.value)


def _asked(
    asked: Variable | KeyValue | Argument,
    label: str,
    settings: dict[str, Mapping[str, Any]],
    *,
    title: str = "",
    multiple: bool = False,
) -> str:
    """A setting for it, and the variable that stands for that."""
    name = _NOT_PLAIN.sub("_", label)[:60].strip("_") or "value"
    while name in settings:
        name += "_"
    kind = _TYPES.get(asked.format, "string")
    described = [asked.description, f"One of: {', '.join(asked.choices)}." if asked.choices else ""]
    described.append(f"For example {asked.placeholder}." if asked.placeholder else "")
    made: dict[str, Any] = {
        "type": kind,
        "title": title or label,
        "description": " ".join(each for each in described if each)[:_LONGEST] or title or label,
        "required": asked.is_required,
        "sensitive": asked.is_secret,
        "multiple": multiple,
    }
    default = _default(kind, asked.default)
    if default is not None and not asked.is_secret:
        made["default"] = default
    settings[name] = made
    return f"${{user_config.{name}}}"


def _default(kind: str, text: str) -> str | float | bool | None:
    if not text or kind == "directory":
        return None
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    return text
