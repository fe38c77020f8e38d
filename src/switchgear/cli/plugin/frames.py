"""Frames as a person sees them: one a line, and those that are wanted."""

from __future__ import annotations

import fnmatch
import json
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
from cyclopts import Parameter

from switchgear.cli import screen, tables
from switchgear.plugins.traffic import Seen

Way = Literal["in", "out"]
_WAYS: Final = {"in": "received", "out": "sent"}
_NAMED: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_LONGEST: Final = 100


@Parameter(name="*")
@dataclass(frozen=True)
class Wanted:
    """Which frames are shown, and whether with what is in them."""

    method: Annotated[str | None, Parameter(metavar="PATTERN", help="Of these methods alone: tools/*.")] = None
    direction: Annotated[Way | None, Parameter(help="Alone what goes out to the plugin, or comes in.")] = None
    id: Annotated[str | None, Parameter(metavar="ID", help="Of one request alone.")] = None
    frames: Annotated[bool, Parameter(negative="", help="Show what is in them.")] = False

    def holds(self, seen: Seen) -> bool:
        """Whether it is one of them."""
        return (
            (self.method is None or fnmatch.fnmatchcase(seen.method, self.method))
            and (self.direction is None or seen.direction == _WAYS[self.direction])
            and (self.id is None or seen.id.strip('"') == self.id)
        )


def read_seen(document: Any) -> Seen:
    """A frame as the admin API or a recording has it. Raises msgspec.ValidationError."""
    frame = document.get("frame")
    text = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
    return msgspec.convert({**document, "frame": text}, Seen)


EVERY: Final = Wanted()


def show(seen: Seen, wanted: Wanted) -> None:
    """A frame on standard output, if it is wanted."""
    if wanted.holds(seen):
        say_now(line(seen, wanted))


def say_now(text: str) -> None:
    """A line on standard output that whoever reads it, a pipe too, has at once."""
    screen.say(text)
    sys.stdout.flush()


def line(seen: Seen, wanted: Wanted) -> str:
    """A frame in one line, `` → tools/call forecast {"city":"Oslo"}  #3  54 B``, and what is in it if that is wanted."""
    arrow = screen.style("→", "cyan") if seen.direction == "sent" else screen.style("←", "green")
    what = {"answer": "ok", "error": "error", "noise": "no frame"}.get(seen.kind, "")
    said = screen.printable(" ".join(filter(None, (seen.method, what, _about(seen)))))
    if seen.kind in {"error", "noise"}:
        said = screen.style(said, "red")
    took = f"{seen.ms:,.1f} ms" if seen.ms is not None else ""
    facts = "  ".join(filter(None, (f"#{seen.id}" if seen.id else "", took, tables.size(seen.bytes))))
    told = f" {arrow} {said}  {screen.style(screen.printable(facts), 'dim')}"
    return f"{told}\n{screen.printable(_body(seen.frame))}" if wanted.frames else told


def _about(seen: Seen) -> str:
    """What a request is about, or what an error or noise says."""
    if seen.kind == "noise":
        return seen.frame[:_LONGEST]
    try:
        frame = json.loads(seen.frame)
    except ValueError:
        return ""
    if seen.kind == "error":
        error = frame.get("error") or {}
        return f"{error.get('code')} {str(error.get('message', ''))[:_LONGEST]}"
    params = frame.get("params")
    if seen.kind != "request" or not isinstance(params, dict):
        return ""
    name = str(params.get(_NAMED.get(seen.method, ""), ""))
    arguments = params.get("arguments")
    return " ".join(filter(None, (name, _short(arguments) if arguments else "")))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _body(frame: str) -> str:
    try:
        text = json.dumps(json.loads(frame), indent=2, ensure_ascii=False)
    except ValueError:
        text = frame
    return "\n".join(f"     {line}" for line in text.splitlines())
