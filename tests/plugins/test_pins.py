"""Definitions are pinned: what changed is kept from models until a person accepted it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.errors import ReviewOutdated
from switchgear.plugins.offer import RESOURCES, TEMPLATES, TOOLS, Definition, Offer
from switchgear.plugins.pins import accepted, decode, digest, encode, remarks, review


def offer(resources: tuple[str, ...] = (), **tools: str) -> Offer:
    """Tools by name with what they say, and resources."""
    things: dict[Any, dict[str, Definition]] = {TOOLS: {name: thing(name, said) for name, said in tools.items()}}
    if resources:
        things[RESOURCES] = {uri: Definition(uri, json.dumps({"uri": uri}).encode()) for uri in resources}
    return Offer(things)


def thing(name: str, said: str) -> Definition:
    return Definition(name, json.dumps({"name": name, "description": said}).encode(), destructive=True)


def test_what_is_as_it_was_accepted_is_shown_and_needs_nobody() -> None:
    found = review(offer(a="x"), offer(a="x"))
    assert (found.state, found.differences, found.shown) == ("same", (), offer(a="x"))


def test_a_tool_that_says_something_else_quarantines_all_of_the_plugin() -> None:
    found = review(offer(a="x", b="y"), offer(a="x", b="steal"))
    assert found.state == "changed"
    assert found.differences == ('b: description changed: "y" → "steal"',)
    assert found.shown == Offer()
    assert found.pinned == offer(a="x", b="y")


def test_a_tool_that_is_new_stays_hidden_until_it_is_accepted_and_the_others_do_not() -> None:
    seen = offer(a="x", b="y")
    found = review(offer(a="x"), seen)
    assert (found.state, found.shown, found.pinned) == ("new", offer(a="x"), offer(a="x"))
    assert found.differences[0].startswith("b: new, may destroy")
    after = review(accepted(seen, found.digest), seen)
    assert (after.state, after.shown) == ("same", seen)


def test_what_is_accepted_is_exactly_what_was_seen() -> None:
    found = review(offer(a="x"), offer(a="x", b="y"))
    with pytest.raises(ReviewOutdated):
        accepted(offer(a="x", b="steal"), found.digest)


def test_a_tool_that_went_away_is_gone_and_comes_back_as_it_was_or_as_a_change() -> None:
    found = review(offer(a="x", b="y"), offer(a="x"))
    assert (found.state, found.shown) == ("same", offer(a="x"))
    assert found.differences == ("b: gone",)
    assert review(found.pinned, offer(a="x", b="y")).state == "same"
    assert review(found.pinned, offer(a="x", b="steal")).state == "changed"


def test_resources_come_and_go_as_they_like() -> None:
    found = review(offer(("a:1",), a="x"), offer(("a:2", "a:3"), a="x"))
    assert (found.state, found.differences) == ("same", ())
    assert [*found.shown.of(RESOURCES)] == [*found.pinned.of(RESOURCES)] == ["a:2", "a:3"]


def test_an_operator_may_let_pass_what_is_new() -> None:
    found = review(offer(a="x"), offer(a="x", b="y"), "new")
    assert (found.state, found.shown, found.pinned) == ("same", offer(a="x", b="y"), offer(a="x", b="y"))
    assert review(offer(a="x"), offer(a="z"), "new").state == "changed"


def test_an_operator_may_let_pass_everything() -> None:
    found = review(offer(a="x"), offer(a="z", b="y"), "off")
    assert (found.state, found.shown, found.pinned) == ("same", offer(a="z", b="y"), offer(a="z", b="y"))
    assert len(found.differences) == 2


def test_a_digest_is_of_what_is_said_and_not_of_the_order_it_is_listed_in() -> None:
    assert digest(offer(a="x", b="y")) == digest(offer(b="y", a="x"))
    assert digest(offer(a="x")) != digest(offer(a="y"))
    assert digest(offer(a="x")) == digest(offer(("a:1",), a="x"))


@pytest.mark.parametrize(
    "document",
    [b'{"name":"a","x":{"n":1,"n":2}}', b'{"name":"a","n":' + b"9" * 5000 + b"}", b'{"name":"a","n":1e999}'],
)
def test_what_readers_may_understand_otherwise_is_digested_as_it_is_written(document: bytes) -> None:
    assert Definition("a", document).digest != Definition("a", document.replace(b"1", b"3").replace(b"9", b"8")).digest


def test_an_offer_is_kept_and_read_again_byte_by_byte() -> None:
    template = Definition("a:{b}", b'{ "uriTemplate": "a:{b}",  "name":"x" }')
    kept = Offer({**offer(("a:1",), a="x", b="y").things, TEMPLATES: {"a:{b}": template}}, ("A fault.",))
    assert decode(encode(kept)) == kept
    assert decode(encode(Offer())) == Offer()
    for broken in (b"", b"[]", b'{"tools":1}'):
        with pytest.raises(ValueError):
            decode(broken)


def test_who_installs_another_version_is_told_what_its_tools_say_otherwise() -> None:
    assert remarks(offer(a="x"), offer(a="y")) == ['a: description changed: "x" → "y"']
    assert remarks(Offer(), offer(a="x", b="y\u200b")) == ["b: has 1 character without width"]
    many = remarks(offer(z="x"), offer(**{f"t{number}": "x" for number in range(60)}))
    assert many[-1] == "And 21 more differences."


def saying(instructions: str, **tools: str) -> Offer:
    return Offer(offer(**tools).things, (), instructions)


def test_other_instructions_wait_and_those_that_were_accepted_are_given_meanwhile() -> None:
    found = review(saying("Be kind.", a="x"), saying("Be cruel.", a="x"))
    assert (found.state, found.shown, found.pinned) == ("new", saying("Be kind.", a="x"), saying("Be kind.", a="x"))
    assert found.differences == ('The instructions: what they say changed: "Be kind." → "Be cruel."',)
    assert accepted(saying("Be cruel.", a="x"), found.digest).instructions == "Be cruel."
    with pytest.raises(ReviewOutdated):
        accepted(saying("Be worse.", a="x"), found.digest)
    assert review(saying("Be kind.", a="x"), saying("Be cruel.", a="x"), "off").shown.instructions == "Be cruel."
    assert decode(encode(saying("Be kind.", a="x"))) == saying("Be kind.", a="x")
    assert remarks(Offer(), saying("Be\u200b kind.")) == ["The instructions: has 1 character without width"]
