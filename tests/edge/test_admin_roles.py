"""Who may do what: every route of the admin API, asked by every role, is let in or refused as the one table says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from switchgear.access.roles import ROLES, SCOPES_OF, role_of, whole
from switchgear.edge.admin.api import build, document
from switchgear.edge.admin.security import scope_for

HTTP = ("get", "post", "put", "patch", "delete")
ORIGIN = "http://localhost:4100"


class Nothing:
    """Enough of a gateway to make the document of its API."""

    keyring = None


def routes() -> list[tuple[str, str, list[dict[str, list[str]]]]]:
    """Method, path with its parameters filled in, and what the document says that it takes."""
    paths = document(build(Nothing()))["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", "thing", path), item[method]["security"])
        for path, item in paths.items()
        for method in HTTP
        if method in item
    ]


@asynccontextmanager
async def signed_in(desk: Any, **body: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that opened a link for this user, or of this role."""
    made = await desk.api.post("/api/sign-in/links", json=body)
    assert made.status_code == 201, made.text
    link = made.json()["url"].partition("?link=")[2]
    async with desk.as_key(None) as browser:
        answer = await browser.post("/api/sign-in/link", json={"link": link}, headers={"origin": ORIGIN})
        assert answer.status_code == 200, answer.text
        yield browser


