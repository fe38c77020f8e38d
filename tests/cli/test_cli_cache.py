"""The cache on the command line."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from switchgear.cache import evaluation

PAIRS = [
    {"a": "How do I bake bread?", "b": "how do i bake bread", "same_answer": True},
    {
        "a": "Send money from savings to checking",
        "b": "Send money from checking to savings",
        "same_answer": False,
        "x": 1,
    },
    {"a": "What is tea?", "b": "Who won the war?", "same_answer": False},
    {"a": "Is it lawful?", "b": "is it lawful?", "same_answer": True, "ambiguous": "complementary"},
]


def test_what_is_kept_is_shown(cli, serving):
    told = cli("cache", "stats", *serving.where)
    assert told.code == 0, told.err
    assert [line.split()[0] for line in told.out.splitlines()] == ["answers", "answered", "saved"]
    assert json.loads(cli("cache", "stats", "--json", *serving.where).out)["entries"] == 0


def test_a_purge_has_to_say_of_what(cli, serving):
    for wrong in ((), ("--all", "--model", "fast")):
        ended = cli("cache", "purge", *wrong, *serving.where)
        assert ended.code == 2
        assert "--all" in ended.err
    assert "0 answers dropped" in cli("cache", "purge", "--all", *serving.where).out
    told = cli("cache", "purge", "--model", "fast", "--tenant", "team:a", "--json", *serving.where)
    assert json.loads(told.out) == {"dropped": 0}
    ended = cli("cache", "purge", "--tenant", "zzz", *serving.where)
    assert (ended.code != 0, "team:NAME" in ended.err) == (True, True)
    ended = cli("cache", "purge", "--model", "nope", *serving.where)
    assert (ended.code != 0, 'No model "nope".' in ended.err) == (True, True)


def test_a_threshold_is_a_share(cli):
    assert cli("cache", "evaluate", "--threshold", "2").code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": "x"}', "1 is not a pair"),
        ('\n{"a": "x", "b": "y", "same_answer": 1}', "2 is not a pair"),
        ('{"a": "x", "b": "y", "same_answer": true}', "pairs without"),
        ("", "pairs without"),
    ],
)
def test_pairs_that_cannot_be_read_are_told_with_their_line(cli, folder, text, told):
    (folder / "pairs.jsonl").write_text(text)
    ended = cli("cache", "evaluate", "--pairs", "pairs.jsonl")
    assert ended.code not in (0, 70)
    assert told in ended.err


def test_pairs_that_are_not_there_are_told(cli, folder):
    assert "cannot be read" in cli("cache", "evaluate", "--pairs", "none.jsonl").err


def test_without_the_package_its_name_is_told(cli, monkeypatch):
    monkeypatch.setattr(evaluation, "PACKAGE", "fow_cache_that_is_not_there")
    assert "pip install 'switchgear[cache-eval]'" in cli("cache", "evaluate").err


def test_rates_are_measured_with_the_real_model_and_the_guard(process, folder):
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, PAIRS)))
    ended = process(
        "cache", "evaluate", "--pairs", "pairs.jsonl", "--threshold", "0.99", "--threshold", "0.9", "--json"
    )
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert (told["pairs"], told["same"]) == (4, 1)
    assert [rate["threshold"] for rate in told["rates"]] == [0.9, 0.99]
    low = told["rates"][0]
    assert low["hits"] == low["guarded_hits"] == 1
    assert low["wrong"] == pytest.approx(2 / 3)
    assert low["guarded_wrong"] == pytest.approx(1 / 3)
    shown = process("cache", "evaluate", "--pairs", "pairs.jsonl")
    assert "4 pairs: 1 with one answer, 3 without." in shown.out
    assert shown.out.splitlines()[-2].split()[0] == "0.99"


@pytest.mark.skipif(importlib.util.find_spec(evaluation.PACKAGE) is None, reason="the labelled pairs are an extra")
def test_the_bundled_pairs_hold_no_wrong_hit_at_the_default_threshold(process):
    ended = process("cache", "evaluate", "--threshold", "0.99", "--json")
    assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert (told["pairs"], told["same"]) == (600, 299)
    (rate,) = told["rates"]
    assert rate["wrong"] > 0.01
    assert rate["guarded_wrong"] == 0
    assert rate["guarded_hits"] > 0.12


FOUND = """
import sys
from contextlib import suppress
from switchgear.cache import evaluation
from switchgear.core.errors import ExtraMissing
with suppress(ExtraMissing):
    evaluation.read_pairs(evaluation.bundled_pairs())
print(evaluation.PACKAGE in sys.modules)
"""


def test_the_package_is_read_and_never_imported():
    done = subprocess.run([sys.executable, "-c", FOUND], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
