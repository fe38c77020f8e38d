"""A secret shows itself only when asked by name."""

from __future__ import annotations

import copy
import pickle

import pytest

from switchgear.core.secrets import Secret

VALUE = "sk-sg-this-is-not-for-you"


@pytest.mark.parametrize(
    "shown",
    [str(Secret(VALUE)), repr(Secret(VALUE)), f"{Secret(VALUE)}", f"{Secret(VALUE):>50}", f"{Secret(VALUE)!r}", f"{[Secret(VALUE)]}"],
)  # fmt: skip
def test_it_is_redacted_however_it_is_shown(shown: str) -> None:
    assert VALUE not in shown
    assert "[redacted]" in shown


def test_it_tells_its_value_to_who_asks() -> None:
    assert Secret(VALUE).reveal() == VALUE


def test_two_of_the_same_value_are_equal() -> None:
    assert Secret(VALUE) == Secret(VALUE) != Secret("another")
    assert len({Secret(VALUE), Secret(VALUE)}) == 1


def test_it_is_not_carried_elsewhere_by_accident() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE))
    with pytest.raises(TypeError):
        copy.deepcopy({"key": Secret(VALUE)})


def test_an_empty_one_is_false() -> None:
    assert not Secret("")
    assert Secret(VALUE)
