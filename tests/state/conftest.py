"""Every test of the state's behaviour runs on both engines, and on a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from state_engines import PATIENT, Engine

from switchgear.state.base import State
from switchgear.state.state import StateOptions, open_state
from valkey_server import Valkey, ValkeyCluster


@pytest.fixture(params=["memory", "valkey", "cluster"])
def state_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty state of each engine."""
    if request.param == "memory":
        return "memory:"
    server: Valkey | ValkeyCluster = request.getfixturevalue(request.param)
    return server.url


@pytest.fixture
async def engine(state_url: str) -> AsyncIterator[Engine]:
    """Counters under a clock that the test turns."""
    engine = Engine()
    state = await open_state(state_url, StateOptions(timeout=PATIENT, clock_ms=engine.clock))
    engine.counters = state.counters
    yield engine
    assert state.health.state == "ok"
    await state.close()


@pytest.fixture
async def state(state_url: str) -> AsyncIterator[State]:
    """A started state, by the real time."""
    state = await open_state(state_url, StateOptions(timeout=PATIENT))
    state.start()
    yield state
    assert state.health.state == "ok"
    await state.close()
