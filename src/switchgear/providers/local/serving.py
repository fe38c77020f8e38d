"""The child's side of the supervision: orders in on stdin, one report out on stdout, death with the parent.

The protocol between ``ChildProcess`` and a model server, one JSON object a line:

- stdin, first line: ``{"key": str, "memory_bytes": int, "nice": int, "settings": {…}}``. The pipe then stays open;
  its end means that the gateway stopped or died, and the server exits.
- stdout: ``{"switchgear": "ready", "url": str, "health": path}`` once requests are answered, or
  ``{"switchgear": "failed", "reason": str}`` when trying again cannot help. Anything else there, and all of
  stderr, is log text.

Only the standard library is imported here: the limits must hold before an engine is loaded.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass
from typing import Any, NoReturn

_PR_SET_PDEATHSIG = 1  # prctl(2)

PERMANENT_FAILURE = 78
"""Exit status after a ``failed`` report: EX_CONFIG of sysexits.h."""


@dataclass(frozen=True)
class Orders:
    """What the gateway tells a model server: the bearer ``key`` to require and the engine's ``settings``."""

    key: str
    settings: dict[str, Any]


class Reports:
    """Tells the supervising gateway how the start went, on the real stdout.

    File descriptor 1 is pointed at stderr, so that an engine that prints cannot be mistaken for a report.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def ready(self, url: str, health: str) -> None:
        """Requests are answered at ``url``; a GET of the path ``health`` shows that the server is alive."""
        self._write({"switchgear": "ready", "url": url, "health": health})

    def failed(self, reason: str) -> NoReturn:
        """Trying again cannot help. Does not return: the process exits."""
        self._write({"switchgear": "failed", "reason": reason})
        os._exit(PERMANENT_FAILURE)

    def _write(self, report: dict[str, str]) -> None:
        self._out.write(json.dumps(report) + "\n")
        self._out.flush()


def begin() -> tuple[Orders, Reports]:
    """Read the orders, put the limits in force and tie this process's life to the gateway's.

    The memory ceiling is RLIMIT_DATA (setrlimit(2); since Linux 4.7 it counts every private writable mapping, so heap,
    key-value cache and thread stacks), not RLIMIT_AS: the model file is mapped read-only and its pages can be dropped
    at any time, and address space that is merely reserved costs nothing. Past the ceiling an allocation fails and
    this process ends; no other one is touched.
    """
    reports = Reports()
    _die_with_parent()
    line = sys.stdin.readline()
    if not line:
        os._exit(0)
    orders = json.loads(line)
    ceiling = int(orders["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(int(orders["nice"]))
    threading.Thread(target=_exit_at_end_of_stdin, name="parent-watch", daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Orders(key=orders["key"], settings=orders["settings"]), reports


def _die_with_parent() -> None:
    """Have the kernel send SIGKILL when the gateway dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died before the call; then there was a new parent already, and the end of stdin tells.
    if os.getppid() != parent:
        os._exit(0)


def _exit_at_end_of_stdin() -> None:
    """The pipe ends when the gateway closes it or dies. Nothing is drained: the gateway has done that by then."""
    while os.read(0, 4096):
        pass
    os._exit(0)
