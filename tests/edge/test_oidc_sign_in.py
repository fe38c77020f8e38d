"""Signing in at a real OpenID Connect server (oidc-provider), and what is not taken from one that lies."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from client_environment import client_environment
from switchgear.app.gateway import Gateway, Options, offline
from switchgear.edge.admin.api import build
from switchgear.observe.logs import LogControl

ORIGIN = "http://localhost:4100"
CALLBACK = f"{ORIGIN}/api/sign-in/oidc/callback"
SECRET = "the client's own secret"
SERVER = Path(__file__).parents[1] / "clients" / "node" / "oidc_server.mjs"
USERS: dict[str, Any] = {
    "ann": {"email": "Ann@example.com", "email_verified": True, "groups": ["engineering", "everybody"]},
    "bob": {"email": "bob@example.com", "email_verified": False},
    "eve": {"email": "ann@example.com", "email_verified": True},
    "ida": {"email": "ida@example.com", "email_verified": True},
    "odd": {"email": "../odd", "email_verified": True},
}


@pytest.fixture(scope="module", params=["in the ID token", "at the userinfo endpoint"])
def issuer(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server, once with the claims where they are found at once, and once where they have to be asked for."""
    client = {
        "client_id": "switchgear",
        "client_secret": SECRET,
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    told = {
        "USERS": json.dumps(USERS),
        "CLIENTS": json.dumps([client]),
        "IN_USERINFO": "1" if "userinfo" in request.param else "0",
    }
    command = [client_environment().node, SERVER]
    with subprocess.Popen(
        command,
        env=os.environ | told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield server.stdout.readline().strip()
        server.stdin.close()
        server.wait(10)


class Person:
    """Somebody with a browser: signs in as ``hint`` at the server, and brings back what it says."""

    def __init__(self, app: Any) -> None:
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)

    async def sent(self, to: str = "/calls") -> str:
        """Where the gateway sends them."""
        begun = await self.http.get("/api/sign-in/oidc", params={"next": to})
        assert begun.status_code == 303, begun.text
        return begun.headers["location"]

    async def brought(self, hint: str, to: str = "/calls") -> dict[str, str]:
        """What the server sends them back with."""
        url = f"{await self.sent(to)}&{urlencode({'login_hint': hint})}"
        async with httpx.AsyncClient(trust_env=False) as browser:
            while not url.startswith(CALLBACK):
                answer = await browser.get(url)
                assert answer.is_redirect, answer.text
                url = str(answer.next_request.url)  # type: ignore[union-attr]
        return dict(parse_qsl(urlsplit(url).query))

    async def back(self, brought: dict[str, str]) -> str:
        """The page that the gateway leads them to."""
        answer = await self.http.get("/api/sign-in/oidc/callback", params=brought)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def sign_in(self, hint: str, to: str = "/calls") -> str:
        return await self.back(await self.brought(hint, to))

    async def me(self) -> dict[str, Any]:
        return (await self.http.get("/api/me")).json()


@asynccontextmanager
async def serving(folder: Path, issuer: str, more: str = "") -> AsyncIterator[tuple[Gateway, Any]]:
    config = folder / "switchgear.toml"
    config.write_text(
        f'[local]\nenabled = false\n[sign_in.oidc]\nissuer = "{issuer}"\nclient_id = "switchgear"\nname = "Example SSO"\n'
        f'client_secret = "env:OIDC_SECRET"\nscopes = ["openid", "email", "groups"]\n{more}'
    )
    options = Options(data_dir=folder / "data", config=config, environ={"OIDC_SECRET": SECRET})
    async with offline(options, LogControl()) as gateway:
        yield gateway, build(gateway)


async def test_people_sign_in_as_the_users_that_the_server_says(issuer, tmp_path):
    async with serving(tmp_path, issuer, 'roles = { engineering = "developer", chiefs = "owner" }\n') as (gateway, app):
        ann = Person(app)
        assert (await ann.http.get("/api/sign-in")).json() == {"key": True, "oidc": {"name": "Example SSO"}}
        assert await ann.sign_in("ann", "/calls?model=a") == "/calls?model=a"
        me = await ann.me()
        assert (me["user"], me["role"], me["session"]["signed_in_by"]) == ("ann@example.com", "developer", "oidc")
        assert f"{gateway.keyring.cookie}_oidc" not in ann.http.cookies

        ida = Person(app)
        assert await ida.sign_in("ida", "https://evil.example/") == "/"
        assert (await ida.me())["role"] == "viewer"

        for hint in ("bob", "eve", "odd"):  # not verified; another one with ann's address; no name of a user
            other = Person(app)
            assert await other.sign_in(hint) == "/sign-in?failed=refused", hint
            assert (await other.http.get("/api/me")).status_code == 401

        assert await Person(app).sign_in("nobody") == "/sign-in?failed=cancelled"
        await gateway.store.users.put(
            "ida@example.com", {**(await gateway.store.users.get("ida@example.com")).content, "disabled": True}
        )
        await gateway.refresh()
        assert (await ida.me())["code"] == "session_ended"
        assert await ida.sign_in("ida") == "/sign-in?failed=refused"


async def test_an_answer_is_for_the_browser_that_asked_and_for_it_once(issuer, tmp_path):
    async with serving(tmp_path, issuer) as (gateway, app):
        ann, eve = Person(app), Person(app)
        name = f"{gateway.keyring.cookie}_oidc"
        brought = await ann.brought("ann")
        assert await eve.back(brought) == "/sign-in?failed=expired", "eve's browser began nothing"
        await eve.sent()
        assert await eve.back(brought) == "/sign-in?failed=failed", "the state is another's"
        cookie = ann.http.cookies[name]
        assert await ann.back({**brought, "iss": "https://evil.example"}) == "/sign-in?failed=failed"
        ann.http.cookies.set(name, cookie, domain="localhost.local", path="/api/sign-in/oidc")
        assert await ann.back(brought) == "/calls"
        again = Person(app)
        again.http.cookies.set(name, cookie, domain="localhost.local", path="/api/sign-in/oidc")
        assert await again.back(brought) == "/sign-in?failed=failed", "the code was used"


async def test_only_those_who_are_named_come_in_where_that_is_wished(issuer, tmp_path):
    more = 'named_only = true\nroles = { engineering = "admin" }\n[users."ida@example.com"]\nrole = "owner"\n'
    async with serving(tmp_path, issuer, more) as (gateway, app):
        ida, ann, eve = Person(app), Person(app), Person(app)
        assert await ida.sign_in("ida") == "/calls"
        assert (await ida.me())["role"] == "owner"
        assert await ann.sign_in("ann") == "/calls"
        assert (await ann.me())["role"] == "admin"
        assert await eve.sign_in("eve") == "/sign-in?failed=refused"
        assert [row.name for row in await gateway.store.users.all()] == ["ann@example.com"], "the file has the other"


async def test_a_role_that_the_server_takes_back_is_gone_at_the_next_sign_in(issuer, tmp_path):
    given, taken = 'roles = { engineering = "admin" }\n', 'roles = { chiefs = "admin" }\n'
    ann = "ann@example.com"
    async with serving(tmp_path, issuer, given) as (_, app):
        person = Person(app)
        assert await person.sign_in("ann") == "/calls"
        assert (await person.me())["role"] == "admin"
    async with serving(tmp_path, issuer, taken) as (gateway, app):
        person = Person(app)
        assert await person.sign_in("ann") == "/calls"
        assert (await person.me())["role"] == "viewer", "as somebody new"
        # a role that was given here is nothing that the server takes back
        held = dict((await gateway.store.users.get(ann)).content)
        assert held.pop("role_before") == "nobody"
        await gateway.store.users.put(ann, {**held, "role": "developer"})
        await gateway.refresh()
        assert await person.sign_in("ann") == "/calls"
        assert (await person.me())["role"] == "developer"
    async with serving(tmp_path, issuer, given) as (_, app):
        person = Person(app)
        await person.sign_in("ann")
        assert (await person.me())["role"] == "admin"
    async with serving(tmp_path, issuer, taken + "named_only = true\n") as (gateway, app):
        person = Person(app)
        assert await person.sign_in("ann") == "/calls", "an admin named her"
        assert (await person.me())["role"] == "developer"


async def test_whom_the_server_names_no_more_is_signed_out_where_only_the_named_come_in(issuer, tmp_path):
    async with serving(tmp_path, issuer, 'named_only = true\nroles = { engineering = "admin" }\n') as (_, app):
        before = Person(app)
        assert await before.sign_in("ann") == "/calls"
    async with serving(tmp_path, issuer, 'named_only = true\nroles = { chiefs = "admin" }\n') as (gateway, app):
        before = Person(app)
        for _ in range(2):
            assert await before.sign_in("ann") == "/sign-in?failed=refused"
        assert await gateway.store.sessions.all() == []
        assert (await gateway.store.users.get("ann@example.com")).content["role"] == "viewer"
