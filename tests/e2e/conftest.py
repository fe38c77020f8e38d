"""One gateway for many tests: a scripted provider and a misbehaving upstream behind a served process.

``gateway`` and what stands behind it live as long as the test session (of each xdist worker). A test that changes
the gateway, or ends it, starts one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from switchgear.testing import FaultUpstream, ScriptedProvider, served, unused_port

CONFIG = """
[local]
enabled = false

[providers.test]
kind = "openai"
base_url = "{scripted}"
api_key = "env:TEST_PROVIDER_KEY"
models = ["alpha", "beta"]

[providers.priced]
kind = "openai"
base_url = "{scripted}"
api_key = "env:TEST_PROVIDER_KEY"
models = ["gpt-4o-mini"]
prices = "openai"

[providers.faulty]
kind = "openai"
base_url = "{faulty}"
max_response_bytes = 65536

[providers.hasty]
kind = "openai"
base_url = "{faulty}"
timeouts = {{ connect = 2, first_byte = 0.3, between_bytes = 0.3, total = 5 }}

[providers.gone]
kind = "openai"
base_url = "http://127.0.0.1:{nobody}/v1"

[models.fast]
deployments = [{{ provider = "test", model = "alpha" }}]

[models.cheap]
deployments = [{{ provider = "priced", model = "gpt-4o-mini" }}, {{ provider = "test", model = "beta" }}]
"""

PROVIDER_KEY = "the-provider's-own-key"


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(api_key=PROVIDER_KEY, models=("alpha", "beta")) as running:
        yield running


@pytest.fixture(scope="session")
def upstream() -> Iterator[FaultUpstream]:
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def gateway(provider: ScriptedProvider, upstream: FaultUpstream) -> Iterator[served]:
    config = CONFIG.format(scripted=provider.base_url, faulty=upstream.base_url, nobody=unused_port())
    with served(config, env={"TEST_PROVIDER_KEY": PROVIDER_KEY}) as running:
        yield running


@pytest.fixture
def http(gateway: served) -> Iterator[httpx.Client]:
    """A client with the admin key, at the gateway's root."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client
