"""The next page: how an API tells that there is more, and with which arguments it is asked for.

Told by a Link field (RFC 8288, relation ``next``), by a cursor or URL in the answer, or counted from pages and offsets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from switchgear.core.structs import Frozen

_LINK: Final = re.compile(r'<([^<>]{1,4096})>((?:\s*;\s*[A-Za-z*]{1,40}\s*=\s*(?:"[^"]{0,200}"|[^\s;,"]{1,200}))*)')
_NEXT: Final = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=[\s;,]|$))', re.IGNORECASE)
_CURSORS: Final = (
    "cursor", "page_token", "pagetoken", "next_token", "nexttoken", "next_cursor", "nextcursor", "continuation_token",
    "continuationtoken", "starting_after", "startingafter", "after", "page_cursor", "marker", "next_page_token", "scroll_id", "since_id", "page",
)  # fmt: skip
"""Names of parameters that take a cursor, in lower case, the likeliest first."""
_TOLD: Final = (
    "next_cursor", "nextcursor", "next_page_token", "nextpagetoken", "next_token", "nexttoken", "end_cursor", "endcursor",
    "continuation_token", "continuationtoken", "next_marker", "nextmarker", "next_page", "nextpage", "next_url", "nexturl", "nextlink",
    "@odata.nextlink", "next", "cursor",
)  # fmt: skip
"""Names of fields that tell the next page, in lower case, the likeliest first."""
_AROUND: Final = (
    "paging",
    "pagination",
    "page_info",
    "pageinfo",
    "meta",
    "metadata",
    "response_metadata",
    "links",
    "_links",
    "cursors",
    "next",
)
_MORE: Final = (
    "has_more",
    "hasmore",
    "has_next_page",
    "hasnextpage",
    "has_next",
    "hasnext",
    "is_truncated",
    "istruncated",
    "more",
)
_PAGES: Final = ("page", "page_number", "pagenumber", "pageno", "p")
_OFFSETS: Final = ("offset", "skip", "start", "start_index", "startindex", "start_at", "startat", "$skip", "from")
_SIZES: Final = (
    "limit",
    "per_page",
    "perpage",
    "page_size",
    "pagesize",
    "count",
    "size",
    "max_results",
    "maxresults",
    "top",
    "$top",
    "take",
)
_TOTALS: Final = ("total", "total_count", "totalcount", "total_results", "totalresults")
_LONGEST: Final = 2048


class Paging(Frozen, frozen=True):
    """A tool's arguments in the query, by the name of their parameter in lower case, and the defaults of those that are whole numbers."""

    arguments: Mapping[str, str] = {}
    defaults: Mapping[str, int] = {}

    def first(self, names: Sequence[str]) -> str:
        """The argument for the first of these parameters that there is; empty without one."""
        return next((self.arguments[name] for name in names if name in self.arguments), "")

    @property
    def cursor(self) -> str:
        """The argument that takes a cursor; empty without one."""
        return self.first(_CURSORS)

    @property
    def page(self) -> str:
        """The argument that takes the number of a page."""
        return self.first(_PAGES)

    @property
    def offset(self) -> str:
        """The argument that takes the number of what is left out."""
        return self.first(_OFFSETS)

    @property
    def size(self) -> str:
        """The argument that takes how much is wanted at once."""
        return self.first(_SIZES)


def paging_of(query: Sequence[tuple[str, str]], schema: Mapping[str, Any]) -> Paging:
    """What of a tool's arguments chooses a page. ``query``: arguments with the names of their parameters."""
    arguments = {name.lower(): argument for argument, name in query}
    defaults = {}
    for argument in arguments.values():
        one = schema["properties"].get(argument)
        default = one.get("default") if isinstance(one, dict) else None
        if isinstance(default, int) and not isinstance(default, bool):
            defaults[argument] = default
    return Paging(arguments, defaults)


def next_page(paging: Paging, given: Mapping[str, Any], links: str, answer: object) -> dict[str, Any]:
    """The arguments that, put in place of those ``given``, ask for the next page; none where there is no sign of one."""
    if not paging.arguments:
        return {}
    for url in _linked(links):
        if found := _of_url(paging, given, url):
            return found
    if isinstance(answer, dict):
        fields = _fields(answer)
        if found := _told(paging, given, fields):
            return found
        if any(fields.get(name) is False for name in _MORE):
            return {}
        return _counted(paging, given, fields, _items(answer))
    return _counted(paging, given, {}, answer if isinstance(answer, list) else None)


