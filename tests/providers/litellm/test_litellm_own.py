"""Providers that LiteLLM calls itself, on its thread: answers, streams, errors and limits are the same as anywhere."""

from __future__ import annotations

import asyncio
import threading

import litellm_shapes as shapes
import pytest
from litellm_provider import KEY, ask, asking, events, provider_at

from switchgear.core.errors import ProviderAuthenticationFailed, ProviderError, ProviderTimeout, ProviderUnreachable
from switchgear.providers.connection import Timeouts
from switchgear.providers.litellm.answers import DROPPED
from switchgear.providers.litellm.engine import Engine
from switchgear.testing import FaultUpstream, ReadBody, Send, Stall, http1

ANSWER = {"generated_text": "Paris.", "nb_input_tokens": 24, "nb_generated_tokens": 8}


async def test_a_call_that_litellm_makes_is_answered_in_openais_form(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "nlp_cloud", upstream.url + "/v1/gpu/") as provider:
        upstream.answer(ReadBody(), Send(http1.response(ANSWER)))
        told = await ask(provider, asking("chatdolphin", max_tokens=10, seed=7))
    assert told["choices"][0]["message"] == {"role": "assistant", "content": "Paris."}
    assert told["usage"] == {"prompt_tokens": 24, "completion_tokens": 8, "total_tokens": 32}
    assert dict(upstream.requests[0].headers)["authorization"] == f"Token {KEY.reveal()}"


async def test_its_errors_are_ours_and_hold_no_key(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "nlp_cloud", upstream.url + "/v1/gpu/") as provider:
        upstream.always(ReadBody(), Send(http1.response({"detail": f"Invalid token {KEY.reveal()}"}, 401)))
        with pytest.raises(ProviderAuthenticationFailed) as refused:
            await provider.send(asking("chatdolphin"))
    assert KEY.reveal() not in f"{refused.value.message}{refused.value.cause}"
    async with provider_at(engine, "nlp_cloud", "http://127.0.0.1:9/") as provider:
        with pytest.raises(ProviderError):
            await provider.send(asking("chatdolphin"))


async def test_addresses_that_are_never_dialled_are_not_dialled_by_litellm_either(engine: Engine) -> None:
    async with provider_at(engine, "nlp_cloud", "http://169.254.169.254/") as provider:
        with pytest.raises(ProviderUnreachable):
            await provider.send(asking("chatdolphin"))


async def test_the_limits_in_time_hold(engine: Engine) -> None:
    timeouts = Timeouts(connect=20, first_byte=20, between_bytes=20, total=0.3)
    async with (
        FaultUpstream() as upstream,
        provider_at(engine, "nlp_cloud", upstream.url + "/v1/gpu/", timeouts=timeouts) as provider,
    ):
        upstream.answer(ReadBody(), Stall())
        with pytest.raises(ProviderTimeout):
            await provider.send(asking("chatdolphin"))


async def test_a_stream_is_asked_for_as_it_is_taken(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "azure", upstream.url) as provider:
        told_by_it = http1.response(shapes.OPENAI_STREAM, headers={"content-type": "text/event-stream"})
        upstream.answer(ReadBody(), Send(told_by_it))
        with await provider.send(asking("deployment", stream=True)) as answer:
            assert answer.header(b"content-type") == b"text/event-stream"
            answer.pause()
            taking = asyncio.create_task(events(answer))
            await asyncio.sleep(0)
            assert not taking.done()
            answer.resume()
            told = await taking
    text = "".join(event["choices"][0]["delta"].get("content") or "" for event in told[:-1] if event["choices"])
    assert text == "The capital is Paris."
    assert told[-1] == "[DONE]"


async def test_a_stream_that_nobody_takes_to_its_end_is_let_go(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "azure", upstream.url) as provider:
        begun = shapes.OPENAI_STREAM[:300].rpartition(b"\n\n")[0] + b"\n\n"
        head = http1.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        upstream.answer(ReadBody(), Send(head + http1.chunk(begun)), Stall())
        with await provider.send(asking("deployment", stream=True)):
            pass
        await upstream.until(lambda: upstream.connections[0].peer_closed_at)


async def test_the_thread_ends_with_the_provider(engine: Engine) -> None:
    async with FaultUpstream() as upstream, provider_at(engine, "nlp_cloud", upstream.url + "/v1/gpu/") as provider:
        upstream.answer(ReadBody(), Send(http1.response(ANSWER)))
        await ask(provider, asking("chatdolphin"))
        (thread,) = [one for one in threading.enumerate() if one.name == "litellm-p"]
    await asyncio.to_thread(thread.join, 20)
    assert not thread.is_alive()


async def test_a_caller_cannot_choose_another_address_or_account(engine: Engine) -> None:
    hostile = {
        "base_url": "http://127.0.0.1:9", "api_base": "http://127.0.0.1:9", "api_key": "sk-other", "mock_response": "Hi",
        "custom_llm_provider": "openai", "extra_headers": {"x-evil": "1"}, "azure_ad_token": "other",
    }  # fmt: skip
    async with FaultUpstream() as upstream, provider_at(engine, "azure", upstream.url) as provider:
        upstream.answer(ReadBody(), Send(http1.response(shapes.OPENAI_TEXT)))
        with await provider.send(asking("deployment", **hostile)) as answer:
            assert set(answer.header(DROPPED).decode().split(", ")) == set(hostile)
    assert "evil" not in upstream.requests[0].raw_head.decode()
    assert dict(upstream.requests[0].headers)["api-key"] == KEY.reveal()
