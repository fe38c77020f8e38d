"""Reads the configuration file and checks everything in it, so that every mistake is told at once."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from switchgear.config.cache_checks import cache_findings
from switchgear.config.checks import Finding, findings
from switchgear.config.contradictions import contradictions
from switchgear.config.discover import Found, discover
from switchgear.config.health_checks import health_findings
from switchgear.config.limit_checks import limit_findings
from switchgear.config.mcp_checks import mcp_findings
from switchgear.config.problems import Error, Place, Worder, path_text, report, untagged
from switchgear.config.references import Resolver
from switchgear.config.route_checks import route_findings
from switchgear.config.schema import EMBEDDED_MODEL, LOCAL_PROVIDER, Settings
from switchgear.config.sign_in_checks import sign_in_findings
from switchgear.config.worker_checks import worker_findings
from switchgear.core.errors import ConfigInvalid, Problem
from switchgear.core.secrets import Secret

MAX_FILE_BYTES: Final = 1024 * 1024
_AT: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_MARKS: Final = {b"\xef\xbb\xbf": "starts with a byte order mark", b"\xff\xfe": "is UTF-16", b"\xfe\xff": "is UTF-16"}


class StoredNames(NamedTuple):
    """Names of what the store holds and the file may refer to."""

    providers: Collection[str] = ()
    limits: Collection[str] = ()
    models: Collection[str] = ()


NOTHING: Final = StoredNames()


@dataclass(frozen=True, slots=True)
class Loaded:
    """Checked settings, with the providers ``found`` in the environment among them.

    ``notes`` are sentences worth a line at start-up: where the file wins a clash of names. ``path`` and ``text`` are the
    file's (``None`` and nothing without one), ``overrides`` the dotted names that the command line gave.
    """

    settings: Settings
    found: tuple[Found, ...]
    notes: tuple[str, ...]
    path: Path | None = None
    text: str = ""
    overrides: frozenset[str] = frozenset()


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of the file at ``path`` (``None``: the defaults) and the providers found in ``environ``.

    Raises ConfigInvalid, which lists every mistake.
    """
    return read(path, environ).settings


