"""What is reserved for a call bounds what it can use, whatever it asks for and however often it is tried."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from limited import CONFIG, Rig, limited, used
from observed import HI, chat, eventually

from switchgear.testing import Gate, ScriptedProvider, chat_chunk, faults, served

MORE = """
[models.held]
stream_recovery = "hold"
retry = { attempts = 10, backoff = 0.001 }
deployments = [{ provider = "test", model = "cut", price = { input = 1000, output = 1000 } }]

[models.narrow]
deployments = [{ provider = "test", model = "narrow", concurrency = 1 }]

[models.repaired]
answers = "repair"
deployments = [{ provider = "test", model = "wrong", capabilities = { json_schema = "checked" }, price = { input = 1000, output = 1000 } }]

[models.hedged]
hedge = { after = 0.05 }
deployments = [
    { provider = "test", model = "silent", price = { input = 1000, output = 1000 } },
    { provider = "test", model = "quick", price = { input = 1000, output = 1000 } },
]

[models.small]
deployments = [{ provider = "test", model = "beta", max_output = 50 }]

[models.once]
deployments = [{ provider = "test", model = "once" }]
limits = "tiny"

[models.openais]
deployments = [{ provider = "test", model = "gpt-5" }]
"""


@pytest.fixture(scope="module", params=["memory", "valkey"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with limited(request.param, MORE) as made:
        yield made


def sent(rig: Rig) -> dict[str, Any]:
    """The body of the provider's last request."""
    return dict(rig.provider.requests[-1].json)


# ---------------------------------------------------------------- the longest answer


@pytest.mark.parametrize(
    ("path", "request_", "name"),
    [
        ("chat/completions", {"model": "priced", "messages": HI}, "max_tokens"),
        ("chat/completions", {"model": "priced", "messages": HI, "stream": True}, "max_tokens"),
        ("chat/completions", {"model": "priced", "messages": HI, "max_tokens": None}, "max_tokens"),
        ("chat/completions", {"model": "priced", "messages": HI, "max_tokens": -1}, "max_tokens"),
        ("chat/completions", {"model": "openais", "messages": HI}, "max_completion_tokens"),
        ("completions", {"model": "priced", "prompt": "Hi"}, "max_tokens"),
        ("responses", {"model": "priced", "input": "Hi"}, "max_tokens"),
    ],
)  # fmt: skip
def test_an_answer_whose_length_nobody_names_is_held_to_what_was_reserved(
    rig: Rig, path: str, request_: dict[str, Any], name: str
) -> None:
    key = rig.key(tpm=5000, output_tokens=70)
    answer = rig.admin.post(f"/v1/{path}", json=request_, headers={"authorization": f"Bearer {key['key']}"})
    assert answer.status_code == 200, answer.text
    assert sent(rig)[name] == 70
    clamped = "max_output_tokens" if path == "responses" else name
    assert answer.headers["x-switchgear-clamped"] == f"{clamped}=70"


def test_a_length_that_the_client_names_is_sent_as_it_is(rig: Rig) -> None:
    key = rig.key(tpm=5000, output_tokens=70)
    answer = rig.ask(key, max_tokens=300)
    assert sent(rig)["max_tokens"] == 300
    assert "x-switchgear-clamped" not in answer.headers


@pytest.mark.parametrize("settings", [{"rpm": 100}, {"tpm": 5000, "output_tokens": 0}])
def test_an_answer_for_which_nothing_was_reserved_is_not_held_to_anything(rig: Rig, settings: dict[str, Any]) -> None:
    answer = rig.ask(rig.key(**settings))
    assert "max_tokens" not in sent(rig)
    assert "x-switchgear-clamped" not in answer.headers


def test_an_answer_is_held_to_the_model_where_that_can_do_less_than_was_reserved(rig: Rig) -> None:
    answer = rig.ask(rig.key(tpm=5000, output_tokens=70), "small")
    assert sent(rig)["max_tokens"] == 50
    assert answer.headers["x-switchgear-clamped"] == "max_tokens=50"


# ---------------------------------------------------------------- calls past the aliases


def test_a_call_past_its_alias_costs_what_the_alias_says_and_has_its_limits(rig: Rig) -> None:
    key = rig.key(budget={"usd": 0.2, "per": "day"})
    rig.provider.reply("x", usage=used(50, 50))
    assert rig.ask(key, "test/alpha", max_tokens=90).status_code == 200
    assert rig.standing(key) == {"key usd": "0.1"}
    assert rig.ask(key, "test/alpha", max_tokens=150).json()["error"]["code"] == "insufficient_quota"
    asked = [rig.ask(rig.key(), name).status_code for name in ("test/once", "once", "test/once", "once")]
    assert asked == [200, 200, 200, 429]
    assert 'The model "once"' in rig.ask(rig.key(), "test/once").json()["error"]["message"]


