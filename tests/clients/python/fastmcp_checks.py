"""The ``fastmcp`` package's client at /mcp, in both revisions."""

from __future__ import annotations

import asyncio
from typing import Any

from checking import check, equal, key, root, run
from fastmcp import Client
from fastmcp.exceptions import ToolError

PLUGIN = "fixture"
MODERN = "2026-07-28"


def client(revision: str, path: str = "/mcp", **handlers: Any) -> Client[Any]:
    mode = MODERN if revision == MODERN else "legacy"
    return Client(root() + path, auth=key(), mode=mode, timeout=30, **handlers)


def named(name: str) -> str:
    """The name of something of the plugin, at /mcp."""
    return f"{PLUGIN}__{name}"


@check
async def lists_and_calls(revision: str) -> None:
    async with client(revision) as one:
        assert named("echo") in {tool.name for tool in await one.list_tools()}
        result = await one.call_tool(named("echo"), {"n": 1, "word": "øå"})
    equal(result.structured_content, {"n": 1, "word": "øå"})


@check
async def calls_one_plugin_by_its_own_names(revision: str) -> None:
    async with client(revision, f"/mcp/{PLUGIN}") as one:
        equal((await one.call_tool("greet", {"name": "Ann"})).content[0].text, "Hello, Ann!")


@check
async def hears_of_a_failed_tool(revision: str) -> None:
    async with client(revision) as one:
        try:
            await one.call_tool(named("test_error_handling"), {})
        except ToolError as error:
            assert "intentionally" in str(error), error  # noqa: PT017 - this runs without pytest
        else:
            raise AssertionError("it did not fail")


@check
async def sees_progress_and_is_asked(revision: str) -> None:
    seen: list[float] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        seen.append(progress)

    async def elicited(message: str, _response_type: Any, params: Any, context: Any) -> Any:
        return {"username": "ann", "email": "ann@example.com"}

    async def sampled(messages: Any, params: Any, context: Any) -> str:
        return "Paris"

    async with client(revision, elicitation_handler=elicited, sampling_handler=sampled) as one:
        await one.call_tool(named("test_tool_with_progress"), {}, progress_handler=progressed)
        form = await one.call_tool(named("test_elicitation"), {"message": "Who are you?"})
        answer = await one.call_tool(named("test_sampling"), {"prompt": "The capital of France?"})
    equal(seen, [0, 50, 100])
    assert "ann@example.com" in form.content[0].text, form
    equal(answer.content[0].text, "LLM response: Paris")


@check
async def reads_resources_and_prompts(revision: str) -> None:
    async with client(revision) as one:
        (uri,) = [each.uri for each in await one.list_resources() if each.name == "Static binary"]
        (content,) = await one.read_resource(uri)
        prompt = await one.get_prompt(named("test_prompt_with_image"))
        templates = await one.list_resource_templates()
    assert content.blob, content
    equal([each.content.type for each in prompt.messages], ["image", "text"])
    assert len(templates) == 1, templates


@check
async def calls_from_many_clients_at_once(revision: str) -> None:
    async def one_client(number: int) -> int:
        async with client(revision) as one:
            result = await one.call_tool(named("echo"), {"n": number})
        return result.structured_content["n"]

    equal(await asyncio.gather(*(one_client(number) for number in range(10))), list(range(10)))


run()
