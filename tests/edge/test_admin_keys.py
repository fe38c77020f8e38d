"""The life of keys over the admin API."""

from __future__ import annotations

import time
from typing import Any

import pytest


async def may_call(desk: Any, key: str) -> str:
    """What the data plane makes of a key: "ok" or the code of its refusal."""
    from switchgear.core.errors import SwitchgearError

    try:
        desk.gateway.keyring.authenticate(key.encode(), time.time())
    except SwitchgearError as error:
        return error.code
    return "ok"


async def test_a_created_key_works_at_once_and_is_never_shown_again(desk):
    answer = await desk.api.post("/api/keys", json={"name": "ci", "models": ["scripted/*"]})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/keys/{made['id']}"
    assert made["key"].startswith("sk-sg-")
    assert (made["scopes"], made["models"], made["state"]) == (["call"], ["scripted/*"], "active")
    assert await may_call(desk, made["key"]) == "ok"
    for path in ("/api/keys", f"/api/keys/{made['id']}", "/api/audit"):
        told = (await desk.api.get(path)).text
        assert made["key"] not in told
        assert '"key":' not in told


async def test_only_a_hash_of_a_key_is_kept(desk, tmp_path):
    made = await desk.make_key("ci")
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("switchgear.db*"))
    assert made["id"].encode() in stored
    assert made["key"].encode() not in stored


