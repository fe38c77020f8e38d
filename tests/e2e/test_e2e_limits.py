"""Limits and budgets as clients meet them, over real sockets, in process and on a real Valkey."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from limited import CONFIG, Rig, limited, used
from observed import HI, eventually
from openai import AsyncOpenAI, OpenAI

from switchgear.testing import Gate, ScriptedProvider, faults, served


@pytest.fixture(scope="module", params=["memory", "valkey"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with limited(request.param) as made:
        yield made


def client_of(rig: Rig, key: dict[str, Any], **more: Any) -> OpenAI:
    return OpenAI(base_url=rig.gateway.base_url, api_key=key["key"], **more)


# ---------------------------------------------------------------- what a client is told


def test_answers_tell_what_is_left_in_openais_form(rig: Rig) -> None:
    key = rig.key(rpm=10, tpm=5000, output_tokens=100)
    with client_of(rig, key) as client:
        raw = client.chat.completions.with_raw_response.create(model="free", messages=HI, max_tokens=40)
        headers = raw.headers
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]) == ("10", "9")
    assert headers["x-ratelimit-limit-tokens"] == "5000"
    assert 4900 < int(headers["x-ratelimit-remaining-tokens"]) < 4960
    for reset in ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"):
        assert headers[reset].startswith("1m0") or headers[reset].startswith("1m1"), headers[reset]
        assert headers[reset].endswith("s")
    assert rig.standing(key) == {"key rpm": "1", "key tpm": "2"}


def test_streams_tell_it_too_before_their_first_byte(rig: Rig) -> None:
    key = rig.key(rpm=10)
    with (
        client_of(rig, key) as client,
        client.chat.completions.create(model="free", messages=HI, stream=True) as stream,
    ):
        assert stream.response.headers["x-ratelimit-remaining-requests"] == "9"
        assert "x-ratelimit-limit-tokens" not in stream.response.headers
        assert list(stream)


def test_answers_tell_what_is_left_in_anthropics_form(rig: Rig) -> None:
    key = rig.key(rpm=2, tpm=5000)
    headers = {"authorization": f"Bearer {key['key']}", "anthropic-version": "2023-06-01"}
    counted = {"model": "free", "messages": HI}
    body = counted | {"max_tokens": 10}
    told = rig.admin.post("/v1/messages", json=body, headers=headers).headers
    assert told["anthropic-ratelimit-requests-limit"] == "2"
    assert told["anthropic-ratelimit-requests-remaining"] == "1"
    assert told["anthropic-ratelimit-tokens-limit"] == "5000"
    assert datetime.fromisoformat(told["anthropic-ratelimit-requests-reset"]) > datetime.now(UTC)
    assert not [name for name in told if name.startswith("x-ratelimit")]
    assert rig.admin.post("/v1/messages/count_tokens", json=counted, headers=headers).status_code == 200
    assert rig.admin.post("/v1/messages", json=body, headers=headers).status_code == 200, "counting tokens is free"
    refused = rig.admin.post("/v1/messages", json=body, headers=headers)
    assert (refused.status_code, refused.json()["error"]["type"]) == (429, "rate_limit_error")
    assert int(refused.headers["retry-after"]) <= 61
    assert refused.headers["anthropic-ratelimit-requests-remaining"] == "0"


def test_a_client_without_limits_is_told_of_none(rig: Rig) -> None:
    answer = rig.ask(rig.key(), "free")
    assert answer.status_code == 200
    assert not [name for name in answer.headers if "ratelimit" in name]


def test_a_refusal_says_which_limit_whose_and_when_to_return(rig: Rig) -> None:
    team = rig.team(rpm=1)
    key = rig.key(team=team, rpm=10)
    assert rig.ask(key, "free").status_code == 200
    with client_of(rig, key, max_retries=0) as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="free", messages=HI)
    error = caught.value
    assert f'The team "{team}" has used 1 of 1 calls a minute' in error.message
    assert "There is room in" in error.message
    assert (error.code, error.type) == ("rate_limit_exceeded", "rate_limit_error")
    assert 0 < int(error.response.headers["retry-after"]) <= 61
    assert error.response.headers["x-ratelimit-limit-requests"] == "1", "the tightest is told"
    assert rig.standing(key) == {"key rpm": "1", "team rpm": "1"}, "the key's own limit is not used by what was refused"
    row = rig.admin.get("/api/usage", params={"key": key["id"]}).json()["data"][0]
    assert (row["outcome"], row["status"], row["error"]) == ("refused", 429, "rate_limit_exceeded")


def test_a_spent_budget_is_not_tried_again(rig: Rig) -> None:
    key = rig.key(budget={"usd": 1, "per": "month"})
    rig.provider.reply("x", usage=used(900, 50))
    assert rig.ask(key, max_tokens=100).status_code == 200
    assert rig.standing(key) == {"key usd": "0.95"}
    with client_of(rig, key, max_retries=3) as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="priced", messages=HI, max_tokens=100)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    assert "$0.95 of $1.00 a month" in caught.value.message
    assert "begins anew on" in caught.value.message
    assert caught.value.response.headers["x-should-retry"] == "false"
    rows = rig.admin.get("/api/usage", params={"key": key["id"]}).json()["data"]
    assert [row["status"] for row in rows] == [429, 200]
    assert rig.ask(key, max_tokens=5).status_code == 200, "what fits is let through"


def test_a_price_nobody_knows_costs_nothing_or_is_refused(rig: Rig) -> None:
    allowed, refused = (
        rig.key(budget={"usd": 1, "per": "day"}),
        rig.key(budget={"usd": 1, "per": "day"}, unpriced="refuse"),
    )
    assert rig.ask(allowed, "free").status_code == 200
    assert rig.standing(allowed) == {"key usd": "0"}
    answer = rig.ask(refused, "free")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "model_unpriced")
    assert rig.ask(refused, "priced", max_tokens=50).status_code == 200


# ---------------------------------------------------------------- N is N


@pytest.mark.parametrize("most", [1, 17])
async def test_64_clients_at_once_get_exactly_as_many_calls_as_there_are(rig: Rig, most: int) -> None:
    key = rig.key(rpm=most)

    async def ask(client: AsyncOpenAI) -> int:
        try:
            await client.chat.completions.create(model="free", messages=HI)
        except openai.RateLimitError as error:
            return error.status_code
        return 200

    async with AsyncOpenAI(base_url=rig.gateway.base_url, api_key=key["key"], max_retries=0, timeout=60) as client:
        statuses = await asyncio.gather(*(ask(client) for _ in range(64)))
    assert sorted(statuses) == [200] * most + [429] * (64 - most)
    assert rig.standing(key) == {"key rpm": str(most)}


def test_a_model_has_its_limit_whoever_calls(rig: Rig) -> None:
    keys = [rig.key() for _ in range(4)]
    assert [rig.ask(key, "rare").status_code for key in keys] == [200, 200, 200, 429]
    assert 'The model "rare"' in rig.ask(keys[0], "rare").json()["error"]["message"]


def test_calls_at_once_are_counted_until_they_end(rig: Rig) -> None:
    key = rig.key(concurrency=2)
    gate = Gate()
    for _ in range(2):
        rig.provider.plan(gate, faults.ok(), model="other")
    calls = [threading.Thread(target=rig.ask, args=(key, "free")) for _ in range(2)]
    for call in calls:
        call.start()
    eventually(lambda: gate.reached == 2)
    refused = rig.ask(key, "free")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_at_once")
    assert refused.headers["retry-after"] == "1"
    gate.open()
    for call in calls:
        call.join()
    eventually(lambda: rig.standing(key) == {"key concurrency": "0"})
    assert rig.ask(key, "free").status_code == 200


def test_embeddings_and_files_count_as_calls(rig: Rig) -> None:
    key = rig.key(rpm=2, tpm=1000)
    with client_of(rig, key, max_retries=0) as client:
        client.embeddings.create(model="free", input="one two three")
        client.files.list()
        with pytest.raises(openai.RateLimitError):
            client.files.list()
    assert rig.standing(key)["key rpm"] == "2"
    assert 0 < int(rig.standing(key)["key tpm"]) < 20


# ---------------------------------------------------------------- settled in every case


def test_what_was_not_used_is_given_back(rig: Rig) -> None:
    key = rig.key(tpm=5000, budget={"usd": 5, "tokens": 5000, "per": "week"})
    rig.provider.reply("x", usage=used(30, 12))
    assert rig.ask(key, max_tokens=4000).status_code == 200
    assert rig.standing(key) == {"key usd": "0.042", "key tokens": "42", "key tpm": "42"}


def test_a_call_that_may_take_more_than_there_is_at_all_is_told_so(rig: Rig) -> None:
    key = rig.key(tpm=100)
    answer = rig.ask(key, max_tokens=200)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "call_too_large")
    assert "retry-after" not in answer.headers
    assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        ("chat/completions", {"messages": HI, "max_completion_tokens": 1, "max_tokens": 5000}),
        ("chat/completions", {"messages": HI, "max_tokens": 100, "n": 50}),
        ("chat/completions", {"messages": HI, "max_tokens": 1, "prediction": {"type": "content", "content": "w " * 20_000}}),
        ("chat/completions", {"messages": [{"role": "user", "content": [{"type": "text", "text": "url"}, {"type": "text", "text": "x" * 40_000}]}], "max_tokens": 1}),
        ("completions", {"prompt": ["one", "two", "three", "four"] * 5, "max_tokens": 250}),
        ("completions", {"prompt": [[1, 2], [3, 4], [5, 6]], "max_tokens": 1667}),
        ("completions", {"prompt": "one", "max_tokens": 500, "best_of": 10}),
    ],
)  # fmt: skip
def test_all_that_a_call_may_use_is_taken_before_it_is_sent(rig: Rig, path: str, request_: dict[str, Any]) -> None:
    key = rig.key(tpm=5000)
    headers = {"authorization": f"Bearer {key['key']}"}
    answer = rig.admin.post(f"/v1/{path}", json={"model": "free"} | request_, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "call_too_large")


def test_a_completion_of_one_list_of_tokens_is_one_answer(rig: Rig) -> None:
    key = rig.key(tpm=5000)
    headers = {"authorization": f"Bearer {key['key']}"}
    body = {"model": "free", "prompt": [*range(50)], "max_tokens": 3000}
    assert rig.admin.post("/v1/completions", json=body, headers=headers).status_code == 200


def test_a_client_that_leaves_mid_stream_has_paid_for_what_it_heard(rig: Rig) -> None:
    key = rig.key(concurrency=1, budget={"tokens": 5000, "per": "day"})
    rig.provider.reply(chunks=["word "] * 200, delay=0.05)
    headers = {"authorization": f"Bearer {key['key']}"}
    body = {"model": "priced", "messages": HI, "stream": True, "max_tokens": 2000}
    with rig.admin.stream("POST", "/v1/chat/completions", json=body, headers=headers) as answer:
        pieces = answer.iter_bytes()
        next(pieces)
        assert rig.standing(key)["key concurrency"] == "1"
    eventually(lambda: rig.standing(key)["key concurrency"] == "0")
    assert 0 < int(rig.standing(key)["key tokens"]) < 100


def test_a_stream_that_breaks_is_settled_by_what_came(rig: Rig) -> None:
    key = rig.key(concurrency=1, tpm=5000)
    rig.provider.plan(faults.cut_mid_stream())
    answer = rig.ask(key, stream=True, max_tokens=2000)
    assert "provider_disconnected" in answer.text
    standing = rig.standing(key)
    assert standing["key concurrency"] == "0"
    assert 0 < int(standing["key tpm"]) < 100


def test_a_provider_that_fails_costs_nothing(rig: Rig) -> None:
    key = rig.key(rpm=5, concurrency=1, budget={"usd": 1, "per": "day"})
    rig.provider.fail(500)
    assert rig.ask(key, max_tokens=50).status_code == 502
    assert rig.standing(key) == {"key usd": "0", "key rpm": "1", "key concurrency": "0"}


# ---------------------------------------------------------------- budgets and the books


def test_limits_that_change_hold_at_once_and_what_was_spent_stays_spent(rig: Rig) -> None:
    key = rig.key(budget={"usd": 1, "per": "month"})
    rig.provider.reply("x", usage=used(900, 100))
    assert rig.ask(key, max_tokens=50).status_code == 200
    assert rig.ask(key, max_tokens=50).status_code == 429
    answer = rig.admin.put(f"/api/limits/{key['limits']}", json={"budget": {"usd": 2, "per": "month"}})
    assert answer.status_code == 200
    assert rig.ask(key, max_tokens=50).status_code == 200
    rig.admin.put(f"/api/limits/{key['limits']}", json={"budget": {"usd": 1, "per": "day"}})
    assert rig.ask(key, max_tokens=50).status_code == 429, "the day's spending is in the books"


def test_a_valkey_that_lost_everything_gives_nobody_a_second_budget(rig: Rig) -> None:
    if rig.valkey is None:
        pytest.skip("there is nothing to lose")
    key = rig.key(budget={"usd": 1, "per": "month"})
    rig.provider.reply("x", usage=used(900, 100))
    assert rig.ask(key, max_tokens=50).status_code == 200
    rig.valkey.empty()
    refused = rig.ask(key, max_tokens=50)
    assert refused.status_code == 429
    assert "$1.00 of $1.00" in refused.json()["error"]["message"]


def test_events_are_told_in_the_log_and_refusals_in_the_metrics(rig: Rig) -> None:
    key = rig.key(budget={"tokens": 100, "per": "day"}, soft=0.5)
    rig.provider.reply("x", usage=used(30, 30))
    assert rig.ask(key, max_tokens=10).status_code == 200
    assert rig.ask(key, max_tokens=90).status_code == 429
    lines = eventually(
        lambda: [each["event"] for each in rig.gateway.logs() if f'"{key["name"]}"' in each.get("event", "")]
    )
    assert [line for line in lines if "is near a limit: 60 tokens of 100 tokens a day" in line]
    metrics = rig.admin.get("/metrics").text
    assert 'switchgear_limit_refusals_total{limit="tokens",of="key"}' in metrics


def test_a_restart_gives_nobody_a_second_budget(tmp_path: Path) -> None:
    with ScriptedProvider.in_thread() as provider:
        config = CONFIG.format(url=provider.base_url, state="memory:") + (
            '\n[limits.default]\nbudget = { usd = 1, per = "month" }\n'
            '[limits.team]\nbudget = { usd = 1.5, per = "month" }\n[teams."*"]\nlimits = "team"\n'
        )
        with served(config, data_dir=tmp_path / "data") as first:
            admin = {"authorization": f"Bearer {first.key}"}
            keys = [
                httpx.post(
                    f"{first.url}/api/keys", json={"name": name, "team": "search"}, headers=admin, trust_env=False
                ).json()["key"]
                for name in ("one", "two")
            ]
            provider.reply("x", usage=used(900, 50))
            assert _ask(first, keys[0]).status_code == 200
        with served(config, data_dir=tmp_path / "data") as again:
            refused = _ask(again, keys[0], max_tokens=100)
            assert refused.status_code == 429
            assert "$0.95 of $1.00 a month" in refused.json()["error"]["message"]
            other = _ask(again, keys[1], max_tokens=600)
            assert 'The team "search" has used $0.95 of $1.50' in other.json()["error"]["message"]
            assert _ask(again, keys[1], max_tokens=100).status_code == 200


def _ask(gateway: served, key: str, **fields: Any) -> httpx.Response:
    body = {"model": "priced", "messages": HI, "max_tokens": 40} | fields
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{gateway.base_url}/chat/completions", json=body, headers=headers, timeout=20, trust_env=False)
