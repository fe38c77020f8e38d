"""``/api/health``: how deployments are doing, and what happened to them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Path, Query

from switchgear.config.problems import nearest
from switchgear.core.errors import NotFound, StoreUnavailable
from switchgear.core.health import Probed
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import health as schemas
from switchgear.edge.admin.schemas.base import Cursor, moment, problems
from switchgear.routing.board import Board
from switchgear.routing.health import DeploymentHealth
from switchgear.store.health import HealthEvent

router = APIRouter(prefix="/health", tags=["health"])
Id = Annotated[str, Path(max_length=512, description="The deployment's id: `provider/model`.")]


@router.get("", summary="List deployments' health", operation_id="list_health", responses=problems())
async def list_health(admin: Admin) -> schemas.HealthList:
    """Every deployment of an alias, and every other one that answered since the start or is left alone now."""
    return schemas.HealthList(data=_standings(admin))


@router.get(
    "/{deployment:path}/history",
    summary="Show what happened to a deployment",
    operation_id="get_health_history",
    responses=problems(404),
)
async def get_history(
    admin: Admin,
    deployment: Id,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.HealthHistory:
    """Changes of its breaker in all processes, newest first; also of one that is gone."""
    log = admin.gateway.store.health
    with suppress(StoreUnavailable):  # what is on its way may be late, what is there is shown
        await log.flush()
    page = await log.list(deployment, limit=limit, before=before)
    if not page.events and before is None:
        _check(admin, deployment)
    return schemas.HealthHistory(data=[_event(each) for each in page.events], next=page.before)


@router.post(
    "/{deployment:path}/reset",
    summary="Reset a deployment",
    operation_id="reset_health",
    responses=problems(404),
)
async def reset_health(admin: Admin, deployment: Id) -> schemas.DeploymentHealth:
    """Close its breaker in all processes, whatever was: calls go there again at once."""
    board = admin.gateway.board
    health = board.find(deployment)
    if health is None:
        raise _missing(admin, deployment)
    before = health.state
    health.breaker.reset(board.clock(), "reset by an administrator")
    await admin.audited("health.reset", deployment, {"before": before})
    return _shown(board, health, _aliases(admin).get(deployment, []))


def _check(admin: Administration, deployment: str) -> None:
    """Raise NotFound for what is no deployment: of no alias, no listed model, and never called."""
    listed = admin.gateway.directory().names(lambda name: name == deployment and "/" in name)
    if not listed and admin.gateway.board.find(deployment) is None and deployment not in _aliases(admin):
        raise _missing(admin, deployment)


def _missing(admin: Administration, deployment: str) -> NotFound:
    known = {*_aliases(admin), *(one.id for one in admin.gateway.board if one.noted)}
    return NotFound(
        f'No deployment "{deployment[:100]}" is known. {nearest(deployment, known)}',
        hint="GET /api/health lists every deployment.",
    )


def _standings(admin: Administration) -> list[schemas.DeploymentHealth]:
    board = admin.gateway.board
    board.settle()
    aliases = _aliases(admin)
    found = [_shown(board, board.of(deployment), names) for deployment, names in aliases.items()]
    told = (one for one in board if one.noted or one.state != "closed")  # not what nobody but a client ever named
    others = sorted((one for one in told if one.id not in aliases), key=lambda one: one.id)
    return found + [_shown(board, one, []) for one in others]


def _aliases(admin: Administration) -> dict[str, list[str]]:
    """The aliases by the deployments that stand behind them."""
    found: dict[str, list[str]] = {}
    for name, model in admin.gateway.directory().aliases.items():
        for one in model.deployments:
            names = found.setdefault(one.id, [])
            if name not in names:
                names.append(name)
    return found


def _shown(board: Board, health: DeploymentHealth, aliases: list[str]) -> schemas.DeploymentHealth:
    now = board.clock()
    breaker, pace = health.breaker, health.pace
    calls, failures = breaker.totals(now)
    provider, _, model = health.id.partition("/")
    wait = breaker.retry_at - now
    return schemas.DeploymentHealth(
        deployment=health.id,
        provider=provider,
        model=model,
        aliases=aliases,
        state=breaker.state,
        reason=breaker.reason,
        retry_at=moment(round((time.time() + wait) * 1000)) if wait > 0 else None,
        share=round(breaker.share(now), 3),
        in_flight=health.in_flight,
        first_token_p50_ms=_milliseconds(pace.firsts.at(0.5)),
        first_token_p95_ms=_milliseconds(pace.firsts.at(0.95)),
        tokens_per_second=round(pace.speed, 1) if pace.speed else None,
        calls=calls,
        error_rate=round(failures / calls, 4) if calls else None,
        last_probe=_probe(health.probed),
    )


def _probe(probed: Probed | None) -> schemas.Probe | None:
    if probed is None:
        return None
    return schemas.Probe(at=moment(probed.at), ms=round(probed.ms, 3), error=probed.error)


def _event(event: HealthEvent) -> schemas.HealthEvent:
    return schemas.HealthEvent(
        id=event.id,
        at=moment(event.at),
        before=event.was,
        after=event.became,
        reason=event.reason,
        wait_seconds=event.wait_ms / 1000,
    )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
