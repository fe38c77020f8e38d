"""How deployments are doing, on the command line."""

from __future__ import annotations

import json
import urllib.error
import urllib.request


def call(serving) -> int:
    body = json.dumps({"model": "fast", "messages": [{"role": "user", "content": "hi"}]}).encode()
    headers = {"authorization": f"Bearer {serving.served.key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{serving.served.url}/v1/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_deployments_are_listed_with_what_is_known_of_them(cli, serving):
    told = cli("providers", "health", *serving.where)
    assert told.code == 0, told.err
    head, row = told.out.splitlines()[:2]
    assert head.split()[:2] == ["deployment", "state"]
    assert row.split()[:2] == ["test/test-model", "closed"]
    one = next(each for each in json.loads(cli("providers", "health", "--json", *serving.where).out) if each["aliases"])
    assert (one["deployment"], one["aliases"]) == ("test/test-model", ["fast"])


def test_a_deployment_to_which_nothing_happened_says_so(cli, serving):
    told = cli("providers", "health", "test/test-model", *serving.where)
    assert (told.code, told.out) == (0, "Nothing happened to test/test-model that is remembered.\n")
    told = cli("providers", "health", "zz/zz", *serving.where)
    assert told.code == 1
    assert 'No deployment "zz/zz" is known.' in told.err


def test_a_reset_says_how_it_stands_now(cli, serving):
    told = cli("providers", "reset", "test/test-model", *serving.where)
    assert told.code == 0, told.err
    assert "test/test-model is closed" in told.out
    told = cli("providers", "reset", "test/nothing", *serving.where)
    assert told.code == 1
    assert 'No deployment "test/nothing" is known.' in told.err
