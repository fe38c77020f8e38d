"""Every test of the state's behaviour runs on both engines."""

from __future__ import annotations

import pytest
from state_engines import Engine

from switchgear.state.counters import MemoryCounters


@pytest.fixture(params=["memory"])
async def engine(request: pytest.FixtureRequest) -> Engine:
    engine = Engine()
    engine.counters = MemoryCounters(engine.clock)
    return engine
