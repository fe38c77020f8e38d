"""The reference of theme files says what is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
from theme_files import write

from switchgear.themes import reference
from switchgear.themes.shelf import read_shelf, shipped_names

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src" / "switchgear" / "themes" / "shipped"


def test_the_reference_is_of_the_vocabulary() -> None:
    assert (ROOT / reference.SCHEMA_FILE).read_text() == reference.schema_text(), "python scripts/docs.py"
    assert (ROOT / reference.PAGE_FILE).read_text() == reference.page(), "python scripts/docs.py"


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_themes_follow_the_schema(name: str) -> None:
    validator = jsonschema_rs.validator_for(reference.schema())
    validator.validate(json.loads((SHIPPED / f"{name}.json").read_text()))


def test_the_schema_refuses_what_is_no_token() -> None:
    validator = jsonschema_rs.validator_for(reference.schema())
    assert not validator.is_valid({"surfaces": {}})
    assert not validator.is_valid({"surface": {"bsae": {"$value": "{palette.a}"}}})
    assert validator.is_valid({"surface": {"base": {"$value": "{palette.a}"}}})


def test_the_guide_s_examples_are_right(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "themes.md").read_text()
    examples = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    assert len(examples) == 2
    for number, example in enumerate(examples):
        write(tmp_path, f"example-{number}", example)
    shelf = read_shelf(tmp_path)
    assert [shelf[f"example-{number}"].problems for number in range(len(examples))] == [(), ()]
