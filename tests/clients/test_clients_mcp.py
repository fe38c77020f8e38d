"""Real clients of tools at /mcp: the mcp and fastmcp packages, the inspector's command line, OpenAI's client with an ``mcp`` tool.

Behind the gateway is the conformance fixture, over stdio in the sandbox; each check of a client's script is a test.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel
from test_clients import checks

from client_environment import Environment
from switchgear.testing import served
from tool_fixture import fixture_bundle, install

HERE = Path(__file__).resolve().parent / "python"
REVISIONS = ("2025-11-25", "2026-07-28")
SCRIPTS = {
    "mcp_checks.py": REVISIONS,
    "fastmcp_checks.py": REVISIONS,
    "openai_tools_checks.py": ("gpt-5-behind-chat",),
}
PROVIDER_KEY = "the-provider's-own-key"
CONFIG = """
[local]
enabled = false

[providers.scripted]
kind = "openai"
base_url = "{}"
api_key = "env:PROVIDER_KEY"

[models.gpt-5-behind-chat]
deployments = [{{ provider = "scripted", model = "gpt-5" }}]
"""
SECONDS = 120


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served]:
    """A gateway with the fixture, and a model that calls tools."""
    with (
        ScriptedModel.in_thread(api_key=PROVIDER_KEY, models=("gpt-5",)) as model,
        served(CONFIG.format(model.base_url), env={"PROVIDER_KEY": PROVIDER_KEY}) as gateway,
    ):
        install(gateway, str(fixture_bundle(tmp_path_factory.mktemp("bundle"))))
        yield gateway


@pytest.fixture
def found(request: pytest.FixtureRequest, once: Any, clients: Environment, alone: Any) -> Callable[[str], Any]:
    """What each check of a script found, by what it was run with and its name; a script is run once."""

    def run(script: str) -> Any:
        gateway: served = request.getfixturevalue("tools")
        with tempfile.TemporaryDirectory() as folder:
            command = [clients.python, HERE / script, gateway.url, gateway.key, *SCRIPTS[script]]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=SECONDS, env=alone(), cwd=folder
            )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        told = {f"{line['model']} {line['check']}": line["problem"] for line in lines}
        return {"checks": told, "stderr": done.stderr[-4000:]}

    return lambda script: once(Path(script).stem, lambda: run(script))


CASES = [
    pytest.param(script, with_, name, id=f"{script.removesuffix('_checks.py')}-{name}-{with_}")
    for script, each in SCRIPTS.items()
    for name, _ in checks(HERE / script)
    for with_ in each
]


@pytest.mark.parametrize(("script", "with_", "name"), CASES)
def test_a_client_of_tools(script: str, with_: str, name: str, found: Callable[[str], Any]) -> None:
    told = found(script)
    problem = told["checks"].get(f"{with_} {name}", f"It was not checked:\n{told['stderr']}")
    if problem:
        pytest.fail(problem, pytrace=False)


# ------------------------------------------------------------ the inspector's command line


@pytest.fixture
def inspected(tools: served, clients: Environment, alone: Any, tmp_path: Path) -> Callable[..., Any]:
    """What the inspector prints for a method, as JSON."""

    def inspect(*what: str, path: str = "/mcp") -> Any:
        program = (
            clients.packages / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"
        )
        command = [clients.node, program, "--cli", f"{tools.url}{path}", "--transport", "http", "--method", *what]
        key = ["--header", f"authorization: Bearer {tools.key}"]
        done = subprocess.run(
            [*command, *key], capture_output=True, text=True, check=False, timeout=SECONDS, env=alone(), cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return inspect


def test_the_inspector_lists_tools(inspected: Callable[..., Any]) -> None:
    assert "fixture__echo" in {tool["name"] for tool in inspected("tools/list")["tools"]}
    assert "echo" in {tool["name"] for tool in inspected("tools/list", path="/mcp/fixture")["tools"]}


def test_the_inspector_calls_a_tool(inspected: Callable[..., Any]) -> None:
    result = inspected("tools/call", "--tool-name", "fixture__greet", "--tool-arg", "name=Ann")
    assert result["content"] == [{"type": "text", "text": "Hello, Ann!"}]


def test_the_inspector_reads_what_else_there_is(inspected: Callable[..., Any]) -> None:
    (uri,) = [one["uri"] for one in inspected("resources/list")["resources"] if one["name"] == "Static text"]
    (content,) = inspected("resources/read", "--uri", uri)["contents"]
    assert content["text"] == "This is the content of the static text resource."
    given = ["--prompt-args", "arg1=one", "arg2=two"]
    prompt = inspected("prompts/get", "--prompt-name", "fixture__test_prompt_with_arguments", *given)
    assert "arg1='one', arg2='two'" in prompt["messages"][0]["content"]["text"]
