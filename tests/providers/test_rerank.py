"""Rankings of servers that ask and answer in neighbouring forms."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from transport_origin import LONG

from switchgear.core.errors import ProviderInvalidResponse
from switchgear.providers.base import Operation, Outgoing
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.rerank import read_answer, write_request
from switchgear.providers.transport import OriginSettings
from switchgear.testing import FaultUpstream, faults

ASKED = {"model": "m", "query": "q", "documents": ["a", {"text": "b"}, "c"], "top_n": 2}


def ranked(answer: Any, **asked: Any) -> Any:
    return json.loads(read_answer("p", json.dumps(ASKED | asked).encode(), json.dumps(answer).encode()))


def test_an_answer_in_the_one_form_stays_as_it_is() -> None:
    body = b'{"results": [ {"index":2,"relevance_score":0.5} ], "meta":{"x":1}}'
    assert read_answer("p", json.dumps(ASKED).encode(), body) is body


def test_voyages_data_become_results() -> None:
    answer = {
        "object": "list",
        "data": [{"index": 1, "relevance_score": 0.9, "document": "b"}],
        "usage": {"total_tokens": 9},
    }
    assert ranked(answer) == {
        "object": "list",
        "usage": {"total_tokens": 9},
        "results": [{"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}],
    }


def test_a_bare_list_with_scores_becomes_results_best_first() -> None:
    assert ranked([{"index": 0, "score": 0.1}, {"index": 2, "score": 0.8, "text": "c"}]) == {
        "results": [
            {"index": 2, "relevance_score": 0.8, "document": {"text": "c"}},
            {"index": 0, "relevance_score": 0.1},
        ]
    }


def test_documents_that_were_asked_for_are_added_where_the_server_leaves_them_out() -> None:
    answer = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}]}
    assert ranked(answer, return_documents=True)["results"] == [
        {"index": 1, "relevance_score": 0.9, "document": {"text": "b"}},
        {"index": 0, "relevance_score": 0.2, "document": {"text": "a"}},
    ]
    assert ranked(answer)["results"] == answer["results"]


@pytest.mark.parametrize("answer", [{"results": "no"}, [1, 2], {"data": [{"score": 1}]}])
def test_what_is_no_ranking_is_the_providers_mistake(answer: Any) -> None:
    with pytest.raises(ProviderInvalidResponse):
        ranked(answer)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[1,"])
def test_what_is_not_json_is_the_providers_mistake(body: bytes) -> None:
    with pytest.raises(ProviderInvalidResponse):
        read_answer("p", json.dumps(ASKED).encode(), body)


def test_an_index_beyond_the_documents_gets_none() -> None:
    answer = {"results": [{"index": 7, "relevance_score": 0.9}]}
    assert ranked(answer, return_documents=True)["results"] == answer["results"]


def test_voyage_is_asked_in_its_own_words() -> None:
    body = json.dumps(ASKED).encode()
    assert json.loads(write_request("api.voyageai.com", body)) == {
        "model": "m", "query": "q", "documents": ASKED["documents"], "top_k": 2,
    }  # fmt: skip
    assert write_request("api.jina.ai", body) is body


async def test_a_provider_of_openais_kind_ranks_below_its_base_url() -> None:
    async with FaultUpstream() as upstream:
        upstream.answer(faults.ok([{"index": 0, "score": 0.5}]))
        provider = OpenAIProvider(OriginSettings(provider="p", base_url=upstream.base_url, timeouts=LONG, proxy="none"))
        body = msgspec.json.encode(ASKED)
        with await provider.send(Outgoing(Operation.RERANK, "", "m", body)) as answer:
            assert json.loads(await answer.body()) == {"results": [{"index": 0, "relevance_score": 0.5}]}
        assert upstream.requests[0].path == "/v1/rerank"
        provider.close()
