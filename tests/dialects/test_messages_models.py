"""What is known of Anthropic's models by their names, and how long a request is by its text."""

from __future__ import annotations

import pytest

from switchgear.dialects.messages.ids import given_tool_id, message_id, tool_id
from switchgear.dialects.messages.models import traits_of


@pytest.mark.parametrize(
    ("same", "model"),
    [
        ("anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5"),
        ("anthropic/claude-opus-4.7", "claude-opus-4-7"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-0"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("claude-3.7-sonnet", "claude-3-7-sonnet-20250219"),
        ("CLAUDE-OPUS-5", "claude-opus-5"),
        ("claude-of-tomorrow", "claude-opus-5-9"),
    ],
)
def test_a_model_is_known_however_its_name_is_written(same: str, model: str) -> None:
    assert traits_of(same) == traits_of(model)


def test_each_generation_takes_what_it_takes() -> None:
    def able(name: str) -> str:
        traits = traits_of(name)
        marks = {
            "b": traits.budgets, "a": traits.adaptive, "s": traits.sampling, "p": traits.prefill, "f": traits.forced_tools,
            "y": traits.later_system, "j": traits.schemas, "!": traits.always_thinks, "x": "xhigh" in traits.efforts,
            "m": "max" in traits.efforts, "e": "high" in traits.efforts,
        }  # fmt: skip
        return "".join(mark for mark, given in marks.items() if given)

    assert able("claude-3-5-sonnet-20241022") == "spf"
    assert able("claude-3-7-sonnet-20250219") == "bspf"
    assert able("claude-sonnet-4-5-20250929") == "bspfj"
    assert able("claude-opus-4-5-20251101") == "bspfje"
    assert able("claude-opus-4-6") == "basfjme"
    assert able("claude-opus-4-7-20260416") == "afjxme"
    assert able("claude-opus-4-8") == "afyjxme"
    assert able("claude-sonnet-5") == "afyjxme"
    assert able("claude-fable-5") == "afyj!xme"
    assert able("claude-fable-5-1") == "ayj!xme"
    assert able("claude-haiku-5-5") == "afyj!xme"
    assert able("claude-mythos-preview") == "afj!xme"
    assert able("MiniMax-M3") == "bspf"


@pytest.mark.parametrize("given", ["call_1", "f.look:0", "sgt_x", "", "é\n", "sgt_", "a b"])
def test_an_id_is_carried_in_anthropics_alphabet_and_given_back(given: str) -> None:
    shown = tool_id(given)
    assert all(character.isascii() and (character.isalnum() or character in "_-") for character in shown)
    assert shown
    assert given_tool_id(shown) == given


@pytest.mark.parametrize("odd", ["sgt_\u00e9", "sgt_x", "sgt__w", "sgt_a.b"])
def test_an_id_that_only_looks_carried_is_kept(odd: str) -> None:
    assert given_tool_id(odd) == odd


def test_an_answer_is_named_after_the_providers_or_after_ours() -> None:
    assert message_id("msg_01A") == "msg_01A"
    assert message_id("chatcmpl-1:2") == "msg_chatcmpl-12"
    assert message_id("", "req_1") == "msg_req_1"
