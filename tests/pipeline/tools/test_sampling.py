"""Plugins that ask models while a tool of theirs is called, through a real server over stdio."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from chat_rig import ChatRig, serving_chats

from switchgear.core.periods import period
from switchgear.pipeline.tools.sampling import METHOD, Purse, Sampling, endpoint_of
from switchgear.plugins.installed import Installed
from switchgear.plugins.mcp.asking import Asked, Declined
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.permissions import Sampling as Granted
from switchgear.state.counters import epoch_ms

GRANTED = Granted(("priced/*",), 1.0)


class Rig:
    """The rig of chats, with a plugin that was granted something."""

    def __init__(self, chats: ChatRig) -> None:
        self.chats = chats
        self.granted: Granted | None = GRANTED
        self.spent = 0
        gateway = chats.gateway
        self.purse = Purse(gateway.state.counters, self._spent)
        self.handler = Sampling(gateway.calls, self._installed, gateway.directory, self.purse)
        chats.requests[METHOD] = self.handler

    async def _spent(self, endpoint: str, since: int) -> int:
        assert endpoint == "sampling/files"
        assert since == period("month", epoch_ms()).since
        return self.spent

    def _installed(self, name: str) -> Installed:
        assert name == "files"
        return Installed(
            name, "1", "bundle", "", "enabled", Path(), Path(), permissions=Permissions(sampling=self.granted)
        )

    async def ask(self, **params: Any) -> Any:
        """What the server was answered, by way of its tool in a chat."""
        chats = self.chats
        chats.upstream._script.clear()
        chats.calls(("files__sample", params))
        before = len(chats.asked())
        chats.upstream.reply("A thought.", model="gpt-4o-mini")
        chats.upstream.reply("Done.", model="m")
        await chats.chat({"tools": ["files"]})
        told = chats.asked()[-1]["messages"][-1]["content"]
        self.asked = [one for one in chats.asked()[before:] if one["model"] == "gpt-4o-mini"]
        return json.loads(told)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with serving_chats(tmp_path) as chats:
        yield Rig(chats)


async def test_a_model_answers_a_plugin_for_the_key_whose_call_it_works_on(rig: Rig) -> None:
    answer = await rig.ask(systemPrompt="Be brief.", temperature=0.5, stopSequences=["x"])
    assert answer == {
        "role": "assistant",
        "content": {"type": "text", "text": "A thought."},
        "model": "priced/gpt-4o-mini",
        "stopReason": "endTurn",
    }
    (asked,) = rig.asked
    assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    assert asked["messages"][1]["content"] == [{"type": "text", "text": "Think."}]
    assert (asked["max_tokens"], asked["temperature"], asked["stop"]) == (50, 0.5, ["x"])
    record = next(one for one in rig.chats.records if one.endpoint == "sampling/files")
    assert record.key_id == rig.chats.records[0].key_id
    assert record.cost
    assert record.route is not None
    assert any(step.told == "asked by plugin files" for step in record.route.steps)


async def test_a_plugin_that_was_granted_nothing_is_refused_in_words(rig: Rig) -> None:
    rig.granted = None
    answer = await rig.ask()
    assert answer["code"] == -1
    assert "not granted" in answer["message"]
    assert rig.asked == []


async def test_only_models_that_are_granted_are_asked_whatever_the_server_hints(rig: Rig) -> None:
    rig.granted = Granted(("other/*",), 1.0)
    answer = await rig.ask(modelPreferences={"hints": [{"name": "gpt-4o-mini"}]})
    assert "none can be asked" in answer["message"]
    assert rig.asked == []


async def test_a_model_whose_price_is_not_known_is_not_asked(rig: Rig) -> None:
    rig.granted = Granted(("chat/m",), 1.0)
    assert "no price is known" in (await rig.ask())["message"]


async def test_the_budget_holds_and_knows_what_was_spent_before_a_restart(rig: Rig) -> None:
    rig.spent = 999_999_900
    answer = await rig.ask()
    assert "$1.00 a month are left" in answer["message"]
    assert rig.asked == []


async def test_what_a_call_did_not_cost_is_given_back(rig: Rig) -> None:
    rig.granted = Granted(("priced/*",), 0.00005)  # room for one such call at its dearest
    for _ in range(2):
        assert (await rig.ask())["content"]["text"] == "A thought."


async def test_a_server_that_asks_beside_every_call_is_refused(rig: Rig) -> None:
    params = msgspec.Raw(b'{"messages":[{"role":"user","content":{"type":"text","text":"?"}}],"maxTokens":5}')
    with pytest.raises(Declined, match="during a call"):
        await rig.handler(Asked(METHOD, params, plugin="files"))


async def test_tools_and_their_results_pass_both_ways(rig: Rig) -> None:
    messages = [
        {"role": "user", "content": {"type": "text", "text": "Weather?"}},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "look", "input": {"at": "Oslo"}}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "toolUseId": "c1", "content": [{"type": "text", "text": "Rain"}]}],
        },
    ]
    chats = rig.chats
    chats.calls(
        ("files__sample", {"messages": messages, "tools": [{"name": "look", "inputSchema": {"type": "object"}}]})
    )
    chats.upstream.reply(
        model="gpt-4o-mini",
        tool_calls=[{"id": "c2", "type": "function", "function": {"name": "look", "arguments": '{"at":"Rome"}'}}],
    )
    chats.upstream.reply("Done.", model="m")
    await chats.chat({"tools": ["files"]})
    answer = json.loads(chats.asked()[-1]["messages"][-1]["content"])
    assert answer["content"] == [{"type": "tool_use", "id": "c2", "name": "look", "input": {"at": "Rome"}}]
    assert answer["stopReason"] == "toolUse"
    asked = next(one for one in chats.asked() if one["model"] == "gpt-4o-mini")
    assert [one["role"] for one in asked["messages"]] == ["user", "assistant", "tool"]
    assert asked["messages"][2] == {"role": "tool", "tool_call_id": "c1", "content": "Rain"}


@pytest.mark.parametrize(
    "params",
    [
        {"maxTokens": 0},
        {"messages": []},
        {"messages": [{"role": "system", "content": {"type": "text"}}]},
        {"messages": 5},
    ],
)
async def test_params_that_make_no_sense_are_refused(rig: Rig, params: dict[str, Any]) -> None:
    assert (await rig.ask(**params))["code"] == -32602


def test_the_calls_of_a_plugin_are_found_in_the_books_by_its_name() -> None:
    assert endpoint_of("files") == "sampling/files"
