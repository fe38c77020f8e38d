"""Conversations over the admin API: one's own only, kept as they were sent, exported, audited without what they say."""

from __future__ import annotations

from base64 import b64encode

import pytest

PATH = "/api/conversations"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


def text(words):
    return [{"type": "text", "text": words}]


async def begun(desk, **fields):
    answer = await desk.api.post(PATH, json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def said(desk, one, words, parent=None, **fields):
    body = {"role": "assistant" if parent else "user", "content": text(words), "parent_id": parent}
    answer = await desk.api.post(f"{PATH}/{one}/messages", json=body | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def branch(desk, one, **params):
    found = (await desk.api.get(f"{PATH}/{one}/messages", params=params)).json()
    return [message["content"][0]["text"] for message in found["data"]], found


async def test_a_conversation_is_kept_as_it_was_had(desk):
    one = await begun(desk, title="Rivers", settings={"models": ["fast"], "system": "Be brief."})
    asked = await said(desk, one, "Name a river")
    tool = {
        "type": "tool",
        "id": "c1",
        "name": "atlas__find",
        "arguments": '{"a":1}',
        "result": "x",
        "status": "completed",
    }
    body = {
        "role": "assistant",
        "parent_id": asked,
        "content": [{"type": "reasoning", "text": "hm"}, tool, *text("The **Rhine**.")],
        "state": "stopped",
        "model": "fast",
        "params": {"temperature": 0.5},
        "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        "timings": {"first_token_ms": 12.5, "total_ms": 100},
        "cost_usd": "0.0031",
        "call_id": "req_1",
    }
    answer = await desk.api.post(f"{PATH}/{one}/messages", json=body)
    assert answer.status_code == 201, answer.text
    found = (await desk.api.get(f"{PATH}/{one}/messages")).json()
    told = found["data"][1]
    assert {name: told[name] for name in ("role", "state", "model", "params", "cost_usd", "call_id", "parent_id")} == {
        name: body[name] for name in ("role", "state", "model", "params", "cost_usd", "call_id", "parent_id")
    }
    assert told["usage"]["completion_tokens"] == 4
    assert told["timings"] == body["timings"]
    assert [part["type"] for part in told["content"]] == ["reasoning", "tool", "text"]
    assert (found["next"], found["others"], told["siblings"]) == (None, [], [told["id"]])
    held = (await desk.api.get(f"{PATH}/{one}")).json()
    assert (held["title"], held["messages"], held["leaf"]) == ("Rivers", 2, told["id"])
    assert held["settings"]["system"] == "Be brief."


async def test_branches_are_made_and_shown(desk):
    one = await begun(desk)
    first = await said(desk, one, "old")
    await said(desk, one, "old answer", first)
    second = await said(desk, one, "new")
    assert (await branch(desk, one))[0] == ["new"]
    assert (await branch(desk, one))[1]["data"][0]["siblings"] == [first, second]
    assert (await desk.api.patch(f"{PATH}/{one}", json={"show": first})).status_code == 200
    assert (await branch(desk, one))[0] == ["old", "old answer"]
    assert (await branch(desk, one, end=second))[0] == ["new"]
    edited = await desk.api.patch(f"{PATH}/{one}/messages/{first}", json={"content": text("edited")})
    assert edited.json()["content"] == text("edited")
    assert (await desk.api.delete(f"{PATH}/{one}/messages/{first}")).status_code == 204
    assert (await branch(desk, one))[0] == ["new"]


async def test_a_message_that_is_sent_again_is_there_once(desk):
    one = await begun(desk)
    name = "msg_" + "0" * 20
    await said(desk, one, "hello", id=name)
    again = await desk.api.post(f"{PATH}/{one}/messages", json={"id": name, "role": "user", "content": text("hello")})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await branch(desk, one))[0] == ["hello"]


async def test_conversations_are_found_renamed_pinned_and_deleted(desk):
    one = await begun(desk, title="Zürich")
    await said(desk, one, "trains in winter")
    await begun(desk, title="other")
    [found] = (await desk.api.get(PATH, params={"search": "winter tra"})).json()["data"]
    assert (found["id"], found["hit"]["text"]) == (one, "trains in winter")
    assert found["hit"]["marks"] == [[0, 6], [10, 16]]
    assert [each["id"] for each in (await desk.api.get(PATH, params={"search": "zurich"})).json()["data"]] == [one]
    changed = (await desk.api.patch(f"{PATH}/{one}", json={"title": "Bern", "pinned": True})).json()
    assert (changed["title"], changed["pinned"]) == ("Bern", True)
    assert [each["id"] for each in (await desk.api.get(PATH, params={"pinned": True})).json()["data"]] == [one]
    page = (await desk.api.get(PATH, params={"limit": 1})).json()
    assert len((await desk.api.get(PATH, params={"before": page["next"]})).json()["data"]) == 1
    assert (await desk.api.delete(f"{PATH}/{one}")).status_code == 204
    assert (await desk.api.get(f"{PATH}/{one}")).status_code == 404


async def test_another_key_does_not_see_them_and_another_key_of_the_same_user_does(desk):
    one = await begun(desk)
    stranger = await desk.make_key("stranger", scopes=["admin"], user="bob")
    async with desk.as_key(stranger["key"]) as api:
        assert (await api.get(PATH)).json()["data"] == []
        for method, path, body in [
            ("GET", f"{PATH}/{one}", None),
            ("GET", f"{PATH}/{one}/messages", None),
            ("GET", f"{PATH}/{one}/export", None),
            ("PATCH", f"{PATH}/{one}", {"title": "mine"}),
            ("DELETE", f"{PATH}/{one}", None),
            ("POST", f"{PATH}/{one}/messages", {"role": "user", "content": text("x")}),
            ("POST", f"{PATH}/{one}/images", {"media_type": "image/png", "data": b64encode(PNG).decode()}),
        ]:
            assert (await api.request(method, path, json=body)).status_code == 404, (method, path)
        his = (await api.post(PATH, json={})).json()["id"]
    second = await desk.make_key("second", scopes=["admin"], user="bob")
    async with desk.as_key(second["key"]) as api:
        assert [each["id"] for each in (await api.get(PATH)).json()["data"]] == [his]


async def test_images_are_what_they_say_and_cannot_run(desk):
    one = await begun(desk)
    body = {"media_type": "image/png", "data": b64encode(PNG).decode()}
    image = (await desk.api.post(f"{PATH}/{one}/images", json=body)).json()["id"]
    answer = await desk.api.get(f"{PATH}/{one}/images/{image}")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await desk.api.delete(f"{PATH}/{one}/images/{image}")).status_code == 204
    assert (await desk.api.get(f"{PATH}/{one}/images/{image}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", {"title": "a\nb"}, 400),
        ("", {"settings": {"x": "y" * 70_000}}, 413),
        ("/ONE/messages", {"role": "system", "content": []}, 400),
        ("/ONE/messages", {"role": "user", "content": [{"type": "script", "text": "x"}]}, 400),
        ("/ONE/messages", {"role": "user", "content": [], "parent_id": "msg_" + "0" * 20}, 404),
        ("/ONE/messages", {"role": "user", "content": [], "cost_usd": "-1"}, 400),
        ("/ONE/messages", {"role": "user", "content": text("x" * (4 << 20))}, 413),
        ("/ONE/images", {"media_type": "image/svg+xml", "data": ""}, 400),
        ("/ONE/images", {"media_type": "image/png", "data": b64encode(b"<script>").decode()}, 400),
        ("/ONE/images", {"media_type": "image/png", "data": "*"}, 400),
        ("/ONE/images", {"media_type": "image/png", "data": b64encode(PNG + b"\0" * (5 << 20)).decode()}, 413),
    ],
)
async def test_what_makes_no_sense_or_is_too_much_is_refused(desk, path, body, status):
    one = await begun(desk)
    answer = await desk.api.post(PATH + path.replace("ONE", one), json=body)
    assert answer.status_code == status, answer.text


