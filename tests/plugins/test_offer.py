"""What a plugin offers: read from its lists, whatever they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from switchgear.core.errors import ServerGone, ToolServerError
from switchgear.plugins.offer import (
    LARGEST,
    MOST_BYTES,
    MOST_FAULTS,
    MOST_PAGES,
    PROMPTS,
    RESOURCES,
    TEMPLATES,
    TOOLS,
    Definition,
    Offer,
    listed,
)


def everything(_ability: str) -> bool:
    return True


def server(lists: dict[str, Any]) -> Callable[[str, bytes], Any]:
    """A server that answers with the same pages each time; a page is JSON, or an error to raise."""

    async def ask(method: str, params: bytes) -> Raw:
        cursor = json.loads(params).get("cursor", "")
        found = lists.get(method, {"": ToolServerError("no", rpc_code=-32601)})[cursor]
        if isinstance(found, Exception):
            raise found
        return Raw(found if isinstance(found, bytes) else json.dumps(found).encode())

    return ask


def tool(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"type": "object"}, **more}


async def test_every_kind_is_listed_page_by_page() -> None:
    lists = {
        "tools/list": {"": {"tools": [tool("a")], "nextCursor": "2"}, "2": {"tools": [tool("b")]}},
        "resources/list": {"": {"resources": [{"uri": "file:///x", "name": "x"}]}},
        "resources/templates/list": {"": {"resourceTemplates": [{"uriTemplate": "file:///{p}", "name": "t"}]}},
        "prompts/list": {"": {"prompts": [{"name": "p"}]}},
    }
    offer = await listed(server(lists), everything)
    assert [[*offer.of(kind)] for kind in (TOOLS, RESOURCES, TEMPLATES, PROMPTS)] == [
        ["a", "b"], ["file:///x"], ["file:///{p}"], ["p"],
    ]  # fmt: skip
    assert offer.faults == ()
    assert json.loads(offer.of(TOOLS)["a"].document) == tool("a")


async def test_what_a_server_does_not_have_is_not_asked_for() -> None:
    offer = await listed(server({"tools/list": {"": {"tools": []}}}), lambda ability: ability == "tools")
    assert offer == Offer({TOOLS: {}})


async def test_a_part_that_it_does_not_know_is_empty_and_another_error_is_told() -> None:
    assert (await listed(server({}), everything)).of(TEMPLATES) == {}
    with pytest.raises(ServerGone):
        await listed(server({"tools/list": {"": ServerGone("gone")}}), everything)
    with pytest.raises(ToolServerError):
        await listed(server({"tools/list": {"": ToolServerError("no", rpc_code=-1)}}), everything)


@pytest.mark.parametrize(
    ("page", "kept", "fault"),
    [
        ({"tools": [tool("a"), tool("a", title="other")]}, ["a"], 'tools/list lists "a" twice: the first is kept.'),
        ({"tools": [{"title": "x"}, tool("a")]}, ["a"], "tools/list lists one without a name that can be used."),
        ({"tools": [tool("x" * 129), tool("a")]}, ["a"], "tools/list lists one without a name that can be used."),
        ({"tools": [tool("a\n"), tool("a")]}, ["a"], "tools/list lists one without a name that can be used."),
        ({"tools": [3, tool("a")]}, ["a"], "tools/list lists something that is no definition."),
        ({"tools": {"a": 1}}, [], "tools/list gave no list of tools."),
        (b"[]", [], "tools/list gave no list of tools."),
        ({"tools": [tool("a")], "nextCursor": ""}, ["a"], None),
    ],
)
async def test_what_is_no_definition_is_left_out_and_told(page: Any, kept: list[str], fault: str | None) -> None:
    offer = await listed(server({"tools/list": {"": page}}), lambda ability: ability == "tools")
    assert [*offer.of(TOOLS)] == kept
    assert offer.faults == (() if fault is None else (fault,))


async def test_a_list_that_goes_round_in_a_circle_ends() -> None:
    pages = {"": {"tools": [tool("a")], "nextCursor": "1"}, "1": {"tools": [tool("b")], "nextCursor": "1"}}
    offer = await listed(server({"tools/list": pages}), lambda ability: ability == "tools")
    assert [*offer.of(TOOLS)] == ["a", "b"]
    assert offer.faults[-1] == "tools/list does not end: the first 2 are kept."


async def test_a_list_is_kept_as_far_as_it_is_of_a_sane_size() -> None:
    huge, large = "x" * (LARGEST + 1), "x" * (LARGEST - 1000)
    page = {"tools": [tool("huge", title=huge), *[tool(f"t{number}", title=large) for number in range(20)]]}
    offer = await listed(server({"tools/list": {"": page}}), lambda ability: ability == "tools")
    assert "huge" not in offer.of(TOOLS)
    assert sum(len(one.document) for one in offer.of(TOOLS).values()) <= MOST_BYTES
    assert offer.faults == (
        'tools/list lists "huge" with more than 1 MiB.',
        f"tools/list gives more than 16 MiB: the first {len(offer.of(TOOLS))} are kept.",
    )


async def test_so_many_faults_are_told_and_no_more() -> None:
    pages = {"": {"tools": [1] * (MOST_FAULTS * 10)}}
    offer = await listed(server({"tools/list": pages}), lambda ability: ability == "tools")
    assert len(offer.faults) == MOST_FAULTS


async def test_a_list_that_never_ends_is_cut() -> None:
    pages = {str(n): {"tools": [tool(f"t{n}")], "nextCursor": str(n + 1)} for n in range(1, MOST_PAGES + 2)}
    pages[""] = {"tools": [], "nextCursor": "1"}
    offer = await listed(server({"tools/list": pages}), lambda ability: ability == "tools")
    assert len(offer.of(TOOLS)) == MOST_PAGES - 1
    assert offer.faults == (f"tools/list does not end: the first {MOST_PAGES - 1} are kept.",)


@pytest.mark.parametrize(
    ("annotations", "destructive"),
    [
        (None, True),
        ({}, True),
        ({"readOnlyHint": True}, False),
        ({"destructiveHint": False}, False),
        ({"destructiveHint": True}, True),
        ({"readOnlyHint": False}, True),
        ({"readOnlyHint": "yes"}, True),
        ("odd", True),
    ],
)
async def test_a_tool_that_does_not_say_otherwise_may_destroy(annotations: Any, destructive: bool) -> None:
    page = {"tools": [tool("a", annotations=annotations)]}
    offer = await listed(server({"tools/list": {"": page}}), lambda ability: ability == "tools")
    assert offer.of(TOOLS)["a"].destructive is destructive


def test_a_digest_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    first = Definition("a", b'{"name":"a","title":"A"}')
    assert first.digest == Definition("a", b'{ "title": "A", "name": "a" }').digest
    assert first.digest != Definition("a", b'{"name":"a","title":"B"}').digest


def test_a_definition_can_be_renamed() -> None:
    renamed = Definition("a", b'{"name":"a","inputSchema":{"type":"object"}}').renamed(TOOLS, "p__a")
    assert json.loads(renamed) == {"name": "p__a", "inputSchema": {"type": "object"}}


@given(st.binary(max_size=100))
async def test_hostile_pages_end_in_an_offer(page: bytes) -> None:
    offer = await listed(server({"tools/list": {"": page}}), lambda ability: ability == "tools")
    assert isinstance(offer, Offer)
