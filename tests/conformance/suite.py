"""The official conformance suite of the Model Context Protocol, run against a URL, and what it found. Nothing is expected to fail."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client_environment import Environment

SECONDS = 240
"""For all scenarios; they take about ten, most of which is waiting."""
SCENARIO_MS = 30_000
TRIES = 2


@dataclass
class Found:
    """What each scenario's checks came to: words for those that did not succeed, none where all did."""

    scenarios: dict[str, list[str]] = field(default_factory=dict)
    printed: str = ""

    @property
    def problems(self) -> dict[str, list[str]]:
        return {name: words for name, words in self.scenarios.items() if words}


def required(clients: Environment, revision: str) -> tuple[set[str], set[str]]:
    """The scenarios for servers that a revision requires, and those that the suite runs beside them (tasks are among these)."""
    folder = clients.packages / "@modelcontextprotocol" / "conformance" / "requirements"
    lines = (folder / f"{revision}.yaml").read_text().splitlines()
    part, scenario, scored, beside = "", "", set(), set()
    for line in lines:
        if re.match(r"\w", line):
            part = line.partition(":")[0]
        elif part == "server" and (named := re.match(r"  - ([\w-]+)$", line)):
            scored.add(named[1])
        elif part == "not_scored" and (named := re.match(r"  - scenario: (\S+)$", line)):
            scenario = named[1]
        elif part == "not_scored" and line.strip() == "leg: server":
            beside.add(scenario)
    return scored, beside


def judge(clients: Environment, url: str, revision: str, folder: Path) -> Found:
    """Run all that ``revision`` requires of a server, and what the suite has beside it, against the server at ``url``.

    Some scenarios give an answer half a second, which a busy machine may not keep: what fails is what fails each time.
    """
    found = _run(clients, url, revision, folder / "0")
    for number in range(1, TRIES):
        if not found.problems:
            break
        again = _run(clients, url, revision, folder / str(number))
        again.scenarios |= {name: [] for name, words in found.scenarios.items() if not words}
        found = again
    return found


def _run(clients: Environment, url: str, revision: str, folder: Path) -> Found:
    folder.mkdir()
    program = clients.packages / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    how = ["--url", url, "--requirements", revision]
    done = subprocess.run(
        [clients.node, program, "server", *how, "--timeout", str(SCENARIO_MS), "--output-dir", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
        env={"PATH": os.defpath, "HOME": str(folder), "NO_PROXY": "127.0.0.1"},
        cwd=folder,
    )
    found = Found(printed=done.stdout)
    for kept in folder.glob("server-*/checks.json"):
        named = re.fullmatch(r"server-(.+?)-\d{4}-\d\d-\d\dT[\d-]+Z", kept.parent.name)
        assert named is not None, kept
        checks: list[dict[str, Any]] = json.loads(kept.read_text())
        found.scenarios[named[1]] = [_words(check) for check in checks if check["status"] in ("FAILURE", "WARNING")]
    return found


def _words(check: dict[str, Any]) -> str:
    details = json.dumps(check.get("details"))
    return f"{check['status']} {check['id']}: {check.get('errorMessage', '')} {details[:600]}"
