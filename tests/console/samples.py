"""Something to see on every page: calls, one that failed, keys, a team, and what stands for the parts of addresses."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from switchgear.testing import served

ROUTES = Path(__file__).resolve().parents[2] / "web" / "src" / "routes.ts"
NOBODY = "nothing-of-this-name"


def routes() -> list[str]:
    """The addresses of all pages, as the console's table of routes has them."""
    return re.findall(r'\bpath: "([^"]+)"', ROUTES.read_text())


async def samples(gateway: served) -> dict[str, str]:
    """Put something behind every page; the part of an address (``/keys/$id``) that shows it, by the address."""
    async with httpx.AsyncClient(
        base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}, timeout=30
    ) as api:
        await api.put("/api/teams/search", json={})
        key = (await api.post("/api/keys", json={"name": "ci"})).json()
        for text in ("Name three rivers", "And three hills"):
            done = await api.post("/v1/chat/completions", json=_asked("fast", text))
        await api.post("/v1/chat/completions", json=_asked("no-such-model", "Hello"))
        await api.put("/api/limits/slow", json={"rpm": 60})
        await api.put("/api/secrets/some-key", json={"value": "sk-upstream-0123456789"})
    call = done.headers["x-request-id"]
    known = {"keys": key["id"], "models": "fast", "providers": "scripted", "calls": call, "limits": "slow"}
    found = {}
    for path in routes():
        first = path[1:].partition("/")[0]
        found[path] = re.sub(r"\$\w+", known.get(first, NOBODY), path)
    return found


def _asked(model: str, text: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}]}
