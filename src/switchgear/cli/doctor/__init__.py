"""``switchgear doctor``."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Final

from cyclopts import App

from switchgear.cli import progress, screen, shared_state
from switchgear.cli.doctor import database, files, machine, network, sandbox
from switchgear.cli.doctor.finding import Finding, broken
from switchgear.cli.located import Located, locate
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.config.load import Loaded
from switchgear.core.errors import StartupError

_AREA: Final = 16

app = App(
    name="doctor",
    help_epilogue="""\
Looks at the configuration, data folder, database, shared state, port, running gateway, embedded model, sandbox of plugins, providers, clock
and limits.
Exits with 1 when something is broken. Nothing is changed.

Examples
  switchgear doctor
  switchgear doctor --json""",
)


@app.default
async def doctor(*, as_json: AsJson = False, where: Where = HERE) -> int:
    """Find and explain what is wrong."""
    with progress.spinner("Looking"):
        findings = [finding async for finding in _examine(where)]
    wrong = sum(each.state == "broken" for each in findings)
    if as_json:
        screen.show_json({"ok": not wrong, "findings": [asdict(each) for each in findings]})
        return 1 if wrong else 0
    for each in findings:
        _show(each)
    screen.say()
    screen.say(_summary(wrong, sum(each.state == "doubt" for each in findings)))
    return 1 if wrong else 0


async def _examine(where: Where) -> AsyncIterator[Finding]:
    loaded, told = await files.configuration(where)
    for finding in told:
        yield finding
    folder = where.folder()
    for finding in files.data_folder(folder):
        yield finding
    secrets = list(files.secrets(folder, override=bool(loaded and loaded.settings.server.secret)))
    for finding in secrets:
        yield finding
    opens = (folder / "cli.key").exists() and not any(each.state == "broken" for each in secrets)
    store_ready = False
    located = _located(where) if loaded else None
    if isinstance(located, Finding):
        yield located
    elif located is not None:
        async for finding in database.examine(located):
            store_ready = opens and finding.state == "ok" and located.exists
            yield finding
    for finding in _machine(where, loaded, located if isinstance(located, Located) else None):
        yield finding
    async for finding in _network(where, loaded, store_ready=store_ready):
        yield finding


def _located(where: Where) -> Located | Finding:
    try:
        return locate(where)
    except StartupError as error:
        return broken("database", error.message, error.advice)


def _machine(where: Where, loaded: Loaded | None, located: Located | None) -> list[Finding]:
    found: list[Finding] = []
    if loaded is not None:
        found += machine.engines(loaded.settings, located.url if located else "")
    if sys.platform == "linux":
        found += sandbox.examine(loaded.settings.plugins.sandbox.accept if loaded is not None else ())
    return [*found, machine.clock(), machine.open_files(), *machine.proxies(where.environ)]


async def _network(where: Where, loaded: Loaded | None, *, store_ready: bool) -> AsyncIterator[Finding]:
    async for finding in network.gateway(where, loaded.settings.server if loaded else None):
        yield finding
    if loaded is None:
        return
    state = await shared_state.ask(where, loaded.settings.state)
    if state is not None:
        yield Finding("shared state", state.state, state.text, state.advice)
    configured = loaded.settings.providers
    if configured or store_ready:
        async for finding in network.providers(where, list(configured), store_ready=store_ready):
            yield finding
    async for finding in network.clocks([(name, each.base_url) for name, each in configured.items() if each.base_url]):
        yield finding


def _show(finding: Finding) -> None:
    room = (screen.width() or 110) - _AREA - 4
    text = textwrap.wrap(screen.printable(finding.text), max(room, 30), break_on_hyphens=False) or [""]
    screen.say(f" {screen.mark(finding.state)} {finding.area.ljust(_AREA)} {text[0]}")
    for line in text[1:]:
        screen.say(" " * (_AREA + 4) + line)
    if finding.state != "ok" and finding.advice:
        for line in textwrap.wrap(screen.printable(finding.advice), max(room, 30), break_on_hyphens=False):
            screen.say(" " * (_AREA + 4) + screen.style(line, "bold"))
    sys.stdout.flush()


def _summary(wrong: int, doubts: int) -> str:
    if not wrong and not doubts:
        return "Everything is in order."
    parts = [f"{wrong} {'thing is' if wrong == 1 else 'things are'} broken"] if wrong else ["Nothing is broken"]
    if doubts:
        parts.append(f"{doubts} worth a look")
    return ", ".join(parts) + "."
