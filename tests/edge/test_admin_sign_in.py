"""Sessions of the console: how they begin, what they open, and what ends them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

ORIGIN = "http://localhost:4100"
SAME = {"origin": ORIGIN}


async def link_for(desk: Any, **body: str) -> str:
    made = await desk.api.post("/api/sign-in/links", json=body)
    assert made.status_code == 201, made.text
    return made.json()["url"].partition("?link=")[2]


async def with_link(desk: Any, browser: httpx.AsyncClient, **body: str) -> httpx.Response:
    return await browser.post("/api/sign-in/link", json={"link": await link_for(desk, **body)}, headers=SAME)


async def code(browser: httpx.AsyncClient) -> str:
    answer = await browser.get("/api/me")
    return "ok" if answer.status_code == 200 else answer.json()["code"]


async def test_a_link_signs_in_once_and_its_cookie_is_for_no_script(desk):
    link = await link_for(desk)
    async with desk.as_key(None) as browser:
        answers = await asyncio.gather(
            *(browser.post("/api/sign-in/link", json={"link": link}, headers=SAME) for _ in range(3))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
        cookie = next(answer for answer in answers if answer.status_code == 200).headers["set-cookie"]
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert await code(browser) == "ok"
    again = await desk.as_key(None).post("/api/sign-in/link", json={"link": link})
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_failed")


async def test_a_link_is_good_for_minutes(desk, monkeypatch):
    link = await link_for(desk)
    import switchgear.access.sign_in as module

    monkeypatch.setattr(module, "_now", lambda: 10**15)
    async with desk.as_key(None) as browser:
        answer = await browser.post("/api/sign-in/link", json={"link": link})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")


async def test_nothing_of_tokens_is_in_the_store(desk):
    link = await link_for(desk)
    async with desk.as_key(None) as browser:
        await with_link(desk, browser)
        token = browser.cookies[desk.gateway.keyring.cookie]
    (session,) = await desk.gateway.store.sessions.all()
    assert token.encode() not in session.hash
    data = b"".join(path.read_bytes() for path in desk.gateway.options.data_dir.glob("switchgear.db*"))
    assert token.encode() not in data
    assert link.encode() not in data


async def test_a_session_with_a_key_has_what_the_key_has_and_ends_with_it(desk):
    key = await desk.make_key("ci", scopes=["call", "admin:read"], user="")
    async with desk.as_key(None) as browser:
        assert (await browser.post("/api/sign-in/key", json={"key": key["key"]}, headers=SAME)).status_code == 200
        me = (await browser.get("/api/me")).json()
        assert (me["key_id"], me["key_name"], me["session"]["signed_in_by"]) == (key["id"], "ci", "key")
        assert (await browser.get("/api/status")).status_code == 200
        assert (await browser.put("/api/log", json={"level": "info"}, headers=SAME)).status_code == 403
        await desk.api.patch(f"/api/keys/{key['id']}", json={"scopes": ["call"]})
        assert (await browser.get("/api/status")).status_code == 403
        await desk.api.post(f"/api/keys/{key['id']}/revoke")
        assert await code(browser) == "session_ended"


async def test_a_wrong_key_is_refused_and_after_many_so_is_a_right_one(desk):
    key = await desk.make_key("ci")
    async with desk.as_key(None) as browser:
        for _ in range(3):
            assert (await browser.post("/api/sign-in/key", json={"key": key["key"]}, headers=SAME)).status_code == 200
        for number in range(10):
            answer = await browser.post("/api/sign-in/key", json={"key": f"sk-sg-{number:040}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")
        answer = await browser.post("/api/sign-in/key", json={"key": key["key"]})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost:9", "null", ""])
async def test_pages_of_other_origins_do_nothing_with_the_cookie(desk, origin):
    link = await link_for(desk)
    headers = {"origin": origin}
    async with desk.as_key(None) as browser:
        assert (await browser.post("/api/sign-in/link", json={"link": link}, headers=headers)).status_code == 403
        assert (await browser.post("/api/sign-in/link", json={"link": link}, headers=SAME)).status_code == 200
        for path in ("/api/sign-out", "/api/keys"):
            assert (await browser.post(path, json={"name": "x"}, headers=headers)).status_code == 403
        assert await code(browser) == "ok"


async def test_signing_out_ends_the_session_and_no_other(desk):
    async with desk.as_key(None) as one, desk.as_key(None) as two:
        await with_link(desk, one)
        await with_link(desk, two)
        name = desk.gateway.keyring.cookie
        token = one.cookies[name]
        listed = (await one.get("/api/me/sessions")).json()["data"]
        assert [each["current"] for each in listed] in ([True, False], [False, True])
        assert (await one.post("/api/sign-out", headers=SAME)).status_code == 204
        assert name not in one.cookies
        one.cookies.set(name, token)
        assert await code(one) == "session_ended"
        assert await code(two) == "ok"
        (last,) = (await two.get("/api/me/sessions")).json()["data"]
        assert (await two.delete("/api/me/sessions/ses_0", headers=SAME)).status_code == 404
        assert (await two.delete(f"/api/me/sessions/{last['id']}", headers=SAME)).status_code == 204
        assert await code(two) == "missing_api_key"


@pytest.mark.parametrize("ending", ["disabled", "deleted"])
async def test_a_user_who_is_disabled_or_deleted_is_signed_out(desk, ending):
    await desk.api.put("/api/users/ann", json={"role": "developer"})
    async with desk.as_key(None) as browser:
        await with_link(desk, browser, user="ann")
        assert (await browser.get("/api/me")).json()["user"] == "ann"
        waiting = await link_for(desk, user="ann")
        if ending == "disabled":
            key = await desk.make_key("of-ann", user="ann")
            assert (await desk.api.put("/api/users/ann", json={"disabled": True})).status_code == 200
            async with desk.as_key(key["key"]) as api:
                assert (await api.get("/api/me")).json()["code"] == "revoked_api_key"
            await desk.api.put("/api/users/ann", json={"disabled": False})
        else:
            assert (await desk.api.delete("/api/users/ann")).status_code == 204
            await desk.api.put("/api/users/ann", json={"role": "developer"})
        assert await code(browser) == "session_ended"
        answer = await browser.post("/api/sign-in/link", json={"link": waiting}, headers=SAME)
        assert answer.json()["code"] == "sign_in_failed"


async def test_a_session_ends_when_it_is_idle_and_lives_on_while_it_is_used(desk):
    store = desk.gateway.store.sessions
    async with desk.as_key(None) as browser:
        await with_link(desk, browser)
        (session,) = await store.all()
        day = 86_400_000
        assert session.expires_at - session.created_at == 7 * day
        await store.end(session.id)
        import msgspec

        near = msgspec.structs.replace(
            session, created_at=session.created_at - 20 * day, expires_at=session.expires_at - 6 * day
        )
        await store.add(near)
        await desk.gateway.refresh()
        assert await code(browser) == "ok"
        assert (await store.all())[0].expires_at > near.expires_at + 5 * day
        await store.end(session.id)
        old = msgspec.structs.replace(
            session, created_at=session.created_at - 29 * day, expires_at=session.created_at + day
        )
        await store.add(old)
        await desk.gateway.refresh()
        assert await code(browser) == "ok"
        assert (await store.all())[0].expires_at == old.expires_at, "thirty days are thirty days"
        await store.end(session.id)
        await store.add(msgspec.structs.replace(session, expires_at=1))
        await desk.gateway.refresh()
        assert await code(browser) == "session_ended"
        assert await store.prune(10) == 1


async def test_a_key_that_is_sent_counts_before_the_cookie(desk):
    key = await desk.make_key("ci")
    async with desk.as_key(None) as browser:
        await with_link(desk, browser)
        answer = await browser.get("/api/me", headers={"authorization": f"Bearer {key['key']}"})
        assert (answer.json()["key_id"], answer.json()["session"]) == (key["id"], None)
        assert (await browser.get("/api/me", headers={"x-api-key": "nonsense"})).status_code == 401


async def test_sessions_and_the_consoles_own_keys_are_in_no_list_of_keys(desk):
    async with desk.as_key(None) as browser:
        await with_link(desk, browser)
        me = (await browser.get("/api/me")).json()
        names = [each["name"] for each in (await browser.get("/api/keys")).json()["data"]]
        assert names == ["admin", *[name for name in names if name.startswith("cli of ")]] or len(names) == 2
        for call in ("rotate", "revoke"):
            assert (await desk.api.post(f"/api/keys/{me['key_id']}/{call}")).status_code == 404
        audit = await desk.audited()
    assert {"link.create", "session.begin"} <= {entry["action"] for entry in audit}
    begun = next(entry for entry in audit if entry["action"] == "session.begin")
    assert begun["actor_name"] == "console (owner)"


async def test_the_audit_log_is_searched_by_who_what_and_when(desk):
    await desk.make_key("ci")
    await desk.api.put("/api/users/ann", json={})
    all_of = {
        "actor": "admin", "action": "key.", "target": "ann", "since": "1h",
    }  # fmt: skip
    for name, value in all_of.items():
        found = (await desk.api.get("/api/audit", params={name: value})).json()["data"]
        told = [entry["action"] for entry in found]
        assert told == {"action": ["key.create"], "target": ["user.put"]}.get(name, ["user.put", "key.create"]), name
    assert (await desk.api.get("/api/audit", params={"until": "1h"})).json()["data"] == []
    assert (await desk.api.get("/api/audit", params={"action": "key"})).json()["data"] == []


async def test_preferences_are_ones_own(desk):
    await desk.api.put("/api/users/ann", json={})
    async with desk.as_key(None) as ann, desk.as_key(None) as owner:
        await with_link(desk, ann, user="ann")
        await with_link(desk, owner)
        path = "/api/me/preferences/layout.overview"
        assert (await ann.get(path)).json() is None
        assert (await ann.put(path, json={"wide": [1, "ü"]}, headers=SAME)).status_code == 204
        assert (await ann.get(path)).json() == {"wide": [1, "ü"]}
        assert (await owner.get(path)).json() is None
        assert (await ann.put(path, json=0, headers=SAME)).status_code == 204
        assert (await ann.get("/api/me/preferences")).json() == {"data": {"layout.overview": 0}}
        big = await ann.put(path, json="x" * 65_536, headers=SAME)
        assert (big.status_code, big.json()["code"]) == (413, "request_too_large")
        assert (await ann.put("/api/me/preferences/No Name", json=1, headers=SAME)).status_code == 400
        assert (await ann.delete(path, headers=SAME)).status_code == 204
        assert (await ann.delete(path, headers=SAME)).status_code == 404
