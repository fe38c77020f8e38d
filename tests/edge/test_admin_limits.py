"""Limits, teams and users over the admin API."""

from __future__ import annotations

from typing import Any

import pytest

SMALL = {"rpm": 5, "budget": {"usd": 2.5, "per": "day"}}


async def put(desk: Any, path: str, body: dict[str, Any]) -> Any:
    answer = await desk.api.put(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def test_limits_are_defined_changed_listed_and_deleted(desk):
    answer = await desk.api.put("/api/limits/small", json=SMALL)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["name"], made["source"], made["used_by"]) == ("small", "store", [])
    assert made["settings"]["budget"] == {"usd": 2.5, "tokens": None, "per": "day"}
    assert (made["settings"]["rpm"], made["settings"]["soft"], made["settings"]["output_tokens"]) == (5, 0.8, 4096)
    assert (await desk.api.put("/api/limits/small", json={"tpm": 9})).status_code == 200
    assert (await desk.api.get("/api/limits/small")).json()["settings"]["rpm"] is None
    assert [one["name"] for one in (await desk.api.get("/api/limits")).json()["data"]] == ["small"]
    assert (await desk.api.delete("/api/limits/small")).status_code == 204
    assert (await desk.api.get("/api/limits/small")).status_code == 404
    actions = [(entry["action"], entry["target"]) for entry in await desk.audited()]
    assert actions[:3] == [("limits.delete", "small"), ("limits.put", "small"), ("limits.put", "small")]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"rpm": 0}, "rpm", "greater than or equal to 1"),
        ({"rpm": "5"}, "rpm", "integer"),
        ({"rmp": 5}, "rmp", ""),
        ({"budget": {"per": "day"}}, "budget", "needs usd or tokens"),
        ({"budget": {"usd": 5, "per": "year"}}, "budget.per", ""),
        ({"budget": {"usd": -5, "per": "day"}}, "budget.usd", ""),
    ],
)
async def test_limits_that_cannot_be_are_refused_with_the_field(desk, body, field, words):
    answer = await desk.api.put("/api/limits/small", json=body)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"].lower()


@pytest.mark.parametrize("name", ["standing", "a b", "*", "x" * 129])
async def test_names_that_limits_cannot_have(desk, name):
    assert (await desk.api.put(f"/api/limits/{name}", json=SMALL)).status_code == 400


async def test_what_somebody_has_is_not_deleted(desk):
    await put(desk, "/api/limits/small", SMALL)
    await put(desk, "/api/teams/search", {"limits": "small"})
    await put(desk, "/api/users/ann@example.com", {"limits": "small"})
    key = await desk.make_key("ci", limits="small")
    told = (await desk.api.get("/api/limits/small")).json()
    assert told["used_by"] == ["team search", "user ann@example.com", "key ci"]
    answer = await desk.api.delete("/api/limits/small")
    assert answer.status_code == 409
    assert "team search, user ann@example.com, key ci" in answer.json()["detail"]
    await desk.api.delete("/api/teams/search")
    await desk.api.delete("/api/users/ann@example.com")
    await desk.api.post(f"/api/keys/{key['id']}/revoke")
    assert (await desk.api.delete("/api/limits/small")).status_code == 204


async def test_what_the_file_defines_wins(desk):
    desk.config.write_text(desk.config.read_text() + "\n[limits.filed]\nrpm = 7\n[teams.filed]\n[users.filed]\n")
    assert (await desk.api.post("/api/config/reload")).status_code == 200
    for path, body in (("limits", SMALL), ("teams", {}), ("users", {})):
        answer = await desk.api.put(f"/api/{path}/filed", json=body)
        assert (answer.status_code, "configuration file" in answer.json()["detail"]) == (409, True)
        assert (await desk.api.delete(f"/api/{path}/filed")).status_code == 409
        assert (await desk.api.get(f"/api/{path}/filed")).json()["source"] == "file"
    sources = (await desk.api.get("/api/config")).json()["sources"]
    assert {name: sources[name] for name in ("limits.filed", "teams.filed")} == {
        "limits.filed": "file",
        "teams.filed": "file",
    }


async def test_a_name_that_the_file_takes_over_hides_the_stored_one_and_says_so(desk):
    await put(desk, "/api/limits/small", SMALL)
    desk.config.write_text(desk.config.read_text() + "\n[limits.small]\nrpm = 7\n")
    told = (await desk.api.post("/api/config/reload")).json()
    assert told["changed"] == ["limits"]
    assert 'Limits "small" of the store: hidden by the one of that name in the file.' in told["notes"]
    assert (await desk.api.get("/api/limits/small")).json()["settings"]["rpm"] == 7
    assert (await desk.api.delete("/api/limits/small")).status_code == 204, "the hidden one can go"
    assert (await desk.api.get("/api/limits/small")).json()["source"] == "file"


async def test_teams_and_users_are_defined_and_listed_with_their_keys(desk):
    await put(desk, "/api/limits/small", SMALL)
    assert await put(desk, "/api/teams/*", {"limits": "small"}) == {
        "name": "*",
        "source": "store",
        "limits": "small",
        "keys": 0,
    }
    await put(desk, "/api/teams/search", {})
    await desk.make_key("one", team="search")
    await desk.make_key("two", team="elsewhere")
    told = (await desk.api.get("/api/teams")).json()["data"]
    assert [(one["name"], one["source"], one["limits"], one["keys"]) for one in told] == [
        ("*", "store", "small", 0),
        ("elsewhere", "keys", "small", 1),
        ("search", "store", None, 1),
    ]
    answer = await desk.api.delete("/api/teams/search")
    assert (answer.status_code, answer.json()["detail"]) == (409, 'The team "search" has 1 active key.')
    assert (await desk.api.get("/api/users/nobody")).status_code == 404


