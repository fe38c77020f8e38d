"""``/api/limits``: what is limited, kept in the store beside what the file defines, and how much of it is used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from switchgear.access.limit_book import Holder, LimitBook
from switchgear.access.limits import Use
from switchgear.config.limits import DEFAULT_LIMITS, LIMIT_NAME, LimitSettings
from switchgear.config.problems import nearest
from switchgear.core.errors import Conflict, NotFound, RequestError
from switchgear.core.money import NANO
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.models import check_model
from switchgear.edge.admin.owners import check_known
from switchgear.edge.admin.schemas import limits as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, problems
from switchgear.edge.admin.services import GatewayControl

router = APIRouter(prefix="/limits", tags=["limits"])
Name = Annotated[str, Path(max_length=128, pattern=LIMIT_NAME, description="The limits' name.")]
Asked = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE)]

_STANDING: Final = "standing"
_MOST: Final = 1000
"""How many are told of at once."""


@router.get("", summary="List limits", operation_id="list_limits", responses=problems())
async def list_limits(admin: Admin) -> schemas.LimitsList:
    """All limits, of the file and of the store, and who has them."""
    gateway = admin.gateway
    return schemas.LimitsList(data=[_shown(gateway, name) for name in sorted(gateway.limiter.book.settings)])


@router.get(
    "/standing", summary="Show how much of limits is used", operation_id="get_standing", responses=problems(404)
)
async def get_standing(
    admin: Admin,
    key: Annotated[Asked, Query(description="The id of a key: its limits, and those of its user and team.")] = None,
    team: Annotated[Asked, Query(description="The name of a team.")] = None,
    user: Annotated[Asked, Query(description="The name of a user.")] = None,
    model: Annotated[Asked, Query(description="The name of a model.")] = None,
) -> schemas.StandingList:
    """How a key, team, user or model stands with its limits now; all teams, users and models when none is named.

    What calls under way may use at most counts as used.
    """
    gateway = admin.gateway
    holders = _holders(gateway, key, team, user, model)
    return schemas.StandingList(
        data=[_standing(holder, await gateway.limiter.standing(holder), admin.now) for holder in holders]
    )


@router.get("/{name}", summary="Show limits", operation_id="get_limits", responses=problems(404))
async def get_limits(admin: Admin, name: Name) -> schemas.Limits:
    """Limits by their name."""
    if name not in admin.gateway.limiter.book.settings:
        raise _missing(admin.gateway.limiter.book, name)
    return _shown(admin.gateway, name)


@router.put(
    "/{name}",
    summary="Define limits",
    operation_id="put_limits",
    responses=problems(409, body=True) | {201: {"model": schemas.Limits, "description": "The limits are new."}},
)
async def put_limits(admin: Admin, name: Name, body: LimitSettings, response: Response) -> schemas.Limits:
    """Keep limits in the store, instead of what it had there under that name. They hold from the next call on.

    The body is what stands under `[limits.NAME]` in the configuration file. What the file defines wins: such a name is
    refused with 409. What was used already stays counted.
    """
    gateway = admin.gateway
    if name == _STANDING:
        raise RequestError(
            f'"{name}" is the path that shows how much is used.', param="name", hint="Choose another name."
        )
    if name in gateway.settings.limits:
        raise _of_the_file(name)
    document = body.model_dump(mode="json", exclude_none=True)
    async with admin.changes:
        new = all(document.name != name for document in await gateway.store.limits.all())
        await gateway.store.limits.put(name, document)
        await admin.changed("limits.put", name, document)
    response.status_code = 201 if new else 200
    return _shown(gateway, name)


@router.delete(
    "/{name}", summary="Delete limits", operation_id="delete_limits", status_code=204, responses=problems(404, 409)
)
async def delete_limits(admin: Admin, name: Name) -> None:
    """Forget limits of the store. Those that somebody names are kept (409)."""
    gateway = admin.gateway
    async with admin.changes:
        if name not in {document.name for document in await gateway.store.limits.all()}:
            if name in gateway.settings.limits:
                raise _of_the_file(name)
            raise _missing(gateway.limiter.book, name)
        using = [] if name in gateway.settings.limits else [*_users(gateway, name)]
        if using:
            shown = ", ".join(using[:5]) + (", …" if len(using) > 5 else "")
            raise Conflict(f'The limits "{name}" hold for {shown}.', hint="Give those other limits first.")
        await gateway.store.limits.delete(name)
        await admin.changed("limits.delete", name)


def _shown(gateway: GatewayControl, name: str) -> schemas.Limits:
    book = gateway.limiter.book
    return schemas.Limits(
        name=name,
        source="file" if name in gateway.settings.limits else "store",
        settings=book.settings[name],
        used_by=[*_users(gateway, name)] + (["every other key"] if name == DEFAULT_LIMITS else []),
    )


def _users(gateway: GatewayControl, limits: str) -> Iterator[str]:
    """Everybody who names ``limits``."""
    book = gateway.limiter.book
    for noun, entries in (("team", book.teams), ("user", book.users)):
        yield from (f"{noun} {name}" for name, entry in entries.items() if entry.limits == limits)
    yield from (f"model {name}" for name, named in book.models.items() if named == limits)
    yield from (f"key {key.name}" for key in gateway.keyring.keys if key.limits == limits and not key.revoked)


def _holders(
    gateway: GatewayControl, key: str | None, team: str | None, user: str | None, model: str | None
) -> list[Holder]:
    """Those who were asked for and have limits; teams, users and models, where nobody was.

    Raises NotFound and ModelNotFound for whom there is not.
    """
    limiter = gateway.limiter
    book = limiter.book
    if key is None and team is None and user is None and model is None:
        everybody = chain(limiter.holders("team"), limiter.holders("user"), limiter.holders("model"))
        return [*islice(everybody, _MOST)]
    _check(gateway, team, user, model)
    found: list[Holder | None] = []
    if key is not None:
        known = next((one for one in gateway.keyring.keys if one.id == key), None)
        if known is None:
            raise NotFound(f'No key has the id "{key}".', hint="GET /api/keys lists every key.")
        found += book.holders(known, model or "")
    elif model is not None:
        found.append(book.of_model(model))
    found += [book.of_owner("team", team or ""), book.of_owner("user", user or "")]
    return [holder for holder in found if holder is not None]


def _check(gateway: GatewayControl, team: str | None, user: str | None, model: str | None) -> None:
    if team is not None:
        check_known(gateway, "team", team)
    if user is not None:
        check_known(gateway, "user", user)
    if model is not None and model not in gateway.limiter.book.models:
        check_model(gateway, model)


def _standing(holder: Holder, uses: list[Use], now: int) -> schemas.Standing:
    return schemas.Standing(
        of=holder.of,
        name=holder.name,
        id=holder.id,
        limits=holder.limits.name,
        uses=[
            schemas.Use(
                what=use.part.what,
                period=use.part.period.name if use.part.period is not None else None,
                limit=_amount(use, use.part.check.limit),
                used=_amount(use, use.used),
                remaining=_amount(use, max(0, use.part.check.limit - use.used)),
                resets_at=_resets_at(use, now),
            )
            for use in uses
        ],
    )


def _resets_at(use: Use, now: int) -> datetime | None:
    if not use.reset_ms:
        return None
    check = use.part.check  # a period's end is known to the millisecond, whenever it was looked at
    return datetime.fromtimestamp((check.span_ms if check.kind == "period" else now + use.reset_ms) / 1000, UTC)


def _amount(use: Use, value: int) -> str:
    return f"{(Decimal(value) / NANO).normalize():f}" if use.part.what == "usd" else str(value)


def _missing(book: LimitBook, name: str) -> NotFound:
    return NotFound(
        f'No limits are called "{name}". {nearest(name, book.settings)}', hint="GET /api/limits lists them."
    )


def _of_the_file(name: str) -> Conflict:
    return Conflict(
        f'The limits "{name}" are defined in the configuration file, which wins.',
        hint=f"Change [limits.{name}] there and reload, or choose another name.",
    )
