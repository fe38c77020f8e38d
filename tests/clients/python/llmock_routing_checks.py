"""The gateway's routing in front of ``llmock``, which breaks what it is told to and grades how its caller took that.

Two deployments of the same model stand behind the alias, and streams are held until they are whole: whatever breaks, the client
sees an answer, and llmock finds nothing to complain of. ``MODEL-alone`` has one deployment. Times are short by configuration.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import anthropic
import httpx
import openai
from checking import check, equal, key, root, run

llmock = httpx.Client(base_url=os.environ["LLMOCK"], trust_env=False)
client = openai.OpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0, timeout=60)
claude = anthropic.Anthropic(base_url=root(), api_key=key(), max_retries=0, timeout=60)
SAYS = "Name the seas around Norway, and then the lakes of Sweden."
LONG = f"{SAYS} " * 8
"""What is answered in so many chunks that there is time to hang up before the last one."""
SILENT = 30.0
"""Seconds that llmock is silent, where nobody gives up before."""


def chat(model: str, says: str, *, stream: bool) -> str:
    """The text of an answer; whatever breaks is raised."""
    messages: Any = [{"role": "user", "content": says}]
    answer: Any = client.chat.completions.create(model=model, messages=messages, stream=stream)
    if not stream:
        return str(answer.choices[0].message.content)
    chunks = [choice for chunk in answer for choice in chunk.choices]
    equal([choice.finish_reason for choice in chunks if choice.finish_reason], ["stop"])
    return "".join(choice.delta.content or "" for choice in chunks)


def respond(model: str, says: str, *, stream: bool) -> str:
    answer: Any = client.responses.create(model=model, input=says, stream=stream, store=False)
    if not stream:
        return str(answer.output_text)
    events = list(answer)
    equal(events[-1].type, "response.completed")
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def message(model: str, says: str, *, stream: bool) -> str:
    messages: Any = [{"role": "user", "content": says}]
    answer: Any = claude.messages.create(model=model, max_tokens=1000, messages=messages, stream=stream)
    if not stream:
        return "".join(block.text for block in answer.content if block.type == "text")
    events = list(answer)
    equal(events[-1].type, "message_stop")
    return "".join(event.delta.text for event in events if event.type == "content_block_delta")


FRONTS: dict[str, Callable[..., str]] = {"chat": chat, "responses": respond, "messages": message}


def survives(model: str, front: str, *, stream: bool, says: str = SAYS, but: str = "", **breaks: Any) -> None:
    """The answer is the one that comes when nothing breaks, at the second attempt, and the verdict is clean, ``but`` for one finding."""
    llmock.post("/_llmock/reset").raise_for_status()
    whole = FRONTS[front](model, says, stream=False)
    llmock.post("/_llmock/reset").raise_for_status()
    llmock.post("/_llmock/scenario", json={"behaviors": [breaks]}).raise_for_status()
    equal(FRONTS[front](model, says, stream=stream), whole)
    told = llmock.get("/_llmock/verdict").json()
    equal([finding for finding in told["findings"] if finding["code"] != but], [])
    equal((told["passed"], told["attempts"]), (True, 2))


@check(fronts=["chat", "responses", "messages"])
def the_wait_that_is_asked_for_is_waited(model: str, front: str) -> None:
    for stream in (False, True):
        survives(f"{model}-alone", front, stream=stream, type="fail", status=429, retry_after=1)


@check(fronts=["chat", "responses", "messages"])
def a_server_that_fails_is_asked_again(model: str, front: str) -> None:
    for status in (500, 503, 529):
        survives(f"{model}-alone", front, stream=status == 503, type="fail", status=status)


@check(fronts=["chat", "responses", "messages"])
def a_connection_that_drops_mid_stream_is_not_seen(model: str, front: str) -> None:
    survives(model, front, stream=True, type="stream_fault", kind="disconnect", after_chunks=3)


@check(fronts=["chat", "responses", "messages"])
def a_stream_that_ends_early_is_not_taken_for_an_answer(model: str, front: str) -> None:
    survives(model, front, stream=True, type="stream_fault", kind="truncate", after_chunks=3)


@check(fronts=["chat", "responses", "messages"])
def a_stream_that_stalls_is_left(model: str, front: str) -> None:
    survives(model, front, stream=True, type="stream_fault", kind="stall", after_chunks=3, stall_seconds=SILENT)


@check(fronts=["chat", "responses", "messages"])
def a_corrupted_chunk_is_not_handed_on(model: str, front: str) -> None:
    """Where the second attempt begins before llmock has seen the end of the first, it finds that nobody tried again: its journal knows."""
    ignored = "malformed_chunk_ignored"
    survives(model, front, stream=True, says=LONG, but=ignored, type="stream_fault", kind="malformed", after_chunks=3)
    first, second = llmock.get("/_llmock/requests").json()["requests"]
    equal((first["completed"], second["completed"]), (False, True))
    if first["chunks_sent"] >= second["chunks_sent"]:
        raise AssertionError(f"read to the end: {first['chunks_sent']} chunks of {second['chunks_sent']}")


@check(fronts=["chat", "responses", "messages"])
def a_first_token_that_does_not_come_is_not_waited_for(model: str, front: str) -> None:
    survives(model, front, stream=True, type="slow_first_token", seconds=SILENT)


run()
