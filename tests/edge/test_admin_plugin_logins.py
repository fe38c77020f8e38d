"""Signing in to remote plugins over the admin API."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.oauth_server import OAuthServer, browse, oauth_server
from tests.plugins.protected_server import BACK, ProtectedServer, protected_server

from switchgear.plugins.oauth.kept import Kept, Tokens
from switchgear.store.plugins import Plugin, PluginVersion
from switchgear.store.store import Store

LOGIN = "/api/plugins/remote/login"


async def install(store: Store, name: str, kind: str = "remote", **setup: object) -> None:
    plugin = Plugin(name, kind, "1", "", "disabled", "", dict(setup), 0, "test", 0)
    await store.plugins.install(plugin, PluginVersion(name, "1", "", "", "a test", "", "", 0), secrets={})


@pytest.fixture
async def auth() -> AsyncIterator[OAuthServer]:
    async with oauth_server() as server:
        yield server


@pytest.fixture
async def remote(desk, auth: OAuthServer) -> AsyncIterator[ProtectedServer]:
    async with protected_server(auth=auth, told="files:read") as server:
        await install(desk.gateway.store, "remote", url=server.url, private=True)
        yield server


async def test_a_login_is_begun_finished_shown_and_ended(desk, remote, auth):
    assert (await desk.api.get(LOGIN)).json()["state"] == "signed_out"
    begun = (await desk.api.post(LOGIN, json={"redirect": BACK})).json()
    assert (begun["issuer"], begun["redirect"]) == (auth.issuer, BACK)
    answer = await browse(begun["url"])
    shown = (await desk.api.post(f"{LOGIN}/finish", json={"answer": answer})).json()
    assert (shown["state"], shown["scopes"]) == ("signed_in", ["files:read", "offline_access"])
    assert shown["renewable"]
    assert (await desk.api.get(LOGIN)).json() == shown
    assert (await desk.api.delete(LOGIN)).json() == {"revoked": True, "note": ""}
    assert not auth.access
    assert (await desk.api.get(LOGIN)).json()["state"] == "signed_out"
    done = [entry["action"] for entry in await desk.audited()]
    assert [each for each in done if each.startswith("plugin.")][::-1] == [
        "plugin.login.begin",
        "plugin.login",
        "plugin.logout",
    ]


async def test_tokens_are_in_no_answer_and_no_audit(desk, remote):
    begun = (await desk.api.post(LOGIN, json={"redirect": BACK})).json()
    answer = await browse(begun["url"])
    shown = await desk.api.post(f"{LOGIN}/finish", json={"answer": answer})
    tokens, _ = await Kept(desk.gateway.store.plugin_secrets, "remote").read(Tokens)
    told = shown.text + str(await desk.audited()) + (await desk.api.get(LOGIN)).text
    for secret in (tokens.access, tokens.refresh, tokens.client.secret):
        assert secret.reveal()
        assert secret.reveal() not in told


async def test_an_answer_serves_once(desk, remote):
    answer = await browse((await desk.api.post(LOGIN, json={"redirect": BACK})).json()["url"])
    assert (await desk.api.post(f"{LOGIN}/finish", json={"answer": answer})).status_code == 200
    again = await desk.api.post(f"{LOGIN}/finish", json={"answer": answer})
    assert (again.status_code, again.json()["code"]) == (400, "plugin_login_refused")


async def test_the_gateway_signs_in_as_itself(desk, remote, auth):
    auth.add_client("service", "s3cret")
    body = {"client_id": "service", "client_secret": "s3cret", "as_client": True}
    begun = (await desk.api.post(LOGIN, json=body)).json()
    assert begun["url"] == ""
    assert begun["expires_at"] is None
    assert (await desk.api.get(LOGIN)).json()["as_client"]
    await desk.api.delete(LOGIN)
    assert await desk.gateway.store.plugin_secrets.names("remote") == ["oauth:client"]
    await desk.api.delete(f"{LOGIN}?client=true")
    assert await desk.gateway.store.plugin_secrets.names("remote") == []


async def test_why_a_login_cannot_begin_is_told(desk, remote, auth):
    auth.wrong["code_challenge_methods_supported"] = None
    answer = await desk.api.post(LOGIN, json={"redirect": BACK})
    assert (answer.status_code, answer.json()["code"]) == (502, "plugin_login_failed")
    assert "PKCE" in answer.json()["detail"]


async def test_without_an_address_of_its_own_the_gateway_needs_a_redirect(desk, remote):
    answer = await desk.api.post(LOGIN, json={})
    assert answer.status_code == 502
    assert "no address that a browser could come back to" in answer.json()["detail"]


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example/oauth/callback",
        "http://10.0.0.1:1/oauth/callback",
        "http://127.0.0.1:1/other",
        "javascript:1",
    ],
)
async def test_a_browser_is_sent_back_to_its_own_machine_alone(desk, remote, redirect):
    answer = await desk.api.post(LOGIN, json={"redirect": redirect})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "redirect"


async def test_tokens_for_a_plugin_that_is_removed_are_revoked(desk, remote, auth):
    answer = await browse((await desk.api.post(LOGIN, json={"redirect": BACK})).json()["url"])
    assert (await desk.api.post(f"{LOGIN}/finish", json={"answer": answer})).status_code == 200
    assert auth.access
    assert (await desk.api.delete("/api/plugins/remote")).status_code == 204
    assert not auth.access
    assert not auth.refresh
    assert await desk.gateway.store.plugin_secrets.names("remote") == []


async def test_only_remote_plugins_are_signed_in_to(desk):
    await install(desk.gateway.store, "local", "bundle")
    assert (await desk.api.post("/api/plugins/local/login", json={})).status_code == 409
    assert (await desk.api.post("/api/plugins/other/login", json={})).status_code == 404


async def test_signing_in_takes_an_admin(desk, remote):
    made = await desk.make_key("reader", scopes=["admin:read"])
    async with desk.as_key(made["key"]) as reader:
        assert (await reader.get(LOGIN)).status_code == 200
        assert (await reader.post(LOGIN, json={})).status_code == 403
        assert (await reader.delete(LOGIN)).status_code == 403
