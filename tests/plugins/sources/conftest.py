"""The workshop of ``building``, and fetching with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from workshop import Workshop

from switchgear.plugins.sandbox.sandbox import Sandbox
from switchgear.plugins.sources.fetching import Means
from switchgear.providers import guard


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


@pytest.fixture
def means(workshop: Workshop) -> Means:
    return Means(workshop.sandbox, workshop.indexes, guard.resolve, "http://127.0.0.1:9", workshop.told.append)
