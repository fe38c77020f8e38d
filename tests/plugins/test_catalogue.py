"""What all plugins offer, as one, for who may see it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.plugins.catalogue import REMEMBERED, Catalogue
from switchgear.plugins.offer import PROMPTS, RESOURCES, TOOLS, Definition, Kind, Offer
from switchgear.plugins.sight import Sight

EVERYTHING = Sight(["*"])


def things(kind: Kind, *names: str, **more: Any) -> dict[str, Definition]:
    return {name: Definition(name, json.dumps({kind.named: name, **more}).encode()) for name in names}


@pytest.fixture
def catalogue() -> Catalogue:
    made = Catalogue()
    made.put(
        "files",
        Offer(
            {
                TOOLS: things(TOOLS, "read_file", "write_file"),
                RESOURCES: things(RESOURCES, "file:///a"),
                PROMPTS: things(PROMPTS, "tidy"),
            }
        ),
    )
    made.put("git", Offer({TOOLS: things(TOOLS, "log")}))
    return made


def names(catalogue: Catalogue, kind: Kind, patterns: list[str], plugin: str = "") -> list[str]:
    listed = json.loads(b"[%b]" % catalogue.listed(kind, Sight(patterns), plugin))
    return [one[kind.named] for one in listed]


@pytest.mark.parametrize(
    ("patterns", "tools", "resources"),
    [
        (["*"], ["files__read_file", "files__write_file", "git__log"], ["files+file:///a"]),
        (["files"], ["files__read_file", "files__write_file"], ["files+file:///a"]),
        (["files__read_*"], ["files__read_file"], []),
        (["g*", "files__write_file"], ["files__write_file", "git__log"], []),
        (["file"], [], []),
        ([], [], []),
    ],
)
def test_a_key_is_shown_what_its_patterns_name(
    catalogue: Catalogue, patterns: list[str], tools: list[str], resources: list[str]
) -> None:
    assert names(catalogue, TOOLS, patterns) == tools
    assert names(catalogue, RESOURCES, patterns) == resources
    assert catalogue.count(TOOLS, Sight(patterns)) == len(tools)
    for name in ("files__read_file", "files__write_file", "git__log"):
        assert (catalogue.find(TOOLS, name, Sight(patterns)) is not None) == (name in tools)
    assert (catalogue.find(RESOURCES, "files+file:///a", Sight(patterns)) is not None) == bool(resources)


def test_one_plugin_is_listed_under_its_own_names(catalogue: Catalogue) -> None:
    assert names(catalogue, TOOLS, ["*"], "files") == ["read_file", "write_file"]
    assert names(catalogue, RESOURCES, ["*"], "files") == ["file:///a"]
    assert names(catalogue, TOOLS, ["files__read_file"], "files") == ["read_file"]
    assert names(catalogue, TOOLS, ["*"], "nobody") == []
    found = catalogue.find(TOOLS, "read_file", EVERYTHING, "files")
    assert found is not None
    assert (found.plugin, found.definition.name) == ("files", "read_file")


@pytest.mark.parametrize("name", ["read_file", "files__", "files__nothing", "nobody__read_file", "git__read_file", ""])
def test_what_is_not_there_is_not_found(catalogue: Catalogue, name: str) -> None:
    assert catalogue.find(TOOLS, name, EVERYTHING) is None


def test_a_change_is_seen_in_the_next_list_and_told_by_kind(catalogue: Catalogue) -> None:
    assert names(catalogue, TOOLS, ["git"]) == ["git__log"]
    assert catalogue.put("git", Offer({TOOLS: things(TOOLS, "log", "diff")})) == {TOOLS}
    assert names(catalogue, TOOLS, ["git"]) == ["git__log", "git__diff"]
    assert catalogue.put("git", Offer({TOOLS: things(TOOLS, "log", "diff")})) == frozenset()
    assert catalogue.put("git", Offer({TOOLS: things(TOOLS, "log", "diff", title="new")})) == {TOOLS}
    assert json.loads(b"[%b]" % catalogue.listed(TOOLS, Sight(["git"])))[0]["title"] == "new"
    assert catalogue.drop("files") == {TOOLS, RESOURCES, PROMPTS}
    assert catalogue.offer("files") is None
    assert names(catalogue, TOOLS, ["*"]) == ["git__log", "git__diff"]
    assert names(catalogue, PROMPTS, ["*"]) == []


def test_a_list_is_made_once_for_all_keys_that_see_the_same(catalogue: Catalogue) -> None:
    first = catalogue.listed(TOOLS, Sight(["git", "files"]))
    assert catalogue.listed(TOOLS, Sight(["files", "git", "git"])) is first


def test_more_sights_than_are_kept_are_listed_all_the_same(catalogue: Catalogue) -> None:
    for number in range(REMEMBERED + 10):
        assert names(catalogue, TOOLS, [f"none{number}", "git"]) == ["git__log"]
