"""The next page: told in the result, in the arguments that ask for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_server import Answered, api, api_server, called, session_with
from hypothesis import given
from hypothesis import strategies as st

from switchgear.plugins.openapi.paging import next_page, paging_of

MANY = [{"id": n} for n in range(10)]


def following(
    query: dict[str, Any], answer: Any, given: dict[str, Any] | None = None, links: str = ""
) -> dict[str, Any]:
    schema = {
        "properties": {name: {"default": default} if default is not None else {} for name, default in query.items()}
    }
    return next_page(paging_of([(name, name) for name in query], schema), given or {}, links, answer)


@pytest.mark.parametrize(
    ("query", "given", "answer", "told"),
    [
        # cursors
        ({"cursor": None}, {}, {"items": MANY, "next_cursor": "abc"}, {"cursor": "abc"}),
        ({"cursor": None}, {}, {"items": MANY, "nextCursor": None}, {}),
        ({"cursor": None}, {}, {"items": MANY, "next_cursor": ""}, {}),
        ({"cursor": None}, {"cursor": "abc"}, {"cursor": "abc"}, {}),
        ({"pageToken": None}, {}, {"files": [], "nextPageToken": "t"}, {"pageToken": "t"}),
        ({"cursor": None}, {}, {"ok": True, "response_metadata": {"next_cursor": "dG=="}}, {"cursor": "dG=="}),
        ({"after": None}, {}, {"data": MANY, "paging": {"cursors": {"after": "x"}, "next": {"after": "y"}}}, {}),
        ({"after": None}, {}, {"data": MANY, "page_info": {"end_cursor": "e", "has_next_page": True}}, {"after": "e"}),
        ({"after": None}, {}, {"data": MANY, "pageInfo": {"endCursor": "e", "hasNextPage": False}}, {}),
        ({"starting_after": None}, {}, {"object": "list", "has_more": True, "data": MANY}, {"starting_after": 9}),
        ({"starting_after": None}, {}, {"object": "list", "has_more": False, "data": MANY}, {}),
        ({"start_cursor": None, "cursor": None}, {}, {"next_cursor": "x" * 3000}, {}),
        # URLs
        ({"$skip": None, "$top": None}, {}, {"value": MANY, "@odata.nextLink": "https://x/y?$skip=10&$top=10"}, {"$skip": 10, "$top": "10"}),
        ({"page": 1}, {}, {"results": MANY, "next": "https://x/y?page=2"}, {"page": 2}),
        ({"page": 1}, {"page": 2}, {"results": MANY, "next": None}, {}),
        ({"page": 1}, {}, {"_links": {"next": {"href": "/y?page=2"}}}, {"page": 2}),
        ({"page": 1}, {}, {"links": {"next": "http://[bad"}}, {}),
        # numbers
        ({"page": 1, "per_page": 10}, {}, MANY, {"page": 2}),
        ({"page": 1, "per_page": 10}, {"page": 3}, MANY, {"page": 4}),
        ({"page": 1, "per_page": 30}, {}, MANY, {}),
        ({"page": None, "per_page": None}, {}, MANY, {}),
        ({"page": 1, "per_page": 10}, {"page": 2}, {"items": MANY, "total": 20}, {}),
        ({"page": 0, "size": 10}, {}, {"items": MANY, "has_more": True}, {"page": 1}),
        ({"page": None}, {}, {"items": MANY, "next_page": 2}, {"page": 2}),
        ({"offset": 0, "limit": 10}, {}, {"items": MANY, "total": 25}, {"offset": 10}),
        ({"offset": 0, "limit": 10}, {"offset": 20}, {"items": MANY[:5], "total": 25}, {}),
        ({"offset": None, "limit": None}, {"limit": 10}, MANY, {"offset": 10}),
        ({"offset": 0, "limit": 10}, {}, [], {}),
        # nothing of the kind
        ({"q": None}, {}, {"next_cursor": "abc"}, {}),
        ({}, {}, {"next_cursor": "abc"}, {}),
        ({"cursor": None}, {}, None, {}),
        ({"cursor": None}, {}, {"next_cursor": True}, {}),
    ],
)  # fmt: skip
def test_the_next_page_is_found(
    query: dict[str, Any], given: dict[str, Any], answer: Any, told: dict[str, Any]
) -> None:
    assert following(query, answer, given) == told


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ('<https://api.github.com/x?page=3>; rel="next", <https://api.github.com/x?page=9>; rel="last"', {"page": 3}),
        (
            '<https://x/y?page=1>; rel="prev", <https://x/y?per_page=5&page=3>; title="a"; rel=next',
            {"page": 3, "per_page": 5},
        ),
        ('</y?page=3>; rel="prev"', {}),
        ('<https://x/y?page=3>; rel="nextish"', {}),
        ("<" * 5000 + 'a>; rel="next"', {}),
        ("<a>" + '; rel="x"' * 2000, {}),
    ],
)
def test_a_link_field_tells_it(links: str, told: dict[str, Any]) -> None:
    assert following({"page": 1, "per_page": 10}, [], {"page": 2, "per_page": 10}, links) == told


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["next", "data", "paging", "has_more", "links", "total", "cursors", "href", "id"]), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@given(_json, st.text(max_size=60))
def test_no_answer_breaks_it(answer: Any, links: str) -> None:
    found = following({"cursor": None, "page": 1, "limit": 1, "starting_after": None}, answer, {}, links)
    assert len(json.dumps(found)) < 10_000


async def test_the_model_is_told_how_to_go_on() -> None:
    parameters = [{"name": "page[after]", "in": "query", "schema": {"type": "string"}}]
    document = api(
        {"/a": {"get": {"operationId": "a", "parameters": parameters, "responses": {"200": {"description": "x"}}}}}
    )
    document["paths"]["/a"]["get"]["parameters"].append({"name": "cursor", "in": "query", "schema": {"type": "string"}})
    answer = Answered(200, {"items": MANY, "next_cursor": "abc"}, {"link": '</a?page%5Bafter%5D=xyz>; rel="next"'})
    async with api_server({"GET /a": answer}) as server, session_with(document, server) as session:
        result = await called(session, "a")
        assert result["_meta"]["dev.switchgear/next"] == {"page_after": "xyz"}
        assert result["content"][1]["text"].endswith('call it again with these arguments changed: {"page_after":"xyz"}')
        await called(session, "a", page_after="xyz")
        assert server.asked[-1].query == "page%5Bafter%5D=xyz"
