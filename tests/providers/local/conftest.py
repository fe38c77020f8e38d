"""Supervised scripted servers, and waiting for conditions."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from local_scripted import QUICK, SCRIPT, MakeChild, Until

from switchgear.providers.local.child import ChildLimits, ChildProcess


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The scripted server as a file."""
    file = tmp_path / "scripted_server.py"
    file.write_text(SCRIPT)
    return file


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for a condition; fail after a deadline."""

    async def wait(condition: Callable[[], Any], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture
async def make_child(script: Path) -> AsyncIterator[MakeChild]:
    """Makes supervised children, by default of the scripted server, and ends them after the test."""
    made: list[ChildProcess] = []

    def make(do: str = "serve", *, command: list[str] | None = None, memory_mb: int = 256, **more: Any) -> ChildProcess:
        child = ChildProcess(
            f"scripted-{len(made)}",
            command or [sys.executable, str(script)],
            {"do": do},
            limits=ChildLimits(memory_mb=memory_mb),
            policy=more.pop("policy", QUICK),
            **more,
        )
        made.append(child)
        return child

    yield make
    for child in made:
        await child.stop()
