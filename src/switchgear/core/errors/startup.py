"""A command or the server cannot start: it exits non-zero."""

from __future__ import annotations

from dataclasses import dataclass

from switchgear.core.errors.base import SwitchgearError


class StartupError(SwitchgearError):
    """A command or the server cannot go on. Shown as one sentence; the process exits with ``exit_code``."""

    code = "startup_failed"
    hint = "switchgear doctor finds and explains what is wrong."


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the configuration.

    ``file`` is the path as it was given, ``line`` counts from 1 (``None``: it concerns no line), ``path`` is the place
    as in ``models.fast.deployments[1].provider``. ``message`` and ``suggestion`` are whole sentences without secrets.
    """

    file: str
    line: int | None
    path: str
    message: str
    suggestion: str = ""


class ConfigInvalid(StartupError):
    """The configuration has mistakes; every one of them is listed, and ``problems`` holds them one by one."""

    code = "config_invalid"
    exit_code = 2
    hint = "Correct the file; switchgear check shows the mistakes again."

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class UnresolvedReference(ConfigInvalid):
    """A reference of the configuration names a secret that is not there or cannot be read."""

    code = "unresolved_reference"
    hint = "Set the variable, file or secret that the reference names."


class ThemeInvalid(ConfigInvalid):
    """A theme file has mistakes; every one of them is listed, and ``problems`` holds them one by one."""

    code = "theme_invalid"
    hint = "Correct the file; switchgear theme check shows the mistakes again."

    @classmethod
    def of(cls, problems: tuple[Problem, ...]) -> ThemeInvalid:
        """The error that lists ``problems``, each with its file and line."""
        lines = [
            f"{one.file}{f':{one.line}' if one.line else ''}: {one.message} {one.suggestion}".rstrip()
            for one in problems
        ]
        return cls("\n".join(lines), problems=problems)


class UsageError(StartupError):
    """A command was called in a way it does not understand."""

    code = "usage_error"
    exit_code = 2
    hint = "Add --help to see what the command takes."


class PortTaken(StartupError):
    """Another process listens on the address."""

    code = "port_taken"
    exit_code = 3
    hint = "Choose another port with --port."


class DataFolderUnusable(StartupError):
    """The data folder cannot be created, read or written."""

    code = "data_folder_unusable"
    exit_code = 4
    hint = "Make it writable, or choose another with --data-dir."


class DataFolderInUse(StartupError):
    """A gateway serves this data folder already."""

    code = "data_folder_in_use"
    exit_code = 8
    hint = "Stop that one first, or choose another folder with --data-dir."


class StoreUnusable(StartupError):
    """The database cannot be opened: corrupt, locked, unreachable or from a newer version."""

    code = "store_unusable"
    exit_code = 5
    hint = "switchgear doctor examines it; switchgear db restore brings back a backup."


class StateUnusable(StartupError):
    """The shared state cannot be used: its URL, its password, or the server behind it."""

    code = "state_unusable"
    exit_code = 9
    hint = "Correct [state] in the configuration; switchgear doctor examines it."

    def __init__(self, message: str, *, hint: str | None = None, passing: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.passing = passing
        """Whether it may be there a moment later."""


class GatewayNotRunning(StartupError):
    """The command needs a running gateway and found none."""

    code = "gateway_not_running"
    exit_code = 6
    hint = "Start one with: switchgear serve"


class ExtraMissing(StartupError):
    """A feature needs an optional package that is not installed."""

    code = "extra_missing"
    exit_code = 7
    hint = "Install it with the command in the message."
