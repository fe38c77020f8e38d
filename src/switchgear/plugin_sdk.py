"""What a plugin's server gets from its host: settings, secrets, a place to keep things, and a log that its people can read.

One file, with nothing but the standard library: ``switchgear plugin new`` puts it beside the server, so that a plugin depends on no
gateway and runs under every other host of MCP servers as well. It changes nothing of the process that imports it.

    @dataclass
    class Weather:
        token: Secret
        units: str = "metric"

    config = settings(Weather)            # SETTING_TOKEN, SETTING_UNITS
    places = Storage("weather")           # /data in Switchgear's sandbox
    log = Log("weather")                  # lines of JSON on standard error
    log.info("started", units=config.units)
"""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import os
import re
import sys
import tempfile
import traceback
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO, TypeVar

__all__ = ["Log", "Secret", "SettingsError", "Storage", "settings"]

PREFIX = "SETTING_"
"""Before a setting's name in capitals: the environment variable that the manifest puts it into."""

_T = TypeVar("_T")
_HIDDEN = "***"
_LONGEST = 500
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_UNFILLED = re.compile(r"\$\{user_config\.[^}]*\}")


# ------------------------------------------------------------ settings


class SettingsError(Exception):
    """A setting is missing or not of its type. The message names all of them, and no value of a secret."""


class Secret:
    """A value that shows itself to nobody who does not ask: not in logs, not in tracebacks, not in ``repr``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN!r})"

    def __str__(self) -> str:
        return _HIDDEN

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> typing.NoReturn:
        raise TypeError("a secret is not written anywhere")


def settings(form: type[_T], environ: Mapping[str, str] | None = None) -> _T:
    """``form``, a dataclass, filled in from the environment: the field ``units`` from ``SETTING_UNITS``.

    Fields are ``str``, ``int``, ``float``, ``bool``, ``Path``, ``Secret``, ``tuple[str, ...]`` (parted by commas), or one of those ``| None``.
    A field without a default has to be filled in. What a host left unfilled (empty, or ``${user_config.units}`` itself) counts as not given.
    Raises SettingsError with every mistake.
    """
    if not dataclasses.is_dataclass(form):
        raise TypeError(f"{form!r} is no dataclass")
    given = os.environ if environ is None else environ
    hints = typing.get_type_hints(form)
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for field in dataclasses.fields(form):
        if not field.init:
            continue
        name = PREFIX + field.name.upper()
        text = given.get(name, "")
        kind, optional = _plain(hints[field.name])
        if not text or _UNFILLED.fullmatch(text):
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                if optional:
                    values[field.name] = None
                else:
                    mistakes.append(f'The setting "{field.name}" is missing (environment variable {name}).')
            continue
        try:
            values[field.name] = _read(kind, text)
        except ValueError as error:
            shown = "" if kind is Secret else f" = {text[:100]!r}"
            mistakes.append(f'The setting "{field.name}"{shown} {error}.')
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return form(**values)


def _plain(hint: Any) -> tuple[Any, bool]:
    """The type without ``None``, and whether that was part of it."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        others = [each for each in typing.get_args(hint) if each is not type(None)]
        if len(others) == 1:
            return others[0], True
    return hint, False


def _read(kind: Any, text: str) -> object:
    if kind is bool:
        return _boolean(text)
    if kind in {int, float}:
        return _number(kind, text)
    if typing.get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind in {str, Path, Secret}:
        return kind(text)
    raise TypeError(f"a setting cannot be of the type {kind!r}")


def _boolean(text: str) -> bool:
    if text.strip().lower() not in _TRUE | _FALSE:
        raise ValueError("has to be true or false")
    return text.strip().lower() in _TRUE


def _number(kind: Any, text: str) -> object:
    try:
        value = kind(text)
    except ValueError:
        raise ValueError("has to be a whole number" if kind is int else "has to be a number") from None
    if not math.isfinite(value):
        raise ValueError("has to be a number")
    return value


# ------------------------------------------------------------ storage


