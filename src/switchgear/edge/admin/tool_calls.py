"""``/api/tool-calls``: calls of plugins, one by one."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from switchgear.core.tool_calls import ToolOutcome, ToolRecord
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.moments import milliseconds
from switchgear.edge.admin.schemas import tool_calls as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, moment, problems
from switchgear.edge.admin.usage import key_id, key_names, settle
from switchgear.store.tool_calls import ToolCallFilter

router = APIRouter(prefix="/tool-calls", tags=["plugins"])
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601, milliseconds since 1970, or an age: `1h`.")]
Filter = Annotated[str | None, Query(max_length=256, pattern=PRINTABLE, description="Only calls with it.")]


class Which:
    """Which calls a query asks for."""

    def __init__(
        self,
        plugin: Filter = None,
        tool: Filter = None,
        team: Filter = None,
        user: Filter = None,
        parent: Filter = None,
        outcome: Annotated[
            list[ToolOutcome] | None,
            Query(max_length=4, description="Only calls that ended so; may be given several times."),
        ] = None,
    ) -> None:
        self.filter = ToolCallFilter(
            plugin=plugin, tool=tool, team=team, user=user, parent=parent, outcomes=tuple(outcome or ())
        )


@router.get("", summary="List calls of plugins", operation_id="list_tool_calls", responses=problems())
async def list_tool_calls(
    admin: Admin,
    which: Annotated[Which, Depends()],
    key: Annotated[
        str | None, Query(max_length=128, pattern=PRINTABLE, description="Only calls of this key: its id or name.")
    ] = None,
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.PluginCallList:
    """Calls of plugins, newest first: by clients of `/mcp`, in chats and by hand; also failed, abandoned and refused ones."""
    await settle(admin)
    asked = msgspec.structs.replace(
        which.filter,
        key_id=await key_id(admin, key),
        since=milliseconds(since, admin.now, "since"),
        until=milliseconds(until, admin.now, "until"),
    )
    page = await admin.gateway.store.tool_calls.list(asked, limit=limit, before=before)
    names = await key_names(admin)
    return schemas.PluginCallList(data=[_shown(record, names) for record in page.calls], next=page.before)


@router.get("/summary", summary="Sum up calls of plugins", operation_id="sum_tool_calls", responses=problems())
async def sum_tool_calls(
    admin: Admin,
    which: Annotated[Which, Depends()],
    group_by: Annotated[Literal["plugin", "tool"], Query(description="A line for each of them.")] = "plugin",
    since: Moment = "24h",
    until: Moment = None,
) -> schemas.ToolCallSummary:
    """How many calls there were, how many failed and were refused, and how long they took; of a day when no `since` is given."""
    await settle(admin)
    asked = msgspec.structs.replace(
        which.filter,
        since=milliseconds(since, admin.now, "since"),
        until=milliseconds(until, admin.now, "until"),
    )
    sums = await admin.gateway.store.tool_calls.sums(asked, by_tool=group_by == "tool")
    return schemas.ToolCallSummary(
        data=[schemas.ToolCallSum(**msgspec.structs.asdict(each) | {"last": moment(each.last)}) for each in sums]
    )


@router.get("/{call_id}", summary="Show a call of a plugin", operation_id="get_tool_call", responses=problems(404))
async def get_tool_call(
    admin: Admin, call_id: Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The call's id.")]
) -> schemas.PluginCall:
    """One call by its request id."""
    await settle(admin)
    return _shown(await admin.gateway.store.tool_calls.get(call_id), await key_names(admin))


def _shown(record: ToolRecord, names: dict[str, str]) -> schemas.PluginCall:
    members = msgspec.structs.asdict(record)
    return schemas.PluginCall(**members | {"at": moment(record.at), "key_name": names.get(record.key_id)})
