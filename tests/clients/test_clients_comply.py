"""``llm-comply`` in full: each of its checks of each front dialect is a test, and none may warn."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

CHAT = ("basic-response", "system-prompt", "multi-turn", "tool-calling", "streaming-response", "streaming-usage")
CHAT += ("image-input", "reasoning-summary", "error-handling")
RESPONSES = ("basic-response", "system-prompt", "multi-turn", "tool-calling", "streaming-response", "streaming-usage")
RESPONSES += ("image-input", "assistant-phase", "response-output-phase-schema", "compact-response")
RESPONSES += ("compact-missing-model", "reasoning-summary", "error-handling")
MESSAGES = ("basic-response", "system-prompt", "multi-turn", "tool-calling", "streaming-response", "streaming-usage")
MESSAGES += ("image-input", "thinking-display", "error-handling")

FORMATS: dict[str, tuple[list[str], list[str]]] = {
    "openai-chat": ([f"chat-{name}" for name in CHAT], []),
    "open-responses": (list(RESPONSES), []),
    "anthropic": (
        [f"anth-{name}" for name in MESSAGES],
        ["--auth-header", "x-api-key", "--no-bearer", "-H", "anthropic-version:2023-06-01"],
    ),
}
BEHIND = {
    # where the dialect is the same on both sides the provider's bytes pass: only ``chat`` is a player of our own
    "openai-chat": ("chat", "responses", "messages", "gemini"),
    "open-responses": ("chat", "messages", "gemini"),
    "anthropic": ("chat", "responses", "gemini"),
}
CASES = [(form, kind, check) for form, kinds in BEHIND.items() for kind in kinds for check in FORMATS[form][0]]


def may_warn(check: str, kind: str) -> bool:
    """Where a warning is not ours: of an endpoint it allows to be missing, of tokens the player of the provider does not tell."""
    return check == "compact-response" or (check == "chat-reasoning-summary" and kind != "chat")


@pytest.mark.parametrize(("form", "kind", "check"), CASES)
def test_llm_comply(
    form: str, kind: str, check: str, request: pytest.FixtureRequest, once: Any, clients: Any, alone: Any
) -> None:
    def run() -> Any:
        gateway = request.getfixturevalue("stage").gateway
        name = f"{'claude-sonnet-4-5' if form == 'anthropic' else 'gpt-5'}-behind-{kind}"
        command = [clients.python.parent / "llm-comply", "--format", form, "-u", gateway.base_url, "-k", gateway.key]
        command += ["-m", name, "--json", "--timeout", "20", *FORMATS[form][1]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=alone())
        return json.loads(done.stdout[done.stdout.index("{") :])

    found = {result["id"]: result for result in once(f"comply-{form}-{kind}", run)["results"]}
    assert set(found) == set(FORMATS[form][0])
    result = found[check]
    assert result["status"] == "passed", result.get("errors")
    assert may_warn(check, kind) or not result.get("warnings")
