"""Asks the shared state: whether Valkey is there, lets us in, and how fast it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from switchgear.cli.where import Where
from switchgear.config.references import Resolver
from switchgear.config.state import StateSettings, valkey_address
from switchgear.core.errors import StartupError, StateUnusable, UnresolvedReference
from switchgear.state.state import StateOptions, open_state


@dataclass(frozen=True)
class Asked:
    """What came of it. ``doubt``: it is not there, and calls go on without it."""

    state: Literal["ok", "doubt", "broken"]
    text: str
    advice: str = ""


async def ask(where: Where, settings: StateSettings) -> Asked | None:
    """What is to be said of the state; nothing where it is this process's own, or where its URL is told wrong elsewhere."""
    file = where.file()
    resolver = Resolver(where.environ, lambda _: None, file.parent if file else None)
    try:
        url = resolver.value(settings.url).reveal()
        address = valkey_address(url)
    except (UnresolvedReference, ValueError):
        return None
    if address is None:
        return None
    try:
        state = await open_state(url, StateOptions("refuse", settings.timeout, settings.ca_file, settings.prefix))
    except StateUnusable as error:
        if settings.on_loss == "local" and error.passing:
            return Asked("doubt", error.message, "Start it; until it is there limits hold in each process alone.")
        return Asked("broken", error.message, error.advice)
    except StartupError as error:
        return Asked("broken", error.message, error.advice)
    try:
        began = time.perf_counter()
        found = state.locks.try_acquire("doctor", "doctor", 1.0)
        if not isinstance(found, bool):
            await found
        return Asked("ok", f"{address.words}, answers in {(time.perf_counter() - began) * 1000:.1f} ms")
    finally:
        await state.close()