def read(
    path: Path | None,
    environ: Mapping[str, str],
    *,
    secrets: Callable[[str], Secret | None] | None = None,
    stored: StoredNames | None = NOTHING,
    overrides: Mapping[str, object] | None = None,
    text: str | None = None,
) -> Loaded:
    """Like ``load``, and tells what was found.

    ``secrets`` answers ``secret:`` references; without it they are not looked up. ``stored`` are the names of what the
    store holds, which the file may name too (``None``: not known yet, so that names of nothing pass). ``overrides`` are settings of the command line by their dotted names (``{"server.port": 4101}``): they win
    over the file and are checked like it. ``text`` is the file's, where it was read already.
    Raises ConfigInvalid, which lists every mistake.
    """
    if path is None:
        text = ""
    elif text is None:
        text = read_text(path)
    file = _File(str(path) if path else "defaults", text, overrides or {})
    data = file.tables()
    worder = Worder(data)
    context = {"folder": path.parent if path else None}
    settings, errors = _validate(data, context)
    wrong = [worder.words(error) for error in _telling(errors)]
    problems = [file.problem(*words) for words in wrong]

    names = _named(data, "providers")
    found, unusable = discover(environ, names)
    problems.extend(unusable)
    settings = settings.model_copy(
        update={"providers": {**settings.providers, **{each.name: each.provider for each in found}}}
    )
    resolver = Resolver(environ, secrets or _no_secret, context["folder"])
    in_store = stored or NOTHING
    names |= {*(each.name for each in found), *in_store.providers}
    places = [place for place, _, _ in wrong]
    file.elsewhere = frozenset(("providers", each.name) for each in found)
    problems.extend(
        file.problem(finding.path, finding.message, finding.suggestion)
        for finding in (
            *findings(settings, data, names, resolver, store=secrets is not None),
            *limit_findings(settings, in_store.limits),
            *health_findings(settings, names),
            *route_findings(settings, names, {*in_store.models, *_named(data, "models")}),
            *worker_findings(settings, resolver),
            *mcp_findings(settings),
            *sign_in_findings(settings),
            *cache_findings(settings),
            *contradictions(settings),
        )
        if not _doubtful(finding, places) and not (finding.dangling and stored is None)
    )
    if problems:
        raise report(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
    return Loaded(settings, found, tuple(_notes(settings)), path, text, frozenset(overrides or ()))


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises ConfigInvalid with one sentence when there is none to be had."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _unreadable(
                path, "is a folder" if stat.S_ISDIR(mode) else "is not a regular file", "Name a TOML file."
            )
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(path, "does not exist", "Create it with: switchgear init") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _unreadable(path, f"cannot be read: {reason.lower()}", "Correct the path or its permissions.") from None
    if len(raw) > MAX_FILE_BYTES:
        raise _unreadable(path, "is larger than 1 MiB", "This is hardly a configuration file.")
    for mark, what in _MARKS.items():
        if raw.startswith(mark):
            raise _unreadable(path, what, "Save it as UTF-8 without a byte order mark.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, f"is not UTF-8: line {line} has an invalid byte", "Save it as UTF-8.", line) from None


def _unreadable(path: Path, what: str, suggestion: str, line: int | None = None) -> ConfigInvalid:
    message = f"{path} {what}."
    return ConfigInvalid(message, problems=(Problem(str(path), line, "", message, suggestion),), hint=suggestion)


class _File:
    """One text with its overrides: its tables, and problems at their lines."""

    def __init__(self, name: str, text: str, overrides: Mapping[str, object]) -> None:
        self._name = name
        self._text = text
        self._overrides = {tuple(dotted.split(".")): value for dotted, value in overrides.items()}
        self._line: Callable[[Place], int | None] | None = None
        self.elsewhere: frozenset[Place] = frozenset()

    def tables(self) -> dict[str, Any]:
        """The tables of the text under the overrides. Raises ConfigInvalid with the line when it is not TOML."""
        data = self._parsed()
        for place, value in self._overrides.items():
            table = data
            for key in place[:-1]:
                inner = table.setdefault(key, {})
                if not isinstance(inner, dict):
                    break
                table = inner
            else:
                table[place[-1]] = value
        return data

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except RecursionError:
            raise report([Problem(self._name, None, "", "The file is nested too deep.")]) from None
        except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
            if not isinstance(error, tomllib.TOMLDecodeError):
                raise report([Problem(self._name, None, "", "The file holds a number that is too long.")]) from None
            at = _AT.search(str(error))
            last = self._text.rstrip().count("\n") + 1
            line = int(at.group(1)) if at and at.group(1) else last
            what = _AT.sub("", str(error))
            raise report([Problem(self._name, line, "", f"This is not TOML: {what[:1].lower()}{what[1:]}.")]) from None

    def problem(self, place: Place, message: str, suggestion: str) -> Problem:
        """The problem at ``place``, with its line in the file or without one where it stands elsewhere."""
        if place in self._overrides:
            return Problem("command line", None, path_text(place), message, suggestion)
        if place[:2] in self.elsewhere:
            return Problem("environment", None, path_text(place), message, suggestion)
        return Problem(self._name, self._located()(place), path_text(place), message, suggestion)

    def _located(self) -> Callable[[Place], int | None]:
        if self._line is None:
            from switchgear.config.lines import LineIndex  # noqa: PLC0415 - a parser that only a mistake needs

            self._line = LineIndex(self._text).line
        return self._line


def _validate(data: dict[str, Any], context: dict[str, Any]) -> tuple[Settings, list[Error]]:
    """The settings of all that is right in ``data``, and what is wrong with the rest."""
    try:
        return Settings.model_validate(data, context=context), []
    except ValidationError as error:
        errors = _errors(error)
    rest, wrong = data, errors
    while wrong:
        for each in wrong:
            rest = _without(rest, each)
        try:
            return Settings.model_validate(rest, context=context), errors
        except ValidationError as error:
            wrong = _errors(error)
    return Settings(), errors


def _errors(error: ValidationError) -> list[Error]:
    return [untagged(each) for each in error.errors(include_url=False, include_input=False)]


def _without(data: dict[str, Any], error: Error) -> dict[str, Any]:
    """``data`` without the smallest entry whose absence undoes ``error``; lists go as a whole."""
    place = list(error["loc"])
    if error["type"] == "missing" or place[-1] == "[key]":
        place.pop()
    names = list(takewhile(lambda part: isinstance(part, str), place))
    copy = table = dict(data)
    for name in names[:-1]:
        inner = table.get(str(name))
        if not isinstance(inner, dict):
            table.pop(str(name), None)  # the mistake is in what it is, whatever the place says below it
            return copy
        table[str(name)] = table = dict(inner)
    table.pop(str(names[-1]), None)
    return copy


def _telling(errors: list[Error]) -> list[Error]:
    """``errors`` without those that only follow from another: a kind of provider nobody knows, a list's own entries."""
    places = [error["loc"] for error in errors]
    strange = {place[:2] for place in places if place[0] == "providers" and place[2:] == ("kind",)}

    def follows(error: Error) -> bool:
        place = error["loc"]
        if error["type"] == "too_short":
            return any(len(each) > len(place) and each[: len(place)] == place for each in places)
        return place[:2] in strange and place[2:] != ("kind",)

    return [error for error in errors if not follows(error)]


def _named(data: Mapping[str, object], table: str) -> set[str]:
    """The names of what a table defines, wrong or right."""
    defined = data.get(table)
    return set(defined) if isinstance(defined, dict) else set()


def _doubtful(finding: Finding, wrong: list[Place]) -> bool:
    """Whether something the finding rests on is itself already reported as wrong."""
    return any(
        place == each or place == each[: len(place)] for each in (finding.path, *finding.involved) for place in wrong
    )


def _notes(settings: Settings) -> list[str]:
    notes = []
    if settings.local.enabled and EMBEDDED_MODEL in settings.models:
        notes.append(
            f"models.{EMBEDDED_MODEL} of the file replaces the embedded model of that name, "
            f"which stays callable as {LOCAL_PROVIDER}/{EMBEDDED_MODEL}."
        )
    return notes


def _no_secret(_name: str) -> Secret | None:
    return None
