"""Whatever a client sends, it is answered in the protocol, and nothing of the gateway's breaks."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx
import pytest
from mcp_rig import GreetedClient, ModernClient, Rig, conformant, fixture, serving

from switchgear.plugins.permissions import PluginLimits

METHODS = (
    "tools/list", "tools/call", "prompts/get", "resources/read", "resources/templates/list", "completion/complete", "server/discover",
    "tasks/get", "tasks/update", "tasks/cancel", "tasks/list", "initialize", "ping", "logging/setLevel", "resources/unsubscribe",
    "notifications/cancelled", "x/y", "",
)  # fmt: skip
FIELDS = (
    "name", "uri", "arguments", "ref", "argument", "cursor", "taskId", "level", "protocolVersion", "capabilities", "requestState",
    "inputResponses", "task", "requestId", "_meta",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, 0, -1, 1e300, 2**70, True, "", "x", "old__echo", "all__test_simple_text", "all+test://static-text", "../..", "\0", "\ud7ff", [],
    {}, [1], {"a": {}}, "A" * 5000, {"type": "ref/prompt", "name": "x"}, {"type": "ref/resource", "uri": "all+test://a"},
)  # fmt: skip


class Chance:
    """Makes requests that are nearly right."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def params(self) -> dict[str, Any]:
        found = {name: self.random.choice(VALUES) for name in self.random.sample(FIELDS, self.random.randint(0, 6))}
        if self.random.random() < 0.5:
            found["name"] = self.random.choice(("old__echo", "all__test_simple_text"))
        return found

    def request(self, modern: ModernClient, greeted: GreetedClient) -> tuple[bytes, dict[str, str]]:
        choice, chance = self.random.choice, self.random.random
        method, params = choice(METHODS), self.params()
        if chance() < 0.5:
            meta = params.pop("_meta", None)
            body, headers = modern.request(method, meta if isinstance(meta, dict) else None, **params)
        else:
            number = choice((1, "a", 1.5, None, []))
            body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params if chance() < 0.9 else 1}
            headers = dict(greeted.headers) if chance() < 0.8 else {}
            body = [body, body] if chance() < 0.1 else body
        return self.damaged(json.dumps(body).encode()), {
            name: value
            for name, value in headers.items()
            if isinstance(value, str) and value.isascii() and value.isprintable()
        }

    def damaged(self, body: bytes) -> bytes:
        if self.random.random() < 0.8:
            return body
        data = bytearray(body)
        for _ in range(self.random.randint(1, 4)):
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)


async def send(http: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await http.post("/mcp", content=body, headers={**headers, "content-type": "application/json"})


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_that_is_sent_breaks_anything(seed: int) -> None:
    limits = PluginLimits(calls_per_minute=1_000_000)
    async with serving(limits, old=fixture("2025-11-25"), all=conformant("2026-07-28")) as rig, rig.client() as http:
        await rounds(rig, http, Chance(seed))
        assert (await ModernClient(http).call("old__echo", a=1)).text == {"a": 1}


async def rounds(rig: Rig, http: httpx.AsyncClient, chance: Chance) -> None:
    modern = ModernClient(http, capabilities={"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}})
    greeted = GreetedClient(http)
    await greeted.greet(capabilities={"elicitation": {}})
    for _ in range(400):
        body, headers = chance.request(modern, greeted)
        answer = await send(http, body, headers)
        assert answer.status_code < 500, body
        assert b"-32603" not in answer.content, body
    assert rig.calls.in_flight == 0
