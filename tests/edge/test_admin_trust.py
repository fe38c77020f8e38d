"""Publishers' keys over the admin API."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest

from switchgear.plugins.signature import succeed
from switchgear.plugins.signing_keys import SigningKey
from switchgear.store.trust import Succession

KEY, OTHER = SigningKey.new().public, SigningKey.new().public
TRUST = "/api/plugins/trust"


async def added(desk, **fields):
    answer = await desk.api.post(TRUST, json={"key": str(KEY), **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_is_trusted_and_listed(desk):
    told = await added(desk, name="Acme", plugins=["acme-*", "weather", "acme-*"])
    assert told["id"] == hashlib.sha256(KEY.raw).hexdigest() == KEY.id
    assert (told["key"], told["name"], told["plugins"]) == (str(KEY), "Acme", ["acme-*", "weather"])
    assert (told["state"], told["added"], told["successor"]) == ("trusted", True, None)
    assert (await desk.api.get(TRUST)).json() == {"data": [told], "successions": []}


async def test_a_key_without_a_name_is_called_by_its_digits_and_signs_anything(desk):
    told = await added(desk)
    assert told["name"].replace(" ", "") == KEY.id[:16]
    assert told["plugins"] == ["*"]


async def test_a_key_is_added_once(desk):
    await added(desk)
    answer = await desk.api.post(TRUST, json={"key": str(KEY)})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "key"),
        ({"key": "ed25519:abc"}, "key"),
        ({"key": "-----BEGIN PRIVATE KEY-----"}, "key"),
        ({"key": str(KEY), "plugins": []}, "plugins"),
        ({"key": str(KEY), "plugins": ["A B"]}, "plugins[0]"),
        ({"key": str(KEY), "name": "a\x1b[2J"}, "name"),
        ({"key": str(KEY), "trusted": True}, "trusted"),
    ],
)
async def test_what_makes_no_sense_is_refused(desk, body, field):
    answer = await desk.api.post(TRUST, json=body)
    assert answer.status_code == 400
    told = answer.json()
    assert field in [each["field"] for each in told.get("errors") or []] or told["detail"].startswith(field)


async def test_a_key_is_forgotten(desk):
    await added(desk)
    assert (await desk.api.delete(f"{TRUST}/{KEY.id}")).status_code == 204
    assert (await desk.api.get(TRUST)).json()["data"] == []
    assert (await desk.api.delete(f"{TRUST}/{KEY.id}")).status_code == 404
    assert (await desk.api.delete(f"{TRUST}/nothing")).status_code == 400


async def test_a_key_is_revoked_for_all_time_or_from_a_day_on(desk):
    await added(desk)
    path = f"{TRUST}/{KEY.id}/revoke"
    told = (await desk.api.post(path, json={"from": "2026-11-01T00:00:00Z", "reason": "retired"})).json()
    assert (told["state"], told["revoked_from"], told["reason"]) == ("revoked", "2026-11-01T00:00:00Z", "retired")
    told = (await desk.api.post(path, json={"reason": "stolen"})).json()
    assert (told["revoked_from"], told["reason"]) == ("1970-01-01T00:00:00Z", "stolen")


async def test_a_key_that_nobody_added_is_revoked_if_it_is_told_whole(desk):
    path = f"{TRUST}/{OTHER.id}/revoke"
    assert (await desk.api.post(path, json={})).status_code == 404
    assert (await desk.api.post(path, json={"key": str(KEY)})).status_code == 400
    told = (await desk.api.post(path, json={"key": str(OTHER)})).json()
    assert (told["state"], told["added"]) == ("revoked", False)


async def test_which_key_came_after_which_is_told_with_the_word_of_the_older_one(desk):
    await added(desk)
    old = SigningKey.new()
    word = succeed(old, OTHER, 1_790_000_000_000)
    await desk.gateway.store.trust.learn(
        Succession(KEY.id, OTHER.id, 1_790_000_000_000, msgspec.json.encode(word).decode())
    )
    told = (await desk.api.get(TRUST)).json()
    assert told["data"][0]["successor"] == OTHER.id
    assert told["successions"] == [
        {
            "key_id": KEY.id,
            "successor_id": OTHER.id,
            "at": "2026-09-21T14:13:20Z",
            "envelope": json.loads(msgspec.json.encode(word)),
        }
    ]


async def test_every_change_of_trust_is_in_the_audit_log(desk):
    await added(desk, name="Acme")
    await desk.api.post(f"{TRUST}/{KEY.id}/revoke", json={"reason": "stolen"})
    await desk.api.delete(f"{TRUST}/{KEY.id}")
    entries = (await desk.api.get("/api/audit", params={"target": KEY.id})).json()["data"]
    assert [entry["action"] for entry in entries] == ["trust.remove", "trust.revoke", "trust.add"]
    assert entries[2]["detail"] == {"name": "Acme", "key": str(KEY), "plugins": ["*"]}
    assert entries[1]["detail"] == {"name": "Acme", "from": 0, "reason": "stolen"}


async def test_trust_is_changed_by_administrators_alone(desk):
    reader = (await desk.make_key("reader", scopes=["call", "admin:read"]))["key"]
    caller = (await desk.make_key("caller"))["key"]
    await added(desk)
    async with desk.as_key(reader) as api:
        assert (await api.get(TRUST)).status_code == 200
        assert (await api.post(TRUST, json={"key": str(OTHER)})).status_code == 403
        assert (await api.delete(f"{TRUST}/{KEY.id}")).status_code == 403
        assert (await api.post(f"{TRUST}/{KEY.id}/revoke", json={})).status_code == 403
    async with desk.as_key(caller) as api:
        assert (await api.get(TRUST)).status_code == 403
    async with desk.as_key(None) as api:
        assert (await api.get(TRUST)).status_code == 401
