"""The name of an answer changes with everything that could change the answer."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchgear.cache.key import COUNTED, STREAM, WHOLE, WITHOUT, Names, form_of
from switchgear.cache.policy import identity_of, policy_of
from switchgear.config.cache import CacheSettings, ModelCacheSettings
from switchgear.providers.base import Operation

IDENTITY = b"0" * 24
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(["messages", "temperature", "tools", "n", "seed", "stop", "x", "a\0b", "b"]) | st.text(
    max_size=4
)
bodies = st.dictionaries(names, values, max_size=6)


def fields(body: dict[str, Any]) -> dict[str, msgspec.Raw]:
    return _fields(json.dumps(body).encode())


def name(
    body: dict[str, Any], operation: Operation = Operation.CHAT, tenant: str = "key:k", headers: bytes = b""
) -> bytes:
    return Names().name(operation, IDENTITY, tenant, fields(body), headers)


@given(bodies, bodies)
def test_two_requests_have_one_name_only_if_they_say_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    without = WITHOUT[Operation.CHAT]
    counted = [
        {field: json.dumps(value) for field, value in body.items() if field not in without} for body in (one, other)
    ]
    assert (name(one) == name(other)) == (counted[0] == counted[1])


@given(bodies, names, values)
def test_any_field_that_changes_changes_the_name(body: dict[str, Any], field: str, value: Any) -> None:
    assume(field not in WITHOUT[Operation.CHAT])
    changed = {**body, field: value}
    assume(json.dumps(body.get(field, ...), default=str) != json.dumps(value))
    assert name(body) != name(changed)


@given(bodies, st.randoms())
def test_the_order_of_fields_is_of_no_account(body: dict[str, Any], random: Any) -> None:
    order = list(body)
    random.shuffle(order)
    assert name(body) == name({field: body[field] for field in order})


@pytest.mark.parametrize(
    "field", ["user", "metadata", "safety_identifier", "prompt_cache_key", "stream", "stream_options", "model"]
)
def test_what_cannot_change_an_answer_is_left_out(field: str) -> None:
    assert name({"messages": []}) == name({"messages": [], field: "anything"})


def test_what_a_response_repeats_is_part_of_its_name() -> None:
    for field in ("user", "metadata", "safety_identifier", "prompt_cache_key"):
        assert name({"input": "hi"}, Operation.RESPONSES) != name({"input": "hi", field: "x"}, Operation.RESPONSES)


def test_who_asks_what_of_whom_is_part_of_the_name() -> None:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    made = Names()
    found = {
        made.name(Operation.CHAT, IDENTITY, "key:k", fields(body)),
        made.name(Operation.CHAT, IDENTITY, "key:l", fields(body)),
        made.name(Operation.CHAT, IDENTITY, "team:k", fields(body)),
        made.name(Operation.CHAT, b"1" * 24, "key:k", fields(body)),
        made.name(Operation.MESSAGES, IDENTITY, "key:k", fields(body)),
        made.name(Operation.CHAT, IDENTITY, "key:k", fields(body), b"anthropic-beta: x\r\n"),
    }
    assert len(found) == 6


def test_requests_with_the_same_fields_are_told_apart_by_what_they_hold() -> None:
    made = Names()
    asked = [{"messages": [n], "n": n} for n in range(50)]
    assert len({made.name(Operation.CHAT, IDENTITY, "k", fields(body)) for body in asked}) == 50


def test_no_flood_of_field_names_is_remembered() -> None:
    made = Names()
    for n in range(2000):
        made.name(Operation.CHAT, IDENTITY, "k", fields({f"f{n}": 1}))
    made.name(Operation.CHAT, IDENTITY, "k", fields({"f" * 100_000: 1}))
    plans = made._plans[Operation.CHAT]
    assert len(plans) <= 512
    assert all(sum(map(len, asked)) < 2000 for asked in plans)


@pytest.mark.parametrize(
    ("stream", "options", "form"),
    [
        (False, None, WHOLE),
        (False, {"include_usage": True}, WHOLE),
        (True, None, STREAM),
        (True, {}, STREAM),
        (True, {"include_usage": False}, STREAM),
        (True, {"include_usage": True}, COUNTED),
        (True, {"include_obfuscation": False}, b's{"include_obfuscation": false}'),
    ],
)
def test_a_form_is_how_an_answer_is_wanted(stream: bool, options: Any, form: bytes) -> None:
    body = {} if options is None else {"stream_options": options}
    assert form_of(stream=stream, fields=fields(body)) == form


def test_a_model_that_is_defined_otherwise_has_another_identity() -> None:
    base = [{"provider": "p", "model": "m"}, "check"]
    assert identity_of("fast", base) == identity_of("fast", [{"model": "m", "provider": "p"}, "check"])
    assert identity_of("fast", base) != identity_of("fast", [{"provider": "p", "model": "n"}, "check"])
    assert identity_of("fast", base) != identity_of("slow", base)


def test_a_model_stands_before_what_holds_for_all() -> None:
    everything, nothing = CacheSettings(enabled=True, ttl=5.0, stale_if_error=7.0), CacheSettings()
    assert policy_of(nothing, None, "m", []) is None
    assert policy_of(everything, ModelCacheSettings(enabled=False), "m", []) is None
    general = policy_of(everything, None, "m", [])
    assert general is not None
    assert (general.ttl, general.stale_if_error, general.semantic) == (5.0, 7.0, False)
    own = policy_of(nothing, ModelCacheSettings(ttl=60.0, semantic=True, threshold=0.95), "m", [])
    assert own is not None
    assert (own.ttl, own.stale_if_error, own.semantic, own.threshold) == (60.0, 0.0, True, 0.95)
