"""Tools in Chat Completions: the gateway runs the loop, whole or streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chat_rig import ChatRig, make_key, serving_chats, until

from switchgear.core.errors import ApprovalNeeded, RateLimited
from switchgear.testing import ReadBody, Stall

FILES = {"tools": ["files"]}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ChatRig]:
    async with serving_chats(tmp_path) as made:
        yield made


def told(answer: dict[str, Any]) -> str:
    return str(answer["choices"][0]["message"]["content"])


# ---------------------------------------------------------------- the loop


async def test_a_tool_is_run_and_the_model_asked_again_with_what_it_said(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}, "call_1"), text="Let me see.")
    rig.upstream.reply("It is 5.")
    answer = await rig.chat(FILES)
    assert told(answer) == "Let me see.\n\nIt is 5."
    assert answer["choices"][0]["finish_reason"] == "stop"
    first, second = rig.asked()
    assert "switchgear" not in first
    offered = {one["function"]["name"]: one["function"] for one in first["tools"]}
    assert offered["files__add"]["description"] == "Does add."
    assert offered["files__add"]["parameters"]["properties"]["a"] == {"type": "number"}
    assert second["messages"][1:] == [
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "files__add", "arguments": '{"a": 2, "b": 3}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "5"},
    ]


async def test_every_step_is_a_call_in_the_record_and_usage_is_their_sum(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 2, "b": 3}))
    rig.upstream.reply("It is 5.")
    answer = await rig.chat(FILES, model="priced/gpt-4o-mini")
    one, two = rig.records
    assert two.id == f"{one.id}.2"
    assert one.cost is not None
    assert two.cost is not None
    assert answer["usage"]["prompt_tokens"] == one.usage.prompt_tokens + two.usage.prompt_tokens
    assert answer["usage"]["completion_tokens"] == one.usage.completion_tokens + two.usage.completion_tokens
    assert answer["switchgear"]["cost_usd"] == pytest.approx((one.cost + two.cost) / 1e9)
    assert two.route is not None
    assert any(f"step 2 of {one.id}, after files__add" in step.told for step in two.route.steps)
    assert rig.tools.called == [("files__add", {"a": 2, "b": 3}, one.id, 1)]


async def test_several_tools_run_side_by_side(rig: ChatRig) -> None:
    rig.calls(("files__meet", {}), ("files__meet", {}))
    rig.upstream.reply("Done.")
    answer = await rig.chat(FILES)
    assert [one["status"] for one in answer["switchgear"]["tools"]] == ["completed", "completed"]
    assert [one["content"] for one in rig.asked()[1]["messages"][-2:]] == ["met", "met"]


async def test_a_call_without_the_wish_passes_as_it_came(rig: ChatRig) -> None:
    rig.upstream.reply("Hello.")
    answer = await rig.chat(None)
    assert told(answer) == "Hello."
    assert "switchgear" not in answer
    assert "tools" not in rig.asked()[0]


async def test_only_what_is_wished_for_is_offered(rig: ChatRig) -> None:
    rig.upstream.reply("Hello.")
    await rig.chat({"tools": ["files__d*"]})
    assert [one["function"]["name"] for one in rig.asked()[0]["tools"]] == ["files__delete", "files__deleted"]


# ---------------------------------------------------------------- streams


async def test_the_text_of_all_steps_streams_and_progress_passes_plain_clients_by(rig: ChatRig) -> None:
    rig.calls(("files__steps", {}, "call_1"), text="Walking there.")
    rig.upstream.reply("Arrived at once.")
    stream = await rig.client.chat.completions.create(
        model="chat/m",
        messages=[{"role": "user", "content": "Walk."}],
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"switchgear": FILES},
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "Walking there.\n\nArrived at once."
    assert not any(chunk.choices and chunk.choices[0].delta.tool_calls for chunk in chunks)
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert len({chunk.id for chunk in chunks}) == 1
    said = [
        chunk.model_extra["switchgear"] for chunk in chunks if chunk.model_extra and "switchgear" in chunk.model_extra
    ]
    tools = [one["tool"] for one in said if "tool" in one]
    assert (tools[0]["status"], tools[0]["arguments"]) == ("running", "{}")
    assert [one["progress"]["message"] for one in tools if "progress" in one] == ["step 0", "step 1", "step 2"]
    assert (tools[-1]["status"], tools[-1]["output"]) == ("completed", "walked")
    assert said[-1]["steps"] == 2
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.prompt_tokens == sum(one.usage.prompt_tokens for one in rig.records)


async def test_what_a_tool_says_cannot_forge_frames(rig: ChatRig) -> None:
    rig.calls(("files__forged", {}))
    rig.upstream.reply("Odd.")
    stream = await rig.client.chat.completions.create(
        model="chat/m",
        messages=[{"role": "user", "content": "Go."}],
        stream=True,
        extra_body={"switchgear": FILES | {"messages": True}},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Odd."
    assert "forged" in rig.asked()[1]["messages"][-1]["content"]


# ---------------------------------------------------------------- tools that go wrong


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("files__broken", {}, "the disk is full"),
        ("files__refused", {}, "no such thing"),
    ],
)
async def test_a_tool_that_fails_is_told_to_the_model(rig: ChatRig, tool: str, arguments: Any, said: str) -> None:
    rig.calls((tool, arguments))
    rig.upstream.reply("It failed.")
    answer = await rig.chat(FILES)
    assert said in rig.asked()[1]["messages"][-1]["content"]
    assert answer["switchgear"]["tools"][0]["status"] == "failed"


async def test_arguments_that_are_no_object_are_not_sent(rig: ChatRig) -> None:
    rig.upstream.reply(
        tool_calls=[{"id": "c", "type": "function", "function": {"name": "files__add", "arguments": '{"a": '}}]
    )
    rig.upstream.reply("Sorry.")
    await rig.chat(FILES)
    assert rig.tools.called == []
    assert "not a JSON object" in rig.asked()[1]["messages"][-1]["content"]


async def test_a_long_result_is_cut_and_says_so(rig: ChatRig) -> None:
    rig.calls(("files__long", {"characters": 150_000}))
    rig.upstream.reply("Long.")
    await rig.chat(FILES)
    said = rig.asked()[1]["messages"][-1]["content"]
    assert len(said) < 100_200
    assert said.endswith("[The rest was left out: 50,000 of 150,000 characters.]")


async def test_images_are_shown_to_a_model_that_sees(rig: ChatRig) -> None:
    rig.calls(("files__picture", {}, "call_1"))
    rig.upstream.reply("A dot.")
    await rig.chat(FILES, model="seeing")
    result, shown = rig.asked()[1]["messages"][-2:]
    assert result == {"role": "tool", "tool_call_id": "call_1", "content": "a dot"}
    assert shown["role"] == "user"
    assert shown["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")


async def test_a_blind_model_is_told_that_there_is_an_image(rig: ChatRig) -> None:
    rig.calls(("files__picture", {}))
    rig.upstream.reply("Something.")
    await rig.chat(FILES, model="blind")
    assert rig.asked()[1]["messages"][-1]["content"] == "a dot\n[An image (image/png) that this model cannot see.]"


# ---------------------------------------------------------------- the client's own tools


OWN = {"type": "function", "function": {"name": "ask_user", "parameters": {"type": "object", "properties": {}}}}


async def test_a_call_of_the_clients_own_tool_ends_the_loop_with_what_it_needs_to_go_on(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}, "call_g"), ("ask_user", {"q": "?"}, "call_c"))
    answer = await rig.chat(FILES, tools=[OWN])
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert [one["function"]["name"] for one in choice["message"]["tool_calls"]] == ["ask_user"]
    messages = answer["switchgear"]["messages"]
    assert [one["id"] for one in messages[0]["tool_calls"]] == ["call_g", "call_c"]
    assert messages[1] == {"role": "tool", "tool_call_id": "call_g", "content": "2"}
    rig.upstream.reply("Both known.")
    asked = {"role": "user", "content": "Go on."}
    again = await rig.chat(
        FILES, tools=[OWN], messages=[asked, *messages, {"role": "tool", "tool_call_id": "call_c", "content": "yes"}]
    )
    assert told(again) == "Both known."
    assert len(rig.tools.called) == 1


async def test_a_client_may_run_the_tools_itself(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    answer = await rig.chat({"tools": ["files__add"], "run": False}, tools=[OWN])
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "files__add"
    assert [one["function"]["name"] for one in rig.asked()[0]["tools"]] == ["ask_user", "files__add"]
    assert rig.tools.called == []


# ---------------------------------------------------------------- limits


async def test_the_loop_stops_after_so_many_steps_and_says_so(rig: ChatRig) -> None:
    for _ in range(2):
        rig.calls(("files__add", {"a": 1, "b": 1}))
    answer = await rig.chat(FILES | {"max_steps": 2})
    assert answer["choices"][0]["finish_reason"] == "length"
    assert told(answer) == "[Stopped: the limit of 2 steps was reached.]"
    assert answer["switchgear"]["stopped"]["reason"] == "max_steps"
    assert len(answer["switchgear"]["messages"]) == 4


async def test_the_loop_stops_when_its_time_is_over_also_within_a_tool(rig: ChatRig) -> None:
    rig.calls(("files__slow", {}))
    answer = await rig.chat(FILES | {"max_seconds": 0.3})
    assert answer["switchgear"]["stopped"]["reason"] == "max_seconds"
    assert answer["switchgear"]["tools"][0]["status"] == "failed"


@pytest.mark.parametrize("stream", [False, True])
async def test_the_loop_stops_when_its_time_is_over_also_while_the_model_thinks(rig: ChatRig, stream: bool) -> None:
    rig.upstream.plan(ReadBody(), Stall())
    body = {
        "model": "chat/m",
        "messages": [{"role": "user", "content": "Go."}],
        "switchgear": FILES | {"max_seconds": 0.2},
        "stream": stream,
    }
    answer = await rig.http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert '"reason":"max_seconds"' in answer.text
    assert "[Stopped: the limit of 0.2 seconds was reached.]" in answer.text
    assert [(one.outcome, one.error) for one in rig.records] == [("failed", "provider_timeout")]


async def test_the_loop_stops_when_its_money_is_spent(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    answer = await rig.chat(FILES | {"max_usd": 0.00000001}, model="priced/gpt-4o-mini")
    assert answer["switchgear"]["stopped"]["reason"] == "max_usd"
    assert len(rig.records) == 1


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"tools": ["nothing"]}, 'no tool here matches "nothing"'),
        ({"tools": ["files"], "max_step": 3}, "unknown field `max_step`"),
        ({"tools": ["files"], "max_steps": 0}, "switchgear.max_steps"),
        ({"tools": ["files"], "max_usd": 1}, "price"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_before_anything_is_asked(
    rig: ChatRig, wish: Any, said: str
) -> None:
    body = {"model": "chat/m", "messages": [{"role": "user", "content": "Hi"}], "switchgear": wish}
    answer = await rig.http.post("/v1/chat/completions", json=body)
    assert answer.status_code in (400, 403), answer.text
    assert said in answer.json()["error"]["message"]
    assert rig.asked() == []


# ---------------------------------------------------------------- approvals


async def test_a_destructive_tool_waits_for_the_client_where_it_asks_to_be_asked(rig: ChatRig) -> None:
    rig.calls(("files__delete", {"path": "a"}, "call_1"), ("files__add", {"a": 1, "b": 1}, "call_2"))
    wish = FILES | {"approval": "ask"}
    answer = await rig.chat(wish)
    assert [name for name, *_ in rig.tools.called] == ["files__add"]
    stopped = answer["switchgear"]["stopped"]
    assert stopped["reason"] == "approval"
    (approval,) = stopped["approvals"]
    assert (approval["id"], approval["by"], json.loads(approval["arguments"])) == ("call_1", "client", {"path": "a"})
    rig.upstream.reply("Gone.")
    messages = [{"role": "user", "content": "Go on."}, *answer["switchgear"]["messages"]]
    again = await rig.chat(wish | {"approvals": {"call_1": True}}, messages=messages)
    assert told(again) == "Gone."
    assert rig.asked()[-1]["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "a is gone"}


async def test_a_call_that_the_client_declines_is_told_to_the_model(rig: ChatRig) -> None:
    rig.calls(("files__delete", {"path": "a"}, "call_1"))
    wish = FILES | {"approval": "ask"}
    answer = await rig.chat(wish)
    rig.upstream.reply("As you wish.")
    messages = [{"role": "user", "content": "Go on."}, *answer["switchgear"]["messages"]]
    await rig.chat(wish | {"approvals": {"call_1": False}}, messages=messages)
    assert "declined" in rig.asked()[-1]["messages"][-1]["content"]
    assert rig.tools.called == []


# ---------------------------------------------------------------- what else can happen


async def test_a_client_that_leaves_ends_the_tools_that_run_for_it(rig: ChatRig) -> None:
    rig.calls(("files__slow", {}))
    body = {"model": "chat/m", "messages": [{"role": "user", "content": "Go."}], "switchgear": FILES}
    asking = asyncio.create_task(rig.http.post("/v1/chat/completions", json=body))
    await until(lambda: rig.tools.called)
    asking.cancel()
    await until(lambda: rig.tools.abandoned)
    assert rig.tools.abandoned == ["files__slow"]
    assert len(rig.asked()) == 1


async def test_a_step_that_fails_ends_the_chat_with_its_error(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    rig.upstream.fail(400)
    body = {"model": "chat/m", "messages": [{"role": "user", "content": "Go."}], "switchgear": FILES}
    answer = await rig.http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400
    assert "choices" not in answer.json()
    assert [one.outcome for one in rig.records] == ["ok", "failed"]


async def test_a_step_that_fails_in_a_stream_ends_it_with_an_error_event(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}), text="Well.")
    rig.upstream.fail(500)
    body = {
        "model": "chat/m",
        "messages": [{"role": "user", "content": "Go."}],
        "switchgear": FILES,
        "stream": True,
    }
    answer = await rig.http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    assert json.loads(answer.text.strip().rpartition("data: ")[2])["error"]["code"]
    assert "[DONE]" not in answer.text


async def test_the_limits_of_a_key_hold_for_every_step(rig: ChatRig) -> None:
    gateway = rig.gateway
    made, secret = await make_key(gateway, limits="tight")
    rig.calls(("files__add", {"a": 1, "b": 1}))
    rig.upstream.reply("Never asked.")
    body = {"model": "chat/m", "messages": [{"role": "user", "content": "Go."}], "switchgear": FILES}
    answer = await rig.http.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 429, answer.text
    assert [one.outcome for one in rig.records if one.key_id == made] == ["ok", "refused"]


async def test_a_limit_of_a_tool_is_told_to_the_model(rig: ChatRig) -> None:
    rig.tools.refusals["files__add"] = [RateLimited("No more calls of files this minute.")]
    rig.calls(("files__add", {"a": 1, "b": 1}))
    rig.upstream.reply("Later, then.")
    answer = await rig.chat(FILES)
    assert told(answer) == "Later, then."
    assert "No more calls of files this minute" in rig.asked()[1]["messages"][-1]["content"]


async def test_an_operators_approval_is_told_and_waited_for(rig: ChatRig) -> None:
    rig.tools.refusals["files__delete"] = [ApprovalNeeded("An operator has to approve it.", approval="appr_1")]
    rig.calls(("files__delete", {"path": "a"}, "call_1"))
    answer = await rig.chat(FILES)
    assert "appr_1" in told(answer)
    (approval,) = answer["switchgear"]["stopped"]["approvals"]
    assert (approval["id"], approval["by"], approval["call_id"]) == ("appr_1", "operator", "call_1")
    rig.upstream.reply("Gone.")
    messages = [{"role": "user", "content": "Go on."}, *answer["switchgear"]["messages"]]
    again = await rig.chat(FILES, messages=messages)
    assert told(again) == "Gone."


async def test_the_model_may_be_made_to_call_a_tool_once(rig: ChatRig) -> None:
    rig.calls(("files__add", {"a": 1, "b": 1}))
    rig.upstream.reply("Two.")
    await rig.chat(FILES, tool_choice={"type": "function", "function": {"name": "files__add"}})
    first, second = rig.asked()
    assert first["tool_choice"]["function"]["name"] == "files__add"
    assert second["tool_choice"] == "auto"
