"""The stages around the cache, with a real provider object and a scripted upstream, on a clock that a test moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec

from switchgear.access.keys import Keyring, hash_secret
from switchgear.access.roles import CALL
from switchgear.cache.exact import Answers
from switchgear.cache.wish import OFF, wish_of
from switchgear.config.cache import CacheSettings
from switchgear.core.caching import CachePolicy
from switchgear.core.calls import CallRecord
from switchgear.core.errors import SwitchgearError
from switchgear.core.secrets import Secret
from switchgear.dialects.body import fields_of
from switchgear.events.bus import EventBus
from switchgear.observe.logs import LogControl
from switchgear.pipeline.attempt import Attempts
from switchgear.pipeline.cached import CachedCalls
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.prepare import Preparation
from switchgear.pipeline.record import Recorder
from switchgear.pipeline.shapes import shapes_for
from switchgear.pipeline.stages import Stages
from switchgear.providers.base import Operation
from switchgear.providers.catalogue import Catalog
from switchgear.providers.openai import OpenAIProvider
from switchgear.providers.transport import OriginSettings
from switchgear.routing.directory import Directory, Model
from switchgear.routing.router import Router
from switchgear.routing.rules import RouteRules
from switchgear.state.base import State
from switchgear.state.memory import MemoryState
from switchgear.store.keys import Key, KeySecret
from switchgear.testing import FaultUpstream

PEPPER = b"p" * 32
IDENTITY = b"i" * 24


class NoImages:
    """Stands where calls without images do not look."""

    async def prepare(self, call: Any, deployment: Any) -> bool:
        raise AssertionError("there are none")


class Written:
    """A reply that keeps what it was told."""

    def __init__(self) -> None:
        self.text = b""
        self.begun = False
        self.done = False
        self.pressure: Callable[[bool], None] | None = None
        self.moved = asyncio.Event()

    def whole(self, call: ModelCall, body: bytes) -> None:
        self.end(body)

    def begin(self, call: ModelCall) -> None:
        self.begun = True

    def write(self, events: bytes) -> None:
        self.text += events
        self.moved.set()

    def end(self, events: bytes) -> None:
        self.write(events)
        self.done = True

    def listen(self, pressure: Callable[[bool], None] | None) -> None:
        self.pressure = pressure

    async def until(self, some: bytes) -> None:
        """Wait until ``some`` was written."""
        async with asyncio.timeout(10):
            while some not in self.text:
                self.moved.clear()
                await self.moved.wait()


class Made:
    """One call, made: what came of it."""

    def __init__(self, call: ModelCall, reply: Written) -> None:
        self.call, self.reply = call, reply
        self.error: SwitchgearError | None = None

    @property
    def cache(self) -> str:
        return self.call.cache

    @property
    def text(self) -> bytes:
        return self.reply.text


class Rig:
    """``now`` is the cache's time. ``policy`` may be changed between calls."""

    def __init__(self, upstream: FaultUpstream, state: State | None = None, **settings: Any) -> None:
        self.upstream = upstream
        self.now = 1000.0
        self.records: list[CallRecord] = []
        bus = EventBus()
        bus.subscribe(CallRecord, self.records.append)
        self.provider = OpenAIProvider(OriginSettings("test", upstream.base_url), Secret("4f9a8b7c6d5e4f9a8b7c6d5e"))
        directory = Directory({"test": self.provider}, Catalog.load(), {"test": []}, {"test": "openai"})
        self.model = Model("fast", (directory.deployment(self.provider, "gpt-4o-mini"),), rules=RouteRules(attempts=1))
        directory.define(self.model)
        self.directory = directory
        self.policy = CachePolicy(IDENTITY, ttl=60.0)
        recorder = Recorder(bus)
        logs = LogControl()
        self.answers = Answers(CacheSettings(**settings), state or MemoryState(), lambda: self.now)
        self.cached = CachedCalls(self.answers, recorder)
        attempts = Attempts(Preparation(NoImages(), shapes_for), recorder, logs)
        keyring = Keyring(PEPPER)
        keyring.load([_key("ann", ""), _key("bob", ""), _key("tim", "search"), _key("tom", "search")])
        self.random = 0.0
        routes = Router(random=lambda: self.random), attempts
        self.calls = ModelCalls(keyring, lambda: directory, recorder, logs, routes, Stages(cache=self.cached))

    @property
    def policy(self) -> CachePolicy | None:
        return self.model.cache

    @policy.setter
    def policy(self, policy: CachePolicy | None) -> None:
        self.model.cache = policy

    def asked(self) -> int:
        """How often the provider was asked."""
        return len(self.upstream.requests)

    def begin(
        self, key: str = "ann", *, control: str = "", own: str = "", operation: Operation = Operation.CHAT
    ) -> ModelCall:
        call = self.calls.begin(operation)
        self.calls.authenticate(call, key.encode())
        call.wish = OFF if own == "off" else wish_of(control.encode())
        return call

    async def run(self, made: Made, request: ModelRequest) -> Made:
        await self.calls.run(made.call, request, made.reply)
        return made

    async def ask(self, text: str = "hi", *, key: str = "ann", control: str = "", own: str = "", **fields: Any) -> Made:
        """One call to its end. Raises SwitchgearError."""
        made = Made(self.begin(key, control=control, own=own), Written())
        return await self.run(made, request(text, **fields))

    def start(
        self, text: str = "hi", *, key: str = "ann", patience: float | None = None, **fields: Any
    ) -> tuple[Made, asyncio.Task[Made]]:
        """One call, under way."""
        made = Made(self.begin(key), Written())
        made.call.patience = patience
        return made, asyncio.create_task(self.run(made, request(text, **fields)))


def _key(name: str, team: str) -> Key:
    held = KeySecret(hash_secret(PEPPER, name.encode()), "", 0)
    return Key(f"key_{name}", name, ("*",), (CALL,), 0, None, None, "test", (held,), team=team)


def request(text: str = "hi", *, stream: bool = False, **fields: Any) -> ModelRequest:
    messages = [{"role": "user", "content": text}]
    body = json.dumps(
        {"model": "fast", "messages": messages, **({"stream": True} if stream else {}), **fields}
    ).encode()
    raw: dict[str, msgspec.Raw] = fields_of(body)
    usage = (fields.get("stream_options") or {}).get("include_usage", False)
    return ModelRequest("fast", stream, raw, usage, 40, body)
