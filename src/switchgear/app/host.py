"""All workers of a host as one: whichever of them is asked answers for all."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from switchgear.app.crew import Crew
from switchgear.app.orders import Told
from switchgear.cache.counts import CacheFacts
from switchgear.core.errors import ConfigInvalid, StoreUnavailable, SwitchgearError
from switchgear.edge.admin.services import WorkerFacts
from switchgear.edge.health import Readiness

if TYPE_CHECKING:
    from switchgear.app.gateway import Gateway

_STORE_SECONDS = 1.0
_encode = msgspec.json.Encoder().encode


class Host:
    """What probes, scrapers and administrators are told. ``answer`` is what other workers ask this one."""

    def __init__(self, gateway: Gateway, crew: Crew) -> None:
        self._gateway = gateway
        self._crew = crew
        self._answers: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "health": self._health,
            "metrics": self._metrics,
            "status": self._status,
            "cache": self._cache,
            "flush": self._flush,
            "log": self._log,
            "catalogue": self._catalogue,
            "reload.check": self._check,
            "reload.apply": self._apply,
        }

    async def answer(self, kind: str, body: bytes) -> bytes:
        """The answer to another process of this host; nothing for what needs none."""
        work = self._answers.get(kind)
        return await work(body) if work is not None else b""

    # ------------------------------------------------------------ for all workers

    async def readiness(self) -> Readiness:
        """Whether calls can be served here, by whichever worker, and what of it is not ready."""
        own = await self._own_readiness()
        rows = await self._crew.others("health")
        parts = dict(own.parts)
        ready = own.ready
        for row in rows:
            there = own if row.number == self._crew.number else _readiness_of(row)
            ready = ready or there.ready
            state, reason = row.state, row.reason
            if state == "ready" and not there.ready:
                wrong = (
                    f"{name}: {part['reason'] or part['state']}"
                    for name, part in there.parts.items()
                    if _not_ready(part)
                )
                state, reason = there.status, "; ".join(wrong)
            parts[f"worker {row.number}"] = {"state": state, "reason": reason}
        return Readiness(ready, parts, own.draining)

    async def render_metrics(self, accept: str) -> tuple[bytes, str]:
        """The answer to a scrape: of all workers, and of those before them."""
        metrics = self._gateway.metrics
        if not self._crew.number:
            return await asyncio.to_thread(metrics.render, accept)
        own = await asyncio.to_thread(metrics.counted)
        rows = await self._crew.others("metrics", own)
        counted = [(row.number, row.body) for row in rows if row.number != self._crew.number and row.body]
        states = [(row.number, row.state == "ready", row.restarts) for row in rows]
        return await asyncio.to_thread(metrics.render_all, accept, [(self._crew.number, own), *counted], states)

    async def workers(self) -> list[WorkerFacts]:
        """How each worker is."""
        own = self._own_facts()
        rows = await self._crew.others("status")
        if not rows:
            return [own]
        found = []
        for row in rows:
            facts = own if row.number == self._crew.number else _facts_of(row)
            found.append(
                msgspec.structs.replace(facts, state=row.state, reason=row.reason, restarts=row.restarts, pid=row.pid)
            )
        return found

    async def cache(self) -> CacheFacts:
        """What all workers keep of answers, and how often that answered."""
        facts = self._gateway.caching.facts()
        for row in await self._crew.others("cache"):
            if row.number != self._crew.number and row.body:
                facts += msgspec.json.decode(row.body, type=CacheFacts)
        return facts

    async def flush(self) -> None:
        """Let records that are on their way arrive in the store first, unless it has trouble taking them."""
        await asyncio.gather(self._flush(b""), self._crew.others("flush"))

    async def set_log_level(self, level: str) -> None:
        """Log from ``level`` on. Raises RequestError."""
        await self._log(level.encode())
        await self._crew.others("log", level.encode())

    async def catalogue_changed(self) -> None:
        """Another catalogue is kept in the data folder."""
        await self._crew.others("catalogue")

    # ------------------------------------------------------------ of this one

    async def _own_readiness(self) -> Readiness:
        gateway = self._gateway
        parts = {"store": {"state": "ready", "reason": ""}}
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await gateway.store.revision()
        except StoreUnavailable as error:
            parts["store"] = {"state": "unavailable", "reason": error.message}
        except TimeoutError:
            parts["store"] = {"state": "unavailable", "reason": "The database does not answer."}
        health = gateway.store.writer.health
        kept = f"{health.spooled} records on disk ({health.spool_bytes} bytes)" if health.spool_bytes else ""
        reason = "; ".join(part for part in (health.reason.rstrip("."), kept) if part)
        parts["usage"] = {"state": "ready" if health.state == "ok" else health.state, "reason": reason}
        states = gateway.embedded.states() if gateway.embedded is not None else {}
        parts.update({name: {"state": state["state"], "reason": state["reason"]} for name, state in states.items()})
        others = bool(gateway.runtime.built)
        serving = others or not states or any(state["state"] == "ready" for state in states.values())
        strict = gateway.settings.store.durability == "strict"
        ready = serving and not (strict and health.state == "degraded") and not gateway.draining
        if gateway.state.shared:
            shared = gateway.state.health
            parts["state"] = {"state": "ready" if shared.state == "ok" else shared.state, "reason": shared.reason}
            ready = ready and (shared.state == "ok" or gateway.settings.state.on_loss == "local")
        return Readiness(ready, parts, gateway.draining)

    def _own_facts(self) -> WorkerFacts:
        gateway = self._gateway
        health = gateway.store.writer.health
        return WorkerFacts(
            number=self._crew.number or 1,
            pid=os.getpid(),
            state="draining" if gateway.draining else "ready",
            reason="",
            restarts=0,
            started_at=gateway.started_at,
            calls_in_flight=gateway.calls.in_flight,
            memory_bytes=psutil.Process().memory_info().rss,
            usage_pending=health.pending,
            usage_lost=health.lost,
            usage_spooled=health.spooled,
            usage_spool_bytes=health.spool_bytes,
        )

    # ------------------------------------------------------------ what others ask

    async def _health(self, _: bytes) -> bytes:
        return _encode(await self._own_readiness())

    async def _metrics(self, _: bytes) -> bytes:
        return await asyncio.to_thread(self._gateway.metrics.counted)

    async def _status(self, _: bytes) -> bytes:
        return _encode(self._own_facts())

    async def _cache(self, _: bytes) -> bytes:
        return _encode(self._gateway.caching.facts())

    async def _flush(self, _: bytes) -> bytes:
        writer = self._gateway.store.writer
        if writer.health.state == "ok":
            with suppress(StoreUnavailable):
                await writer.flush()
            await self._gateway.store.tool_writer.committed(1.0)
        return b""

    async def _log(self, level: bytes) -> bytes:
        self._gateway.log_control.level = level.decode()  # type: ignore[assignment]  # it refuses what is no level
        return b""

    async def _catalogue(self, _: bytes) -> bytes:
        await self._gateway.read_catalogue()
        return b""

    async def _check(self, body: bytes) -> bytes:
        """Whether the configuration can be taken: ``body`` is its text in JSON, or nothing, and it is read from the disk."""
        try:
            text = await self._gateway.check(json.loads(body)) if body else await self._gateway.check_file()
        except SwitchgearError as error:
            return json.dumps(_told_of(error)).encode()
        return json.dumps({"text": text}).encode()

    async def _apply(self, body: bytes) -> bytes:
        try:
            return _encode({"report": await self._gateway.take(json.loads(body))})
        except SwitchgearError as error:
            return json.dumps(_told_of(error)).encode()


def _not_ready(part: dict[str, str]) -> bool:
    return part["state"] in ("unavailable", "degraded", "failed")


def _readiness_of(row: Told) -> Readiness:
    return msgspec.json.decode(row.body, type=Readiness) if row.body else Readiness(ready=False, parts={})


def _facts_of(row: Told) -> WorkerFacts:
    if row.body:
        return msgspec.json.decode(row.body, type=WorkerFacts)
    return WorkerFacts(row.number, row.pid, row.state, row.reason, row.restarts, row.since, 0, 0, 0, 0, 0, 0)


def _told_of(error: SwitchgearError) -> dict[str, Any]:
    """An error as the supervisor takes it: ``lines`` for its log, ``problems`` for whoever asked."""
    problems = error.problems if isinstance(error, ConfigInvalid) else ()
    lines = []
    for problem in problems:
        line = f":{problem.line}" if problem.line else ""
        lines.append(f"{problem.file}{line}: {problem.message} {problem.suggestion}".rstrip())
    kind = "invalid" if isinstance(error, ConfigInvalid) else "failed"
    return {
        kind: error.message,
        "lines": lines or [error.message],
        "problems": [asdict(problem) for problem in problems],
    }
