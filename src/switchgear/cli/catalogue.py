"""``switchgear catalogue``: what is known of models, and a newer catalogue in its place."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import facts, progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

app = App(name="catalogue", help="What models cost and can do; fetch a newer catalogue.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("model", cut=True),
    tables.Column("for"),
    tables.Column("in $/M", right=True),
    tables.Column("out $/M", right=True),
    tables.Column("context", right=True),
    tables.Column("until"),
)
_PROVIDERS: Final = (tables.Column("provider", cut=True), tables.Column("entries", right=True))
_MOST: Final = 32 * 1024 * 1024
_SHOWN: Final = 20
"""Models of a kind of change that are shown unless all are asked for."""


@app.command(
    name="list",
    help_epilogue="""\
Without an option it lists providers. Models that are not listed can be called too; their cost is not known.

Examples
  switchgear catalogue list
  switchgear catalogue list --provider openai
  switchgear catalogue list --mode rerank
  switchgear catalogue list --search claude --json""",
)
async def list_entries(
    *,
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Models of this provider.")] = None,
    mode: Annotated[str | None, Parameter(metavar="MODE", help="Models for this: chat, embedding, rerank …")] = None,
    search: Annotated[str | None, Parameter(metavar="TEXT", help="Models whose name contains it.")] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List what the catalogue knows: its providers, or models."""
    async with connected(where) as api:
        if provider is None and mode is None and search is None:
            told = await api.get("/api/catalogue", limit=1)
            _show_providers(told, as_json=as_json)
            return
        entries = await api.every("/api/catalogue", provider=provider, mode=mode, search=search, limit=1000)
    if as_json:
        screen.show_json(entries)
        return
    tables.show(_COLUMNS, map(_row, entries), nothing="The catalogue knows no such models.")


