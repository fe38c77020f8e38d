"""``switchgear providers``: accounts at APIs we call."""

from __future__ import annotations

from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote, show_test
from switchgear.cli.where import HERE, AsJson, Where

app = App(name="providers", help="List and test providers.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("provider"),
    tables.Column("kind"),
    tables.Column("address", cut=True),
    tables.Column("key", cut=True),
    tables.Column("defined in"),
)


@app.command(name="list", help_epilogue="Examples\n  switchgear providers list --json")
async def list_providers(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List providers and where each is defined. Their keys are never shown."""
    async with connected(where) as api:
        providers = await api.every("/api/providers")
    if as_json:
        screen.show_json(providers)
        return
    tables.show(_COLUMNS, map(_row, providers), nothing="No providers. Set OPENAI_API_KEY, or: switchgear init")


@app.command(
    name="test",
    help_epilogue="Exits with 1 when the provider cannot be used.\n\nExamples\n  switchgear providers test openai",
)
async def try_provider(
    provider: Annotated[str, Parameter(name="PROVIDER", help="Its name.")],
    /,
    *,
    as_json: AsJson = False,
    where: Where = HERE,
) -> int:
    """Ask a provider something small: whether it can be reached and takes the key."""
    async with connected(where) as api:
        with progress.spinner(f"Asking {provider}"):
            result = await api.ask("POST", f"/api/providers/{quote(provider)}/test")
    return show_test(provider, result, as_json=as_json)


def _row(provider: dict[str, Any]) -> tuple[str, ...]:
    return (
        provider["name"],
        provider.get("kind") or "",
        provider.get("base_url") or "",
        str(provider.get("api_key") or "–"),
        provider.get("source") or "",
    )
