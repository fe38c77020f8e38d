"""An authorization server in the test's own process, over real HTTP: codes with PKCE, refresh tokens that rotate, registration, revocation.

It is strict about what clients send. What it does wrong itself is set by attributes; what it was asked is in ``requests``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx


@dataclass
class Heard:
    """A request as it came; ``form`` is its body, or its query where it has none."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What is answered."""

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class OAuthServer:
    """``wrong`` replaces fields of the metadata, None takes one away; ``says`` is what ``iss`` of an answer says."""

    port: int = 0
    path: str = ""
    wrong: dict[str, Any] = field(default_factory=dict)
    openid: bool = False
    says: str | None = ""
    life: float | None = 3600
    refreshing: bool = True
    rotating: bool = True
    moved: dict[str, str] = field(default_factory=dict)
    instead: dict[str, Answer] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    signer: Any = None
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    requests: list[Heard] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return self.origin + self.path

    @property
    def metadata(self) -> dict[str, Any]:
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "registration_endpoint": f"{self.issuer}/register",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "scopes_supported": ["files:read", "files:write", "offline_access"],
        }
        return {name: value for name, value in {**usual, **self.wrong}.items() if value is not None}

    def asked(self, path: str) -> list[Heard]:
        return [each for each in self.requests if each.path == self.path + path]

    def add_client(self, client_id: str, secret: str = "", redirects: tuple[str, ...] = ()) -> None:
        method = "client_secret_basic" if secret else "none"
        self.clients[client_id] = {"secret": secret, "redirects": list(redirects), "method": method}

    # ------------------------------------------------------------ answers

    def answer(self, heard: Heard) -> Answer:
        path = heard.path.removeprefix(self.path)
        if heard.path in self.instead:
            return self.instead[heard.path]
        if path in self.moved:
            return Answer(302, headers={"location": self.moved[path]})
        kind = "openid-configuration" if self.openid else "oauth-authorization-server"
        if heard.path == f"/.well-known/{kind}{self.path}":
            return Answer(200, self.metadata)
        known = {"/authorize": self.authorize, "/token": self.token, "/register": self.register, "/revoke": self.revoke}
        return known[path](heard) if path in known else Answer(404)

    def register(self, heard: Heard) -> Answer:
        wanted = json.loads(heard.body)
        client_id, secret = f"client-{len(self.clients)}", secrets.token_urlsafe()
        method = wanted.get("token_endpoint_auth_method", "client_secret_basic")
        self.clients[client_id] = {
            "secret": "" if method == "none" else secret,
            "redirects": wanted["redirect_uris"],
            "method": method,
            "wanted": wanted,
        }
        shown = {"client_id": client_id, "token_endpoint_auth_method": method, "redirect_uris": wanted["redirect_uris"]}
        return Answer(201, shown if method == "none" else {**shown, "client_secret": secret})

    def authorize(self, heard: Heard) -> Answer:
        form = heard.form
        client = self.clients.get(form["client_id"])
        if client is None and form["client_id"].startswith("https://"):
            client = self.clients[form["client_id"]] = {"secret": "", "redirects": [form["redirect_uri"]]}
        if client is None or form["redirect_uri"] not in client["redirects"]:
            return Answer(400, {"error": "invalid_request"})
        assert form["response_type"] == "code"
        assert form["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = form
        back = {"code": code, "state": form["state"]}
        if self.says is not None:
            back["iss"] = self.says or self.issuer
        return Answer(302, headers={"location": f"{form['redirect_uri']}?{urlencode(back)}"})

    def token(self, heard: Heard) -> Answer:
        form = heard.form
        client_id = self.authenticated(heard)
        if client_id is None:
            return Answer(401, {"error": "invalid_client"})
        if form["grant_type"] == "client_credentials":
            return self.granted({**form, "client_id": client_id}, refreshing=False)
        if form["grant_type"] == "refresh_token":
            return self.refreshed(form, client_id)
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["client_id"] != client_id or asked["redirect_uri"] != form["redirect_uri"]:
            return Answer(400, {"error": "invalid_grant", "error_description": "no such code"})
        made = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if made != asked["code_challenge"] or asked["resource"] != form["resource"]:
            return Answer(400, {"error": "invalid_grant", "error_description": "another verifier or resource"})
        return self.granted({**asked, "client_id": client_id}, refreshing=self.refreshing)

    def refreshed(self, form: dict[str, str], client_id: str) -> Answer:
        token = form["refresh_token"]
        if token in self.spent:  # somebody else has it: nobody may go on (OAuth 2.1 section 4.3.1)
            self.refresh.clear()
            self.access.clear()
        asked = self.refresh.get(token)
        if asked is None or asked["client_id"] != client_id or asked["resource"] != form["resource"]:
            return Answer(400, {"error": "invalid_grant", "error_description": "no such refresh token"})
        if self.rotating:
            self.spent.add(token)
            del self.refresh[token]
        return self.granted(asked, refreshing=self.rotating)

    def granted(self, asked: dict[str, str], *, refreshing: bool) -> Answer:
        token = secrets.token_urlsafe() if self.signer is None else self.signed(asked)
        self.access[token] = asked
        told: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "scope": asked.get("scope", "")}
        if self.life is not None:
            told["expires_in"] = self.life
        if refreshing:
            told["refresh_token"] = secrets.token_urlsafe()
            self.refresh[told["refresh_token"]] = asked
        return Answer(200, told)

    def signed(self, asked: dict[str, str]) -> str:
        """A token that says itself what it is (RFC 9068)."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["resource"], "sub": "ann", "client_id": asked["client_id"]}
        times = {"iat": now, "exp": now + 300, "jti": secrets.token_hex(8)}
        return self.signer.sign(claims | times | {"scope": asked.get("scope", "")}).decode()

    def revoke(self, heard: Heard) -> Answer:
        if self.authenticated(heard) is None:
            return Answer(401, {"error": "invalid_client"})
        self.access.pop(heard.form["token"], None)
        self.refresh.pop(heard.form["token"], None)
        return Answer(200)

    def authenticated(self, heard: Heard) -> str | None:
        basic = heard.headers.get("authorization", "")
        if basic.startswith("Basic "):
            name, _, secret = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            name, secret = unquote_plus(name), unquote_plus(secret)
        else:
            name, secret = heard.form.get("client_id", ""), heard.form.get("client_secret", "")
        client = self.clients.get(name)
        return name if client is not None and client["secret"] == secret else None

    # ------------------------------------------------------------ HTTP

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip().split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                parts = urlsplit(target)
                text = parts.query if method == "GET" else body.decode()
                form = {name: values[-1] for name, values in parse_qs(text).items()}
                heard = Heard(method, parts.path, headers, form, body)
                self.requests.append(heard)
                if self.gate is not None and parts.path.endswith("/token"):
                    await self.gate.wait()
                made = self.answer(heard)
                data = made.body if isinstance(made.body, bytes) else json.dumps(made.body).encode()
                more = "".join(f"{name}: {value}\r\n" for name, value in made.headers.items())
                writer.write(
                    f"HTTP/1.1 {made.status} X\r\ncontent-type: application/json\r\n{more}"
                    f"content-length: {len(data)}\r\n\r\n".encode()
                    + data
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def oauth_server(**settings: Any) -> AsyncIterator[OAuthServer]:
    """One that listens on 127.0.0.1 until the end."""
    server = OAuthServer(**settings)
    tasks: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.connection(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accepted, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in [*tasks]:
            task.cancel()
        if tasks:
            await asyncio.wait([*tasks])


async def browse(url: str) -> str:
    """What a browser does with the address of a login: where it is sent back to."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]
