"""What a plugin asks for, shown to a person who is to grant it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from switchgear.cli import screen
from switchgear.core.errors import UsageError


def show_proposal(proposal: dict[str, Any], besides: Sequence[str] = ()) -> None:
    """Print what a plugin is, who signed it, what it asks for, and in words what is granted ``besides``."""
    title = screen.printable(proposal["title"] or proposal["name"])
    current = f" (installed is {proposal['current']})" if proposal["current"] else ""
    screen.say(f"{screen.style(title, 'bold')} {screen.printable(proposal['version'])}{current}")
    if proposal["description"]:
        screen.say(f"  {screen.printable(proposal['description'])}")
    screen.say(f"  From {screen.printable(proposal['source'])}. {screen.printable(proposal['trust'])}")
    sentences("It asks to", proposal["asked"]["words"], "It asks for nothing but to compute.")
    sentences("You let it besides", list(besides))
    sentences("Not granted before", proposal["more"] if proposal["current"] else [])
    sentences("Not permitted here", proposal["withheld"])
    sentences("It needs the plugins", [f"{name} {wanted}" for name, wanted in proposal["needs"].items()])


def sentences(title: str, told: list[str], nothing: str = "") -> None:
    """Print sentences under a title; ``nothing`` where there are none."""
    if not told:
        if nothing:
            screen.say(f"  {nothing}")
        return
    screen.say(f"  {title}:")
    for each in told:
        screen.say(f"    - {screen.printable(each)}")


def consented(proposal: dict[str, Any]) -> bool:
    """Whether a person says yes. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError(
            f"{proposal['name']} was not installed: nobody is here to grant what it asks for.",
            hint="Say --yes to grant all of it.",
        )
    screen.say()
    try:
        answer = input("Grant that and install it? [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in {"y", "yes"}
