"""Requests that make no sense, in all three dialects of tools: refused in words or answered, never a defect."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chat_rig import ChatRig, serving_chats

VALUES: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "",
    "x",
    "mcp_call",
    "switchgear:files",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"type": "mcp_call"},
    "é\u0000",
]
CHAT: dict[str, Any] = {
    "model": "chat/m",
    "messages": [
        {"role": "user", "content": "Go."},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "files__add", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "2"},
        {"role": "user", "content": "Go."},
    ],
    "tools": [{"type": "function", "function": {"name": "own", "parameters": {"type": "object"}}}],
    "tool_choice": "auto",
    "switchgear": {"tools": ["files"], "max_steps": 2, "approval": "ask", "approvals": {"c1": True}},
}
RESPONSES: dict[str, Any] = {
    "model": "chat/m",
    "input": [
        {"role": "user", "content": "Go."},
        {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "files", "tools": []},
        {"type": "mcp_call", "id": "mcp_1", "server_label": "files", "name": "add", "arguments": "{}", "output": "2"},
        {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "files", "name": "add", "arguments": "{}"},
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
    ],
    "tools": [
        {"type": "mcp", "server_label": "files", "require_approval": {"never": {"tool_names": ["add"]}}},
        {"type": "function", "name": "own", "parameters": {"type": "object"}},
    ],
    "tool_choice": {"type": "mcp", "server_label": "files"},
    "max_tool_calls": 3,
    "store": False,
}
MESSAGES: dict[str, Any] = {
    "model": "chat/m",
    "max_tokens": 10,
    "messages": [
        {"role": "user", "content": "Go."},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Well."},
                {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "add", "server_name": "mine", "input": {}},
                {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "content": [{"type": "text", "text": "2"}]},
            ],
        },
        {"role": "user", "content": "Go."},
    ],
    "mcp_servers": [{"type": "url", "url": "switchgear:files", "name": "mine"}],
    "tools": [{"type": "mcp_toolset", "mcp_server_name": "mine", "configs": {"add": {"enabled": True}}}],
}
PATHS = {"/v1/chat/completions": CHAT, "/v1/responses": RESPONSES, "/v1/messages": MESSAGES}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ChatRig]:
    async with serving_chats(tmp_path) as made:
        yield made


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [at] if at else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        found += places(one, (*at, name))
    return found


def changed(document: Any, place: tuple[Any, ...], value: Any, *, leave_out: bool) -> Any:
    """A copy with something else at a place, or nothing."""
    copy = json.loads(json.dumps(document))
    inside = copy
    for step in place[:-1]:
        inside = inside[step]
    if leave_out:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return copy


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [False, True])
async def test_no_request_is_a_defect(rig: ChatRig, path: str, stream: bool) -> None:
    chance = random.Random(path)
    document = PATHS[path] | {"stream": stream}
    for place in places(document):
        if place[0] in ("model", "stream"):
            continue
        for value in chance.sample(VALUES, 2):
            body = changed(document, place, value, leave_out=value is None)
            answer = await rig.http.post(path, content=json.dumps(body).encode())
            assert answer.status_code < 500, (place, value, answer.text)
            assert "internal_error" not in answer.text, (place, value, answer.text)
