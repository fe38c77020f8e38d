"""``switchgear providers``: accounts at APIs we call."""

from __future__ import annotations

from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote, show_failure
from switchgear.cli.where import HERE, AsJson, Where

app = App(name="providers", help="List and test providers.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("provider"),
    tables.Column("kind"),
    tables.Column("address", cut=True),
    tables.Column("key", cut=True),
    tables.Column("defined in"),
    tables.Column("state", cut=True),
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
    if as_json:
        screen.show_json(result)
    elif not result["ok"]:
        show_failure(result)
    else:
        count = len(result["models"])
        told = f"answered in {tables.milliseconds(result['latency_ms'])} · {count:,} model{'' if count == 1 else 's'}"
        screen.say(f"{screen.mark('ok')} {provider}: {told}")
    return 0 if result["ok"] else 1


def _row(provider: dict[str, Any]) -> tuple[str, ...]:
    return (
        provider["name"],
        provider["kind"],
        provider["base_url"] or "–",
        provider["api_key"] or "–",
        provider["source"],
        provider["state"] if not provider["reason"] else f"{provider['state']}: {provider['reason']}",
    )
