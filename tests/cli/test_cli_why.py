"""``switchgear why`` and ``switchgear errors``: through a gateway whose first provider fails, and for stories of every kind."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from switchgear.cli import why
from switchgear.cli.why import Line, story
from switchgear.testing import FaultUpstream, ScriptedProvider, faults, served, tokens

CONFIG = """
[local]
enabled = false

[providers.good]
base_url = "{good}/v1"
models = ["test-model"]

[providers.bad]
base_url = "{bad}/v1"
models = ["large"]

[models.fast]
deployments = [{{ provider = "bad", model = "large" }}, {{ provider = "good", model = "test-model" }}]
retry = {{ attempts = 1 }}

[models.lost]
deployments = [{{ provider = "bad", model = "large" }}]
retry = {{ attempts = 1 }}

[health]
errors = 10000
calls = 1000000
"""


@dataclass(frozen=True)
class Shaky:
    """A gateway whose first provider does what a test wants, and whose second one answers."""

    good: ScriptedProvider
    bad: FaultUpstream
    served: Any

    @property
    def where(self) -> tuple[str, str]:
        return "--data-dir", str(self.served.data_dir)

    def call(self, model: str, **fields: Any) -> str:
        """The id of a call that was made."""
        asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}]} | fields
        headers = {"authorization": f"Bearer {self.served.key}"}
        answer = httpx.post(
            f"{self.served.url}/v1/chat/completions", json=asked, headers=headers, trust_env=False, timeout=20
        )
        return answer.headers["x-request-id"]


@pytest.fixture(scope="module")
def shaky() -> Iterator[Shaky]:
    with (
        ScriptedProvider.in_thread() as good,
        FaultUpstream.in_thread() as bad,
        served(CONFIG.format(good=good.url, bad=bad.url)) as gateway,
    ):
        yield Shaky(good, bad, gateway)


def said(status: int, message: str) -> Any:
    return faults.status(status, {"error": {"message": message, "type": "server_error"}})


def test_a_call_that_a_fallback_saved_is_told_in_order(cli, shaky):
    shaky.bad.answer(said(503, "busy now"))
    shaky.good.reply("Paris.", usage=tokens(10, 3))
    ended = cli("why", shaky.call("fast", stream=True), *shaky.where)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert re.fullmatch(r" +0\.0 ms  key \"[^\"]+\" +allowed", lines[0])
    assert re.fullmatch(r" +\d[\d.,]* ms  route fast +\S.*", lines[1])
    assert re.fullmatch(r" +\d[\d.,]* ms  bad +.*busy now.* → provider_overloaded", lines[2])
    assert re.fullmatch(
        r" +\d[\d.,]* ms  good +after provider_overloaded: first token [\d,]+ ms, 3 tokens, done after [\d,]+ ms",
        lines[3],
    )
    assert re.fullmatch(r" +cost not known, 1 fallback, ok in [\d,]+ ms", lines[4])
    told = lines[2].index(lines[2].split("  ")[-1].strip())
    assert {line.index(part) for line, part in ((lines[0], "allowed"), (lines[3], "after provider"))} == {told}


def test_a_call_as_json_has_its_route(cli, shaky):
    shaky.bad.answer(said(503, "busy now"))
    call = json.loads(cli("why", shaky.call("fast"), "--json", *shaky.where).out)
    assert [one["outcome"] for one in call["route"]["attempts"]] == ["failed", "ok"]
    assert call["fallbacks"] == 1
    assert call["attempts"] == 2


def test_a_failed_call_ends_with_its_error(cli, shaky):
    shaky.bad.answer(said(500, "It \x1b[31mbroke\x1b[0m."))
    out = cli("why", shaky.call("lost"), *shaky.where).out
    assert "\x1b" not in out
    assert "broke" in out
    assert re.search(r"→ provider_\w+", out)
    assert re.search(r"failed in [\d,]+ ms", out)


def test_a_call_of_no_model_was_refused(cli, shaky):
    out = cli("why", shaky.call("nothing-of-that-name"), *shaky.where).out
    assert "→ model_not_found" in out
    assert "refused" in out.splitlines()[0]


def test_a_call_that_never_was_is_not_found(cli, shaky):
    ended = cli("why", "req_none", *shaky.where)
    assert (ended.code != 0, "req_none" in ended.err) == (True, True)
    for nonsense in ("", " ", "x" * 65, "a\x1b[31m", "../keys"):
        ended = cli("why", nonsense, *shaky.where)
        assert ended.code != 0
        assert "\x1b" not in ended.err


def test_errors_are_shown_by_kind_and_one_with_an_example(cli, shaky):
    for text in ('Slot 17 is "full".', 'Slot 4711 is "taken".'):
        shaky.bad.answer(said(529, text))
        shaky.call("fast")
    ended = cli("errors", "--since", "1h", *shaky.where)
    assert ended.code == 0, ended.err
    head, *rows = ended.out.splitlines()
    assert head.split() == ["kind", "count", "saved", "keys", "last", "where", "error"]
    row = next(row for row in rows if "Slot # is" in row).split()
    assert row[1:4] == ["2", "2", "1"]
    assert len(row[0]) == 8
    whole = json.loads(cli("errors", "--json", *shaky.where).out)["data"]
    assert row[0] in {one["fingerprint"][:8] for one in whole}
    shown = cli("errors", row[0], *shaky.where).out
    assert 'Slot 4711 is "taken".' in shown
    example = re.search(r"switchgear why (req_\w+)", shown)
    assert example is not None
    assert "Slot 4711" in cli("why", example[1], *shaky.where).out
    assert json.loads(cli("errors", row[0], "--json", *shaky.where).out)["count"] == 2
    assert cli("errors", "--provider", "nobody", *shaky.where).out == "No errors in the last 24 h.\n"
    assert cli("errors", "0" * 16, *shaky.where).code != 0
    assert cli("errors", "--since", "soonish", *shaky.where).code == 2


def test_both_work_while_no_gateway_runs(cli):
    cli("keys", "create")
    assert cli("errors").out == "No errors in the last 24 h.\n"
    assert "req_none" in cli("why", "req_none").err


# ---------------------------------------------------------------- the story, without a gateway


def attempt(provider: str, at_ms: float, **changes: Any) -> dict[str, Any]:
    return {
        "provider": provider, "deployment": "m", "at_ms": at_ms, "ms": 100.0, "first_token_ms": None, "outcome": "ok", "status": 200,
        "error": "", "message": "", "usage": {"completion_tokens": 812}, "cost": None, "why": "", "waited_ms": 0.0,
    } | changes  # fmt: skip


def call(*attempts: dict[str, Any], steps: tuple[tuple[str, float, str], ...] = (), **changes: Any) -> dict[str, Any]:
    told = [{"stage": stage, "at_ms": at, "told": text} for stage, at, text in steps]
    return {
        "key_id": "key_1", "key_name": "ci", "team": "search", "user": "", "model": "fast", "provider": "claude", "deployment": "haiku",
        "outcome": "ok", "status": 200, "error": "", "message": "", "latency_ms": 8_803.0, "first_token_ms": None, "cache": "",
        "cost": "0.0031", "saved": None, "fallbacks": 0, "prompt_tokens": 9, "completion_tokens": 812, "route": {"steps": told, "attempts": list(attempts)},
    } | changes  # fmt: skip


def test_the_story_of_a_call(capsys):
    told = call(
        attempt("openai", 0.2, ms=8_001.8, outcome="failed", error="provider_timeout", message="no first byte in 8 s",
                why="latency: openai 240 ms, claude 310 ms → openai"),
        attempt("claude", 8_003.0, first_token_ms=290.0, ms=800.0, why="after provider_timeout"),
        steps=(("limit", 0.1, "600/min, 14 used"), ("cache", 0.2, "miss")),
        cache="miss", fallbacks=1,
    )  # fmt: skip
    why._show([*story(told), why._end(told)])
    assert (
        capsys.readouterr().out
        == """\
   0.0 ms  key "ci" (team search)  allowed
   0.1 ms  limit                   600/min, 14 used
   0.2 ms  cache                   miss
   0.2 ms  route fast              latency: openai 240 ms, claude 310 ms → openai
 8,002 ms  openai                  no first byte in 8 s → provider_timeout
 8,003 ms  claude                  after provider_timeout: first token 290 ms, 812 tokens, done after 800 ms
           cost $0.0031, 1 fallback, ok in 8,803 ms
