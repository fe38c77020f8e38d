"""The kit's public surface: its names, its shapes, its page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from openai.types import Completion, CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from switchgear import testing
from switchgear.testing import chat_chunk, chat_completion, chat_stream, error_body, sse, tokens, tool_call
from switchgear.testing.echo import embedding, fragments, merge, split_tokens

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "testing.md"


def test_the_exported_names_are_these() -> None:
    assert testing.__all__ == [
        "BadRequest",
        "BatchProvider",
        "Close",
        "Connection",
        "Delay",
        "FaultUpstream",
        "Gate",
        "HalfClose",
        "PeerGone",
        "Plan",
        "ReadBody",
        "Repeat",
        "Request",
        "Reset",
        "ScriptedProvider",
        "Send",
        "ServeFailed",
        "Stall",
        "Step",
        "Trickle",
        "Tunnel",
        "chat_chunk",
        "chat_completion",
        "chat_stream",
        "error_body",
        "faults",
        "http1",
        "served",
        "sse",
        "tokens",
        "tool_call",
        "unused_port",
    ]
    assert all(getattr(testing, name).__doc__ for name in testing.__all__ if name != "Plan")


def test_it_needs_no_package_of_the_development_set() -> None:
    code = (
        "import sys, switchgear.testing;"
        "print(sorted({'openai', 'trustme', 'pytest', 'httpx', 'hypothesis', 'sqlalchemy', 'fastapi'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_page_names_every_step_and_fault_and_its_examples_run() -> None:
    page = PAGE.read_text()
    steps = ["Send", "Trickle", "Repeat", "Delay", "Stall", "Gate", "ReadBody", "Close", "HalfClose", "Reset", "Tunnel"]
    made = [n for n, v in vars(testing.faults).items() if getattr(v, "__module__", "") == testing.faults.__name__]
    for name in [*steps, *(name for name in made if not name.startswith("_"))]:
        assert f"`{name}" in page, f"docs/reference/testing.md does not mention {name}"
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    runnable = [example for example in examples if "served" not in example]
    assert len(runnable) >= 2
    for example in runnable:
        subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, timeout=60)
    for example in examples:
        compile(example, "testing.md", "exec")


def test_events_are_framed_as_data_lines() -> None:
    assert sse(["a", b"b", {"c": 1}]) == b'data: a\n\ndata: b\n\ndata: {"c":1}\n\ndata: [DONE]\n\n'
    assert sse([], done=False) == b""


def test_shapes_are_valid_for_the_openai_client() -> None:
    calls = [tool_call("f", {"a": 1}), tool_call("g", "{", id="call_2")]
    for answer in (chat_completion(), chat_completion(None, tool_calls=calls), chat_completion(usage=tokens(2, 3))):
        ChatCompletion.model_validate(answer, strict=True)
    for chunk in [*chat_stream(usage=tokens(1, 1)), *map(chat_chunk, fragments(calls)), chat_chunk("x", system="y")]:
        ChatCompletionChunk.model_validate(chunk, strict=True)
    assert chat_completion(None, tool_calls=calls)["choices"][0]["finish_reason"] == "tool_calls"
    assert "usage" not in chat_completion(usage=None)
    assert chat_completion(id="other", service_tier="flex")["id"] == "other"
    assert error_body("m", code="c") == {"error": {"message": "m", "type": "server_error", "param": None, "code": "c"}}
    entry = {"object": "list", "model": "m", "data": [embedding("a", 0, {})], "usage": tokens(1, 0)}
    CreateEmbeddingResponse.model_validate(entry)
    assert Completion.model_fields.keys() >= {"choices", "usage"}


def test_fragments_and_merge_are_inverse() -> None:
    calls = [tool_call("f", {"text": "x" * 23}), tool_call("g", {}, id="call_2")]
    message = merge([{"content": "a"}, {"content": None}, *fragments(calls), {"content": "b"}])
    assert message["tool_calls"] == calls
    assert message["content"] == "ab"


@pytest.mark.parametrize("text", ["", " ", "a", " a  b\n", "日本 語", "a\n\nb "])
def test_tokens_join_to_the_text_they_were_cut_from(text: str) -> None:
    assert "".join(split_tokens(text)) == (text if text.strip() else "")
