"""``switchgear plugin calls``: what was called."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Final

from cyclopts import Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.tool_calls import ToolOutcome
from switchgear.plugins.unseen import shown

_COLUMNS: Final = (
    tables.Column("call"),
    tables.Column("at"),
    tables.Column("key", cut=True),
    tables.Column("plugin"),
    tables.Column("what", cut=True),
    tables.Column("ended"),
    tables.Column("ms", right=True),
)


@Parameter(name="*")
@dataclass(frozen=True)
class Only:
    """Which calls; those that match all that is given."""

    tool: Annotated[
        str | None, Parameter(metavar="NAME", help="Calls of this tool alone, by its plugin's name for it.")
    ] = None
    key: Annotated[str | None, Parameter(metavar="KEY", help="Calls with this key alone: its name or id.")] = None
    outcome: Annotated[ToolOutcome | None, Parameter(help="Calls that ended so.")] = None
    since: Annotated[str, Parameter(metavar="WHEN", help="An age such as 1h or 7d, or a date.")] = "24h"
    until: Annotated[str | None, Parameter(metavar="WHEN", help="The same. [now]")] = None
    limit: Annotated[int, Parameter(metavar="N", help="At most so many.")] = 100


_ALL: Final = Only()


async def calls(
    plugin: Annotated[str | None, Parameter(name="NAME", help="Calls of this plugin alone.")] = None,
    /,
    *,
    only: Only = _ALL,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List calls of plugins, newest first. Neither arguments nor results are kept."""
    async with connected(where) as api:
        found = (await api.get("/api/tool-calls", plugin=plugin, **asdict(only)))["data"]
    if as_json:
        screen.show_json(found)
        return
    rows = [
        (
            each["id"],
            tables.moment(each["at"]),
            each["key_name"] or each["key_id"],
            each["plugin"],
            shown(each["tool"] if each["method"] == "tools/call" else f"{each['method']} {each['tool']}"),
            _ended(each["outcome"], each["error"], is_error=each["is_error"]),
            f"{each['ms']:.1f}",
        )
        for each in found
    ]
    tables.show(_COLUMNS, rows, nothing="No plugin was called.")


def _ended(outcome: str, error: str, *, is_error: bool) -> str:
    if is_error:
        return "error"
    return outcome if not error else f"{outcome}: {error}"
