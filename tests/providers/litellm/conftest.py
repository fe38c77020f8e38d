"""LiteLLM, imported once for all tests of a worker: it takes seconds."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchgear.providers.litellm.engine import Engine, Library

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the engine keeps quiet is an error in tests, whose filters are set anew for each."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:.*is using the `ReadOnly` qualifier"))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """LiteLLM, loaded. Its own code warns while it is imported."""
    found = Engine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        litellm = found.load().litellm
    yield found
    asyncio.run(litellm.close_litellm_async_clients())


@pytest.fixture(scope="session")
def library(engine: Engine) -> Library:
    """What the package sees of it."""
    return engine.load()