class Storage:
    """Files that outlive the process and the plugin's upgrades, each written whole or not at all, also when the power fails.

    They lie in ``folder``, or where the host says: ``PLUGIN_DATA``, ``/data`` in Switchgear's sandbox, else ``~/.local/share/NAME``.
    Names are letters, digits, ``.``, ``_`` and ``-``. Everything here blocks for as long as the disk takes. Raises ValueError for a name that
    is none, and OSError: on a full disk, or where the plugin's limit of disk is reached.
    """

    def __init__(self, name: str, folder: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder or _data_folder(_named(name), os.environ if environ is None else environ)

    def path(self, name: str) -> Path:
        """Where ``name`` is kept, whether it is there or not."""
        return self.folder / _named(name)

    def read(self, name: str) -> bytes | None:
        """What is kept under ``name``; None where nothing is."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Keep ``content`` in place of what was there."""
        path = self.path(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(prefix=".part-", dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(path)
        except BaseException:  # nothing half written stays
            with suppress(OSError):
                Path(part).unlink()
            raise
        _sync(self.folder)

    def read_json(self, name: str, default: Any = None) -> Any:
        """The value kept under ``name``, or ``default``. Raises ValueError if what is there is not JSON."""
        content = self.read(name)
        return default if content is None else json.loads(content)

    def write_json(self, name: str, value: Any) -> None:
        """Keep a value in place of what was there. Raises TypeError or ValueError for what JSON has no form for."""
        self.write(name, json.dumps(value, ensure_ascii=False, allow_nan=False).encode())

    def delete(self, name: str) -> bool:
        """Forget ``name``; whether there was something."""
        try:
            self.path(name).unlink()
        except FileNotFoundError:
            return False
        _sync(self.folder)
        return True

    def names(self) -> Iterator[str]:
        """What is kept, in the order of the names."""
        if self.folder.is_dir():
            yield from sorted(
                each.name for each in self.folder.iterdir() if each.is_file() and _NAME.fullmatch(each.name)
            )


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is no name of letters, digits, '.', '_' and '-'")
    return name


def _data_folder(name: str, environ: Mapping[str, str]) -> Path:
    if environ.get("PLUGIN_DATA"):
        return Path(environ["PLUGIN_DATA"])
    if environ.get("HOME") == "/data":
        return Path("/data")
    base = environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path("~/.local/share").expanduser()) / name


def _sync(folder: Path) -> None:
    if os.name != "posix":  # elsewhere folders cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------ log


class Log:
    """Lines of JSON on standard error, which hosts keep: ``{"time", "level", "plugin", "event", …}``. Standard output is the protocol's.

    A ``Secret`` is never shown, long values are cut, and one entry is one line, whatever is in it. Writing never raises.
    """

    def __init__(self, plugin: str, stream: TextIO | None = None) -> None:
        self._plugin = plugin
        self._stream = stream

    def debug(self, event: str, **fields: object) -> None:
        """For whoever looks for a fault."""
        self._write("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Something happened."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Something is odd, and was got over."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something failed; inside ``except``, its traceback goes along."""
        if sys.exc_info()[0] is not None:
            fields = {**fields, "traceback": traceback.format_exc()[-4 * _LONGEST :]}
        self._write("error", event, fields, 4 * _LONGEST)

    def handler(self) -> logging.Handler:
        """A handler that sends what libraries log the same way: ``logging.getLogger().addHandler(log.handler())``."""
        return _Handler(self)

    def _write(self, level: str, event: str, fields: Mapping[str, object], longest: int = _LONGEST) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")  # noqa: UP017 - runs with older Pythons
        entry: dict[str, object] = {"time": now, "level": level, "plugin": self._plugin, "event": event[:_LONGEST]}
        entry |= {name: _shown(value, longest) for name, value in fields.items() if name not in entry}
        with suppress(OSError, ValueError):  # nobody listens any more
            stream = self._stream or sys.stderr
            stream.write(json.dumps(entry) + "\n")
            stream.flush()


class _Handler(logging.Handler):
    """Sends records to a log."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = str(record.msg)
        write = {"DEBUG": self._log.debug, "INFO": self._log.info, "WARNING": self._log.warning}.get(record.levelname)
        (write or self._log.error)(said, logger=record.name)


def _shown(value: object, longest: int) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key)[:_LONGEST]: _shown(each, longest) for key, each in list(value.items())[:100]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(each, longest) for each in list(value)[:100]]
    text = str(value)
    return text if len(text) <= longest else text[:longest] + "…"
