"""The published schema says what the gateway reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from manifests import declaring, encoded

from switchgear.core.errors import InvalidManifest
from switchgear.plugins.manifest import read_manifest
from switchgear.plugins.reference import SCHEMA, schema, schema_text

ROOT = Path(__file__).parents[2]


def test_the_file_is_what_the_code_says() -> None:
    assert (ROOT / SCHEMA).read_text("utf-8") == schema_text(), "stale: run python -m switchgear.plugins.reference"


@pytest.mark.parametrize(
    ("declared", "right"),
    [
        ({}, True),
        ({"permissions": {"network": ["a.example.com:443"], "sampling": {"models": ["*"], "usd": 1}}}, True),
        ({"limits": {"memory_mb": 64, "cpus": 0.5}, "dependencies": {"time": "^1"}}, True),
        ({"permission": {}}, False),
        ({"permissions": {"network": "a.example.com:443"}}, False),
        ({"permissions": {"sampling": {"models": ["*"]}}}, False),
        ({"limits": {"memory_mb": 1}}, False),
        ({"dependencies": {"A B": "^1"}}, False),
    ],
)
def test_the_schema_and_the_reader_agree(declared: dict[str, Any], right: bool) -> None:
    assert jsonschema_rs.validator_for(schema()).is_valid(declared) is right
    if right:
        read_manifest(encoded(declaring(**declared)))
    else:
        with pytest.raises(InvalidManifest):
            read_manifest(encoded(declaring(**declared)))
