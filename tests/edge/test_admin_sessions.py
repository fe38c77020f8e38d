"""Who is signed in, as admins see and end it; what is another's alone; and what ends with a session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

import switchgear.access.sign_in as signing_in

ORIGIN = "http://localhost:4100"
SAME = {"origin": ORIGIN}


@asynccontextmanager
async def signed_in(desk: Any, **body: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that opened a link for this user, or of this role."""
    made = await desk.api.post("/api/sign-in/links", json=body)
    link = made.json()["url"].partition("?link=")[2]
    async with desk.as_key(None) as browser:
        answer = await browser.post("/api/sign-in/link", json={"link": link}, headers=SAME)
        assert answer.status_code == 200, answer.text
        yield browser


async def user(desk: Any, name: str, role: str) -> None:
    assert (await desk.api.put(f"/api/users/{name}", json={"role": role})).status_code in (200, 201)


# ------------------------------------------------------------ who is signed in


async def test_admins_see_who_is_signed_in_and_end_it(desk):
    await user(desk, "ann", "developer")
    async with signed_in(desk, user="ann") as ann, signed_in(desk, role="admin") as admin:
        listed = (await admin.get("/api/sessions")).json()["data"]
        told = {(one["user"], one["role"], one["current"]) for one in listed}
        assert told == {("", "admin", True), ("ann", "developer", False)}
        (hers,) = (await admin.get("/api/sessions", params={"user": "ann"})).json()["data"]
        assert (hers["key_name"], hers["signed_in_by"], hers["current"]) == ("console of ann", "link", False)
        assert (await ann.get("/api/sessions")).status_code == 403
        assert (await ann.delete(f"/api/sessions/{hers['id']}", headers=SAME)).status_code == 403
        assert (await admin.delete("/api/sessions/ses_0", headers=SAME)).status_code == 404
        foreign = await admin.delete(f"/api/sessions/{hers['id']}", headers={"origin": "http://localhost:9"})
        assert foreign.status_code == 403
        assert (await admin.delete(f"/api/sessions/{hers['id']}", headers=SAME)).status_code == 204
        assert (await ann.get("/api/me")).json()["code"] == "session_ended"
        (own,) = (await admin.get("/api/sessions")).json()["data"]
        gone = await admin.delete(f"/api/sessions/{own['id']}", headers=SAME)
        assert gone.status_code == 204
        assert desk.gateway.keyring.cookie not in admin.cookies
    entry = next(one for one in await desk.audited() if one["target"] == hers["id"])
    assert (entry["action"], entry["detail"]["user"]) == ("session.end", "ann")


async def test_sessions_are_listed_in_pages(desk):
    async with signed_in(desk, role="viewer"), signed_in(desk, role="viewer"), signed_in(desk, role="viewer"):
        seen, before = [], {}
        while True:
            page = (await desk.api.get("/api/sessions", params={"limit": 2, **before})).json()
            seen += [one["id"] for one in page["data"]]
            if page["next"] is None:
                break
            before = {"before": page["next"]}
    assert len(set(seen)) == len(seen) == 3


async def test_only_an_owner_ends_the_session_of_an_owner(desk):
    await user(desk, "olga", "owner")
    async with signed_in(desk, user="olga") as olga, signed_in(desk, role="admin") as admin:
        (hers,) = (await admin.get("/api/sessions", params={"user": "olga"})).json()["data"]
        refused = await admin.delete(f"/api/sessions/{hers['id']}", headers=SAME)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
        assert (await olga.get("/api/me")).status_code == 200
        assert (await desk.api.delete(f"/api/sessions/{hers['id']}")).status_code == 204


async def test_a_key_has_so_many_sessions_and_one_more_ends_the_oldest(desk, monkeypatch):
    monkeypatch.setattr(signing_in, "MOST_SESSIONS", 2)
    key = await desk.make_key("ci", scopes=["call"])
    other = await desk.make_key("other", scopes=["call"])
    browsers = [desk.as_key(None) for _ in range(4)]
    for browser, opened in zip(browsers, (other, key, key, key), strict=True):
        await asyncio.sleep(0.002)  # the oldest is told by the millisecond
        assert (await browser.post("/api/sign-in/key", json={"key": opened["key"]}, headers=SAME)).status_code == 200
    assert [(await each.get("/api/me")).status_code for each in browsers] == [200, 401, 200, 200]


def test_gateways_on_one_host_have_cookies_of_different_names():
    from switchgear.access.keys import Keyring

    names = {Keyring(pepper).cookie for pepper in (b"a" * 32, b"b" * 32, b"a" * 32)}
    assert len(names) == 2
    assert all(name.startswith("switchgear_session_") for name in names)


