"""``/api/catalogue``: what is known of models, whoever's they are; and a newer catalogue in its place."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from switchgear.core.errors import Conflict, NotFound
from switchgear.edge.admin.catalogue import abilities_shown, day_shown, price_shown
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.schemas import catalogue as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, problems
from switchgear.providers.catalogue import Card, Catalog, Price
from switchgear.providers.catalogue.changes import Changes, changes
from switchgear.providers.catalogue.kept import Kept
from switchgear.providers.catalogue.refresh import MAP_URL, fetch_map, judged, read_map

router = APIRouter(prefix="/catalogue", tags=["catalogue"])
Provider = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only of this provider.")]
Mode = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only of this mode: `chat` …")]
Search = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only names that contain it.")]


@router.get("", summary="List the catalogue", operation_id="list_catalogue", responses=problems())
async def list_catalogue(
    admin: Admin,
    provider: Provider = None,
    mode: Mode = None,
    search: Search = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.EntryList:
    """What is known of models, by provider and name."""
    catalog = admin.gateway.catalog
    first = int(before) if before is not None and before.isdecimal() and before.isascii() else 0
    found = (
        (family, card)
        for family, card in catalog.cards(provider)
        if (mode is None or card.mode == mode) and (search is None or search.lower() in card.model.lower())
    )
    page = list(islice(found, first, first + limit + 1))
    return schemas.EntryList(
        origin=_origin(catalog),
        providers=catalog.providers(),
        data=[_entry(family, card) for family, card in page[:limit]],
        next=str(first + limit) if len(page) > limit else None,
    )


@router.get("/{name:path}", summary="Show an entry of the catalogue", operation_id="get_entry", responses=problems(404))
async def get_entry(
    admin: Admin,
    name: Annotated[str, Path(max_length=256, description="A name of the catalogue, or `provider/model`.")],
    provider: Provider = None,
) -> schemas.Entry:
    """What is known of one model. A provider's name for it is found too, also with a date behind it."""
    catalog = admin.gateway.catalog
    for family, model in _meant(name, provider):
        if family:
            card = catalog.find(family, model)
            if card is not None and card.model:
                return _entry(family, card)
        elif model in catalog.entries():
            return _entry(*next(found for found in catalog.cards() if found[1].model == model))
    near = get_close_matches(name, catalog.entries().keys(), 3, 0.6)
    told = f" Nearest: {', '.join(near)}." if near else ""
    raise NotFound(
        f"The catalogue does not know {name}.{told}",
        hint="A model that it does not know can be called all the same; its cost is not known. "
        "A deployment's price and capabilities can be set in the configuration.",
    )


@router.post(
    "/refresh", summary="Fetch a newer catalogue", operation_id="refresh_catalogue", responses=problems(409, body=True)
)
async def refresh_catalogue(admin: Admin, body: schemas.Refresh) -> schemas.Refreshed:
    """Fetch a catalogue, tell what it changes, and let it hold from now on, unless this is a dry run.

    It is kept in the data folder, and holds after a restart too; deleting it brings back the one of the package.
    """
    kept = await fetch_map(body.from_ or MAP_URL)
    return await _taken(admin, kept, dry_run=body.dry_run, expect=body.expect)


@router.put(
    "",
    summary="Put a catalogue",
    operation_id="put_catalogue",
    responses=problems(409, body=True),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "description": "A map of models in LiteLLM's form: entries by name; up to 32 MiB.",
                        "additionalProperties": {"type": "object"},
                    }
                }
            },
        }
    },
)
async def put_catalogue(
    admin: Admin,
    request: Request,
    dry_run: Annotated[bool, Query(description="Only tell what would change.")] = False,
    source: Annotated[
        str, Query(max_length=2048, pattern=PRINTABLE, description="What to say of where it came from.")
    ] = "the request",
) -> schemas.Refreshed:
    """Let the catalogue in the body hold from now on, and tell what it changes."""
    kept = read_map(await request.body(), source)
    return await _taken(admin, kept, dry_run=dry_run)


@router.delete("", summary="Go back to the packaged catalogue", operation_id="reset_catalogue", responses=problems())
async def reset_catalogue(admin: Admin) -> schemas.Origin:
    """Forget a catalogue that was fetched: the one of the package holds again."""
    async with admin.changes:
        await admin.gateway.take_catalogue(None)
        await admin.audited("catalogue.reset", "catalogue")
    return _origin(admin.gateway.catalog)


def _meant(name: str, provider: str | None) -> Iterator[tuple[str, str]]:
    """What a name may mean, most likely first: (provider, model), without a provider for a name of the map."""
    if provider is not None:
        yield provider, name
        return
    yield "", name
    family, slash, model = name.partition("/")
    if slash:
        yield family, model


async def _taken(admin: Administration, kept: Kept, *, dry_run: bool, expect: str | None = None) -> schemas.Refreshed:
    """Judge a new map against the present one, and let it hold unless this is a dry run."""
    present = admin.gateway.catalog
    different, digest = await asyncio.to_thread(_compared, kept, present)
    if expect is not None and expect != digest:
        raise Conflict(
            "The catalogue there has changed since it was looked at.", hint="Look at what it changes now, then take it."
        )
    taken = not dry_run and not different.none
    if taken:
        async with admin.changes:
            await admin.gateway.take_catalogue(kept)
            detail = {
                "added": len(different.added),
                "removed": len(different.removed),
                "changed": len(different.changed),
            }
            await admin.audited("catalogue.refresh", kept.source[:200], detail)
    return schemas.Refreshed(
        taken=taken,
        digest=digest,
        origin=_origin(admin.gateway.catalog),
        added=different.added,
        removed=different.removed,
        changed=[
            schemas.Change(model=one.model, provider=one.provider, field=one.field, before=one.before, after=one.after)
            for one in different.changed
        ],
    )


def _compared(kept: Kept, present: Catalog) -> tuple[Changes, str]:
    digest = hashlib.sha256()
    for name, raw in sorted(kept.models.items()):
        digest.update(name.encode() + b"\0" + bytes(raw) + b"\0")
    return changes(present, judged(kept, present)), digest.hexdigest()


def _origin(catalog: Catalog) -> schemas.Origin:
    fetched_from, fetched_at = catalog.origin
    return schemas.Origin(entries=len(catalog), fetched_from=fetched_from, fetched_at=fetched_at, note=catalog.note)


def _entry(family: str, card: Card) -> schemas.Entry:
    able = card.capabilities
    return schemas.Entry(
        name=card.model,
        provider=family,
        mode=card.mode,
        price=price_shown(card.price),
        long_prices=[
            schemas.LongPrice(above=above, price=shown)
            for above, rates in (card.price.tiers[1:] if card.price is not None else ())
            if (shown := price_shown(Price(((0, rates),)))) is not None
        ],
        context=able.context,
        max_output=able.max_output,
        capabilities=abilities_shown(able),
        prompt_caching=card.caching,
        web_search=card.search,
        deprecated=day_shown(card.deprecated),
    )
