"""Signing in to a remote plugin: over real HTTP, with an authorization server that checks what it is sent."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.oauth_server import Answer, browse
from tests.plugins.protected_server import BACK, PLUGIN, Scene, scene
from tests.plugins.tool_servers import call

from switchgear.core.errors import PluginLoginFailed, PluginLoginRefused, PluginUnauthorized
from switchgear.core.secrets import Secret
from switchgear.plugins.mcp.endpoint import Endpoint
from switchgear.plugins.mcp.http import HttpChannel
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Hooks, Terms
from switchgear.plugins.oauth.addresses import Remote
from switchgear.plugins.oauth.kept import Client, Pending, Tokens
from switchgear.plugins.oauth.logins import Begun, Login, Wish
from switchgear.plugins.permissions import PluginLimits
from switchgear.providers.guard import resolve

WISH = Wish(BACK)


async def begin(at: Scene, wish: Wish = WISH) -> Begun:
    return await at.worker().begin(at.remote, wish)


async def sign_in(at: Scene, wish: Wish = WISH) -> Login:
    begun = await begin(at, wish)
    return await at.worker().finish(at.remote, await browse(begun.url))


async def call_once(at: Scene) -> None:
    """A call through a session, as the gateway makes it."""
    authorization = at.worker().authorization(at.remote)
    channel = HttpChannel(Endpoint(PLUGIN, at.url, resolve, authorization, 100_000))
    session = await open_session(channel, Terms(PLUGIN, PluginLimits(seconds=20), Hooks()))
    try:
        await call(session, "echo", text="hello")
    finally:
        await session.close(2.0)


def asked_for(begun: Begun) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}


async def test_a_person_signs_in_and_calls_are_accepted(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        with pytest.raises(PluginUnauthorized):
            await call_once(at)
        login = await sign_in(at)
        assert (login.state, login.issuer, login.renewable) == ("signed_in", at.auth.issuer, True)
        assert login.scopes == ("files:read", "offline_access")
        await call_once(at)
        assert set(at.server.tokens) == set(at.auth.access)


async def test_the_address_of_a_login_says_all_that_is_asked_of_one(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        begun = await begin(at)
        asked = asked_for(begun)
        assert asked["resource"] == at.url
        assert asked["redirect_uri"] == BACK
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "files:read offline_access"
        assert len(asked["state"]) > 40
        assert at.auth.clients[asked["client_id"]]["wanted"]["application_type"] == "native"


@pytest.mark.parametrize("places", [{"pointing": False}, {"pointing": False, "rooted": True}, {"rooted": True}])
async def test_metadata_is_found_where_it_may_be(tmp_path: Path, places: dict[str, bool]):
    async with scene(tmp_path, **places) as at:
        assert (await sign_in(at)).state == "signed_in"


async def test_a_server_that_signs_people_in_itself_needs_no_resource_metadata(tmp_path: Path):
    async with scene(tmp_path, pointing=False, described=False) as at:
        at.server.port, listening = at.auth.port, at.server.port
        at.auth.instead["/mcp"] = Answer(401, headers={"www-authenticate": "Bearer"})
        assert (await sign_in(at)).issuer == at.auth.origin
        at.server.port = listening


@pytest.mark.parametrize("auth", [{"openid": True}, {"path": "/tenant/1"}, {"openid": True, "path": "/tenant"}])
async def test_authorization_servers_are_found_by_both_kinds_of_metadata(tmp_path: Path, auth: dict[str, object]):
    async with scene(tmp_path, auth=auth) as at:
        assert (await sign_in(at)).state == "signed_in"


async def test_scopes_of_the_metadata_are_asked_for_where_the_challenge_names_none(tmp_path: Path):
    async with scene(tmp_path, document={"scopes_supported": ["files:read", "files:write"]}) as at:
        assert asked_for(await begin(at))["scope"] == "files:read files:write offline_access"


async def test_a_resource_that_covers_the_plugin_is_what_tokens_are_for(tmp_path: Path):
    async with scene(tmp_path) as at:
        at.server.document["resource"] = f"http://127.0.0.1:{at.server.port}"
        begun = await begin(at)
        assert asked_for(begun)["resource"] == f"http://127.0.0.1:{at.server.port}"
        await at.worker().finish(at.remote, await browse(begun.url))
        await call_once(at)


# ------------------------------------------------------------ clients


async def test_a_client_is_registered_once_for_one_redirect(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        await sign_in(at)
        assert len(at.auth.asked("/register")) == 1
        await begin(at, Wish("http://127.0.0.1:2/oauth/callback"))
        assert len(at.auth.asked("/register")) == 2


async def test_a_gateway_with_a_public_address_is_a_client_by_its_document(tmp_path: Path):
    wrong = {"client_id_metadata_document_supported": True}
    async with scene(tmp_path, auth={"wrong": wrong}, gateway="https://gateway.example") as at:
        begun = await begin(at, Wish())
        assert asked_for(begun)["client_id"] == "https://gateway.example/oauth/client.json"
        assert begun.redirect == "https://gateway.example/oauth/callback"
        assert at.worker().document["client_id"] == asked_for(begun)["client_id"]
        assert begun.redirect in at.worker().document["redirect_uris"]
        assert not at.auth.asked("/register")
        assert (await at.worker().finish(at.remote, await browse(begun.url))).state == "signed_in"


async def test_a_client_that_a_person_registered_comes_first(tmp_path: Path):
    async with scene(tmp_path, auth={"wrong": {"client_id_metadata_document_supported": True}}) as at:
        at.auth.add_client("ours", "s3cret", (BACK,))
        login = await sign_in(at, Wish(BACK, client="ours", client_secret=Secret("s3cret")))
        assert login.client == "ours"
        again = await sign_in(at)
        assert again.client == "ours"
        assert not at.auth.asked("/register")


@pytest.mark.parametrize(
    ("supported", "in_field"), [(None, True), (["client_secret_basic"], True), (["client_secret_post"], False)]
)
async def test_a_client_shows_its_secret_as_the_server_takes_it(
    tmp_path: Path, supported: list[str] | None, in_field: bool
):
    wrong = {"token_endpoint_auth_methods_supported": supported}
    async with scene(tmp_path, auth={"wrong": wrong}) as at:
        at.auth.add_client("our client", "s3c:ret/", (BACK,))
        await sign_in(at, Wish(BACK, client="our client", client_secret=Secret("s3c:ret/")))
        asked = at.auth.asked("/token")[0]
        assert ("authorization" in asked.headers) is in_field
        assert ("client_secret" in asked.form) is not in_field


async def test_a_client_of_one_server_is_never_shown_to_another(tmp_path: Path):
    async with scene(tmp_path) as at:
        at.auth.add_client("ours", "s3cret", (BACK,))
        await sign_in(at, Wish(BACK, client="ours", client_secret=Secret("s3cret")))
        at.auth.path = "/elsewhere"
        before = len(at.auth.requests)
        with pytest.raises(PluginLoginFailed, match="where the client of this gateway was registered"):
            await begin(at)
        assert all("s3cret" not in f"{each.headers} {each.body!r}" for each in at.auth.requests[before:])


async def test_without_a_way_to_register_a_person_is_told_to(tmp_path: Path):
    async with scene(tmp_path, auth={"wrong": {"registration_endpoint": None}}) as at:
        with pytest.raises(PluginLoginFailed) as caught:
            await begin(at)
        assert "--client-id" in caught.value.advice
        assert BACK in caught.value.advice


async def test_why_a_client_is_not_registered_is_told(tmp_path: Path):
    refusal = {"error": "invalid_redirect_uri", "error_description": "no loop\x1bback"}
    async with scene(tmp_path) as at:
        at.auth.instead["/register"] = Answer(400, refusal)
        with pytest.raises(PluginLoginFailed, match="invalid_redirect_uri no loop back"):
            await begin(at)


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "whose metadata is that of"),
        ({"code_challenge_methods_supported": None}, "PKCE"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"token_endpoint": None}, "no token endpoint"),
        ({"token_endpoint": "http://tokens.example/token"}, "not https"),
        ({"token_endpoint": "file:///etc/passwd"}, "no usable URL"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no usable URL"),
        ({"authorization_endpoint": "https://user@login.example/"}, "no usable URL"),
        ({"registration_endpoint": "https://169.254.169.254/register"}, "never dialled"),
        ({"registration_endpoint": "https://10.0.0.1/register"}, "not a public address"),
    ],
)
async def test_a_server_that_is_not_safe_is_refused(tmp_path: Path, wrong: dict[str, object], told: str):
    async with scene(tmp_path, auth={"wrong": wrong}) as at:
        with pytest.raises(PluginLoginFailed, match=told):
            await begin(at)
        assert (await at.kept.read(Pending))[0] is None


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"resource": "https://other.example/mcp"}, "another resource"),
        ({"resource": "http://127.0.0.1:1/mcp"}, "another resource"),
        ({"authorization_servers": []}, "names no authorization server"),
        ({"authorization_servers": ["https://169.254.169.254"]}, "never dialled"),
        ({"authorization_servers": ["https://192.168.7.7"]}, "not a public address"),
        ({"authorization_servers": ["http://login.example"]}, "not https"),
        ({"authorization_servers": ["https://[::ffff:10.0.0.1]"]}, "not a public address"),
    ],
)
async def test_metadata_that_leads_astray_is_refused(tmp_path: Path, document: dict[str, object], told: str):
    async with scene(tmp_path, document=document) as at:
        with pytest.raises(PluginLoginFailed, match=told):
            await begin(at)


async def test_no_redirect_is_followed(tmp_path: Path):
    async with scene(tmp_path) as at:
        at.auth.moved["/register"] = "http://169.254.169.254/latest"
        with pytest.raises(PluginLoginFailed, match="leads elsewhere"):
            await begin(at)


async def test_endless_metadata_is_cut_off(tmp_path: Path):
    async with scene(tmp_path) as at:
        at.auth.instead["/.well-known/oauth-authorization-server"] = Answer(200, b"[" * 300_000)
        with pytest.raises(PluginLoginFailed, match="more than 262144 bytes"):
            await begin(at)


async def answer_to(at: Scene, begun: Begun, **changes: str | None) -> str:
    """What a browser brings back, changed on its way."""
    parts = urlsplit(await browse(begun.url))
    told: dict[str, str | None] = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return f"{BACK}?{urlencode({name: value for name, value in (told | changes).items() if value is not None})}"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "remote.somebody-elses"},
        {"state": None},
        {"iss": "https://attacker.example"},
        {"iss": None},
        {"code": None},
        {"iss": "https://attacker.example", "error": "access_denied", "error_description": "do as I say"},
    ],
)
async def test_an_answer_that_was_changed_is_refused_and_no_code_is_sent(
    tmp_path: Path, changes: dict[str, str | None]
):
    async with scene(tmp_path) as at:
        begun = await begin(at)
        with pytest.raises(PluginLoginRefused) as caught:
            await at.worker().finish(at.remote, await answer_to(at, begun, **changes))
        assert "do as I say" not in caught.value.told
        assert not at.auth.asked("/token")


async def test_a_wrong_issuer_is_refused_by_servers_that_do_not_promise_to_name_it_too(tmp_path: Path):
    wrong = {"authorization_response_iss_parameter_supported": None}
    async with scene(tmp_path, auth={"wrong": wrong, "says": "https://attacker.example"}) as at:
        with pytest.raises(PluginLoginRefused):
            await sign_in(at)
        at.auth.says = None
        assert (await sign_in(at)).state == "signed_in"


async def test_a_parameter_that_is_there_twice_is_refused(tmp_path: Path):
    async with scene(tmp_path) as at:
        answer = await browse((await begin(at)).url)
        with pytest.raises(PluginLoginRefused, match="cannot be read"):
            await at.worker().finish(at.remote, f"{answer}&code=another")


async def test_an_answer_serves_once(tmp_path: Path):
    async with scene(tmp_path) as at:
        answer = await browse((await begin(at)).url)
        await at.worker().finish(at.remote, answer)
        with pytest.raises(PluginLoginRefused):
            await at.worker().finish(at.remote, answer)
        assert len(at.auth.asked("/token")) == 1


async def test_a_login_waits_ten_minutes(tmp_path: Path):
    async with scene(tmp_path) as at:
        answer = await browse((await begin(at)).url)
        at.clock.seconds += 601
        with pytest.raises(PluginLoginRefused, match="took too long"):
            await at.worker().finish(at.remote, answer)


async def test_what_a_person_refused_is_told(tmp_path: Path):
    async with scene(tmp_path) as at:
        begun = await begin(at)
        answer = await answer_to(at, begun, code=None, error="access_denied", error_description="not today")
        with pytest.raises(PluginLoginFailed, match=r"access_denied \(not today\)"):
            await at.worker().finish(at.remote, answer)


@pytest.mark.parametrize(
    "told",
    [
        {"access_token": "a\r\nx-evil: 1", "token_type": "Bearer"},
        {"access_token": "", "token_type": "Bearer"},
        {"access_token": "a", "token_type": "mac"},
        {"token_type": "Bearer"},
        "nothing",
    ],
)
async def test_an_answer_without_a_usable_token_is_refused(tmp_path: Path, told: object):
    async with scene(tmp_path) as at:
        at.auth.instead["/token"] = Answer(200, told)
        with pytest.raises(PluginLoginFailed):
            await sign_in(at)
        assert (await at.worker().status(at.remote)).state == "signed_out"


# ------------------------------------------------------------ what is kept


async def test_tokens_and_secrets_are_sealed_in_the_store(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        tokens, _ = await at.kept.read(Tokens)
        client, _ = await at.kept.read(Client)
        assert tokens is not None
        assert client is not None
        whole = b"".join(path.read_bytes() for path in tmp_path.glob("switchgear.db*"))
        for secret in (tokens.access, tokens.refresh, client.secret):
            assert secret
            assert secret.reveal().encode() not in whole
            assert secret.reveal() not in repr((tokens, client))


async def test_what_was_got_for_one_url_is_sent_to_no_other(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        other = at.url.replace("/mcp", "/other")
        assert await at.worker().authorization(Remote(PLUGIN, other, private=True)).fields() == ()
        assert (await at.worker().status(Remote(PLUGIN, other, private=True))).state == "signed_out"
        assert await at.worker().authorization(Remote("another", at.url, private=True)).fields() == ()


async def test_a_login_ends_with_its_tokens_revoked(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        assert await at.worker().logout(at.remote) == ""
        assert not at.auth.access
        assert not at.auth.refresh
        assert (await at.worker().status(at.remote)).state == "signed_out"
        with pytest.raises(PluginUnauthorized):
            await call_once(at)


async def test_a_login_ends_here_though_its_server_does_not_answer(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        at.auth.instead["/revoke"] = Answer(503, json.dumps({}).encode())
        assert "503" in await at.worker().logout(at.remote)
        assert (await at.worker().status(at.remote)).state == "signed_out"


async def test_a_plugin_whose_host_nobody_allowed_to_be_private_is_not_asked(tmp_path: Path):
    async with scene(tmp_path) as at:
        with pytest.raises(PluginLoginFailed, match="not a public address"):
            await at.worker().begin(Remote(PLUGIN, at.url), WISH)
        assert not at.server.requests


async def test_no_secret_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    async with scene(tmp_path) as at:
        await sign_in(at)
        tokens, _ = await at.kept.read(Tokens)
        assert tokens is not None
        ours = at.worker().authorization(at.remote)
        at.clock.seconds += 3600
        await ours.fields()
        at.auth.refresh.clear()
        at.clock.seconds += 3600
        with pytest.raises(PluginUnauthorized) as caught:
            await ours.fields()
        fresh, _ = await at.kept.read(Tokens)
        assert fresh is not None
        logged = caplog.text + caught.value.told + fresh.reason
        for secret in (tokens.access, tokens.refresh, tokens.client.secret, *map(Secret, at.auth.access)):
            assert secret.reveal() not in logged
