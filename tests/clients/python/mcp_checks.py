"""The ``mcp`` package's client at /mcp, in both revisions: everything that the conformance fixture offers, through the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import mcp_types as types
from checking import check, equal, key, root, run
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

PLUGIN = "fixture"
MODERN = "2026-07-28"


@contextlib.asynccontextmanager
async def connected(revision: str, path: str = "/mcp", **callbacks: Any) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key()}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(root() + path, http_client=http)
        mode = MODERN if revision == MODERN else "legacy"
        async with Client(transport, mode=mode, **callbacks) as client:
            yield client


def named(name: str) -> str:
    """The name of something of the plugin, at /mcp."""
    return f"{PLUGIN}__{name}"


def text_of(result: Any) -> str:
    return result.content[0].text


@check
async def lists_tools(revision: str) -> None:
    async with connected(revision) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert named("echo") in tools, sorted(tools)
    schema = tools[named("json_schema_2020_12_tool")].input_schema
    equal(schema["$defs"]["address"]["$anchor"], "addressDef")


@check
async def calls_a_tool(revision: str) -> None:
    async with connected(revision) as client:
        result = await client.call_tool(named("echo"), {"n": 1, "word": "øå", "deep": {"list": [1, None, True]}})
    equal(result.structured_content, {"n": 1, "word": "øå", "deep": {"list": [1, None, True]}})
    assert not result.is_error


@check
async def calls_one_plugin_by_its_own_names(revision: str) -> None:
    async with connected(revision, f"/mcp/{PLUGIN}") as client:
        assert "echo" in {tool.name for tool in (await client.list_tools()).tools}
        equal((await client.call_tool("echo", {"n": 1})).structured_content, {"n": 1})


@check
async def gets_every_kind_of_content(revision: str) -> None:
    async with connected(revision) as client:
        result = await client.call_tool(named("test_multiple_content_types"), {})
        sound = await client.call_tool(named("test_audio_content"), {})
    equal([each.type for each in result.content], ["text", "image", "resource"])
    equal(sound.content[0].mime_type, "audio/wav")


@check
async def hears_of_a_failed_tool(revision: str) -> None:
    async with connected(revision) as client:
        result = await client.call_tool(named("test_error_handling"), {})
    assert result.is_error


@check
async def hears_of_a_tool_that_is_not_there(revision: str) -> None:
    async with connected(revision) as client:
        try:
            await client.call_tool(named("nothing"), {})
        except MCPError as error:
            assert "nothing" in error.error.message, error  # noqa: PT017 - this runs without pytest
        else:
            raise AssertionError("it was called")


@check
async def calls_many_at_once(revision: str) -> None:
    async with connected(revision) as client:
        calls = [client.call_tool(named("echo"), {"n": n}) for n in range(50)]
        results = await asyncio.gather(*calls)
    equal([result.structured_content["n"] for result in results], list(range(50)))


@check
async def sees_progress(revision: str) -> None:
    seen: list[tuple[float, float | None]] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total))

    async with connected(revision) as client:
        await client.call_tool(named("test_tool_with_progress"), {}, progress_callback=progressed)
    equal(seen, [(0, 100), (50, 100), (100, 100)])


@check
async def is_asked_by_a_tool(revision: str) -> None:
    async def elicited(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        return types.ElicitResult(action="accept", content={"username": "ann", "email": "ann@example.com"})

    async def sampled(context: Any, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
        said = types.TextContent(type="text", text="Paris")
        return types.CreateMessageResult(role="assistant", content=said, model="m")

    async def rooted(context: Any) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri="file:///home/ann")])

    able = {"elicitation_callback": elicited, "sampling_callback": sampled, "list_roots_callback": rooted}
    async with connected(revision, **able) as client:
        form = await client.call_tool(named("test_elicitation"), {"message": "Who are you?"})
        answer = await client.call_tool(named("test_sampling"), {"prompt": "The capital of France?"})
        roots = await client.call_tool(named("test_input_required_result_list_roots"), {})
    assert "ann@example.com" in text_of(form), form
    equal(text_of(answer), "LLM response: Paris")
    assert "file:///home/ann" in text_of(roots), roots


@check
async def reads_resources(revision: str) -> None:
    async with connected(revision) as client:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        (uri,) = [each.uri for each in listed if each.name == "Static text"]
        (content,) = (await client.read_resource(str(uri))).contents
        template = templates[0].uri_template.replace("{id}", "42")
        (data,) = (await client.read_resource(template)).contents
    equal(content.text, "This is the content of the static text resource.")
    assert '"id":"42"' in data.text, data


@check
async def gets_prompts(revision: str) -> None:
    async with connected(revision) as client:
        assert named("test_simple_prompt") in {each.name for each in (await client.list_prompts()).prompts}
        given = {"arg1": "one", "arg2": "two"}
        prompt = await client.get_prompt(named("test_prompt_with_arguments"), given)
        reference = types.PromptReference(type="ref/prompt", name=named("test_prompt_with_arguments"))
        values = (await client.complete(reference, {"name": "arg1", "value": "par"})).completion.values
    assert "arg1='one', arg2='two'" in prompt.messages[0].content.text, prompt
    equal(values, ["paris", "park", "party"])


@check
async def gives_up_a_call(revision: str) -> None:
    async with connected(revision) as client:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.call_tool(named("wait"), {"seconds": 60})
        equal((await client.call_tool(named("echo"), {"n": 1})).structured_content, {"n": 1})


run()
