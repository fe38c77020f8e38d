"""Nothing that the fixture passes directly is lost behind the gateway: in both revisions, over stdio in the sandbox and over HTTP.

The suite reaches ``/mcp/{plugin}``, where names are a plugin's own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keyed import keyed
from suite import judge, required

from client_environment import Environment
from switchgear.testing import served
from tool_fixture import fixture_bundle, fixture_over_http, install

CONFIG = """
[local]
enabled = false

[plugins]
pins = "off"  # the suite has the fixture change what it offers
"""


@pytest.fixture(scope="module")
def gateways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], served]]:
    """A gateway for each transport, started with the fixture behind it when it is first asked for."""
    made: dict[str, served] = {}
    with contextlib.ExitStack() as stack:

        def gateway_for(transport: str) -> served:
            if transport not in made:
                gateway = stack.enter_context(served(CONFIG))
                if transport == "stdio":
                    source = str(fixture_bundle(tmp_path_factory.mktemp("bundle")))
                else:
                    source = stack.enter_context(fixture_over_http())
                install(gateway, source, "--name", "fixture")
                made[transport] = gateway
            return made[transport]

        yield gateway_for


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_no_scenario_is_lost_on_the_way(
    clients: Environment, gateways: Callable[[str], served], revision: str, transport: str, tmp_path: Path
) -> None:
    gateway = gateways(transport)
    with keyed(gateway.port, gateway.key) as port:
        found = judge(clients, f"http://127.0.0.1:{port}/mcp/fixture", revision, tmp_path)
    scored, beside = required(clients, revision)
    assert not found.problems, gateway.output()[-2000:]
    assert found.scenarios.keys() == scored | beside, found.printed