async def test_the_session_of_another_gateway_on_the_host_is_none_here_and_does_no_harm(desk):
    async with signed_in(desk, role="viewer") as browser:
        browser.cookies.set("switchgear_session", "ss-sg-" + "0" * 40, domain="localhost.local", path="/")
        browser.cookies.set("switchgear_session_00000000", "ss-sg-" + "1" * 40, domain="localhost.local", path="/")
        assert (await browser.get("/api/me")).status_code == 200
        token = browser.cookies[desk.gateway.keyring.cookie]
    async with desk.as_key(None) as other:
        other.cookies.set("switchgear_session_00000000", token, domain="localhost.local", path="/")
        assert (await other.get("/api/me")).json()["code"] == "missing_api_key"


# ------------------------------------------------------------ what is another's alone


@pytest.mark.parametrize("scopes", [["own"], ["call", "own"], ["admin"]])
async def test_no_admin_has_a_key_that_stands_for_somebody_else(desk, scopes):
    await user(desk, "olga", "owner")
    await user(desk, "ann", "developer")
    await user(desk, "adam", "admin")
    hers = await desk.make_key("hers", user="ann", scopes=scopes)
    calls = await desk.make_key("calls", user="ann", scopes=["call"])
    plain = await desk.make_key("plain", user="", scopes=scopes)
    async with signed_in(desk, user="adam") as adam:
        refused = [
            await adam.post("/api/keys", json={"name": "a", "user": "olga", "scopes": scopes}, headers=SAME),
            await adam.post("/api/keys", json={"name": "b", "user": "ann", "scopes": scopes}, headers=SAME),
            await adam.post(f"/api/keys/{hers['id']}/rotate", headers=SAME),
            await adam.patch(f"/api/keys/{hers['id']}", json={"user": "olga"}, headers=SAME),
            await adam.patch(f"/api/keys/{plain['id']}", json={"user": "ann"}, headers=SAME),
            await adam.patch(f"/api/keys/{calls['id']}", json={"scopes": scopes}, headers=SAME),
        ]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "permission_denied")] * 6
        allowed = [
            await adam.post("/api/keys", json={"name": "c", "user": "ann", "scopes": ["call"]}, headers=SAME),
            await adam.post("/api/keys", json={"name": "d", "user": "adam", "scopes": scopes}, headers=SAME),
            await adam.patch(f"/api/keys/{hers['id']}", json={"models": ["test-model"]}, headers=SAME),
            await adam.post(f"/api/keys/{calls['id']}/rotate", headers=SAME),
            await adam.post(f"/api/keys/{hers['id']}/revoke", headers=SAME),
        ]
        assert [one.status_code for one in allowed] == [201, 201, 200, 200, 200]


async def test_a_key_that_only_calls_is_no_way_to_what_its_user_keeps(desk):
    await user(desk, "ann", "developer")
    calls = await desk.make_key("calls", user="ann", scopes=["call"])
    own = await desk.make_key("own", user="ann", scopes=["call", "own"])
    async with signed_in(desk, user="ann") as ann, desk.as_key(calls["key"]) as ci, desk.as_key(own["key"]) as hers:
        path = "/api/me/preferences/notes"
        assert (await ann.put(path, json="mine", headers=SAME)).status_code == 204
        assert (await ci.get(path)).json() is None
        assert (await hers.get(path)).json() == "mine"
        (session,) = (await hers.get("/api/me/sessions")).json()["data"]
        assert (await ci.get("/api/me/sessions")).json()["data"] == []
        assert (await ci.delete(f"/api/me/sessions/{session['id']}")).status_code == 404
        assert (await ann.get("/api/me")).status_code == 200


async def test_whoever_gets_the_name_of_a_deleted_user_finds_nothing_of_theirs(desk):
    await user(desk, "ann", "developer")
    async with signed_in(desk, user="ann") as ann:
        made = (await ann.post("/api/conversations", json={"title": "hers"}, headers=SAME)).json()
        text = {"role": "user", "content": [{"type": "text", "text": "a secret"}]}
        await ann.post(f"/api/conversations/{made['id']}/messages", json=text, headers=SAME)
        await ann.put("/api/me/preferences/notes", json="hers", headers=SAME)
    assert (await desk.api.delete("/api/users/ann")).status_code == 204
    await user(desk, "ann", "developer")
    async with signed_in(desk, user="ann") as second:
        assert (await second.get("/api/conversations", params={"search": "secret"})).json()["data"] == []
        assert (await second.get("/api/conversations")).json()["data"] == []
        assert (await second.get(f"/api/conversations/{made['id']}")).status_code == 404
        assert (await second.get("/api/me/preferences")).json()["data"] == {}


async def test_a_role_that_is_given_here_is_nothing_that_a_server_takes_back(desk):
    held = {"role": "admin", "role_before": "nobody", "subject": "1 https://login.example"}
    await desk.gateway.store.users.put("ann", held)
    await desk.gateway.refresh()
    assert (await desk.api.put("/api/users/ann", json={"team": "search", "role": "admin"})).status_code == 200
    assert (await desk.gateway.store.users.get("ann")).content["role_before"] == "nobody"
    assert (await desk.api.put("/api/users/ann", json={"role": "developer"})).status_code == 200
    assert "role_before" not in (await desk.gateway.store.users.get("ann")).content


