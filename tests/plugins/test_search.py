"""Tools are found by what is to be done, and nobody finds what they may not see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_tools import QUESTIONS
from labelled_tools import TOOLS as LABELLED

from switchgear.core.errors import InvalidJSON, ModelUnavailable
from switchgear.plugins.catalogue import Catalogue
from switchgear.plugins.offer import TOOLS, Definition, Offer
from switchgear.plugins.ranking import Ranking, asked_words, described
from switchgear.plugins.search import CALL_TOOL, MOST, SEARCH_TOOL, Search, SearchRules, unwrapped
from switchgear.plugins.sight import Sight
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.models import MINILM

EVERYTHING = Sight(["*"])
needs_model = pytest.mark.skipif(bool(MINILM.missing()), reason='needs the extra "local"')


def tool(name: str, description: str = "", parameters: Sequence[str] = (), **more: Any) -> Definition:
    schema = {"type": "object", "properties": {one: {"type": "string"} for one in parameters}}
    said = {"name": name, "description": description, "inputSchema": schema, **more}
    return Definition(name, json.dumps(said).encode())


def offer(*tools: Definition) -> Offer:
    return Offer({TOOLS: {one.name: one for one in tools}})


@pytest.fixture
def catalogue() -> Catalogue:
    """317 tools of many plugins."""
    plugins: dict[str, list[Definition]] = {}
    for line in LABELLED.splitlines():
        head, _, said = line.partition(": ")
        plugin, _, rest = head.partition(" ")
        name, _, parameters = rest.removesuffix(")").partition("(")
        plugins.setdefault(plugin, []).append(tool(name, said, parameters.split()))
    made = Catalogue()
    for plugin, tools in plugins.items():
        made.put(plugin, offer(*tools))
    return made


async def found(search: Search, question: str, sight: Sight = EVERYTHING, limit: int = 5) -> list[str]:
    return [f"{plugin} {one.name}" for plugin, one in await search.find(question, sight, limit)]


async def recall(search: Search, limit: int = 5) -> float:
    """The share of questions for which a tool that answers it is among the first."""
    hits = []
    for line in QUESTIONS.splitlines():
        question, _, wanted = line.partition(" = ")
        hits.append(bool({*wanted.split(", ")} & {*await found(search, question, limit=limit)}))
    return sum(hits) / len(hits)


def test_the_labelled_tools_are_all_there(catalogue: Catalogue) -> None:
    names = {f"{plugin} {name}" for plugin, one in catalogue.offers.items() for name in one.of(TOOLS)}
    assert len(names) >= 300
    questions = [line.partition(" = ") for line in QUESTIONS.splitlines()]
    assert len(questions) >= 60
    for _, _, wanted in questions:
        assert {*wanted.split(", ")} <= names


async def test_words_alone_find_three_of_four(catalogue: Catalogue) -> None:
    assert await recall(Search(catalogue, SearchRules())) >= 0.75


@needs_model
async def test_words_and_meaning_find_seven_of_eight(catalogue: Catalogue) -> None:
    from switchgear.plugins.nearness import Nearness

    models = EmbeddedModels(EmbeddedSettings(threads=1), commands={"smollm2": ["sleep", "60"]})
    models.start()
    provider = EmbeddedProvider("local", models)
    nearness = Nearness(LocalEmbedder(models, provider, seconds=20))
    search = Search(catalogue, SearchRules(), lambda: nearness)
    try:
        await search.find("anything", EVERYTHING)
        async with asyncio.timeout(120):
            while not nearness.ready:
                await asyncio.sleep(0.05)
        assert await recall(search) >= 0.85
        assert await found(search, "will it rain tomorrow", Sight(["filesystem", "git"])) == []
        assert "weather get_forecast" in await found(search, "will it rain tomorrow")
    finally:
        await search.close()
        await models.stop()
        provider.close()


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*"], ["files delete", "mail delete"]),
        (["mail"], ["mail delete"]),
        (["files__read"], ["files read"]),
        (["files__read", "mail__nothing"], ["files read"]),
        (["nobody"], []),
        ([], []),
    ],
)
async def test_a_key_finds_what_it_may_see(patterns: list[str], expected: list[str]) -> None:
    catalogue = Catalogue()
    catalogue.put("files", offer(tool("delete", "Deletes a file"), tool("read", "Reads what others delete")))
    catalogue.put("mail", offer(tool("delete", "Deletes a mail")))
    search = Search(catalogue, SearchRules())
    assert (await found(search, "delete", Sight(patterns), 2)) == expected


async def test_what_changes_is_found_as_it_is_now() -> None:
    catalogue = Catalogue()
    search = Search(catalogue, SearchRules())
    assert await found(search, "weather") == []
    catalogue.put("sky", offer(tool("weather", "Tells the weather"), tool("moon", "Tells the phase of the moon")))
    assert await found(search, "weather") == ["sky weather"]
    catalogue.put("sky", offer(tool("weather", "Tells the tides"), tool("moon", "Tells the phase of the moon")))
    assert await found(search, "tide") == ["sky weather"]
    catalogue.put("sky", offer(tool("moon", "Tells the phase of the moon")))
    assert await found(search, "weather tides") == []
    catalogue.put("ground", offer(tool("soil", "Weather of soils")))
    assert await found(search, "weather") == ["ground soil"]
    catalogue.drop("ground")
    catalogue.drop("sky")
    assert await found(search, "weather moon") == []


async def test_searches_at_once_read_a_large_catalogue_once_and_agree() -> None:
    catalogue = Catalogue()
    catalogue.put("large", offer(*(tool(f"tool_{number}", f"Does thing {number}") for number in range(300))))
    search = Search(catalogue, SearchRules())
    answers = await asyncio.gather(*(found(search, "thing 123", limit=1) for _ in range(20)))
    assert answers == [["large tool_123"]] * 20


class Vectors:
    """An embedder that knows a direction for some texts, and may fail first."""

    def __init__(self, *directions: str, fails: int = 0) -> None:
        self.directions = directions
        self.fails = fails
        self.made: list[str] = []

    def _of(self, text: str) -> bytes:
        np = pytest.importorskip("numpy")
        vector = np.zeros(384, dtype=np.float32)
        for place, one in enumerate(self.directions):
            vector[place] = float(one in text)
        return bytes((vector / (float(np.linalg.norm(vector)) or 1.0)).astype(np.float32).tobytes())

    async def packed(self, text: str) -> bytes | None:
        return self._of(text)

    async def all_packed(self, texts: Sequence[str]) -> list[bytes]:
        if self.fails:
            self.fails -= 1
            raise ModelUnavailable("not yet")
        self.made += texts
        return [self._of(text) for text in texts]

    async def close(self) -> None:
        return


@pytest.fixture
async def meaning() -> AsyncIterator[Any]:
    pytest.importorskip("numpy", reason='needs the extra "local"')
    from switchgear.plugins.nearness import Nearness

    made: list[Any] = []

    def make(vectors: Vectors) -> Any:
        made.append(Nearness(vectors))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def learned(nearness: Any) -> None:
    async with asyncio.timeout(20):
        while not nearness.ready:
            await asyncio.sleep(0.005)


async def test_what_means_the_same_is_found_without_a_word_in_common(meaning: Any) -> None:
    catalogue = Catalogue()
    catalogue.put("sky", offer(tool("weather", "Tells the weather, even rain"), tool("moon", "The phase of the moon")))
    vectors = Vectors("rain", "moon")
    nearness = meaning(vectors)
    search = Search(catalogue, SearchRules(), lambda: nearness)
    assert await found(search, "drizzle and rainfall") == []
    await learned(nearness)
    assert await found(search, "drizzle and rainfall") == ["sky weather"]
    assert await found(search, "drizzle and rainfall", Sight(["sky__moon"])) == []


async def test_a_vector_is_made_once_of_each_text(meaning: Any) -> None:
    catalogue, vectors = Catalogue(), Vectors("rain")
    nearness = meaning(vectors)
    search = Search(catalogue, SearchRules(), lambda: nearness)
    for description in ("rain", "rain", "snow"):
        catalogue.put("sky", offer(tool("weather", description), tool("moon", "moon")))
        await found(search, "x")
        await learned(nearness)
    assert len(vectors.made) == 3
    catalogue.put("sky", offer(tool("moon", "moon")))
    assert await found(search, "rain") == []


async def test_without_vectors_words_are_enough_and_trouble_is_over_with_the_next_change(meaning: Any) -> None:
    catalogue, vectors = Catalogue(), Vectors("rain", fails=1)
    nearness = meaning(vectors)
    search = Search(catalogue, SearchRules(), lambda: nearness)
    catalogue.put("sky", offer(tool("weather", "rain")))
    async with asyncio.timeout(20):
        while vectors.fails:
            assert await found(search, "weather") == ["sky weather"]
            await asyncio.sleep(0.005)
    assert await found(search, "weather") == ["sky weather"]
    assert not nearness.ready
    catalogue.put("sky", offer(tool("weather", "rain"), tool("moon", "moon")))
    await found(search, "x")
    await learned(nearness)


# ------------------------------------------------------------ what is listed and answered


def listed(search: Search, *patterns: str) -> list[dict[str, Any]] | None:
    offered = search.offered(Sight(patterns))
    return None if offered is None else json.loads(b"[%b]" % offered)


def test_few_tools_are_listed_themselves(catalogue: Catalogue) -> None:
    search = Search(catalogue, SearchRules(above=18))
    assert listed(search, "github") is None
    assert listed(search, "github", "time") is not None


def test_many_tools_are_stood_for_by_two_and_by_those_that_are_always_there(catalogue: Catalogue) -> None:
    search = Search(catalogue, SearchRules(above=20, always=("time__get_*", "git")))
    tools = listed(search, "*")
    assert tools is not None
    assert [one["name"] for one in tools][:2] == [SEARCH_TOOL, CALL_TOOL]
    assert [one["name"] for one in tools][2:] == [
        "git__git_status", "git__git_diff_unstaged", "git__git_commit", "git__git_add", "git__git_reset", "git__git_log", "git__git_checkout",
        "git__git_blame", "git__git_stash", "time__get_current_time",
    ]  # fmt: skip
    assert "among the 317 that can be called here" in tools[0]["description"]
    assert "github (18)" in tools[0]["description"]
    assert tools[0]["annotations"]["readOnlyHint"] is True
    narrow = listed(search, "github", "time__convert_*", "aws")
    assert narrow is not None
    assert [one["name"] for one in narrow] == [SEARCH_TOOL, CALL_TOOL]
    assert narrow[0]["description"].endswith("There are tools of: aws (10), github (18), time (1).")


def test_the_list_follows_the_catalogue_and_the_rules(catalogue: Catalogue) -> None:
    search = Search(catalogue, SearchRules(above=316))
    first = search.offered(EVERYTHING)
    assert first is search.offered(EVERYTHING)
    catalogue.drop("time")
    assert search.offered(EVERYTHING) is None
    search.follow(SearchRules(above=10))
    assert search.offered(EVERYTHING) is not None


async def answered(search: Search, arguments: bytes, sight: Sight = EVERYTHING) -> tuple[bool, str]:
    told = json.loads(await search.answer(arguments, sight))
    [content] = told["content"]
    assert content["type"] == "text"
    return told.get("isError", False), content["text"]


async def test_an_answer_has_what_a_model_needs_to_call_the_tools() -> None:
    catalogue = Catalogue()
    annotations = {"readOnlyHint": True}
    one = tool("read", "Reads", ["path"], annotations=annotations, icons=[{"src": "x"}], outputSchema={"a": 1})
    catalogue.put("files", offer(one))
    failed, text = await answered(Search(catalogue, SearchRules()), b'{"query":"read"}')
    assert not failed
    [shown] = json.loads(text)["tools"]
    assert shown == {
        "name": "files__read",
        "description": "Reads",
        "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}}},
        "annotations": annotations,
    }


async def test_what_is_asked_for_is_bounded(catalogue: Catalogue) -> None:
    search = Search(catalogue, SearchRules())
    for limit, count in ((3, 3), (1000, MOST), (-1, 1), (0, 1)):
        _, text = await answered(search, json.dumps({"query": "list files", "limit": limit}).encode())
        assert len(json.loads(text)["tools"]) == count
    assert (await answered(search, json.dumps({"query": "list " * 100_000}).encode()))[0] is False


@pytest.mark.parametrize(
    "arguments", [b"", b"[]", b"{}", b'{"query":1}', b'{"query":"x","limit":"y"}', b'{"query":" "}']
)
async def test_a_mistake_is_told_to_the_model(catalogue: Catalogue, arguments: bytes) -> None:
    failed, text = await answered(Search(catalogue, SearchRules()), arguments)
    assert failed
    assert '"query"' in text


async def test_where_nothing_fits_it_says_so(catalogue: Catalogue) -> None:
    failed, text = await answered(Search(catalogue, SearchRules()), b'{"query":"zzzz"}')
    assert (failed, text) == (False, '{"tools":[]}\nNo tool has to do with that. Try other words.')


def test_a_call_of_the_second_tool_is_one_of_the_tool_that_it_names() -> None:
    name, arguments = unwrapped(b'{"name":"files__read","arguments":{"path": 1}}')
    assert (name, bytes(arguments)) == ("files__read", b'{"path": 1}')
    assert bytes(unwrapped(b'{"name":"x"}')[1]) == b"{}"
    for wrong in (b"", b"[]", b"{}", b'{"name":""}', b'{"name":1}'):
        with pytest.raises(InvalidJSON, match="call_tool takes"):
            unwrapped(wrong)


# ------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("createIssue", {"creat", "issu"}),
        ("merging PDFs", {"merg", "pdf"}),
        ("HTTPServer2", {"http", "server", "2"}),
        ("the folder's files", {"folder", "file"}),
        ("queries", {"query"}),
        ("天気予報", {"天気", "気予", "予報"}),
        ("Größe ändern", {"größe", "ändern"}),
        ("to the of", set()),
    ],
)
def test_words_are_cut_to_what_they_have_in_common(question: str, words: set[str]) -> None:
    assert {word for word, weight in asked_words(question).items() if weight == 1.0} == words


def test_verbs_that_say_the_same_find_each_other_behind_the_very_word() -> None:
    ranking = Ranking()
    for name in ("remove_file", "delete_file", "read_file"):
        ranking.put(described("files", tool(name)))
    assert [one.name for one in ranking.ranked("delete", None, 9)] == ["delete_file", "remove_file"]


@given(st.binary(max_size=200), st.text(max_size=50))
def test_whatever_a_definition_and_a_question_are_nothing_breaks(document: bytes, question: str) -> None:
    ranking = Ranking()
    one = described("files", Definition("name", document))
    ranking.put(one)
    assert ranking.ranked("name", None, 5) == [one]
    ranking.ranked(question, None, 5)
    ranking.drop(one)
    assert ranking.ranked("name", None, 5) == []
