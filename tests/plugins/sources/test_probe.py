"""A remote server is asked who it is before it is installed."""

import pytest
from remote_server import remote_server

from switchgear.core.errors import PluginFailed
from switchgear.plugins.sources.probe import name_of_host, probe
from switchgear.providers import guard


@pytest.mark.parametrize(
    ("settings", "revision", "transport", "named"),
    [
        ({"revision": "2026-07-28"}, "2026-07-28", "http", ("remote-127-0-0-1", "")),
        ({"revision": "2025-11-25"}, "2025-11-25", "http", ("remote", "1")),
        ({"kind": "sse"}, "2025-11-25", "sse", ("remote", "1")),
    ],
)
async def test_name_version_and_transport_are_found_out(
    settings: dict[str, str], revision: str, transport: str, named: tuple[str, str]
) -> None:
    async with remote_server(**settings) as server:
        found = await probe(server.url, guard.resolve)
    assert (found.name, found.version) == named
    assert (found.transport, found.revision) == (transport, revision)
    assert not found.needs_authorization
    assert found.server.offers("tools")


async def test_a_server_that_wants_somebody_to_sign_in_is_told_apart() -> None:
    async with remote_server() as server:
        server.unauthorized = {"server/discover", "initialize"}
        found = await probe(server.url, guard.resolve)
    assert found.needs_authorization
    assert found.transport is None
    assert found.name == "remote-127-0-0-1"


async def test_what_does_not_answer_is_an_error() -> None:
    with pytest.raises(PluginFailed):
        await probe("http://127.0.0.1:9/mcp", guard.resolve)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://mcp.linear.app/mcp", "linear"),
        ("https://api.example.com/", "example"),
        ("https://example.com/", "example"),
        ("https://mcp.tools.example.co/", "example"),
        ("http://localhost:3000/mcp", "localhost"),
        ("http://[::1]/mcp", "remote-1"),
    ],
)
def test_a_plugin_is_named_for_its_host_where_nothing_else_is_known(url: str, name: str) -> None:
    assert name_of_host(url) == name
