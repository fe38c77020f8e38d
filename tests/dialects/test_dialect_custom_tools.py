"""Custom tools where only functions are known: what goes in comes out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.canonical import Call, Tool
from switchgear.dialects.custom_tools import as_function, names_of, unwrapped, wrapped

GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}


@given(st.text())
def test_the_text_of_a_custom_call_survives_as_arguments(text: str) -> None:
    assert unwrapped(wrapped(text)) == text


@pytest.mark.parametrize("arguments", ["", "plain", '{"input": 3}', '{"other": "x"}', '{"input": "x", "y": 1}', "[]"])
def test_arguments_a_model_wrote_otherwise_are_given_as_they_are(arguments: str) -> None:
    assert unwrapped(arguments) == arguments


def test_the_function_takes_one_string_and_tells_the_grammar() -> None:
    function = as_function(Tool("patch", "custom", "Applies a patch.", format=GRAMMAR))
    assert (function.name, function.kind) == ("patch", "function")
    assert function.parameters is not None
    assert function.parameters["required"] == ["input"]
    assert function.description.startswith("Applies a patch.")
    assert 'lark grammar:\nstart: "a"' in function.description


def test_custom_tools_are_known_by_name() -> None:
    assert names_of(Call("m", [], tools=[Tool("f"), Tool("c", "custom")])) == {"c"}
