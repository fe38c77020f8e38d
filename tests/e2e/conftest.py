"""One gateway for many tests: a scripted provider and a misbehaving upstream behind a served process.

``gateway`` and what stands behind it live as long as the test session (of each xdist worker). A test that changes
the gateway, or ends it, starts one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from crossing_clients import Client

from switchgear.testing import FaultUpstream, ScriptedProvider, served, unused_port

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

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


CROSSINGS = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[store]
durability = "strict"

[server]
max_body_bytes = 167772160

[vision]
allow_private = ["127.0.0.1"]
max_images = 3

[providers.chat]
kind = "openai"
base_url = "{url}/v1"

[providers.responses]
kind = "openai"
base_url = "{url}/v1"
dialects = ["responses"]

[providers.messages]
kind = "anthropic"
base_url = "{url}/v1"

[providers.gemini]
kind = "gemini"
base_url = "{url}/v1beta"

[providers.ollama]
kind = "ollama"
base_url = "{url}"

[providers.hasty]
kind = "openai"
base_url = "{url}/v1"
timeouts = {{ connect = 2, first_byte = 0.3, between_bytes = 0.3, total = 5 }}

[providers.hasty-messages]
kind = "anthropic"
base_url = "{url}/v1"
timeouts = {{ connect = 2, first_byte = 0.3, between_bytes = 0.3, total = 5 }}

[models.prompted]
deployments = [{{ provider = "chat", model = "small", capabilities = {{ tools = "prompted" }} }}]

[models.prompted-messages]
deployments = [{{ provider = "messages", model = "small", capabilities = {{ tools = "prompted" }} }}]

[models.toolless]
deployments = [{{ provider = "chat", model = "small", capabilities = {{ tools = "none" }} }}]

[models.repaired]
deployments = [{{ provider = "messages", model = "other" }}]
answers = "repair"

[models.repaired-chat]
deployments = [{{ provider = "chat", model = "other" }}]
answers = "repair"

[models.trusted]
deployments = [{{ provider = "chat", model = "other" }}]
answers = "trust"

[models.blind]
deployments = [{{ provider = "messages", model = "text-only", capabilities = {{ vision = false }} }}]

[models.guided]
deployments = [{{ provider = "chat", model = "text-only", capabilities = {{ vision = false }} }}]
vision_fallback = "seeing"

[models.seeing]
deployments = [{{ provider = "messages", model = "sharp", capabilities = {{ vision = true }} }}]
"""


@pytest.fixture(scope="session")
def behind() -> Iterator[FaultUpstream]:
    """What stands behind the crossings, in whatever dialect a test has it speak."""
    with FaultUpstream.in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def crossings(behind: FaultUpstream) -> Iterator[served]:
    """A gateway with a provider of every dialect, named like it, and models that lack one ability or another."""
    with served(CROSSINGS.format(url=behind.url)) as running:
        yield running


@pytest.fixture(params=["chat", "responses", "messages"])
def front(request: pytest.FixtureRequest, crossings: served) -> Iterator[Client]:
    """A client of each dialect in front."""
    headers = {"authorization": f"Bearer {crossings.key}"}
    with httpx.Client(base_url=crossings.url, headers=headers, timeout=20, trust_env=False) as http:
        yield Client(request.param, http)


@pytest.fixture(autouse=True)
def nothing_stays_scripted(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test scripted and nobody asked for is not the answer to the next one."""
    asked = request.getfixturevalue("provider") if "provider" in request.fixturenames else None
    yield
    if isinstance(asked, ScriptedProvider):
        asked.forget()
