"""The fixture passes the official suite directly: whatever it loses behind the gateway, the gateway lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite import judge, required

from client_environment import Environment
from tool_fixture import fixture_over_http


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_the_fixture_passes_every_scenario(clients: Environment, revision: str, tmp_path: Path) -> None:
    with fixture_over_http() as url:
        found = judge(clients, url, revision, tmp_path)
    scored, beside = required(clients, revision)
    assert found.scenarios.keys() == scored | beside, found.printed
    assert not found.problems


def test_tasks_are_among_the_scenarios(clients: Environment) -> None:
    _, beside = required(clients, "2026-07-28")
    assert {"tasks-lifecycle", "tasks-mrtr-input", "tasks-dispatch-and-envelope"} <= beside
