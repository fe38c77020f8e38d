"""One command on its way to a server, and the scripts that commands call."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

Argument = str | bytes | int

ANY = -1
"""The slot of a command that any node can answer."""


class Script:
    """A Lua script beside this module, called by its SHA-1 and sent whole to a server that does not know it."""

    __slots__ = ("sha", "text")

    def __init__(self, *names: str) -> None:
        folder = Path(__file__).parent
        self.text = "\n".join((folder / f"{name}.lua").read_text(encoding="utf-8") for name in names)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Scripts(msgspec.Struct, frozen=True):
    """All there are."""

    take: Script
    settle: Script
    renew: Script
    seed: Script
    restore: Script
    hold: Script
    beat: Script
    acquire: Script
    release: Script

    @classmethod
    def read(cls) -> Scripts:
        """From the files beside this module."""
        return cls(*(Script("shared", name) for name in cls.__struct_fields__))


class Command:
    """A command, who waits for its reply, and what to do where nobody does.

    ``future`` gets the reply or the error. Without one, or where it was cancelled, ``late`` is called with the reply and
    ``lost`` when there will be none; neither may raise.
    """

    __slots__ = ("args", "future", "late", "lost", "script", "sent_at", "slot", "tries")

    def __init__(
        self,
        slot: int,
        args: tuple[Argument, ...],
        *,
        script: Script | None = None,
        future: asyncio.Future[Any] | None = None,
        late: Callable[[Any], None] | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self.slot = slot
        self.args = args
        self.script = script
        self.future = future
        self.late = late
        self.lost = lost
        self.sent_at = 0
        self.tries = 0

    def answer(self, reply: Any) -> None:
        """The server's reply."""
        if self.future is not None and not self.future.done():
            self.future.set_result(reply)
        elif self.late is not None:
            self.late(reply)

    def fail(self, error: Exception) -> None:
        """There is none."""
        if self.future is not None and not self.future.done():
            self.future.set_exception(error)
        elif self.lost is not None:
            self.lost()


def encoded(text: str) -> bytes:
    """``text`` in UTF-8; halves of surrogate pairs, which JSON can bring into a name, stay what they are."""
    return text.encode("utf-8", "surrogatepass")


def packed(args: tuple[Argument, ...]) -> bytes:
    """A command as it is sent: an array of bulk strings (RESP 2). A fifth of what the client's own packing costs."""
    parts = [b"*%d\r\n" % len(args)]
    for arg in args:
        text = arg if isinstance(arg, bytes) else encoded(str(arg))
        parts.append(b"$%d\r\n%b\r\n" % (len(text), text))
    return b"".join(parts)


def call(script: Script, slot: int, keys: list[str], args: tuple[Argument, ...], **rest: Any) -> Command:
    """The command that runs ``script``."""
    return Command(slot, ("EVALSHA", script.sha, len(keys), *keys, *args), script=script, **rest)
