"""Batches from the command line, through a gateway that runs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest


def requests(folder: Path, count: int = 3, **changes: Any) -> Path:
    """A file of requests."""
    file = folder / "requests.jsonl"
    with file.open("w") as out:
        for number in range(count):
            body = {"model": "fast", "messages": [{"role": "user", "content": f"number {number}"}]}
            line = {"custom_id": f"c{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            out.write(json.dumps(line | changes) + "\n")
    return file


def ended(cli, serving, batch_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        found = json.loads(cli("batches", "show", batch_id, "--json", *serving.where).out)
        if found["ended_at"]:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_a_file_is_sent_followed_and_its_answers_printed(cli, serving, folder):
    made = cli("batches", "create", requests(folder), "--metadata", "run=7", *serving.where)
    assert made.code == 0, made.err
    batch_id = made.out.strip()
    assert f"switchgear batches show {batch_id}" in made.err
    found = ended(cli, serving, batch_id)
    assert (found["status"], found["completed"], found["metadata"]) == ("completed", 3, {"run": "7"})
    assert (found["runner"], found["provider"]) == ("gateway", "")
    assert found["key_name"].startswith("cli")
    shown = cli("batches", "show", batch_id, *serving.where).out
    assert "completed" in shown
    assert "3 of 3 answered, 0 not" in shown
    listed = cli("batches", "list", "--all", *serving.where).out
    assert batch_id in listed
    assert "3 of 3" in listed
    assert batch_id not in cli("batches", "list", *serving.where).out
    assert batch_id in {one["id"] for one in json.loads(cli("batches", "list", "--all", "--json", *serving.where).out)}


def test_answers_go_to_standard_output_as_they_are(process, cli, serving, folder):
    batch_id = cli("batches", "create", requests(folder, 40), *serving.where).out.strip()
    ended(cli, serving, batch_id)
    printed = process("batches", "results", batch_id, *serving.where)
    assert printed.code == 0, printed.err
    assert [json.loads(line)["custom_id"] for line in printed.out.splitlines()] == [f"c{n}" for n in range(40)]
    none = process("batches", "results", batch_id, "--errors", *serving.where)
    assert none.code == 1
    assert "has no line that was not answered" in none.err


def test_a_batch_that_failed_says_what_is_wrong_with_which_line(cli, serving, folder):
    batch_id = cli("batches", "create", requests(folder, 2, custom_id="same"), *serving.where).out.strip()
    assert ended(cli, serving, batch_id)["status"] == "failed"
    assert (
        'line 2: The custom_id "same" is that of line 1 as well.'
        in cli("batches", "show", batch_id, *serving.where).out
    )


def test_a_batch_is_cancelled_and_that_is_in_the_audit_log(cli, serving, folder):
    asked = len(serving.provider.requests)
    serving.provider.reply("slow", delay=3)
    batch_id = cli("batches", "create", requests(folder, 1), *serving.where).out.strip()
    deadline = time.monotonic() + 60
    while len(serving.provider.requests) == asked:  # or the slow answer is left to whoever asks next
        assert time.monotonic() < deadline, "The batch never asked."
        time.sleep(0.02)
    said = cli("batches", "cancel", batch_id, *serving.where)
    assert said.code == 0, said.err
    assert f"The batch {batch_id} is cancelling" in said.out
    assert ended(cli, serving, batch_id)["status"] == "cancelled"
    again = cli("batches", "cancel", batch_id, *serving.where)
    assert again.code == 1
    assert "cannot be cancelled" in again.err


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), ("{}\n", "has no url"), ("nonsense", "has no url"), ("", "has no url")],
)
def test_a_file_that_cannot_be_sent_is_a_mistake(cli, serving, folder, content, told):
    file = folder / "bad.jsonl"
    if content is not None:
        file.write_text(content)
    ended = cli("batches", "create", file, *serving.where)
    assert ended.code == 2
    assert told in ended.err


def test_metadata_is_given_as_pairs(cli, serving, folder):
    ended = cli("batches", "create", requests(folder), "--metadata", "run", *serving.where)
    assert ended.code == 2
    assert "NAME=VALUE" in ended.err


def test_an_id_that_no_batch_has_is_not_found(cli, serving):
    for what in ("show", "cancel", "results"):
        ended = cli("batches", what, "batch_nothing", *serving.where)
        assert ended.code == 1
        assert 'No batch has the id "batch_nothing"' in ended.err


def test_batches_are_listed_where_no_gateway_runs(cli, folder):
    assert cli("keys", "create", "ci").code == 0
    listed = cli("batches", "list")
    assert listed.code == 0
    assert listed.out.startswith("No batches that have not ended.")
    assert cli("batches", "list", "--all").out == "No batches.\n"