@pytest.mark.parametrize("path", ["teams", "users"])
async def test_limits_of_nobody_are_refused_with_the_nearest(desk, path):
    await put(desk, "/api/limits/small", SMALL)
    answer = await desk.api.put(f"/api/{path}/search", json={"limits": "smal"})
    assert answer.status_code == 400
    assert 'Did you mean "small"?' in answer.json()["detail"]


async def test_a_model_that_is_stored_has_limits_too(desk):
    await put(desk, "/api/limits/small", SMALL)
    deployment = {"provider": "scripted", "model": "test-model"}
    refused = await desk.api.put("/api/models/rare", json={"deployments": [deployment], "limits": "none"})
    assert refused.status_code == 400
    await put(desk, "/api/models/rare", {"deployments": [deployment], "limits": "small"})
    assert (await desk.api.get("/api/limits/small")).json()["used_by"] == ["model rare"]
    assert "small" in [one["limits"] for one in (await desk.api.get("/api/limits/standing?model=rare")).json()["data"]]


# ---------------------------------------------------------------- keys


async def test_a_key_has_an_owner_a_priority_and_limits(desk):
    await put(desk, "/api/limits/small", SMALL)
    made = await desk.make_key("ci", team="search", user="ann@example.com", priority="low", limits="small")
    shown = (await desk.api.get(f"/api/keys/{made['id']}")).json()
    told = {field: shown[field] for field in ("team", "user", "priority", "limits")}
    assert told == {"team": "search", "user": "ann@example.com", "priority": "low", "limits": "small"}
    changed = (await desk.api.patch(f"/api/keys/{made['id']}", json={"team": "", "priority": "high"})).json()
    assert (changed["team"], changed["priority"], changed["limits"]) == ("", "high", "small")
    (entry,) = [one for one in await desk.audited() if one["action"] == "key.change"]
    assert entry["detail"]["fields"] == ["priority", "team"]
    assert (entry["detail"]["priority"], entry["detail"]["user"]) == ("high", "ann@example.com")


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"limits": "smal"}, "limits", 'Did you mean "small"?'),
        ({"team": "serch"}, "team", 'Did you mean "search"?'),
        ({"user": "any thing"}, "user", ""),
        ({"team": "*"}, "team", ""),
        ({"priority": "urgent"}, "priority", ""),
    ],
)
async def test_a_key_is_given_to_nobody_who_is_not_there(desk, fields, param, words):
    await put(desk, "/api/limits/small", SMALL)
    await put(desk, "/api/teams/search", {})
    answer = await desk.api.post("/api/keys", json={"name": "ci"} | fields)
    assert answer.status_code == 400
    told = answer.json()
    assert words in told["detail"]
    assert param in answer.text
    made = await desk.make_key("other")
    assert (await desk.api.patch(f"/api/keys/{made['id']}", json=fields)).status_code == 400


async def test_any_team_will_do_where_none_is_defined(desk):
    assert (await desk.make_key("ci", team="anything", user="any@body"))["team"] == "anything"


@pytest.mark.parametrize("field", ["team", "user", "priority", "limits"])
async def test_a_field_of_a_key_is_not_set_to_null(desk, field):
    made = await desk.make_key("ci")
    answer = await desk.api.patch(f"/api/keys/{made['id']}", json={field: None})
    assert (answer.status_code, answer.json()["detail"]) == (400, f"{field} cannot be null.")


# ---------------------------------------------------------------- how much is used


async def test_the_standing_of_a_key_is_that_of_its_owners_too(desk):
    await put(desk, "/api/limits/small", SMALL)
    await put(desk, "/api/limits/shared", {"tpm": 1000, "concurrency": 3})
    await put(desk, "/api/teams/search", {"limits": "shared"})
    key = await desk.make_key("ci", team="search", limits="small")
    told = (await desk.api.get("/api/limits/standing", params={"key": key["id"]})).json()["data"]
    assert [(one["of"], one["name"], one["limits"]) for one in told] == [
        ("key", "ci", "small"),
        ("team", "search", "shared"),
    ]
    uses = {use["what"]: use for one in told for use in one["uses"]}
    assert (uses["usd"]["limit"], uses["usd"]["used"], uses["usd"]["remaining"]) == ("2.5", "0", "2.5")
    assert uses["usd"]["resets_at"].endswith("T00:00:00Z")
    assert uses["usd"]["period"] == uses["usd"]["period"][:10]
    assert (uses["rpm"]["limit"], uses["rpm"]["resets_at"], uses["rpm"]["period"]) == ("5", None, None)
    everybody = (await desk.api.get("/api/limits/standing")).json()["data"]
    assert [one["name"] for one in everybody] == ["search"]
    assert (await desk.api.get("/api/limits/standing?team=search")).json()["data"] == everybody
    for nobody in ("user=ann", "team=nix", "model=nix"):
        assert (await desk.api.get(f"/api/limits/standing?{nobody}")).status_code == 404
    assert (await desk.api.get("/api/limits/standing?key=key_none")).status_code == 404


async def test_who_only_reads_sees_limits_and_changes_none(desk):
    reader = await desk.make_key("reader", scopes=["admin:read"])
    async with desk.as_key(reader["key"]) as api:
        assert (await api.get("/api/limits/standing")).status_code == 200
        assert (await api.put("/api/limits/small", json=SMALL)).status_code == 403
        assert (await api.delete("/api/teams/x")).status_code == 403
