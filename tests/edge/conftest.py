"""A whole gateway without a socket of its own, its admin API, and a scripted provider behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from switchgear.app.gateway import Gateway, Options, offline
from switchgear.edge.admin.api import build
from switchgear.observe.logs import LogControl
from switchgear.testing import ScriptedProvider

UPSTREAM_KEY = "sk-upstream-0123456789abcdef"
ORIGIN = "http://localhost:4100"

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[providers.scripted]
base_url = "{url}"
api_key = "env:UPSTREAM_KEY"
models = ["test-model", "text-embedding-test"]

[models.filed]
deployments = [{{ provider = "scripted", model = "test-model" }}]
"""


@dataclass
class Desk:
    """An administrator's desk: ``api`` calls with the admin key, ``as_key`` with another."""

    gateway: Gateway
    app: Any
    api: httpx.AsyncClient
    upstream: ScriptedProvider
    config: Path
    upstream_key: str = UPSTREAM_KEY

    def as_key(self, key: str | None) -> httpx.AsyncClient:
        return _client(self.app, key)

    async def make_key(self, name: str, **fields: Any) -> dict[str, Any]:
        answer = await self.api.post("/api/keys", json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def audited(self) -> list[dict[str, Any]]:
        return (await self.api.get("/api/audit")).json()["data"]


def _client(app: Any, key: str | None) -> httpx.AsyncClient:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with ScriptedProvider(api_key=UPSTREAM_KEY, models=("test-model", "text-embedding-test")) as upstream:
        config = tmp_path / "switchgear.toml"
        config.write_text(CONFIG.format(url=upstream.base_url))
        options = Options(data_dir=tmp_path / "data", config=config, environ={"UPSTREAM_KEY": UPSTREAM_KEY})
        async with offline(options, LogControl()) as gateway:
            app = build(gateway)
            assert gateway.first_key is not None
            async with _client(app, gateway.first_key.reveal()) as api:
                yield Desk(gateway, app, api, upstream, config)