async def test_a_message_of_two_megabytes_is_kept(desk):
    one = await begun(desk)
    await said(desk, one, "long words " * 190_000)
    assert len((await branch(desk, one))[0][0]) == 11 * 190_000


async def test_a_conversation_is_exported_for_programs_and_for_people(desk):
    one = await begun(desk, title="Älps & more/../x", settings={"system": "Be brief."})
    asked = await said(desk, one, "Name one")
    await said(desk, one, "first", asked, model="fast")
    tool = {"type": "tool", "id": "c", "name": "a__b", "result": "```\nescape", "status": "completed"}
    body = {
        "role": "assistant",
        "parent_id": asked,
        "content": [tool, *text("second")],
        "state": "cut",
        "model": "slow",
    }
    await desk.api.post(f"{PATH}/{one}/messages", json=body)
    answer = await desk.api.get(f"{PATH}/{one}/export")
    assert len(answer.json()["messages"]) == 3
    assert answer.headers["content-disposition"] == 'attachment; filename="lps-more-x.json"'
    answer = await desk.api.get(f"{PATH}/{one}/export", params={"form": "markdown"})
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    for piece in (
        "# Älps & more/../x",
        "Be brief.",
        "## You",
        "Name one",
        "## slow",
        "````\n```\nescape\n````",
        "*Cut off",
    ):
        assert piece in answer.text
    assert "first" not in answer.text


async def test_the_audit_log_has_what_was_done_and_not_what_was_said(desk):
    one = await begun(desk, title="secret title")
    asked = await said(desk, one, "secret words")
    await desk.api.patch(f"{PATH}/{one}", json={"title": "secret name"})
    await desk.api.patch(f"{PATH}/{one}/messages/{asked}", json={"content": text("secret edit")})
    await desk.api.delete(f"{PATH}/{one}/messages/{asked}")
    await desk.api.delete(f"{PATH}/{one}")
    entries = [entry for entry in await desk.audited() if entry["target"] == one]
    assert [entry["action"].partition(".")[2] for entry in reversed(entries)] == [
        "create",
        "change",
        "edit",
        "delete_message",
        "delete",
    ]
    assert "secret" not in str(entries)
