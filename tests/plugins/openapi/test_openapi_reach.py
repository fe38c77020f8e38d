"""Where an API's plugin can reach, who it says that it is there, and what never leaves it."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from api_server import Answered, Asked, api, api_server, called, listed, session_with
from tool_servers import until

from switchgear.core.errors import PluginFailed, PluginUnauthorized, PluginUnavailable, ServerGone, ToolTimedOut
from switchgear.plugins.openapi.choices import Choices
from switchgear.plugins.openapi.client import ApiClient, Place
from switchgear.plugins.openapi.document import read_document
from switchgear.plugins.openapi.reach import Granted
from switchgear.plugins.openapi.tools import tools_of

BOTH_LOOPS = True

WELL: dict[str, Any] = {"responses": {"200": {"description": "Well."}}}
GET = api({"/get": {"get": {"operationId": "get", **WELL}}})
SECRET = "s3cr/et value+é"


def secured(scheme: Any, *, security: Any = None, **operation: Any) -> dict[str, Any]:
    return api(
        {"/get": {"get": {"operationId": "get", **WELL, **operation}}},
        security=security or [{"key": []}],
        components={"securitySchemes": {"key": scheme, "other": {"type": "http", "scheme": "bearer"}}},
    )


def headers_of(asked: Asked) -> Answered:
    return Answered(200, {"target": asked.target, **asked.headers})


# ------------------------------------------------------------ the guard


async def test_a_host_that_is_not_granted_is_not_reached() -> None:
    async with api_server({"GET /get": Answered(200, {})}) as server:
        for network in ((), ("*:443",), (f"*:{server.port}",), ("127.0.0.1:1",), (f"localhost:{server.port}",)):
            async with session_with(GET, server, network=network) as session:
                with pytest.raises(PluginUnavailable, match=r"cannot reach 127\.0\.0\.1"):
                    await called(session, "get")
        assert server.asked == []


async def test_a_name_that_leads_to_a_private_address_needs_that_address_granted() -> None:
    async with api_server({"GET /get": Answered(200, {})}) as server:
        named, exact = f"localhost:{server.port}", f"127.0.0.1:{server.port}"
        url = f"http://{named}"
        async with session_with(GET, server, network=(named,), base_url=url) as session:
            with pytest.raises(PluginUnavailable, match=r"which is not public; permissions.network must have it"):
                await called(session, "get")
        assert server.asked == []
        async with session_with(GET, server, network=(named, exact), base_url=url) as session:
            assert not (await called(session, "get")).get("isError")


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """DNS rebinding: what was judged is what is dialled, and it is judged anew for each connection."""
    document = read_document(json.dumps(GET).encode())
    tool = tools_of(document, Choices()).tools["get"]
    async with api_server({"GET /get": Answered(200, {})}) as server:
        answers = iter([["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"]])

        async def lookup(_loop: asyncio.AbstractEventLoop, _host: str, _port: int) -> list[str]:
            return next(answers)

        name = f"rebind.example:{server.port}"
        client = ApiClient("api", Place(f"http://{name}"), {}, {}, Granted((name,), lookup), 10_000)
        for _ in range(2):
            with pytest.raises(PluginFailed, match=r"the name leads to 127\.0\.0\.1, which is not public"):
                await client.call(tool, {}, {})
        assert server.asked == []
        client.close()


async def test_redirects_are_followed_inside_the_origin_alone() -> None:
    async with api_server() as server, api_server({"GET /get": Answered(200, {})}) as other:
        server.answers = {
            "GET /get": Answered(302, b"", {"location": "/next?a=1"}),
            "GET /next": headers_of,
            "POST /post": Answered(303, b"", {"location": "next"}),
            "GET /away": Answered(307, b"", {"location": f"{other.url}/get"}),
            "GET /round": Answered(308, b"", {"location": "/round"}),
            "GET /odd": Answered(301, b"", {"location": "http://[:bad"}),
        }
        document = secured({"type": "apiKey", "in": "header", "name": "X-Key"})
        document["paths"] |= {f"/{each}": {"get": {"operationId": each, **WELL}} for each in ("away", "round", "odd")}
        document["paths"]["/post"] = {
            "post": {"operationId": "post", "requestBody": {"content": {"application/json": {}}}, **WELL}
        }
        network = (f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}")
        async with session_with(document, server, secrets={"key": "abcdef"}, network=network) as session:
            assert (await called(session, "get"))["structuredContent"]["target"] == "/next?a=1"
            moved = (await called(session, "post", body={"a": 1}))["structuredContent"]
            assert (moved["target"], "content-type" in moved, "content-length" in moved) == ("/next", False, False)
            away = await called(session, "away")
            assert away["isError"]
            assert "which is not followed" in away["content"][0]["text"]
            assert (await called(session, "odd"))["isError"]
            with pytest.raises(PluginFailed, match="leads on more than 3 times"):
                await called(session, "round")
        assert other.asked == []


async def test_an_api_that_is_not_there_is_told() -> None:
    async with api_server() as server:
        url = server.url
    async with session_with(GET, base_url=url, network=(url[7:],)) as session:
        with pytest.raises(ServerGone, match="The API of plugin api cannot be reached"):
            await called(session, "get")


async def _for_ever(_asked: Asked) -> Answered:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_call_that_is_given_up_ends_its_request() -> None:
    async with api_server({"GET /get": _for_ever}) as server, session_with(GET, server) as session:
        call = asyncio.ensure_future(called(session, "get"))
        await until(lambda: server.waiting)
        call.cancel()
        await until(lambda: server.gone)
        with pytest.raises(ToolTimedOut):
            await session.request("tools/call", b'{"name":"get"}', seconds=0.05)
        await until(lambda: server.gone == 2)


async def test_closing_ends_what_is_under_way() -> None:
    async with api_server({"GET /get": _for_ever}) as server, session_with(GET, server) as session:
        call = asyncio.ensure_future(called(session, "get"))
        await until(lambda: server.waiting)
        await session.close(1.0)
        with pytest.raises(ServerGone):
            await call
        await until(lambda: server.gone)


# ------------------------------------------------------------ credentials


@pytest.mark.parametrize(
    ("scheme", "secrets", "name", "value"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"key": "k-12345"}, "x-key", "k-12345"),
        ({"type": "apiKey", "in": "query", "name": "api key"}, {"key": "k 12345"}, "target", "/get?api%20key=k%2012345"),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"key": "k;12345"}, "cookie", "sid=k%3B12345"),
        ({"type": "http", "scheme": "bearer"}, {"key": "t.12345"}, "authorization", "Bearer t.12345"),
        ({"type": "http", "scheme": "basic"}, {"key_username": "ann", "key_password": "pass:wörd"}, "authorization",
         "Basic " + base64.b64encode("ann:pass:wörd".encode()).decode()),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://x.example"}, {"key": "t.12345"}, "authorization", "Bearer t.12345"),
        ({"type": "oauth2", "flows": {"authorizationCode": {}}}, {"key": "t.12345"}, "authorization", "Bearer t.12345"),
    ],
)  # fmt: skip
async def test_the_api_gets_the_secret_and_nobody_sees_it(
    scheme: Any, secrets: dict[str, str], name: str, value: str
) -> None:
    document = secured(scheme, parameters=[{"name": "X-Key", "in": "header", "schema": {}}])
    async with (
        api_server({"GET /get": headers_of}) as server,
        session_with(document, server, secrets=secrets) as session,
    ):
        tools = await listed(session)
        assert "X-Key" not in tools["get"]["inputSchema"]["properties"] or scheme.get("in") != "header"
        result = await called(session, "get")
        asked = server.asked[-1]
        assert {"target": asked.target, **asked.headers}[name] == value
        told = json.dumps(result)
        for secret in secrets.values():
            assert len(secret) < 5 or secret not in told
        assert "[redacted]" in told


async def test_secrets_are_taken_out_however_they_are_written() -> None:
    from urllib.parse import quote

    forms = [
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(SECRET).replace("/", "\\/"),
        f'"{quote(SECRET, safe="")}"',
    ]
    body = f"[{','.join(forms)}]".encode()
    answers = {
        "GET /get": Answered(200, body),
        "GET /fails": Answered(500, SECRET.encode(), {"content-type": "text/plain"}),
    }
    document = secured({"type": "apiKey", "in": "query", "name": "k"})
    document["paths"]["/fails"] = {"get": {"operationId": "fails", **WELL}}
    async with api_server(answers) as server, session_with(document, server, secrets={"key": SECRET}) as session:
        for tool in ("get", "fails"):
            told = json.dumps(await called(session, tool))
            assert "s3cr" not in told
            assert "[redacted]" in told


async def test_a_missing_secret_is_named() -> None:
    async with api_server() as server, session_with(secured({"type": "http", "scheme": "basic"}), server) as session:
        with pytest.raises(PluginUnauthorized, match='the secret "key_username" and "key_password"') as refused:
            await called(session, "get")
        assert refused.value.advice == "Set it: switchgear plugin configure api"
        assert server.asked == []


async def test_a_secret_with_a_line_end_is_not_sent() -> None:
    document = secured({"type": "apiKey", "in": "header", "name": "X-Key"})
    async with api_server() as server, session_with(document, server, secrets={"key": "abc\r\nx-evil: 1"}) as session:
        with pytest.raises(PluginUnauthorized, match="line ends"):
            await called(session, "get")
        assert server.asked == []


@pytest.mark.parametrize(
    ("security", "secrets", "sent"),
    [
        ([{"key": []}, {"other": []}], {"other": "t-other"}, {"authorization"}),
        ([{"key": []}, {"other": []}], {"key": "k-12345", "other": "t-other"}, {"x-key"}),
        ([{"key": [], "other": []}], {"key": "k-12345", "other": "t-other"}, {"x-key", "authorization"}),
        ([{}, {"key": []}], {"key": "k-12345"}, {"x-key"}),
        ([{}, {"key": []}], {}, set()),
        ([], {"key": "k-12345"}, set()),
    ],
)
async def test_each_operation_has_its_own_ways_in(security: Any, secrets: dict[str, str], sent: set[str]) -> None:
    document = {**secured({"type": "apiKey", "in": "header", "name": "X-Key"})}
    document["paths"]["/get"]["get"]["security"] = security
    async with (
        api_server({"GET /get": headers_of}) as server,
        session_with(document, server, secrets=secrets) as session,
    ):
        await called(session, "get")
        assert {"x-key", "authorization"} & set(server.asked[-1].headers) == sent


async def test_secrets_that_are_not_granted_are_not_used() -> None:
    from switchgear.core.secrets import Secret
    from switchgear.plugins.mcp.negotiation import open_session
    from switchgear.plugins.mcp.session import Terms
    from switchgear.plugins.openapi.channel import open_api
    from switchgear.plugins.permissions import Permissions, PluginLimits

    async with api_server() as server:
        data = json.dumps(secured({"type": "http", "scheme": "bearer"})).encode()
        channel = await open_api(
            "api", data, settings={"base_url": server.url}, secrets={"key": Secret("t.12345")},
            permissions=Permissions(network=(f"127.0.0.1:{server.port}",)), limits=PluginLimits(),
        )  # fmt: skip
        session = await open_session(channel, Terms("api"))
        with pytest.raises(PluginUnauthorized):
            await called(session, "get")
        await session.close(1.0)


# ------------------------------------------------------------ tokens

CLIENT = {"key_client_id": "id one", "key_client_secret": "sec:ret/1"}


class Tokens:
    """A token server. ``takes``: how it wants the client's credentials."""

    def __init__(self, takes: str = "basic", **more: Any) -> None:
        self.takes = takes
        self.more = {"expires_in": 3600, **more}
        self.given = 0
        self.good = ""

    def token(self, asked: Asked) -> Answered:
        form = {name: value for name, (value,) in parse_qs(asked.body.decode()).items()}
        assert form["grant_type"] == "client_credentials"
        basic = "Basic " + base64.b64encode(b"id+one:sec%3Aret%2F1").decode()
        right = (
            asked.headers.get("authorization") == basic
            if self.takes == "basic"
            else form.get("client_secret") == "sec:ret/1"
        )
        if not right:
            return Answered(401, {"error": "invalid_client"})
        self.given += 1
        self.good = f"token-{self.given}"
        return Answered(
            200, {"access_token": self.good, "token_type": "bearer", "scope": form.get("scope", ""), **self.more}
        )

    def get(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bearer {self.good}":
            return Answered(401, {"error": "expired"})
        return headers_of(asked)

    @property
    def answers(self) -> dict[str, Any]:
        return {"POST /token": self.token, "GET /get": self.get}


def with_tokens(url: str = "/token") -> dict[str, Any]:
    scheme = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": {"read": "x"}}}}
    return secured(scheme, security=[{"key": ["read", "write"]}])


@pytest.mark.parametrize("takes", ["basic", "form"])
async def test_a_token_is_fetched_once_for_all(takes: str) -> None:
    tokens = Tokens(takes)
    async with api_server(tokens.answers) as server, session_with(with_tokens(), server, secrets=CLIENT) as session:
        results = await asyncio.gather(*(called(session, "get") for _ in range(10)))
        assert all(result["structuredContent"]["authorization"] == "Bearer [redacted]" for result in results)
        assert tokens.given == 1
        forms = [parse_qs(each.body.decode()) for each in server.asked if each.path == "/token"]
        assert forms[-1]["scope"] == ["read write"]


async def test_a_refused_token_is_fetched_anew_once() -> None:
    tokens = Tokens()
    async with api_server(tokens.answers) as server, session_with(with_tokens(), server, secrets=CLIENT) as session:
        await called(session, "get")
        tokens.good = "another"
        assert not (await called(session, "get")).get("isError")
        assert tokens.given == 2
        server.answers["GET /get"] = Answered(401, {})
        assert (await called(session, "get"))["isError"]
        assert tokens.given == 3


async def test_a_token_that_ends_at_once_is_not_kept() -> None:
    tokens = Tokens(expires_in=0)
    async with api_server(tokens.answers) as server, session_with(with_tokens(), server, secrets=CLIENT) as session:
        for _ in range(3):
            assert not (await called(session, "get")).get("isError")
        assert tokens.given == 3


async def test_a_token_server_that_is_not_granted_is_not_asked() -> None:
    async with api_server({"GET /get": headers_of}) as server, api_server(Tokens().answers) as other:
        document = with_tokens(f"{other.url}/token")
        async with session_with(document, server, secrets=CLIENT) as session:
            with pytest.raises(PluginUnavailable, match="cannot reach"):
                await called(session, "get")
        assert (server.asked, other.asked) == ([], [])


@pytest.mark.parametrize(
    "answer", [Answered(200, b"[]"), Answered(200, {"access_token": "a\nb"}), Answered(200, {"access_token": "a", "token_type": "mac"}), Answered(500), Answered(200, b"[" * 10_000), Answered(401)]
)  # fmt: skip
async def test_a_token_server_that_makes_no_sense_is_told_of(answer: Answered) -> None:
    answers = {"POST /token": answer}
    async with api_server(answers) as server, session_with(with_tokens(), server, secrets=CLIENT) as session:
        with pytest.raises(PluginFailed, match='gets no token for "key"') as failed:
            await called(session, "get")
        assert "sec:ret" not in str(failed.value)
