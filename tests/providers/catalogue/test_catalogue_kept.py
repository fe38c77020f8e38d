"""A map that was fetched: kept whole or not at all, in the place of the packaged one; and what it changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from switchgear.core.errors import DataFolderUnusable, RequestError
from switchgear.providers.catalogue import Catalog
from switchgear.providers.catalogue.changes import Change, changes
from switchgear.providers.catalogue.kept import KEPT_FILE, forget, keep
from switchgear.providers.catalogue.refresh import judged, read_map

MODEL = {
    "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 10, "input_cost_per_token": 1e-06,
    "output_cost_per_token": 2e-06,
}  # fmt: skip


def catalogue(**models: Any) -> Catalog:
    return Catalog.of_kept(read_map(json.dumps(models).encode(), "test"))


def test_a_map_that_was_kept_holds_and_tells_where_it_is_from(tmp_path: Path) -> None:
    keep(tmp_path, read_map(json.dumps({"m": MODEL}).encode(), "https://prices.test/"))
    kept = Catalog.load(kept_in=tmp_path)
    assert (len(kept), kept.note, kept.origin[0]) == (1, "", "https://prices.test/")
    assert kept.price("openai", "m") is not None
    assert [path.name for path in tmp_path.iterdir()] == [KEPT_FILE]


def test_without_one_the_packaged_map_holds(tmp_path: Path) -> None:
    assert len(Catalog.load(kept_in=tmp_path)) > 1000
    assert not forget(tmp_path)
    keep(tmp_path, read_map(json.dumps({"m": MODEL}).encode(), "x"))
    assert forget(tmp_path)
    assert len(Catalog.load(kept_in=tmp_path)) > 1000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"models": 3}', b"\xff"])
def test_a_broken_one_is_passed_over_and_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEPT_FILE).write_bytes(content)
    loaded = Catalog.load(kept_in=tmp_path)
    assert len(loaded) > 1000
    assert loaded.origin == ("", "")
    assert "cannot be read" in loaded.note


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataFolderUnusable):
        keep(tmp_path / "nowhere", read_map(json.dumps({"m": MODEL}).encode(), "x"))


def test_what_changes_is_told_field_by_field() -> None:
    before = catalogue(
        same=MODEL,
        gone=MODEL,
        dearer=MODEL,
        longer=MODEL | {"input_cost_per_token_above_200k_tokens": 2e-06},
        drawn={"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
    )
    after = catalogue(
        same=MODEL,
        new=MODEL,
        dearer=MODEL | {"output_cost_per_token": 3e-06, "deprecation_date": "2031-01-31", "max_input_tokens": 20},
        longer=MODEL | {"input_cost_per_token_above_200k_tokens": 4e-06},
        drawn={"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.05},
    )
    told = changes(before, after)
    assert (told.added, told.removed) == (["new"], ["gone"])
    assert told.changed == [
        Change("dearer", "openai", "output", "2", "3"),
        Change("dearer", "openai", "context", "10", "20"),
        Change("dearer", "openai", "deprecated", "", "2031-01-31"),
        Change("drawn", "openai", "image", "0.04", "0.05"),
        Change("longer", "openai", "input above 200000", "2", "4"),
    ]
    assert changes(after, after).none


def test_a_map_that_lost_most_of_its_entries_is_not_taken() -> None:
    present = catalogue(**{f"m{number}": MODEL for number in range(10)})
    with pytest.raises(RequestError, match="looks cut off"):
        judged(read_map(json.dumps({"m1": MODEL}).encode(), "x"), present)
    assert len(judged(read_map(json.dumps({f"n{number}": MODEL for number in range(5)}).encode(), "x"), present)) == 5


@pytest.mark.parametrize("data", [b"", b"[]", b"3", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_map_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(RequestError, match="no price map"):
        read_map(data, "x")


def test_the_maps_own_example_is_no_model() -> None:
    example = {"sample_spec": {"litellm_provider": "one of https://…", "mode": "one of: chat, embedding"}}
    with pytest.raises(RequestError, match="none of its entries"):
        judged(read_map(json.dumps(example).encode(), "x"), Catalog({}))
