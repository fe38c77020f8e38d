"""What the scripts here share: checks are functions, each is run with each model, each result is a line of JSON.

A script is run as ``script.py ROOT KEY MODEL…``, where ROOT is the gateway without ``/v1``. Which checks there are is read from
its source (``@check`` and its arguments) by the tests, which do not import it: they run in another environment. A model is
named ``gpt-5-behind-KIND``; ``not_behind`` are the kinds whose API has no words for what is checked, ``fronts`` the dialects
in front that one check is made with, one after the other.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from struct import pack
from typing import Any

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "celsius": {"type": "integer"}},
    "required": ["city", "celsius"],
    "additionalProperties": False,
}
THOUGHT = "Six sevens are forty-two."

Check = Callable[..., Any]
_checks: list[tuple[str, Check, tuple[str, ...]]] = []


def check(function: Check | None = None, *, not_behind: Sequence[str] = (), fronts: Sequence[str] = ()) -> Any:
    """Make a function a check. It is given the model's name, and the front's where it has some, and fails by raising."""

    def add(one: Check) -> Check:
        ways = {f"_by_{front}": partial(one, front=front) for front in fronts} or {"": one}
        _checks.extend((one.__name__ + ending, way, tuple(not_behind)) for ending, way in ways.items())
        return one

    return add if function is None else add(function)


def run() -> None:
    """Run every check with every model of the command line, in one event loop: the clients keep connections in it."""
    with asyncio.Runner() as loop:
        for model in sys.argv[3:]:
            for name, function, not_behind in _checks:
                if model.rpartition("-")[2] in not_behind:
                    continue
                began = time.monotonic()
                problem = ""
                try:
                    result = function(model)
                    if inspect.iscoroutine(result):
                        loop.run(result)
                except Exception:  # noqa: BLE001 - whatever a check raises is its result
                    problem = traceback.format_exc(limit=-6)
                line = {
                    "model": model,
                    "check": name,
                    "problem": problem,
                    "seconds": round(time.monotonic() - began, 3),
                }
                print(json.dumps(line), flush=True)


def root() -> str:
    """The gateway's address, without ``/v1``."""
    return sys.argv[1]


def key() -> str:
    """The key to call it with."""
    return sys.argv[2]


def equal(got: Any, expected: Any) -> None:
    """Fail when they differ, and show both."""
    if got != expected:
        raise AssertionError(f"got {got!r}, expected {expected!r}")


def png(width: int = 4, height: int = 4) -> bytes:
    """A red picture."""

    def part(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    pixels = zlib.compress((b"\0" + b"\xff\0\0" * width) * height)
    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", pixels) + part(b"IEND", b"")


def png_base64() -> str:
    """The same in base64."""
    return base64.b64encode(png()).decode()


def png_url() -> str:
    """The same as a data: URL."""
    return f"data:image/png;base64,{png_base64()}"
