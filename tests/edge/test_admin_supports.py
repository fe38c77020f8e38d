"""What each provider supports, over the admin API."""

from __future__ import annotations


async def supported(desk, **document):
    answer = await desk.api.put("/api/providers/mine", json=document)
    assert answer.status_code == 201, answer.text
    return {one["what"]: one["how"] for one in answer.json()["supports"]}


async def test_an_api_in_openais_form_is_passed(desk):
    told = await supported(desk, base_url=desk.upstream.base_url)
    assert (told["chat"], told["embeddings"]) == ("passed", "passed")


async def test_a_provider_through_litellm_says_what_is_translated(desk):
    told = await supported(desk, kind="litellm", litellm_provider="cohere", api_key="a-key-for-cohere")
    assert told == {"chat": "translated", "embeddings": "translated", "rerank": "translated"}


async def test_a_name_that_litellm_does_not_have_leaves_the_provider_out(desk):
    answer = await desk.api.put("/api/providers/mine", json={"kind": "litellm", "litellm_provider": "coher"})
    assert answer.json()["state"] == "failed"
    assert answer.json()["supports"] == []
