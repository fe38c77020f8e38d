"""What ``switchgear serve`` prints when it is ready."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from switchgear.cli import screen

if TYPE_CHECKING:
    from switchgear.app.serving import Started

_EXAMPLES: Final = {
    "anthropic": "claude-haiku-4-5",
    "deepseek": "deepseek-chat",
    "gemini": "gemini-2.5-flash",
    "groq": "openai/gpt-oss-20b",
    "mistral": "mistral-small-latest",
    "openai": "gpt-5-mini",
    "xai": "grok-4.5",
}
"""A model of each provider that is often found, to show how one is called."""


@dataclass(frozen=True)
class BannerFacts:
    """What a person is told at the start.

    ``link`` opens the console, once; ``key`` is given on the first start alone. ``models`` are (name, state, seconds it took to be ready or ``None``),
    ``found`` are (environment variable, provider, a model of it or nothing).
    """

    version: str
    url: str
    link: str | None
    key: str | None
    models: list[tuple[str, str, float | None]]
    found: list[tuple[str, str, str]]
    config: Path | None
    notes: list[str]
    workers: int = 1


def announce(told: Started) -> None:
    """Tell a person that the gateway listens."""
    found = [(variable, provider, example_model(provider)) for variable, provider in told.found]
    key = told.key.reveal() if told.key else None
    link = told.link.reveal() if told.link else None
    render(BannerFacts(told.version, told.url, link, key, told.models, found, told.config, told.notes, told.workers))


def example_model(provider: str) -> str:
    """A model to show how those of ``provider`` are called; empty when none is known."""
    return _EXAMPLES.get(provider, "")


def render(facts: BannerFacts) -> None:
    """Print it, coloured on a terminal and plain elsewhere."""
    screen.say(f"{screen.style('Switchgear', 'bold')} {facts.version} · {screen.style(facts.url, 'cyan')}")
    screen.say()
    rows = _rows(facts)
    column = max((len(value) for _, value, remark in rows if remark), default=0) + 3
    for label, value, remark in rows:
        shown = screen.style(value, "green") if label == "Key" else value
        pad = " " * max(column - len(value), 0) if remark else ""
        screen.say(f"  {screen.style(label.ljust(10), 'dim')}{shown}{pad}{screen.style(remark, 'dim')}")
    if rows:
        screen.say()
    sys.stdout.flush()


def _rows(facts: BannerFacts) -> list[tuple[str, str, str]]:
    rows = (
        [("Open", facts.link, "signs you in once")]
        if facts.link
        else [("Open", facts.url, "with: switchgear login-link")]
    )
    if facts.key:
        rows.append(("Key", facts.key, "shown now and never again"))
    for index, (name, state, seconds) in enumerate(facts.models):
        ready = f"ready in {seconds:.1f} s" if state == "ready" and seconds is not None else state
        advice = "add yours: switchgear init" if index == 0 and facts.config is None else ""
        rows.append(("" if index else "Model", f"{name} (embedded, {ready})", advice))
    for index, (variable, provider, example) in enumerate(facts.found):
        called = f"call it as {provider}/{example}" if example else f"call it as {provider}/MODEL"
        rows.append(("" if index else "Found", f'{variable} → provider "{provider}"', called))
    if facts.config is not None:
        rows.append(("Config", str(facts.config), ""))
    if facts.workers > 1:
        rows.append(("Workers", str(facts.workers), ""))
    return rows + [("" if index else "Note", text, "") for index, text in enumerate(facts.notes)]
