"""A search for tools, in the place of more definitions than a model should read: two tools that stand for all that a key may see.

Tools are found by their words (``ranking``) and by what they mean (``nearness``, where there is an embedded model); the two orders are put
together by reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). What a key does not see is left out before anything is ranked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import Raw

from switchgear.core.errors import InvalidJSON
from switchgear.core.structs import Frozen
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.mcp.frames import InvalidFrame, joined, read_fields
from switchgear.plugins.naming import prefixed
from switchgear.plugins.offer import TOOLS, Definition, Offer
from switchgear.plugins.ranking import Ranking, Tool, described
from switchgear.plugins.sight import Sight

SEARCH_TOOL: Final = "search_tools"
CALL_TOOL: Final = "call_tool"
USUAL: Final = 5
"""Tools that a search gives when it does not say how many."""
MOST: Final = 20
LONGEST_QUESTION: Final = 1_000
REMEMBERED: Final = 256
"""Sights of which it is kept what is listed for them."""

_LOOKED_AT: Final = 100
_FUSION: Final = 60
_TOLD_PLUGINS: Final = 40
_AT_ONCE: Final = 50
"""Definitions that are read beside other work; more are read in a thread."""
_SHOWN: Final = ("name", "title", "description", "inputSchema", "annotations")
_encode = msgspec.json.Encoder().encode


class Meanings(Protocol):
    """Finds tools by what they mean (``plugins.nearness.Nearness``)."""

    def follow(self, tools: Sequence[Tool]) -> None:
        """Let these be the tools there are."""
        ...

    def forget(self, tool: Tool) -> None:
        """A tool that is gone is found no more."""
        ...

    async def ranked(self, question: str, seen: Collection[Tool] | None, most: int) -> list[Tool]:
        """The tools that are near, the nearest first."""
        ...

    async def close(self) -> None:
        """End what runs beside the calls."""
        ...


class SearchRules(Frozen, frozen=True):
    """Above how many tools there is a search, and patterns (``plugin__tool``) of those that are listed ``always``."""

    above: int = 100
    always: Sequence[str] = ()


class _Question(msgspec.Struct):
    query: str
    limit: int = USUAL


class _Inner(msgspec.Struct):
    name: str
    arguments: Raw = Raw(b"{}")


_question = msgspec.json.Decoder(_Question)
_inner = msgspec.json.Decoder(_Inner)


def _words_alone() -> None:
    """Where there is no embedded model."""


class Search:
    """The search over a catalogue. ``meanings`` makes what finds tools by meaning, once that is needed, in a thread."""

    def __init__(
        self, catalogue: Catalogue, rules: SearchRules, meanings: Callable[[], Meanings | None] = _words_alone
    ) -> None:
        self._catalogue = catalogue
        self._make: Callable[[], Meanings | None] | None = meanings
        self._meanings: Meanings | None = None
        self._ranking = Ranking()
        self._offers: dict[str, Offer] = {}
        self._tools: dict[str, dict[str, Tool]] = {}
        self._revision = -1
        self._changing = asyncio.Lock()
        self._seen: dict[tuple[str, ...], tuple[int, frozenset[Tool]]] = {}
        self._listed: dict[tuple[str, ...], tuple[int, bytes | None]] = {}
        self._rules = rules
        self._always = Sight(rules.always)

    def follow(self, rules: SearchRules) -> None:
        """Let other rules hold from now on."""
        self._rules = rules
        self._always = Sight(rules.always)
        self._listed.clear()

    async def close(self) -> None:
        """End what runs beside the calls."""
        if self._meanings is not None:
            await self._meanings.close()

    # ------------------------------------------------------------ what is listed

    def offered(self, sight: Sight) -> bytes | None:
        """The definitions to list in the place of all that is seen, with commas between; None where those are few enough."""
        found = self._listed.get(sight.patterns)
        if found is None or found[0] != self._catalogue.revision:
            if len(self._listed) >= REMEMBERED:
                self._listed.clear()
            found = self._listed[sight.patterns] = self._catalogue.revision, self._made(sight)
        return found[1]

    def _made(self, sight: Sight) -> bytes | None:
        seen = {
            plugin: [name for name in offer.of(TOOLS) if sight.tool(plugin, name)]
            for plugin, offer in sorted(self._catalogue.offers.items())
        }
        count = sum(map(len, seen.values()))
        if count <= self._rules.above:
            return None
        always = [
            self._catalogue.outward(TOOLS, plugin, name)
            for plugin, names in seen.items()
            for name in names
            if self._always.tool(plugin, name)
        ]
        told = {plugin: len(names) for plugin, names in seen.items() if names}
        return b",".join([_search_definition(count, told), _CALL_DEFINITION, *always])

    # ------------------------------------------------------------ what is found

    async def find(self, question: str, sight: Sight, limit: int = USUAL) -> list[tuple[str, Definition]]:
        """The tools that fit best of those that are seen, the best first: each with its plugin."""
        await self._catch_up()
        seen = self._in_sight(sight)
        by_words = self._ranking.ranked(question, seen, _LOOKED_AT)
        by_meaning: list[Tool] = []
        if self._meanings is not None:
            by_meaning = await self._meanings.ranked(question, seen, _LOOKED_AT)
        fused = _fused(by_words, by_meaning) if by_meaning else by_words
        return [(tool.plugin, tool.definition) for tool in fused if self._there(tool)][:limit]

    async def answer(self, arguments: bytes | Raw, sight: Sight) -> bytes:
        """The result of ``search_tools``, a CallToolResult whose text is a JSON object with the list ``tools``."""
        try:
            asked = _question.decode(arguments)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return _result('Give "query", a text that says what you want to do, and "limit", a number.', is_error=True)
        question = asked.query.strip()[:LONGEST_QUESTION]
        if not question:
            return _result('"query" is empty: say in a few words what you want to do.', is_error=True)
        found = await self.find(question, sight, min(max(asked.limit, 1), MOST))
        if not found:
            return _result('{"tools":[]}\nNo tool has to do with that. Try other words.')
        shown = b",".join([_outward(plugin, one) for plugin, one in found])
        return _result('{"tools":[' + shown.decode() + "]}")

    def _in_sight(self, sight: Sight) -> frozenset[Tool] | None:
        if sight.everything:
            return None
        known = self._seen.get(sight.patterns)
        if known is None or known[0] != self._revision:
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            tools = frozenset(
                tool for tools in self._tools.values() for tool in tools.values() if sight.tool(tool.plugin, tool.name)
            )
            known = self._seen[sight.patterns] = self._revision, tools
        return known[1]

    def _there(self, tool: Tool) -> bool:
        """Whether it is still offered: the catalogue may have changed during a wait."""
        offer = self._catalogue.offers.get(tool.plugin)
        return offer is not None and offer.of(TOOLS).get(tool.name) == tool.definition

    # ------------------------------------------------------------ what there is

    async def _catch_up(self) -> None:
        """Take over what changed in the catalogue: of each plugin that offers something else, each tool that is another."""
        if self._revision == self._catalogue.revision:
            return
        async with self._changing:
            if self._make is not None:
                self._meanings, self._make = await asyncio.to_thread(self._make), None
            while self._revision != self._catalogue.revision:
                revision, offers = self._catalogue.revision, {**self._catalogue.offers}
                for plugin in [*self._offers.keys() - offers.keys()]:
                    self._take(plugin, Offer(), [])
                    del self._offers[plugin]
                changed = {one: offer for one, offer in offers.items() if self._offers.get(one) is not offer}
                for plugin, tools in (await self._described(changed)).items():
                    self._take(plugin, changed[plugin], tools)
                    self._offers[plugin] = changed[plugin]
                self._revision = revision
            if self._meanings is not None:
                self._meanings.follow([tool for tools in self._tools.values() for tool in tools.values()])

    async def _described(self, changed: Mapping[str, Offer]) -> dict[str, list[Tool]]:
        """The tools that are other ones now, by plugin."""
        news = {plugin: self._others(plugin, offer) for plugin, offer in changed.items()}

        def all_described() -> dict[str, list[Tool]]:
            return {plugin: [described(plugin, one) for one in others] for plugin, others in news.items()}

        few = sum(map(len, news.values())) <= _AT_ONCE
        return all_described() if few else await asyncio.to_thread(all_described)

    def _others(self, plugin: str, offer: Offer) -> list[Definition]:
        known = self._tools.get(plugin, {})
        return [one for name, one in offer.of(TOOLS).items() if name not in known or known[name].definition != one]

    def _take(self, plugin: str, offer: Offer, news: Sequence[Tool]) -> None:
        known = self._tools.setdefault(plugin, {})
        for name, tool in [*known.items()]:
            if offer.of(TOOLS).get(name) != tool.definition:
                del known[name]
                self._ranking.drop(tool)
                if self._meanings is not None:
                    self._meanings.forget(tool)
        for tool in news:
            known[tool.name] = tool
            self._ranking.put(tool)
        if not known:
            del self._tools[plugin]


def unwrapped(arguments: bytes | Raw) -> tuple[str, Raw]:
    """The name and the arguments of the tool that a call of ``call_tool`` is of. Raises InvalidJSON."""
    try:
        inner = _inner.decode(arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        inner = _Inner("")
    if not inner.name:
        raise InvalidJSON(
            f'{CALL_TOOL} takes "name", the name of a tool as {SEARCH_TOOL} gave it, and "arguments", an object.',
            param="arguments",
        )
    return inner.name, inner.arguments


def _fused(one: Sequence[Tool], other: Sequence[Tool]) -> list[Tool]:
    scores: dict[Tool, float] = {}
    for order in (one, other):
        for place, tool in enumerate(order):
            scores[tool] = scores.get(tool, 0.0) + 1 / (_FUSION + place)
    return sorted(scores, key=lambda tool: (-scores[tool], tool.plugin, tool.name))


def _outward(plugin: str, one: Definition) -> bytes:
    """What a model needs to call a tool, under the name that it is called by here."""
    try:
        fields = read_fields(one.document)
    except InvalidFrame:
        return b"{%b}" % joined({"name": Raw(_encode(prefixed(plugin, one.name)))})
    shown: dict[str, Raw] = {field: fields[field] for field in _SHOWN if field in fields}
    return b"{%b}" % joined({**shown, "name": Raw(_encode(prefixed(plugin, one.name)))})


def _result(text: str, *, is_error: bool = False) -> bytes:
    error = {"isError": True} if is_error else {}
    return _encode({"content": [{"type": "text", "text": text}], **error})


def _search_definition(count: int, plugins: dict[str, int]) -> bytes:
    named = [f"{name} ({number})" for name, number in [*plugins.items()][:_TOLD_PLUGINS]]
    more = f" and {len(plugins) - _TOLD_PLUGINS} more plugins" if len(plugins) > _TOLD_PLUGINS else ""
    return _encode(
        {
            "name": SEARCH_TOOL,
            "title": "Search tools",
            "description": (
                f"Finds tools for a task among the {count:,} that can be called here, which are too many to list. Use it whenever a task might "
                "need a tool that you do not see, before you say that something cannot be done. Say in a few words what is to be done, such as "
                '"create an issue on GitHub"; search once for each different thing, and with other words when nothing fits. The best come first, '
                f"each with its name, description and inputSchema: call it with {CALL_TOOL}.\n\nThere are tools of: {', '.join(named)}{more}."
            ),
            "inputSchema": {
                "type": "object",
                "properties": {
                    "query": {
                        "type": "string",
                        "description": "What is to be done, in a few words.",
                        "maxLength": LONGEST_QUESTION,
                    },
                    "limit": {
                        "type": "integer",
                        "description": "At most so many tools.",
                        "minimum": 1,
                        "maximum": MOST,
                        "default": USUAL,
                    },
                },
                "required": ["query"],
            },
            "annotations": {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": False},
        }
    )


_CALL_DEFINITION: Final = _encode(
    {
        "name": CALL_TOOL,
        "title": "Call a tool",
        "description": (
            f"Calls a tool that {SEARCH_TOOL} found, and gives its result. Give its name exactly as it was found, and the arguments that its "
            "inputSchema asks for."
        ),
        "inputSchema": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": f"The tool's name, as {SEARCH_TOOL} gave it."},
                "arguments": {
                    "type": "object",
                    "description": "The tool's arguments, as its inputSchema says.",
                    "additionalProperties": True,
                },
            },
            "required": ["name"],
        },
        "annotations": {"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True},
    }
)
