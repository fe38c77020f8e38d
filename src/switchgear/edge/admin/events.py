"""``/api/events``: what happens while the console is open, as server-sent events (HTML, section 9.2)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from switchgear.core.errors import Overloaded
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.followed import followed
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.services import Announcements

router = APIRouter(prefix="/events", tags=["status"])
_ALIVE_SECONDS: Final = 15.0
_LONGEST_SECONDS: Final = 600.0
_MEDIA: Final = "text/event-stream"
_TOLD: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events: theme.changed (name, title, href), theme.invalid (name, problems). Comments say that nothing happened.",
        "content": {_MEDIA: {"schema": {"type": "string"}}},
    }
}


@router.get(
    "",
    summary="Listen to events",
    operation_id="listen_to_events",
    response_class=StreamingResponse,
    responses=problems() | _TOLD,
)
async def listen(admin: Admin) -> StreamingResponse:
    """What happens from now on, of this worker. It ends with the session, and after ten minutes: who listens on comes again."""
    announcer = admin.gateway.console.announcer
    announcer.check()
    # this worker may not have served any: they are watched from the first look on
    await admin.gateway.console.themes.shelf()
    return StreamingResponse(_events(admin, announcer), media_type=_MEDIA, headers={"x-accel-buffering": "no"})


async def _events(admin: Administration, announcer: Announcements) -> AsyncIterator[bytes]:
    until = time.monotonic() + _LONGEST_SECONDS
    with suppress(Overloaded), announcer.listen() as follower:
        yield b"retry: 2000\n: listening\n\n"
        async for batch in followed(admin, follower, _event, b": alive\n\n", _ALIVE_SECONDS):
            yield batch
            if time.monotonic() > until:
                return


def _event(told: tuple[str, bytes]) -> bytes:
    name, data = told
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
