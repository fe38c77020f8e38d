"""The reference page of providers, and the same from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from switchgear.providers.litellm import known
from switchgear.providers.reference import PAGE, render

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_its_generator_writes() -> None:
    assert (ROOT / PAGE).read_text("utf-8") == render(), "stale: run python -m switchgear.providers.reference"


def test_every_provider_is_on_the_page_and_told_by_the_command_line() -> None:
    command = [sys.executable, "-m", "switchgear", "providers", "list", "--known", "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert set(told) == set(known.providers())
    assert all(f"| `{name}` |" in render() for name in told)
    assert told["bedrock"]["chat"] == "translated"


def test_the_families_that_matter_most_are_translated_and_not_called_by_litellm() -> None:
    rows = known.providers()
    for name in (
        "bedrock",
        "vertex_ai",
        "cohere",
        "mistral",
        "groq",
        "deepseek",
        "together_ai",
        "xai",
        "watsonx",
        "databricks",
    ):
        assert rows[name].chat in ("passed", "translated"), name
        assert rows[name].stream in ("passed", "translated"), name
