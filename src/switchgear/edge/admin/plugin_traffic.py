"""``/api/plugins/NAME/log`` and ``/frames``: what plugins write, and what they exchange with the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from switchgear.config.plugins import PLUGIN_NAME
from switchgear.core.errors import NotFound
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.followed import followed
from switchgear.edge.admin.schemas import plugin_traffic as schemas
from switchgear.edge.admin.schemas.base import moment, problems
from switchgear.plugins.following import Follower
from switchgear.plugins.journal import Entry
from switchgear.plugins.traffic import Seen

router = APIRouter(prefix="/plugins", tags=["plugins"])
Name = Annotated[str, Path(pattern=PLUGIN_NAME, max_length=64, description="The plugin's name.")]
T = TypeVar("T")
_ALIVE_SECONDS: Final = 10.0
_MEDIA: Final = "application/x-ndjson"


def _lines(schema: str, told: str) -> dict[int | str, Any]:
    content = {_MEDIA: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {200: {"description": told, "content": content}}


@router.get("/{name}/log", summary="Show what a plugin wrote", operation_id="get_plugin_log", responses=problems(404))
async def get_log(
    admin: Admin, name: Name, lines: Annotated[int, Query(ge=1, le=1000, description="The last so many.")] = 200
) -> schemas.PluginLog:
    """The last lines that it wrote to standard error, how its process did, and connections that were refused to it; of this worker."""
    _check(admin, name)
    entries = admin.gateway.plugins.journal.last(name)[-lines:]
    return schemas.PluginLog(data=[_entry(each) for each in entries])


@router.get(
    "/{name}/log/follow",
    summary="Follow what a plugin writes",
    operation_id="follow_plugin_log",
    response_class=StreamingResponse,
    responses=problems(404) | _lines("PluginLogEntry", "Lines as they come; empty ones say that nothing did."),
)
async def follow_log(admin: Admin, name: Name) -> StreamingResponse:
    """What it writes from now on, as long as the client listens and may."""
    _check(admin, name)
    journal = admin.gateway.plugins.journal
    return _stream(admin, journal.follow(name), lambda each: _entry(each).model_dump_json().encode())


@router.post(
    "/{name}/frames",
    summary="Watch a plugin's frames",
    operation_id="watch_plugin_frames",
    response_class=StreamingResponse,
    responses=problems(404) | _lines("PluginFrame", "Frames as they pass; empty lines say that none did."),
)
async def watch_frames(admin: Admin, name: Name) -> StreamingResponse:
    """The frames that it exchanges with the gateway, as long as the client listens and may; what users said is in them. Of this worker."""
    _check(admin, name)
    await admin.audited("plugin.watch", name)
    return _stream(admin, admin.gateway.plugins.traffic.watch(name), _frame)


def _check(admin: Administration, name: str) -> None:
    if admin.gateway.plugins.host.installed(name) is None:
        raise NotFound(f'No plugin is named "{name}".', hint="switchgear plugin list shows those that are installed.")


def _entry(entry: Entry) -> schemas.PluginLogEntry:
    return schemas.PluginLogEntry(at=moment(entry.at), kind=entry.kind, text=entry.text)


def _frame(seen: Seen) -> bytes:
    return msgspec.json.encode(seen)


def _stream(
    admin: Administration, watching: AbstractContextManager[Follower[T]], written: Callable[[T], bytes]
) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        with watching as follower:
            yield b"\n"
            async for batch in followed(admin, follower, lambda each: written(each) + b"\n", b"\n", _ALIVE_SECONDS):
                yield batch

    return StreamingResponse(lines(), media_type=_MEDIA)