def _linked(links: str) -> list[str]:
    return [found[1] for found in _LINK.finditer(links[:16_384]) if _NEXT.search(found[2])]


def _fields(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an answer that may tell of pages, by their names in lower case: at its top, and in what stands around them."""
    found: dict[str, Any] = {}
    for name, value in answer.items():
        if name.lower() in _AROUND and isinstance(value, dict):
            cursors = value.get("cursors")
            inner = cursors if isinstance(cursors, dict) else {}
            for each, one in (*inner.items(), *value.items()):
                found.setdefault(each.lower() if each != "href" else "next", one)
        else:
            found[name.lower()] = value
    return found


def _told(paging: Paging, given: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    for name in _TOLD:
        value = fields.get(name)
        if isinstance(value, dict):
            value = value.get("href") or value.get("url")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "" or len(str(value)) > _LONGEST:
            continue
        text = str(value)
        if text.startswith(("http://", "https://", "/", "?")):
            if found := _of_url(paging, given, text):
                return found
        elif name in ("next_page", "nextpage") and isinstance(value, int) and paging.page:
            return {paging.page: value}
        elif (
            paging.cursor and given.get(paging.cursor) != value and not any(fields.get(more) is False for more in _MORE)
        ):
            return {paging.cursor: value}
    return _after_the_last(paging, fields)


def _after_the_last(paging: Paging, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A cursor that is the id of the last thing listed."""
    argument = paging.first(("starting_after", "startingafter", "after_id", "after", "since_id"))
    listed = _items(fields)
    if argument and listed and any(fields.get(name) is True for name in _MORE) and isinstance(listed[-1], dict):
        last = fields.get("last_id") or listed[-1].get("id")
        if isinstance(last, str | int) and not isinstance(last, bool) and len(str(last)) <= _LONGEST:
            return {argument: last}
    return {}


def _of_url(paging: Paging, given: Mapping[str, Any], url: str) -> dict[str, Any]:
    """What of a URL's query is an argument, and another than was given."""
    try:
        query = parse_qsl(urlsplit(url[:8192]).query, keep_blank_values=False, max_num_fields=100)
    except ValueError:
        return {}
    found: dict[str, Any] = {}
    for name, value in query:
        argument = paging.arguments.get(name.lower())
        if argument is None or len(value) > _LONGEST:
            continue
        before = given.get(argument)
        if str(before) != value and not isinstance(before, list | dict):
            number = argument in paging.defaults or isinstance(before, int) or argument in (paging.page, paging.offset)
            found[argument] = (
                int(value) if number and value.isascii() and value.isdigit() and len(value) < 16 else value
            )
    return found


def _items(answer: Mapping[str, Any]) -> list[Any] | None:
    """What is listed in an answer: its only list, or the one with a usual name."""
    lists = {name: value for name, value in answer.items() if isinstance(value, list)}
    for name in ("data", "items", "results", "value", "records", "entries"):
        if name in lists:
            return lists[name]
    return next(iter(lists.values())) if len(lists) == 1 else None


def _counted(
    paging: Paging, given: Mapping[str, Any], fields: Mapping[str, Any], listed: list[Any] | None
) -> dict[str, Any]:
    """The next page by number, if this one is full, or the answer says that there is more."""
    if not listed:
        return {}
    size = _int(given.get(paging.size, paging.defaults.get(paging.size)))
    more = any(fields.get(name) is True for name in _MORE)
    total = next((found for name in _TOTALS if (found := _int(fields.get(name))) is not None), None)
    if paging.offset:
        offset = _int(given.get(paging.offset, paging.defaults.get(paging.offset, 0))) or 0
        end = offset + len(listed)
        full = size is not None and len(listed) >= size
        if more or (total is not None and end < total) or (total is None and full):
            return {paging.offset: end}
    elif paging.page:
        page = _int(given.get(paging.page, paging.defaults.get(paging.page, 1)))
        full = size is not None and len(listed) >= size
        done = total is not None and size is not None and page is not None and page * size >= total
        if page is not None and not done and (more or full):
            return {paging.page: page + 1}
    return {}


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53 else None