"""
    )


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (
            attempt("a", 5.0, outcome="skipped", why="breaker open for 12 s"),
            Line(5.0, "a", "passed over: breaker open for 12 s"),
        ),
        (attempt("a", 5.0, outcome="lost", usage=None), Line(105.0, "a", "another attempt was faster")),
        (
            attempt("a", 5.0, outcome="abandoned", first_token_ms=9.0),
            Line(105.0, "a", "given up, first token 9 ms, 812 tokens"),
        ),
        (
            attempt(
                "a", 5.0, outcome="cut", error="provider_disconnected", message="Gone.", usage={"completion_tokens": 1}
            ),
            Line(105.0, "a", "1 token, cut: Gone. → provider_disconnected"),
        ),
        (attempt("a", 5.0, outcome="failed", error="x"), Line(105.0, "a", "x")),
        (attempt("a", 5.0, waited_ms=35.0), Line(5.0, "a", "queued 35 ms, 812 tokens, done after 100 ms")),
    ],
)
def test_what_became_of_an_attempt(one, line):
    assert line in story(call(one))


def test_a_provider_with_several_deployments_is_told_with_their_names_and_repeats_as_such():
    told = story(
        call(
            attempt("a", 1.0, outcome="failed", error="e"),
            attempt("a", 200.0, outcome="failed", error="e"),
            attempt("a", 400.0, deployment="n"),
        )
    )
    assert [line.subject for line in told[2:]] == ["a/m", "a/m", "a/n"]
    assert told[3].told == "again: e"


def test_a_hedge_is_told_as_such_with_what_the_slower_attempt_cost():
    told = story(
        call(
            attempt("a", 1.0, outcome="lost", cost="0.0012", why="first"),
            attempt("b", 201.0, first_token_ms=90.0, why="hedge after 0.20 s of silence"),
        )
    )
    assert [(line.subject, line.told) for line in told[2:]] == [
        ("a", "another attempt was faster, 812 tokens, cost $0.0012"),
        ("b", "hedge after 0.20 s of silence: first token 90 ms, 812 tokens, done after 100 ms"),
    ]


def test_a_call_that_the_cache_answered_has_no_attempts():
    told = call(cache="hit", saved="0.0042", cost=None)
    assert [line.subject for line in story(told)] == ['key "ci" (team search)', "cache"]
    assert why._end(told).subject == "cost $0.00, saved $0.0042, ok in 8,803 ms"


def test_an_error_that_no_attempt_had_is_told_at_the_end():
    told = story(
        call(attempt("a", 1.0, outcome="skipped"), outcome="failed", error="deployments_resting", message="All rest.")
    )
    assert told[-1] == Line(8_803.0, "failed", "All rest. → deployments_resting")
    assert Line(1.0, "route fast", "no deployment") in told


def test_texts_that_would_paint_on_the_terminal_do_not(capsys):
    nasty = "\x1b]0;owned\x07\x1b[2J\u202e\nnext"
    told = call(
        attempt(nasty, 1.0, why=nasty, message=nasty, error="e", outcome="failed"),
        model=nasty,
        key_name=nasty,
        team=nasty,
    )
    why._show([*story(told), why._end(told)])
    out = capsys.readouterr().out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
    assert len(out.splitlines()) == 4


def test_it_fits_a_narrow_terminal(monkeypatch, capsys):
    monkeypatch.setattr(why.screen, "width", lambda: 60)
    told = call(attempt("openai", 1.0, outcome="failed", error="provider_error", message="word " * 50))
    began = time.monotonic()
    why._show([*story(told), why._end(told)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert len(lines) > 8
    assert time.monotonic() - began < 5
