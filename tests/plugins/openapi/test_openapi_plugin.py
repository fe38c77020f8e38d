"""A document as a plugin: from its bytes to calls through the host that serves all plugins."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from api_server import Answered, api, api_server, called

from switchgear.app.plugins import PluginService
from switchgear.config.plugins import PluginSettings
from switchgear.core.errors import InvalidApiDocument, InvalidSettings, PluginFailed
from switchgear.core.json_schema import Schema
from switchgear.core.secrets import Secret
from switchgear.edge.admin import api as admin
from switchgear.plugins.lifecycle import Wishes
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Terms
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.renewal import Means
from switchgear.plugins.offer import TOOLS
from switchgear.plugins.openapi.channel import open_api
from switchgear.plugins.openapi.choices import Choices
from switchgear.plugins.openapi.document import read_document
from switchgear.plugins.openapi.installing import api_plugin, version_of
from switchgear.plugins.openapi.reach import with_base
from switchgear.plugins.openapi.tools import tools_of
from switchgear.plugins.permissions import Permissions, PluginLimits, words
from switchgear.plugins.trust import Accepted
from switchgear.store.store import Store

DOCUMENT = b"""
openapi: 3.1.0
info: {title: 'Weather: for all!', version: '2024-10-01', description: Forecasts.}
servers: [{url: /v1}]
security: [{token: []}]
paths:
  /now/{place}:
    get: {operationId: now, tags: [free], parameters: [{name: place, in: path, required: true, schema: {type: string}}]}
    put: {operationId: correct, parameters: [{name: place, in: path, required: true, schema: {type: string}}]}
components:
  securitySchemes:
    token: {type: http, scheme: bearer, description: From your account.}
"""


async def test_a_document_is_told_in_words_before_it_is_installed() -> None:
    found = await api_plugin(DOCUMENT, {"tags": ["free"]}, "https://weather.example.com/docs/openapi.yaml")
    assert (found.name, found.version, found.title) == ("weather-for-all", "2024.10.1", "Weather: for all!")
    assert words(found.asked) == ["Reach weather.example.com on port 443.", 'Use the secret setting "token".']
    assert (found.tools, found.secrets, found.faults) == (("now",), {"token": "From your account."}, ())
    assert json.loads(found.document)["info"]["title"] == "Weather: for all!"
    assert (await api_plugin(found.document.encode(), {}, "https://x.example")).tools == ("now", "correct")


@pytest.mark.parametrize(
    "server",
    ["http://169.254.169.254/latest", "https://[fe80::1]", "https://[fd00:ec2::254]/v1", "http://100.100.100.200"],
)
async def test_an_api_at_an_address_that_is_never_dialled_is_refused(server: str) -> None:
    with pytest.raises(InvalidApiDocument, match="never dialled"):
        await api_plugin(DOCUMENT.replace(b"{url: /v1}", json.dumps({"url": server}).encode()), {})
    with pytest.raises(InvalidSettings, match="never dialled"):
        await api_plugin(DOCUMENT, {"base_url": server})


async def test_where_an_api_is_may_be_said_later() -> None:
    found = await api_plugin(DOCUMENT, {})
    assert found.asked == Permissions(secrets=("token",))
    assert found.faults[-1].endswith("Set base_url to where the API is.")
    assert with_base(found.asked, {"base_url": "https://a.example/v1"}).network == ("a.example:443",)
    with pytest.raises(InvalidSettings, match="which is no http"):
        with_base(found.asked, {"base_url": "a.example"})
    channel = await open_api(
        "api",
        DOCUMENT,
        settings={},
        secrets={"token": Secret("t-12345")},
        permissions=Permissions(secrets=("token",)),
        limits=PluginLimits(),
    )
    session = await open_session(channel, Terms("api"))
    with pytest.raises(PluginFailed, match="is no http") as failed:
        await called(session, "now", place="oslo")
    assert failed.value.advice == "Set base_url to where the API is."
    await session.close(1.0)


@pytest.mark.parametrize(
    ("release", "version"),
    [("1", "1.0.0"), ("v2.10", "2.10.0"), ("1.2.3-beta", "1.2.3"), ("latest", "0.0.0"), ("", "0.0.0")],
)
def test_a_version_can_be_compared(release: str, version: str) -> None:
    assert version_of(release) == version


async def test_a_document_is_installed_configured_and_called(tmp_path: Path) -> None:
    """With a real store: what is stored is what runs, its secrets sealed, its base URL granted by who set it."""
    published: list[object] = []
    store = await Store.open("sqlite:", tmp_path, secret=b"s" * 32)
    logins = Logins(Means(store.plugin_secrets, store.leases), str)
    service = PluginService(PluginSettings(), store, tmp_path, {"PATH": "/usr/bin:/bin"}, published.append, logins)
    try:
        async with api_server({"GET /v2/now/oslo": Answered(200, {"sky": "clear"})}) as server:
            proposal = await service.proposing.describe(DOCUMENT, "", "weather", None)
            settings = {"base_url": f"{server.url}/v2", "tags": ("free",)}
            wishes = Wishes(settings=settings, secrets={"token": "t-12345"}, accepted=Accepted(unsigned=True))
            done = await service.lifecycle.install(proposal, wishes, lambda _: None)
            assert (done.kind, done.state, done.version) == ("openapi", "enabled", "2024.10.1")
            assert done.permissions == Permissions(network=(f"127.0.0.1:{server.port}",), secrets=("token",))
            assert list(done.offer.of(TOOLS)) == ["now"]
            session = await service.host.session("weather")
            assert (await called(session, "now", place="oslo"))["structuredContent"] == {"sky": "clear"}
            assert server.asked[-1].headers["authorization"] == "Bearer t-12345"
            other = await service.lifecycle.configure("weather", {"tags": None, "names": ("correct=mend",)}, {})
            assert list(other.offer.of(TOOLS)) == ["now", "mend"]  # chosen by a person, and so accepted
            offer = service.host.catalogue.offer("weather")
            assert offer is not None
            assert list(offer.of(TOOLS)) == ["now", "mend"]
            await service.lifecycle.configure("weather", {"base_url": f"http://localhost:{server.port}/v2"}, {})
            with pytest.raises(PluginFailed, match="not public"):  # the name was said, not where it leads
                await called(await service.host.session("weather"), "now", place="oslo")
        assert b"t-12345" not in b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    finally:
        await service.close()
        await store.close()


def test_the_gateways_own_admin_api_becomes_tools() -> None:
    """A document of 3.1 that nobody wrote for this."""
    document = admin.document(admin.build(cast("Any", SimpleNamespace(keyring=None, settings=None))))
    found = read_document(json.dumps(document).encode())
    toolset = tools_of(found, Choices(deprecated=True))
    assert len(toolset.tools) == len(found.operations) > 50
    assert {"list_keys", "create_key"} <= set(toolset.tools)
    for tool in toolset.tools.values():
        Schema(json.loads(tool.definition)["inputSchema"], "schema")
        assert tool.operation.security or "/sign-in" in tool.operation.path, "what is open is the way in"


async def test_an_offer_is_the_same_at_each_start() -> None:
    paths: dict[str, Any] = {f"/a{n}": {"get": {"responses": {}}} for n in range(20)}
    data = json.dumps(api(paths, servers=[{"url": "http://127.0.0.1:1"}])).encode()
    listed = []
    for _ in range(2):
        channel = await open_api("api", data, settings={}, secrets={}, permissions=Permissions(), limits=PluginLimits())
        listed.append([tool.definition for tool in channel._tools.values()])
        await channel.close(0)
    assert listed[0] == listed[1]