async def test_nothing_of_a_conversation_is_to_be_had_by_its_id(desk):
    """Every route below a conversation, asked by somebody else: not found, as if it were not there."""
    await user(desk, "ann", "developer")
    async with signed_in(desk, user="ann") as ann, signed_in(desk, role="owner") as other:
        held = (await ann.post("/api/conversations", json={"title": "hers"}, headers=SAME)).json()["id"]
        base = f"/api/conversations/{held}"
        text = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
        message = (await ann.post(f"{base}/messages", json=text, headers=SAME)).json()["id"]
        png = {"media_type": "image/png", "data": "iVBORw0KGgo="}
        image = (await ann.post(f"{base}/images", json=png, headers=SAME)).json()["id"]
        theirs = (await other.post("/api/conversations", json={}, headers=SAME)).json()["id"]
        asked = [
            ("GET", base, None),
            ("PATCH", base, {"title": "x"}),
            ("PATCH", base, {"show": message}),
            ("GET", f"{base}/export", None),
            ("GET", f"{base}/messages", None),
            ("POST", f"{base}/messages", text),
            ("PATCH", f"{base}/messages/{message}", {"content": text["content"]}),
            ("DELETE", f"{base}/messages/{message}", None),
            ("POST", f"{base}/images", png),
            ("GET", f"{base}/images/{image}", None),
            ("DELETE", f"{base}/images/{image}", None),
            ("GET", f"/api/conversations/{theirs}/images/{image}", None),
            ("PATCH", f"/api/conversations/{theirs}/messages/{message}", {"content": text["content"]}),
            ("POST", f"/api/conversations/{theirs}/messages", text | {"parent_id": message}),
            ("GET", f"/api/conversations/{theirs}/messages?end={message}", None),
            ("DELETE", base, None),
        ]
        for method, path, body in asked:
            sent = {} if body is None else {"json": body}
            answer = await other.request(method, path, headers=SAME, **sent)
            assert answer.status_code == 404, f"{method} {path}"
        shown = await ann.get(f"{base}/images/{image}")
        assert shown.headers["content-type"] == "image/png"
        assert "sandbox" in shown.headers["content-security-policy"]
        assert (await ann.get(base)).json()["title"] == "hers"


# ------------------------------------------------------------ what ends with a session


class Listener:
    """A request whose answer goes on, made of the application as a server would."""

    def __init__(self, desk: Any, cookie: str) -> None:
        self._desk = desk
        self._cookie = cookie
        self.begun = asyncio.Event()
        self.told = b""

    async def listen(self, path: str, method: str = "GET") -> int:
        """The status, once the answer ended by itself."""
        status = 0
        sent = False

        async def receive() -> Any:
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": b"", "more_body": False}
            return await asyncio.Future()

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                self.told += message.get("body", b"")
                self.begun.set()

        name = self._desk.gateway.keyring.cookie
        fields = [(b"host", b"localhost:4100"), (b"origin", ORIGIN.encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": [*fields, (b"cookie", f"{name}={self._cookie}".encode())],
            "client": ("127.0.0.1", 1), "server": ("localhost", 4100), "state": {},
        }  # fmt: skip
        await self._desk.app(scope, receive, send)
        return status


@pytest.mark.parametrize("ending", ["signed out", "ended by an admin", "disabled"])
async def test_who_listens_to_events_is_cut_off_when_the_session_ends(desk, ending):
    await user(desk, "ann", "viewer")
    async with signed_in(desk, user="ann") as ann:
        listener = Listener(desk, ann.cookies[desk.gateway.keyring.cookie])
        listening = asyncio.create_task(listener.listen("/api/events"))
        await listener.begun.wait()
        if ending == "signed out":
            assert (await ann.post("/api/sign-out", headers=SAME)).status_code == 204
        elif ending == "disabled":
            assert (await desk.api.put("/api/users/ann", json={"disabled": True})).status_code == 200
        else:
            (hers,) = (await desk.api.get("/api/sessions")).json()["data"]
            assert (await desk.api.delete(f"/api/sessions/{hers['id']}")).status_code == 204
        assert await asyncio.wait_for(listening, 60) == 200, "it ended long before the ten minutes it may last"


async def test_what_is_told_after_a_role_shrank_is_not_heard():
    from switchgear.edge.admin.followed import followed
    from switchgear.plugins.following import Ring

    class Admin:
        may = True

        def admitted(self) -> bool:
            return self.may

    ring: Ring[bytes] = Ring(1, 1, lambda _: 1)
    admin: Any = Admin()
    with ring.follow() as follower:
        heard = followed(admin, follower, bytes, b"alive", 60.0)
        ring.add(b"for admins")
        assert await anext(heard) == b"for admins"
        admin.may = False
        ring.add(b"for admins alone")
        assert [each async for each in heard] == []
