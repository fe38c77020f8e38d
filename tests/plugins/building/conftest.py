"""A workshop: the sandbox, a folder for versions, and the indexes of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from workshop import Workshop

from switchgear.plugins.sandbox.sandbox import Sandbox


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    made = Sandbox(private=(tmp_path,))
    absent = [layer for layer in await made.layers() if not layer.present]
    if absent:
        made.close()
        pytest.skip(f"this machine has no whole sandbox: {absent}")
    yield made
    made.close()


@pytest.fixture
def workshop(sandbox: Sandbox, tmp_path: Path) -> Workshop:
    return Workshop(sandbox, tmp_path)