@pytest.fixture
async def browsers(desk: Any) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Somebody of each role, and somebody who is not signed in."""
    async with AsyncExitStack() as stack:
        made = {role: await stack.enter_async_context(signed_in(desk, role=role)) for role in ROLES}
        yield made | {"nobody": await stack.enter_async_context(desk.as_key(None))}


async def test_every_route_lets_in_the_roles_that_have_its_scope_and_no_other(desk, browsers):
    wrong = []
    for method, path, taken in routes():
        if path in ("/api/sign-out", "/api/events") or path.startswith("/api/sign-in/"):
            continue  # they have tests of their own: they end or begin sessions, or do not end
        for role, browser in browsers.items():
            needed = {scope for entry in taken for scopes in entry.values() for scope in scopes}
            scopes = SCOPES_OF[role] if role != "nobody" else ()
            expected = 401 if role == "nobody" and taken else 403 if needed - set(scopes) else None
            # a body that is no JSON is refused behind the gate, so that nothing is changed
            sent = {} if method in ("GET", "DELETE") else {"content": b"nonsense"}
            answer = await browser.request(method, path, headers={"origin": ORIGIN}, **sent)
            refused = answer.status_code in (401, 403) and answer.json()["code"] in (
                "missing_api_key",
                "permission_denied",
            )
            if (answer.status_code if refused else None) != expected:
                wrong.append((role, method, path, answer.status_code, expected))
    assert wrong == []


async def test_no_route_is_to_be_had_by_another_spelling_of_its_path(desk, browsers):
    """What the router takes for a route has to be what the table of scopes takes for it."""
    wrong = []
    for method, path, taken in routes():
        if not taken or path == "/api/events":
            continue
        for spelled in (f"{path}%0A", f"{path}%00", f"{path}%0D%0A", f"{path}/", path.replace("/api/", "/api//")):
            for role in ("viewer", "admin"):
                sent = {} if method in ("GET", "DELETE") else {"json": {}}
                answer = await browsers[role].request(method, spelled, headers={"origin": ORIGIN}, **sent)
                if answer.status_code not in (401, 403, 404, 405):
                    wrong.append((role, method, spelled, answer.status_code))
    assert wrong == []


def test_the_table_of_routes_is_this_one():
    """Written out once more: a change of who may do what is seen here."""
    special = {
        (method, path): scope_for(method, path)
        for method, path, _ in routes()
        if scope_for(method, path) != ("admin:read" if method == "GET" else "admin")
    }
    assert {
        path: scope for (method, path), scope in special.items() if not path.startswith(("/api/me", "/api/sign"))
    } == {
        "/api/plugins/thing/tools/thing/call": "call",
        **dict.fromkeys((path for _, path, _ in routes() if path.startswith("/api/conversations")), "own"),
        "/api/keys": "own",
        "/api/keys/thing": "own",
        "/api/keys/thing/rotate": "own",
        "/api/keys/thing/revoke": "own",
        "/api/sessions": "admin",
        "/api/plugins/trust": "owner",
        "/api/plugins/trust/thing": "owner",
        "/api/plugins/trust/thing/revoke": "owner",
    } | {path: scope for (_, path), scope in special.items() if path == "/api/events"}
    assert {scope for (_, path), scope in special.items() if path.startswith("/api/me")} == {"signed-in"}
    assert special["POST", "/api/sign-in/links"] == "owner"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_known_by_its_scopes(role):
    assert role_of(whole(SCOPES_OF[role])) == role


async def test_pages_are_told_what_may_be_done(browsers):
    told = {role: (await browser.get("/api/me")).json() for role, browser in browsers.items() if role != "nobody"}
    assert {role: me["role"] for role, me in told.items()} == {role: role for role in ROLES}
    assert told["viewer"]["may"] == {"read": True, "call": False, "change": False, "own_keys": False, "owner": False}
    assert told["admin"]["may"] == {"read": True, "call": True, "change": True, "own_keys": True, "owner": False}
    assert told["owner"]["session"]["signed_in_by"] == "link"
    assert told["owner"]["sign_in"] == {"key": True, "oidc": None}


# ------------------------------------------------------------ own keys


@asynccontextmanager
async def developer(desk: Any) -> AsyncIterator[httpx.AsyncClient]:
    assert (await desk.api.put("/api/users/ann", json={"role": "developer"})).status_code == 201
    async with signed_in(desk, user="ann") as browser:
        yield browser


async def test_a_developer_has_keys_of_their_own_and_of_nobody_else(desk):
    other = await desk.make_key("other", user="")
    headers = {"origin": ORIGIN}
    async with developer(desk) as browser:
        made = await browser.post("/api/keys", json={"name": "mine"}, headers=headers)
        assert (made.status_code, made.json()["user"]) == (201, "ann"), made.text
        key = made.json()["id"]
        assert (await browser.post(f"/api/keys/{key}/rotate", headers=headers)).status_code == 200
        assert (await browser.patch(f"/api/keys/{key}", json={"name": "ours"}, headers=headers)).status_code == 200
        for path in ("rotate", "revoke"):
            answer = await browser.post(f"/api/keys/{other['id']}/{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert (await browser.post(f"/api/keys/{key}/revoke", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "more", [{"scopes": ["admin"]}, {"scopes": ["owner"]}, {"user": "bob"}, {"team": "search"}, {"priority": "high"}]
)
async def test_a_key_of_ones_own_is_no_way_to_more(desk, more):
    await desk.api.put("/api/users/bob", json={})
    async with developer(desk) as browser:
        answer = await browser.post("/api/keys", json={"name": "more"} | more, headers={"origin": ORIGIN})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        made = (await browser.post("/api/keys", json={"name": "mine"}, headers={"origin": ORIGIN})).json()
        answer = await browser.patch(f"/api/keys/{made['id']}", json=more, headers={"origin": ORIGIN})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


async def test_the_secret_of_a_greater_key_is_not_to_be_had_by_rotating_it(desk):
    async with developer(desk) as browser:
        greater = await desk.make_key("greater", user="ann", scopes=["call", "admin"])
        answer = await browser.post(f"/api/keys/{greater['id']}/rotate", headers={"origin": ORIGIN})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert (await browser.post(f"/api/keys/{greater['id']}/revoke", headers={"origin": ORIGIN})).status_code == 200


async def test_a_key_for_few_models_makes_none_for_more(desk):
    await desk.api.put("/api/users/ann", json={})
    few = await desk.make_key("few", user="ann", scopes=["call", "own"], models=["test-model"])
    async with desk.as_key(few["key"]) as api:
        assert (await api.post("/api/keys", json={"name": "wide"})).status_code == 403
        assert (await api.post("/api/keys", json={"name": "same", "models": ["test-model"]})).status_code == 201


# ------------------------------------------------------------ ownership


async def test_an_admin_does_not_become_an_owner(desk):
    admin = await desk.make_key("admin-2", scopes=["call", "admin"])
    first = (await desk.api.get("/api/keys")).json()["data"][-1]["id"]
    await desk.api.put("/api/users/olga", json={"role": "owner"})
    async with desk.as_key(admin["key"]) as api:
        refused = [
            await api.post("/api/keys", json={"name": "x", "scopes": ["owner"]}),
            await api.patch(f"/api/keys/{admin['id']}", json={"scopes": ["owner"]}),
            await api.post(f"/api/keys/{first}/rotate"),
            await api.post(f"/api/keys/{first}/revoke"),
            await api.patch(f"/api/keys/{first}", json={"scopes": ["call"]}),
            await api.post("/api/sign-in/links", json={}),
            await api.put("/api/users/ann", json={"role": "admin"}),
            await api.put("/api/users/olga", json={"disabled": True}),
            await api.put("/api/users/olga", json={"role": "viewer"}),
            await api.delete("/api/users/olga"),
        ]
        assert [answer.status_code for answer in refused] == [403] * len(refused)
        assert (await api.put("/api/users/ann", json={"team": "", "disabled": False})).status_code == 201


async def test_a_role_holds_from_the_next_request_on(desk):
    async with developer(desk) as browser:
        assert (await browser.get("/api/me")).json()["role"] == "developer"
        assert (await desk.api.put("/api/users/ann", json={"role": "viewer"})).json()["role"] == "viewer"
        assert (await browser.get("/api/me")).json()["may"]["call"] is False
