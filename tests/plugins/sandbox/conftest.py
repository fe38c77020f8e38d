"""A sandbox, where this machine can have one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cell import Cell

from switchgear.plugins.sandbox.sandbox import Sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    made = Sandbox(private=(tmp_path / "gateway",))
    absent = [layer for layer in await made.layers() if not layer.present]
    if absent:
        made.close()
        pytest.skip(f"this machine has no whole sandbox: {absent}")
    yield made
    made.close()


@pytest.fixture
def cell(sandbox: Sandbox, tmp_path: Path) -> Cell:
    return Cell(sandbox, tmp_path)
