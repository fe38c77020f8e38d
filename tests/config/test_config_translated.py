"""Providers that LiteLLM translates for: their names and addresses are checked before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.load import read
from switchgear.core.errors import ConfigInvalid


def problem(folder: Path, provider: str) -> str:
    file = folder / "switchgear.toml"
    file.write_text(f"[providers.x]\nkind = 'litellm'\nlitellm_provider = '{provider}'\n")
    with pytest.raises(ConfigInvalid) as wrong:
        read(file, {})
    (one,) = wrong.value.problems
    return f"{one.line}: {one.message} {one.suggestion}"


def test_a_name_that_litellm_does_not_know_is_a_mistake(tmp_path: Path) -> None:
    told = problem(tmp_path, "bedrok")
    assert told.startswith('3: providers.x.litellm_provider = "bedrok" is no provider that LiteLLM translates for.')
    assert 'Did you mean "bedrock"?' in told


def test_one_without_an_address_of_its_own_needs_one(tmp_path: Path) -> None:
    assert "needs base_url: lm_studio has no address of its own" in problem(tmp_path, "lm_studio")