@app.command(
    help_epilogue="""\
Examples
  switchgear catalogue show gpt-5-mini
  switchgear catalogue show groq/openai/gpt-oss-20b --json"""
)
async def show(
    model: Annotated[str, Parameter(name="MODEL", help="Its name in the catalogue, or provider/model.")],
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Show what is known of a model."""
    async with connected(where) as api:
        entry = await api.get(f"/api/catalogue/{quote(model)}")
    if as_json:
        screen.show_json(entry)
        return
    for name, value in _facts(entry):
        screen.say(f"{screen.style(name.ljust(14), 'dim')} {screen.printable(value)}")


@app.command(
    help_epilogue="""\
What would change is shown, and asked about unless --yes is given. A newer catalogue is kept in the data folder.

Examples
  switchgear catalogue refresh
  switchgear catalogue refresh --from https://mirror.example/models.json --yes
  switchgear catalogue refresh --from models.json
  switchgear catalogue refresh --reset"""
)
def refresh(
    *,
    source: Annotated[
        str | None, Parameter(name="--from", metavar="URL|FILE", help="Where it is. [LiteLLM's public map]")
    ] = None,
    yes: Annotated[bool, Parameter(negative="", help="Take it without asking.")] = False,
    reset: Annotated[bool, Parameter(negative="", help="Go back to the catalogue of the package.")] = False,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Show every change.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> int:
    """Fetch a newer catalogue, show what it changes, and let it hold."""
    if reset:
        asyncio.run(_reset(where, as_json=as_json))
        return 0
    sent = None if source is None or "://" in source else _read(Path(source))
    source = source if sent is None else str(Path(str(source)).absolute())
    looked = asyncio.run(_look(where, source, sent))
    nothing = not (looked["added"] or looked["removed"] or looked["changed"])
    if not as_json:
        _show_changes(looked, everything=everything)
    if not nothing and not yes and not _agreed():
        screen.note("Nothing was changed.")
        return 1
    taken = looked if nothing else asyncio.run(_take(where, source, sent, looked["digest"]))
    if as_json:
        screen.show_json(taken)
    elif nothing:
        screen.say("The catalogue is up to date.")
    else:
        screen.say(f"{screen.mark('ok')} The catalogue has {taken['origin']['entries']:,} entries now.")
    return 0


async def _look(where: Where, source: str | None, sent: Any) -> Any:
    async with connected(where) as api:
        with progress.spinner("Fetching the catalogue"):
            if sent is not None:
                return await api.ask("PUT", "/api/catalogue", sent, query={"dry_run": "true", "source": str(source)})
            return await api.ask("POST", "/api/catalogue/refresh", {"from": source, "dry_run": True})


async def _take(where: Where, source: str | None, sent: Any, digest: str) -> Any:
    async with connected(where) as api:
        if sent is not None:
            return await api.ask("PUT", "/api/catalogue", sent, query={"source": str(source)})
        return await api.ask("POST", "/api/catalogue/refresh", {"from": source, "expect": digest})


async def _reset(where: Where, *, as_json: bool) -> None:
    async with connected(where) as api:
        origin = await api.ask("DELETE", "/api/catalogue")
    if as_json:
        screen.show_json(origin)
        return
    screen.say(f"The catalogue of the package holds again: {origin['entries']:,} entries.")


def _read(path: Path) -> Any:
    """The map in a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    if len(raw) > _MOST:
        raise UsageError(f"{path} is larger than 32 MiB.", hint="This is hardly a catalogue.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON.", hint="Name a map of models in LiteLLM's form.") from error


def _agreed() -> bool:
    """Whether the person says yes. Raises UsageError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to ask; nothing was changed.", hint="Add --yes to take it.")
    return input("Take it? [y/N] ").strip().lower() in {"y", "yes"}


def _show_providers(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.show_json({"origin": told["origin"], "providers": told["providers"]})
        return
    rows = [(name, f"{count:,}") for name, count in told["providers"].items()]
    tables.show(_PROVIDERS, rows, nothing=told["origin"]["note"] or "The catalogue is empty.")
    origin = told["origin"]
    came = (
        f"fetched {tables.moment(origin['fetched_at'])} from {origin['fetched_from']}"
        if origin["fetched_at"]
        else "packaged"
    )
    screen.say(screen.style(f" {origin['entries']:,} entries, {screen.printable(came)}", "dim"))
    if origin["note"] and rows:
        screen.note(screen.printable(origin["note"]))


def _show_changes(told: dict[str, Any], *, everything: bool) -> None:
    most = None if everything else _SHOWN
    for word, names in (("New", told["added"]), ("Gone", told["removed"])):
        if names:
            screen.say(screen.style(f"{word}: {len(names):,}", "bold"))
            _show_some([f"  {name}" for name in names], most)
    lines = [
        f"  {model}: " + ", ".join(_change(one) for one in ones)
        for model, ones in groupby(told["changed"], key=lambda one: one["model"])
    ]
    if lines:
        screen.say(screen.style(f"Different: {len(lines):,}", "bold"))
        _show_some(lines, most)


def _show_some(lines: list[str], most: int | None) -> None:
    for line in lines[:most]:
        screen.say(screen.printable(line))
    if most is not None and len(lines) > most:
        screen.say(screen.style(f"  … {len(lines) - most:,} more: --all", "dim"))


def _change(change: dict[str, Any]) -> str:
    return f"{change['field'].replace('_', ' ')} {change['before'] or 'none'} → {change['after'] or 'none'}"


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    price = entry["price"] or {}
    return (
        entry["name"],
        entry["mode"].replace("_", " "),
        price.get("input") or "–",
        price.get("output") or "–",
        f"{entry['context']:,}" if entry["context"] else "–",
        entry["deprecated"] or "–",
    )


def _facts(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "model", entry["name"]
    yield "provider", entry["provider"]
    yield "for", entry["mode"].replace("_", " ") or "not known"
    yield from facts.price(entry["price"])
    for long in entry["long_prices"]:
        yield f"above {long['above']:,}", ", ".join(f"{name} ${value}" for name, value in facts.by_token(long["price"]))
    yield from facts.limits(entry)
    yield from facts.abilities(entry["capabilities"])
    if entry["deprecated"]:
        yield "until", entry["deprecated"]
