"""``/api/status``, ``/api/config`` and ``/api/log``: the gateway itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import APIRouter

from switchgear import __version__
from switchgear.core.errors import StoreUnavailable
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.keys import state_of
from switchgear.edge.admin.redaction import shown
from switchgear.edge.admin.schemas import system as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.services import GatewayControl, WorkerFacts

router = APIRouter()


@router.get("/status", tags=["status"], summary="Show the status", operation_id="get_status", responses=problems())
async def get_status(admin: Admin) -> schemas.Status:
    """How the gateway is doing. It answers also while the store does not."""
    gateway = admin.gateway
    keys = 0
    reason = ""
    try:
        keys = sum(state_of(row, admin.now) == "active" for row in await gateway.store.keys.all())
    except StoreUnavailable as error:
        reason = error.message
    directory = gateway.directory()
    workers = await gateway.host.workers()
    return schemas.Status(
        version=__version__,
        url=gateway.url,
        started_at=datetime.fromtimestamp(gateway.started_at, UTC),
        uptime_seconds=round(time.time() - gateway.started_at, 3),
        calls_in_flight=sum(worker.calls_in_flight for worker in workers),
        memory_bytes=sum(worker.memory_bytes for worker in workers),
        keys=keys,
        models=len(directory.aliases),
        providers=len(directory.providers),
        log_level=gateway.log_control.level,
        store=_store(gateway, workers, reason),
        state=_state(gateway),
        embedded=_embedded(gateway),
        workers=[_worker(worker) for worker in workers],
    )


@router.get(
    "/config", tags=["config"], summary="Show the configuration", operation_id="get_config", responses=problems()
)
async def get_config(admin: Admin) -> schemas.Config:
    """The configuration as it runs: the file's values and the defaults, without secrets."""
    return schemas.Config(settings=shown(admin.gateway.settings), sources=dict(admin.gateway.sources))


@router.post(
    "/config/reload",
    tags=["config"],
    summary="Reload the configuration",
    operation_id="reload_config",
    responses=problems(409),
)
async def reload_config(admin: Admin) -> schemas.Reload:
    """Read the configuration file again. A valid file swaps in whole; an invalid one changes nothing (409).

    The problem's `errors` then hold every mistake with its file and line.
    """
    async with admin.changes:
        report = await admin.gateway.reload()
        told = schemas.Reload(
            changed=list(report.changed), needs_restart=list(report.needs_restart), notes=list(report.notes)
        )
        await admin.audited(
            "config.reload", "configuration", {"changed": told.changed, "needs_restart": told.needs_restart}
        )
    return told


@router.get("/log", tags=["log"], summary="Show the log level", operation_id="get_log", responses=problems())
async def get_log(admin: Admin) -> schemas.Log:
    """The lowest level that is logged of every request."""
    return schemas.Log(level=admin.gateway.log_control.level)


@router.put("/log", tags=["log"], summary="Set the log level", operation_id="put_log", responses=problems(body=True))
async def put_log(admin: Admin, body: schemas.LogChange) -> schemas.Log:
    """Log from another level on, at once and until the next start."""
    before = admin.gateway.log_control.level
    await admin.audited("log.level", body.level, {"before": before})
    await admin.gateway.host.set_log_level(body.level)
    return schemas.Log(level=body.level)


def _worker(worker: WorkerFacts) -> schemas.WorkerStatus:
    return schemas.WorkerStatus(
        number=worker.number,
        pid=worker.pid,
        state=worker.state,
        reason=worker.reason,
        restarts=worker.restarts,
        started_at=datetime.fromtimestamp(worker.started_at, UTC),
        calls_in_flight=worker.calls_in_flight,
        memory_bytes=worker.memory_bytes,
    )


def _store(gateway: GatewayControl, workers: Sequence[WorkerFacts], reason: str) -> schemas.StoreStatus:
    health = gateway.store.writer.health
    settings = gateway.settings.store
    return schemas.StoreStatus(
        kind="sqlite" if settings.url.startswith("sqlite:") else "postgresql",  # references are for passwords
        state="unavailable" if reason else "ready",
        reason=reason or health.reason,
        durability=settings.durability,
        usage_pending=sum(worker.usage_pending for worker in workers),
        usage_lost=sum(worker.usage_lost for worker in workers),
        usage_spooled=sum(worker.usage_spooled for worker in workers),
        usage_spool_bytes=sum(worker.usage_spool_bytes for worker in workers),
        usage_state=health.state,
    )


def _state(gateway: GatewayControl) -> schemas.StateStatus:
    state = gateway.state
    return schemas.StateStatus(
        shared=state.shared,
        state=state.health.state,
        reason=state.health.reason,
        since=datetime.fromtimestamp(state.health.since, UTC),
        on_loss=gateway.settings.state.on_loss,
        members=state.members.count,
    )


def _embedded(gateway: GatewayControl) -> list[schemas.EmbeddedStatus]:
    states = gateway.embedded.states() if gateway.embedded is not None else {}
    return [
        schemas.EmbeddedStatus(
            name=name,
            state=state["state"],
            reason=state["reason"],
            since=datetime.fromtimestamp(state["since"], UTC),
            restarts=state["restarts"],
        )
        for name, state in states.items()
    ]