def test_a_budget_that_only_calls_under_way_hold_can_be_asked_again(rig: Rig) -> None:
    key = rig.key(budget={"usd": 1, "per": "day"})
    gate = Gate()
    rig.provider.plan(gate, faults.ok())
    under_way = threading.Thread(target=rig.ask, args=(key,), kwargs={"max_tokens": 800})
    under_way.start()
    eventually(lambda: gate.reached == 1)
    refused = rig.ask(key, max_tokens=500)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "budget_reserved")
    assert (refused.headers["retry-after"], refused.headers["x-should-retry"]) == ("1", "true")
    assert "has used $0.00 of $1.00 a day" in refused.json()["error"]["message"]
    gate.open()
    under_way.join()
    assert rig.ask(key, max_tokens=500).status_code == 200
    assert not [line for line in rig.gateway.logs() if f'"{key["name"]}" has spent' in str(line)]


def test_what_was_spent_past_an_alias_is_remembered_as_the_models_after_a_restart(tmp_path: Path) -> None:
    more = '[limits.dollar]\nbudget = { usd = 1, per = "month" }\n[models.dear]\nlimits = "dollar"\n'
    more += 'deployments = [{ provider = "test", model = "dear", price = { input = 1000, output = 1000 } }]\n'
    with ScriptedProvider.in_thread() as provider:
        config = CONFIG.format(url=provider.base_url, state="memory:") + more
        with served(config, data_dir=tmp_path / "data") as first:
            provider.reply("x", usage=used(900, 50))
            assert chat_at(first, "test/dear").status_code == 200
        with served(config, data_dir=tmp_path / "data") as again:
            refused = chat_at(again, "dear")
            assert refused.status_code == 429
            assert 'The model "dear" has used $0.95 of $1.00' in refused.json()["error"]["message"]


def chat_at(gateway: served, model: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False) as http:
        return chat(http, model, max_tokens=100)


# ---------------------------------------------------------------- attempts beyond the first

SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "x", "strict": True, "schema": {"type": "object", "properties": {}, "additionalProperties": False}},
}  # fmt: skip


def test_attempts_go_on_as_long_as_another_one_fits(rig: Rig) -> None:
    """Each costs a quarter of a dollar and may cost 0.4: after two of them a third does not fit."""
    key = rig.key(budget={"usd": 0.8, "per": "day"})
    before = len(rig.provider.requests)
    for _ in range(9):
        rig.provider.plan(faults.cut_mid_stream([chat_chunk("so far", usage=used(200, 50))]), model="cut")
    answer = rig.ask(key, "held", stream=True, max_tokens=390)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_disconnected")
    assert len(rig.provider.requests) - before == 2
    assert eventually(lambda: rig.standing(key) == {"key usd": "0.5"})
    route = rig.admin.get(f"/api/usage/{answer.headers['x-request-id']}").json()["route"]
    assert route["attempts"][-1]["why"] == "the limits have no room for another attempt"


def test_an_answer_is_repaired_only_where_that_fits(rig: Rig) -> None:
    key = rig.key(budget={"usd": 0.6, "per": "day"})
    rig.provider.reply("not json", usage=used(100, 200), model="wrong")
    answer = rig.ask(key, "repaired", max_tokens=390, response_format=SCHEMA)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "invalid_answer")
    assert eventually(lambda: rig.standing(key) == {"key usd": "0.3"})


def test_a_silent_deployment_is_hedged_only_where_both_fit(rig: Rig) -> None:
    wide, tight = rig.key(budget={"usd": 1, "per": "day"}), rig.key(budget={"usd": 0.7, "per": "day"})
    gate = Gate()
    rig.provider.plan(gate, faults.ok(), model="silent")
    assert rig.ask(wide, "hedged", max_tokens=390).status_code == 200
    rig.provider.plan(gate, faults.ok(), model="silent")
    calls = threading.Thread(target=rig.ask, args=(tight, "hedged"), kwargs={"max_tokens": 390})
    calls.start()
    eventually(lambda: gate.reached == 2)
    rig.provider.plan(gate, faults.ok(), model="silent")
    assert rig.ask(wide, "hedged", max_tokens=390).status_code == 200, (
        "when this one is hedged, the other would long be"
    )
    gate.open()
    calls.join()
    asked = [one.json["model"] for one in rig.provider.requests if one.json["model"] in {"silent", "quick"}]
    assert asked == ["silent", "quick", "silent", "silent", "quick"]


# ---------------------------------------------------------------- keys that end while a call waits


def test_a_call_whose_key_is_revoked_while_it_waits_is_not_sent(rig: Rig) -> None:
    first, revoked = rig.key(), rig.key()
    gate = Gate()
    rig.provider.plan(gate, faults.ok(), model="narrow")
    answers: list[httpx.Response] = []
    under_way = threading.Thread(target=rig.ask, args=(first, "narrow"))
    under_way.start()
    eventually(lambda: gate.reached == 1)
    waiting = threading.Thread(target=lambda: answers.append(rig.ask(revoked, "narrow")))
    waiting.start()
    eventually(lambda: rig.admin.get("/api/status").json()["calls_in_flight"] == 2)
    assert rig.admin.post(f"/api/keys/{revoked['id']}/revoke").status_code == 200
    gate.open()
    under_way.join()
    waiting.join()
    assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (401, "revoked_api_key")
    assert [one.json["model"] for one in rig.provider.requests].count("narrow") == 1
    assert rig.ask(first, "narrow").status_code == 200, "the place it was given is free again"
