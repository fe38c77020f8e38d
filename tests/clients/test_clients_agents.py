"""Claude Code and Codex do a small task through the gateway: reasoning, two commands at once, their output, an answer.

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

TASK = "Run: `echo left-$((40 + 2))` and `echo right-$((50 + 5))`"
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


@pytest.mark.parametrize("kind", KINDS)
def test_claude_code_runs_a_task(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    (program,) = clients.packages.glob("@anthropic-ai/claude-code-*/claude")
    env = alone(
        ANTHROPIC_BASE_URL=stage.gateway.url,
        ANTHROPIC_API_KEY=stage.gateway.key,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
        DISABLE_AUTOUPDATER="1",
        DISABLE_TELEMETRY="1",
        DISABLE_ERROR_REPORTING="1",
    )
    model = f"claude-sonnet-4-5-behind-{kind}"
    how = ["--model", model, "--allowedTools", "Bash", "--output-format", "stream-json", "--verbose"]
    said = lines([program, "-p", TASK, *how], env, tmp_path)
    commands = [block["input"]["command"] for block in blocks(said, "tool_use")]
    assert commands == ["echo left-$((40 + 2))", "echo right-$((50 + 5))"]
    assert not [block for block in blocks(said, "tool_result") if block.get("is_error")]
    (result,) = [line for line in said if line["type"] == "result"]
    assert result["subtype"] == "success", result
    assert result["result"].index("left-42") < result["result"].index("right-55")


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


@pytest.mark.parametrize("kind", KINDS)
def test_codex_runs_a_task(kind: str, stage: Any, clients: Any, alone: Any, tmp_path: Path) -> None:
    (program,) = clients.packages.glob("@openai/codex-*/vendor/*/bin/codex")
    env = alone(SWITCHGEAR_KEY=stage.gateway.key)
    home = Path(env["HOME"]) / ".codex"
    home.mkdir()
    (home / "config.toml").write_text(CODEX.format(model=f"gpt-5-behind-{kind}", base_url=stage.gateway.base_url))
    how = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--ephemeral"]
    said = lines([program, "exec", *how, TASK], env, tmp_path)
    items = [line["item"] for line in said if line["type"] == "item.completed"]
    ran = [item for item in items if item["type"] == "command_execution"]
    assert sorted(item["aggregated_output"] for item in ran) == ["left-42\n", "right-55\n"]
    assert [item["exit_code"] for item in ran] == [0, 0]
    (answer,) = [item["text"] for item in items if item["type"] == "agent_message"]
    assert answer.index("left-42") < answer.index("right-55")
    assert said[-1]["type"] == "turn.completed"
