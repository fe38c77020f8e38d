"""A gateway with a model that costs a dollar for a thousand tokens, and an admin who makes keys with limits of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from observed import HI

from switchgear.testing import ScriptedProvider, served
from valkey_server import Valkey, valkey_server

CONFIG = """
[local]
enabled = false

[retry]
attempts = 1

[health]
errors = 10000
calls = 1000000

[store]
durability = "strict"

[state]
url = "{state}"
timeout = 5

[providers.test]
base_url = "{url}"
models = ["alpha", "other"]

# A dollar for a thousand tokens, of prompt and answer alike.
[models.priced]
deployments = [{{ provider = "test", model = "alpha", price = {{ input = 1000, output = 1000 }} }}]

[models.free]
deployments = [{{ provider = "test", model = "other" }}]

[limits.tiny]
rpm = 3

[models.rare]
deployments = [{{ provider = "test", model = "other" }}]
limits = "tiny"
"""


def used(prompt: int, answer: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


@dataclass
class Rig:
    """A gateway, the provider behind it, and an admin who makes keys with limits of their own."""

    gateway: served
    provider: ScriptedProvider
    admin: httpx.Client
    valkey: Valkey | None = None
    keys: list[dict[str, Any]] = field(default_factory=list)

    def limits(self, **settings: Any) -> str:
        name = f"l{uuid4().hex[:12]}"
        self._sent("PUT", f"/api/limits/{name}", settings)
        return name

    def key(self, *, team: str = "", user: str = "", **settings: Any) -> dict[str, Any]:
        """A key with ``settings`` as its limits."""
        limits = self.limits(**settings) if settings else ""
        name = f"k{uuid4().hex[:12]}"
        fields = {"name": name, "team": team, "user": user, "limits": limits}
        return self._sent("POST", "/api/keys", fields)

    def team(self, **settings: Any) -> str:
        name = f"t{uuid4().hex[:12]}"
        self._sent("PUT", f"/api/teams/{name}", {"limits": self.limits(**settings)})
        return name

    def standing(self, key: dict[str, Any]) -> dict[str, str]:
        """How much is used: ``{"key rpm": "3"}``."""
        answer = self.admin.get("/api/limits/standing", params={"key": key["id"]})
        assert answer.status_code == 200, answer.text
        return {f"{one['of']} {use['what']}": use["used"] for one in answer.json()["data"] for use in one["uses"]}

    def ask(self, key: dict[str, Any], model: str = "priced", **fields: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {key['key']}"}
        body = {"model": model, "messages": HI} | fields
        return self.admin.post("/v1/chat/completions", json=body, headers=headers)

    def _sent(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.admin.request(method, path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.json())


@contextmanager
def limited(state: str, more: str = "") -> Iterator[Rig]:
    """The rig in process or on a Valkey of its own, as ``state`` says; ``more`` is further configuration."""
    with ExitStack() as stack:
        provider = stack.enter_context(ScriptedProvider.in_thread())
        valkey = stack.enter_context(valkey_server()) if state == "valkey" else None
        config = CONFIG.format(url=provider.base_url, state=valkey.url if valkey else "memory:") + more
        gateway = stack.enter_context(served(config))
        headers = {"authorization": f"Bearer {gateway.key}"}
        admin = stack.enter_context(httpx.Client(base_url=gateway.url, headers=headers, timeout=20, trust_env=False))
        yield Rig(gateway, provider, admin, valkey)
