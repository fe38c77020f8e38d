"""What a person fills in for a plugin: checked against its manifest, and put into its command and its permissions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import InvalidSettings
from switchgear.plugins.manifest import Manifest, McpConfig, Setting
from switchgear.plugins.permissions import Permissions, path_fault, setting_of

Value = str | float | bool | tuple[str, ...]
"""A value of a setting: of one that takes several, a tuple."""
_VARIABLE: Final = re.compile(r"\$\{(?P<name>[^{}$]{1,100})\}")
_OTHERWISE: Final = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "directory": "a path",
    "file": "a path",
}
_PATHS: Final = frozenset({"directory", "file"})
_LONGEST: Final = 65_536


def check_settings(manifest: Manifest, given: Mapping[str, object]) -> dict[str, Value]:
    """The values of the settings of a manifest. As ``check_values``."""
    return check_values(manifest.user_config, given)


def check_values(
    known: Mapping[str, Setting], given: Mapping[str, object], *, partly: bool = False
) -> dict[str, Value]:
    """The values of all settings that have one, with the defaults of those that are not ``given``.

    With ``partly`` those that are required may lack. Paths have no defaults: what a plugin may read is chosen by a person and never by its manifest.

    Raises InvalidSettings, which names every mistake; no value of a sensitive setting is repeated.
    """
    mistakes = [f"{quoted(name)} is no setting. {nearest(name, known)}" for name in given if name not in known]
    values: dict[str, Value] = {}
    for name, setting in known.items():
        value = given.get(name)
        if value is None and setting.type not in _PATHS:
            value = setting.default
        if value is None or value == "" or value in ([], ()):
            if setting.required and not partly:
                mistakes.append(f'"{name}" ({setting.title}) is required.')
            continue
        value = tuple(value) if isinstance(value, list | tuple) else value
        fault = _fault(setting, value)
        if fault:
            shown = "" if setting.sensitive else f" = {quoted(_text(value))}"
            mistakes.append(f'"{name}"{shown} {fault}.')
        elif isinstance(value, str | float | int | tuple):
            values[name] = value
    if mistakes:
        raise InvalidSettings(
            "\n".join("".join(sign if sign.isprintable() else " " for sign in each) for each in mistakes)
        )
    return values


def fill_command(config: McpConfig, values: Mapping[str, Value], places: Mapping[str, str]) -> McpConfig:
    """``config`` with its variables put in: ``${user_config.NAME}`` of ``values``, others of ``places`` (``__dirname``, ``HOME``, …).

    An argument that is nothing but a setting with several values becomes several. What is put in is not looked through again. A
    variable that has no value stands for nothing where it is a setting, as MCPB's own hosts leave such arguments out, and stays otherwise.
    """
    known: dict[str, Value] = {**places, **{f"user_config.{name}": value for name, value in values.items()}}
    return McpConfig(
        _put(config.command, known),
        tuple(part for argument in config.args for part in _argument(argument, known)),
        {name: _put(text, known) for name, text in config.env.items()},
    )


def fill_permissions(permissions: Permissions, values: Mapping[str, Value]) -> Permissions:
    """``permissions`` with the paths that were chosen; what waits for a setting that nobody filled in is gone.

    Raises InvalidSettings for a choice that is no path.
    """
    return replace(
        permissions,
        read=tuple(path for each in permissions.read for path in _chosen(each, values)),
        write=tuple(path for each in permissions.write for path in _chosen(each, values)),
    )


def _chosen(path: str, values: Mapping[str, Value]) -> Iterator[str]:
    waits = setting_of(path)
    if waits is None:
        yield path
        return
    name, rest = waits
    value = values.get(name, ())
    for each in value if isinstance(value, tuple) else (str(value),):
        if fault := _path_fault(each):
            raise InvalidSettings(f'"{name}" = {quoted(each)} {fault}.')
        yield each.rstrip("/") + rest or "/"


def _argument(text: str, known: Mapping[str, Value]) -> Iterator[str]:
    whole = _VARIABLE.fullmatch(text)
    if whole is None or not whole["name"].startswith("user_config."):
        yield _put(text, known)
        return
    value = known.get(whole["name"], ())
    yield from value if isinstance(value, tuple) else (_text(value),)


def _put(text: str, known: Mapping[str, Value]) -> str:
    def value_of(found: re.Match[str]) -> str:
        value = known.get(found["name"])
        if value is None:
            return "" if found["name"].startswith("user_config.") else found[0]
        return _text(value)

    return _VARIABLE.sub(value_of, text)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _fault(setting: Setting, value: object) -> str:
    if isinstance(value, tuple):
        if not setting.multiple:
            return "are several values, and it takes one"
        return next((found for each in value if (found := _one_fault(setting, each))), "")
    return _one_fault(setting, value)


def _one_fault(setting: Setting, value: object) -> str:
    kind = setting.type
    if kind == "boolean":
        right = isinstance(value, bool)
    elif kind == "number":
        right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    else:
        right = isinstance(value, str)
    if not right:
        return f"has to be {_OTHERWISE[kind]}"
    if isinstance(value, str):
        return _text_fault(kind, value)
    if setting.min is not None and isinstance(value, int | float) and value < setting.min:
        return f"has to be at least {setting.min:g}"
    if setting.max is not None and isinstance(value, int | float) and value > setting.max:
        return f"has to be at most {setting.max:g}"
    return ""


def _text_fault(kind: str, value: str) -> str:
    if len(value) > _LONGEST or "\0" in value:
        return "is too long, or has a null character"
    return _path_fault(value) if kind in _PATHS else ""


def _path_fault(path: str) -> str:
    if setting_of(path) is not None:
        return "is no path of its own"
    return path_fault(path if len(path) < 2 else path.rstrip("/"))
