"""``switchgear plugin discovered``: bundles that lie where bundles are looked for."""

from __future__ import annotations

from switchgear.cli import screen, tables
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where

_COLUMNS = (
    tables.Column("plugin"),
    tables.Column("version", cut=True),
    tables.Column("installed", cut=True),
    tables.Column("place", cut=True),
    tables.Column("about", cut=True),
)


async def discovered(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List bundles in the folders of [plugins], and those that packages of this Python bring."""
    async with connected(where) as api:
        told = await api.get("/api/plugins/discovered")
    if as_json:
        screen.show_json(told)
        return
    rows = [
        (each["name"], each["version"], each["installed"] or "–", each["source"], each["fault"] or each["title"])
        for each in told["data"]
    ]
    nothing = "Nothing was found. Name folders to look through: folders under [plugins]."
    tables.show(_COLUMNS, rows, nothing=nothing)