async def test_keys_are_listed_newest_first_and_page_by_page(desk):
    for number in range(5):
        await desk.make_key(f"key {number}")
    everything = (await desk.api.get("/api/keys")).json()
    assert everything["next"] is None
    ids = [row["id"] for row in everything["data"]]
    assert len(ids) == 7
    paged: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = (await desk.api.get("/api/keys", params={"limit": 3} | before)).json()
        paged += [row["id"] for row in page["data"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert paged == ids


async def test_a_rotated_key_has_two_secrets_until_its_overlap_is_over(desk):
    made = await desk.make_key("ci")
    rotated = (await desk.api.post(f"/api/keys/{made['id']}/rotate", json={"overlap_seconds": 60})).json()
    assert rotated["id"] == made["id"]
    assert rotated["key"] != made["key"]
    assert len(rotated["secrets"]) == 2
    assert rotated["secrets"][0]["expires_at"] is not None
    assert rotated["secrets"][0]["hint"] == made["key"][-4:]
    assert [await may_call(desk, key) for key in (made["key"], rotated["key"])] == ["ok", "ok"]

    last = (await desk.api.post(f"/api/keys/{made['id']}/rotate", json={"overlap_seconds": 0})).json()
    used = [await may_call(desk, key) for key in (made["key"], rotated["key"], last["key"])]
    assert used == ["expired_api_key", "expired_api_key", "ok"]


async def test_rotating_without_a_body_overlaps_for_a_day(desk):
    made = await desk.make_key("ci")
    answer = await desk.api.post(f"/api/keys/{made['id']}/rotate")
    assert answer.status_code == 200, answer.text
    assert await may_call(desk, made["key"]) == "ok"
    assert (await desk.audited())[0]["detail"] == {"name": "ci", "overlap_seconds": 86400}


async def test_a_revoked_key_opens_nothing_and_stays_revoked(desk):
    made = await desk.make_key("ci")
    revoked = (await desk.api.post(f"/api/keys/{made['id']}/revoke")).json()
    again = (await desk.api.post(f"/api/keys/{made['id']}/revoke")).json()
    assert revoked["state"] == "revoked"
    assert again["revoked_at"] == revoked["revoked_at"]
    assert await may_call(desk, made["key"]) == "revoked_api_key"
    rotated = await desk.api.post(f"/api/keys/{made['id']}/rotate")
    assert (rotated.status_code, rotated.json()["code"]) == (409, "conflict")
    only = (await desk.api.get("/api/keys", params={"state": "revoked"})).json()["data"]
    assert [row["id"] for row in only] == [made["id"]]


async def test_an_expired_key_is_shown_as_such_and_can_be_extended(desk):
    made = await desk.make_key("ci", expires_in_seconds=3600)
    await desk.gateway.store.keys.update(made["id"], expires_at=1)
    await desk.gateway.refresh()
    assert (await desk.api.get(f"/api/keys/{made['id']}")).json()["state"] == "expired"
    assert await may_call(desk, made["key"]) == "expired_api_key"
    refused = await desk.api.post(f"/api/keys/{made['id']}/rotate")
    assert refused.status_code == 409
    extended = await desk.api.patch(f"/api/keys/{made['id']}", json={"expires_at": None})
    assert extended.json()["expires_at"] is None
    assert await may_call(desk, made["key"]) == "ok"


async def test_a_changed_key_may_do_what_it_now_says(desk):
    made = await desk.make_key("ci")
    changed = await desk.api.patch(
        f"/api/keys/{made['id']}",
        json={"name": "build", "models": ["filed"], "scopes": ["call", "admin:read"], "expires_at": "2031-01-01"},
    )
    assert changed.status_code == 200, changed.text
    assert changed.json() | {"name": "build", "models": ["filed"]} == changed.json()
    assert changed.json()["expires_at"] == "2031-01-01T00:00:00Z"
    key = desk.gateway.keyring.authenticate(made["key"].encode(), time.time())
    assert (key.may_call("filed"), key.may_call("scripted/test-model")) == (True, False)
    async with desk.as_key(made["key"]) as reader:
        assert (await reader.get("/api/keys")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes[0]"),
        ({"name": "x", "models": ["m"] * 101}, "models"),
        ({"name": "x", "models": [""]}, "models[0]"),
        ({"name": "x", "tools": ["files", "!evil"]}, "tools[1]"),
        ({"name": "x", "tools": ["EVIL"]}, "tools[0]"),
        ({"name": "x", "tools": ["evil__*,time"]}, "tools[0]"),
        ({"name": "x", "tools": [""]}, "tools[0]"),
        ({"name": "x", "expires_in_seconds": 0}, "expires_in_seconds"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": "soon"}, "expires_at"),
        ({"name": "x", "expires_at": "2031-01-01", "expires_in_seconds": 5}, "expires_at"),
        ({"name": "x", "colour": "red"}, "colour"),
    ],
)
async def test_a_key_that_cannot_be_is_refused_with_the_field(desk, body, field):
    answer = await desk.api.post("/api/keys", json=body)
    assert answer.status_code == 400, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert len((await desk.api.get("/api/keys")).json()["data"]) == 2


async def test_two_keys_in_use_cannot_share_a_name(desk):
    made = await desk.make_key("ci")
    refused = await desk.api.post("/api/keys", json={"name": "ci"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    await desk.api.post(f"/api/keys/{made['id']}/revoke")
    await desk.make_key("ci")


async def test_the_last_admin_key_cannot_be_revoked_or_narrowed(desk):
    (own,) = [row for row in (await desk.api.get("/api/keys")).json()["data"] if row["name"] == "admin"]
    revoked = await desk.api.post(f"/api/keys/{own['id']}/revoke")
    narrowed = await desk.api.patch(f"/api/keys/{own['id']}", json={"scopes": ["admin:read"]})
    assert (revoked.status_code, narrowed.status_code) == (409, 409)
    assert "last key" in revoked.json()["detail"]
    assert (await desk.api.get(f"/api/keys/{own['id']}")).json()["state"] == "active"

    second = await desk.make_key("second", scopes=["admin"])
    assert (await desk.api.patch(f"/api/keys/{own['id']}", json={"scopes": ["admin:read"]})).status_code == 200
    async with desk.as_key(second["key"]) as api:
        assert (await api.post(f"/api/keys/{second['id']}/revoke")).status_code == 409


async def test_a_key_that_does_not_exist_is_not_found(desk):
    for method, path in (
        ("GET", "/api/keys/key_none"),
        ("PATCH", "/api/keys/key_none"),
        ("POST", "/api/keys/key_none/revoke"),
        ("POST", "/api/keys/key_none/rotate"),
    ):
        answer = await desk.api.request(method, path, json={} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_every_change_of_a_key_is_audited(desk):
    made = await desk.make_key("ci")
    await desk.api.patch(f"/api/keys/{made['id']}", json={"models": ["filed"]})
    await desk.api.post(f"/api/keys/{made['id']}/rotate")
    await desk.api.post(f"/api/keys/{made['id']}/revoke")
    entries = (await desk.api.get("/api/audit", params={"target": made["id"]})).json()["data"]
    assert [entry["action"] for entry in entries] == ["key.revoke", "key.rotate", "key.change", "key.create"]
    assert {entry["actor_name"] for entry in entries} == {"admin"}
    assert entries[2]["detail"]["models"] == ["filed"]
