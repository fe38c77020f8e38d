"""Claude Code and Codex do small tasks through the gateway: reasoning, two commands at once, their output, an answer; a file.

The shell works out ``$((…))``, so the words can be in the answer only when the agent got the arguments whole, ran them, and the
results found their way back to the model.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMMANDS = "Run: `echo left-$((40 + 2))` and `echo right-$((50 + 5))`"
FILE = 'Add: `{}` saying `hello \\ "there" øå`'
KINDS = ("chat", "responses", "messages", "gemini")
SECONDS = 60


def lines(command: list[Any], env: dict[str, str], folder: Path) -> list[dict[str, Any]]:
    """What the agent printed, a JSON object a line."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=env,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def blocks(said: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    for line in said:
        content = line.get("message", {}).get("content", ())
        yield from (block for block in content if isinstance(block, dict) and block["type"] == kind)


def claude(task: str, kind: str, stage: Any, clients: Any, env: dict[str, str], folder: Path) -> list[dict[str, Any]]:
    """Run Claude Code, with nothing but the gateway to speak to."""
    (program,) = clients.packages.glob("@anthropic-ai/claude-code-*/claude")
    env |= {
        "ANTHROPIC_BASE_URL": stage.gateway.url,
        "ANTHROPIC_API_KEY": stage.gateway.key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_ERROR_REPORTING": "1",
        "DISABLE_TELEMETRY": "1",
    }
    how = ["--allowedTools", "Bash,Write", "--output-format", "stream-json", "--verbose", "--include-partial-messages"]
    return lines([program, "-p", task, "--model", f"claude-sonnet-4-5-behind-{kind}", *how], env, folder)


@pytest.mark.parametrize("kind", KINDS)
def test_claude_code_runs_commands(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    said = claude(COMMANDS, kind, stage, clients, alone(), tmp_path)
    commands = [block["input"]["command"] for block in blocks(said, "tool_use")]
    assert commands == ["echo left-$((40 + 2))", "echo right-$((50 + 5))"]
    assert not [block for block in blocks(said, "tool_result") if block.get("is_error")]
    (result,) = [line for line in said if line["type"] == "result"]
    assert result["subtype"] == "success", result
    assert all(word in result["result"] for word in ("left-42", "right-55"))


@pytest.mark.parametrize("kind", KINDS)
def test_claude_code_writes_a_file(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    said = claude(FILE.format(tmp_path / "note.txt"), kind, stage, clients, alone(), tmp_path)
    assert (tmp_path / "note.txt").read_text().strip() == 'hello \\ "there" øå'
    (result,) = [line for line in said if line["type"] == "result"]
    assert result["subtype"] == "success", result


CODEX = """
model = "{model}"
model_provider = "switchgear"
check_for_update_on_startup = false

[model_providers.switchgear]
name = "Switchgear"
base_url = "{base_url}"
env_key = "SWITCHGEAR_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false

[history]
persistence = "none"
"""


def codex(task: str, kind: str, stage: Any, clients: Any, env: dict[str, str], folder: Path) -> list[dict[str, Any]]:
    """Run Codex, with nothing but the gateway to speak to. By the name of the model it offers a tool that takes plain text."""
    (program,) = clients.packages.glob("@openai/codex-*/vendor/*/bin/codex")
    home = Path(env["HOME"]) / ".codex"
    home.mkdir()
    (home / "config.toml").write_text(CODEX.format(model=f"gpt-5.5-behind-{kind}", base_url=stage.gateway.base_url))
    how = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--ephemeral"]
    said = lines([program, "exec", *how, task], env | {"SWITCHGEAR_KEY": stage.gateway.key}, folder)
    assert said[-1]["type"] == "turn.completed", said
    return [line["item"] for line in said if line["type"] == "item.completed"]


@pytest.mark.parametrize("kind", KINDS)
def test_codex_runs_commands(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    items = codex(COMMANDS, kind, stage, clients, alone(), tmp_path)
    ran = [item for item in items if item["type"] == "command_execution"]
    assert sorted(item["aggregated_output"] for item in ran) == ["left-42\n", "right-55\n"]
    assert [item["exit_code"] for item in ran] == [0, 0]
    (answer,) = [item["text"] for item in items if item["type"] == "agent_message"]
    assert all(word in answer for word in ("left-42", "right-55"))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "responses"])  # aimock has no custom tools there
def test_codex_writes_a_file(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    items = codex(FILE.format("note.txt"), kind, stage, clients, alone(), tmp_path)
    assert (tmp_path / "note.txt").read_text() == 'hello \\ "there" øå\n'
    assert "file_change" in [item["type"] for item in items]
