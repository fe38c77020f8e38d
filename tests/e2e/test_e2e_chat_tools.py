"""Tools in chats of a served gateway: a plugin is installed, sandboxed, and its tools are used by all three dialects."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from desk_plugin import PLUGINS, client_of, desk_folder, install_desk

from client_environment import Environment
from switchgear.testing import ScriptedProvider, served

CONFIG = """
[local]
enabled = false

[providers.test]
kind = "openai"
base_url = "{url}"

[providers.priced]
kind = "openai"
base_url = "{url}"
models = ["gpt-4o-mini"]
prices = "openai"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(models=("m", "gpt-4o-mini")) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[served]:
    config = CONFIG + PLUGINS
    folder = desk_folder(tmp_path_factory.mktemp("plugins"))
    with served(config.format(url=provider.base_url, folder=folder)) as running:
        install_desk(running)
        yield running


@pytest.fixture
def client(gateway: served) -> Iterator[openai.OpenAI]:
    http = httpx.Client(trust_env=False)
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0, http_client=http) as made:
        yield made


def called(name: str, arguments: Any = None) -> list[dict[str, Any]]:
    function = {"name": f"desk__{name}", "arguments": json.dumps(arguments or {})}
    return [{"id": "call_1", "type": "function", "function": function}]


def test_a_chat_uses_a_tool_of_a_sandboxed_plugin(client: openai.OpenAI, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=called("add", {"a": 2, "b": 3}))
    provider.reply("It is 5.")
    answer = client.chat.completions.create(
        model="test/m",
        messages=[{"role": "user", "content": "2 + 3?"}],
        extra_body={"switchgear": {"tools": ["desk"]}},
    )
    assert answer.choices[0].message.content == "It is 5."
    assert answer.model_extra is not None
    assert answer.model_extra["switchgear"]["tools"][0]["status"] == "completed"


def test_a_response_uses_it_as_a_server_of_its_own(client: openai.OpenAI, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=called("add", {"a": 2, "b": 3}))
    provider.reply("It is 5.")
    tool: Any = {"type": "mcp", "server_label": "desk", "require_approval": "never"}
    response = client.responses.create(model="test/m", input="2 + 3?", tools=[tool])
    assert [one.type for one in response.output] == ["mcp_list_tools", "mcp_call", "message"]
    assert response.output_text == "It is 5."


def test_a_message_uses_it_by_the_address_of_the_gateway(gateway: served, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=called("add", {"a": 2, "b": 3}))
    provider.reply("It is 5.")
    body = {
        "model": "test/m",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "2 + 3?"}],
        "mcp_servers": [{"type": "url", "url": f"{gateway.url}/mcp/desk", "name": "desk"}],
        "tools": [{"type": "mcp_toolset", "mcp_server_name": "desk"}],
    }
    with client_of(gateway) as http:
        answer = http.post("/v1/messages", json=body, headers={"anthropic-beta": "mcp-client-2025-11-20"}).json()
    assert [one["type"] for one in answer["content"]] == ["mcp_tool_use", "mcp_tool_result", "text"]


def test_a_plugin_asks_a_model_that_it_was_granted(client: openai.OpenAI, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=called("sample"), model="m")
    provider.reply("A thought.", model="gpt-4o-mini")
    provider.reply("Thought of.", model="m")
    answer = client.chat.completions.create(
        model="test/m",
        messages=[{"role": "user", "content": "Think."}],
        extra_body={"switchgear": {"tools": ["desk"], "messages": True}},
    )
    assert answer.model_extra is not None
    told = answer.model_extra["switchgear"]["messages"][-1]["content"]
    assert json.loads(told)["content"] == {"type": "text", "text": "A thought."}


def test_a_key_without_tools_is_offered_none(gateway: served) -> None:
    with client_of(gateway) as http:
        made = http.post("/api/keys", json={"name": "no tools", "tools": []})
        assert made.status_code == 201, made.text
        body = {
            "model": "test/m",
            "messages": [{"role": "user", "content": "Hi."}],
            "switchgear": {"tools": ["desk"]},
        }
        headers = {"authorization": f"Bearer {made.json()['key']}"}
        answer = http.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 400
    assert "no tool here matches" in answer.json()["error"]["message"]


def test_why_tells_of_the_tools_and_of_every_step(gateway: served, provider: ScriptedProvider) -> None:
    provider.reply(tool_calls=called("add", {"a": 2, "b": 3}))
    provider.reply("It is 5.")
    body = {
        "model": "priced/gpt-4o-mini",
        "messages": [{"role": "user", "content": "2 + 3?"}],
        "switchgear": {"tools": ["desk"]},
    }
    with client_of(gateway) as http:
        answer = http.post("/v1/chat/completions", json=body)
        request_id = answer.headers["x-request-id"]
        (made,) = http.get("/api/tool-calls", params={"parent": request_id}).json()["data"]
    assert (made["plugin"], made["tool"], made["step"], made["outcome"]) == ("desk", "add", 1, "ok")
    command = [sys.executable, "-m", "switchgear", "why", request_id, "--data-dir", str(gateway.data_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(r"tools +1[0-9] offered", done.stdout)
    assert re.search(r"tool desk__add +answered after", done.stdout)
    assert re.search(rf"step 2 +{request_id}\.2: \d+ tokens, cost < \$", done.stdout)


MESSAGES = """
import json, sys, anthropic
url, key = sys.argv[1:]
client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)
asked = dict(
    model="test/m", max_tokens=50, messages=[{"role": "user", "content": "2 + 3?"}], betas=["mcp-client-2025-11-20"],
    mcp_servers=[{"type": "url", "url": url + "/mcp/desk", "name": "desk"}],
    tools=[{"type": "mcp_toolset", "mcp_server_name": "desk"}],
)
whole = client.beta.messages.create(**asked)
with client.beta.messages.stream(**asked) as stream:
    streamed = stream.get_final_message()
for answer in (whole, streamed):
    print(json.dumps([[type(one).__name__.removeprefix("Parsed"), getattr(one, "input", None)] for one in answer.content]))
"""


def test_anthropics_own_client_reads_the_messages(
    gateway: served, provider: ScriptedProvider, clients: Environment
) -> None:
    for _ in range(2):
        provider.reply("Let me see.", tool_calls=called("add", {"a": 2, "b": 3}))
        provider.reply("It is 5.")
    done = subprocess.run(
        [str(clients.python), "-c", MESSAGES, gateway.url, gateway.key],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.defpath, "NO_PROXY": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        assert json.loads(line) == [
            ["BetaTextBlock", None],
            ["BetaMCPToolUseBlock", {"a": 2, "b": 3}],
            ["BetaMCPToolResultBlock", None],
            ["BetaTextBlock", None],
        ]
