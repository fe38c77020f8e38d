"""``switchgear providers``: accounts at APIs we call."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter

from switchgear.cli import health, progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.models import quote, show_failure
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.providers.litellm import known as litellm

app = App(name="providers", help="List and test providers.", help_epilogue="")

app.command(
    health.show_health,
    name="health",
    help_epilogue="Examples\n  switchgear providers health\n  switchgear providers health openai/gpt-5-mini --json",
)
app.command(health.reset, name="reset", help_epilogue="Examples\n  switchgear providers reset openai/gpt-5-mini")

_HOW: Final = {"own": " (by LiteLLM)"}
_KNOWN: Final = (
    tables.Column("litellm_provider"),
    tables.Column("provider", cut=True),
    tables.Column("chat"),
    tables.Column("embeddings"),
    tables.Column("rerank"),
    tables.Column("needs", cut=True),
)
_COLUMNS: Final = (
    tables.Column("provider"),
    tables.Column("kind"),
    tables.Column("address", cut=True),
    tables.Column("key", cut=True),
    tables.Column("defined in"),
    tables.Column("supports", cut=True),
    tables.Column("state", cut=True),
)


@app.command(
    name="list",
    help_epilogue="Examples\n  switchgear providers list --json\n  switchgear providers list --known",
)
async def list_providers(
    *,
    known: Annotated[bool, Parameter(negative="", help="List what LiteLLM could translate for instead.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List providers, what each supports and where it is defined. Their keys are never shown."""
    if known:
        _list_known(as_json=as_json)
        return
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
    elif _untried(result):
        screen.say(f"{screen.mark('doubt')} {result['error']['message']} {result['error']['hint']}")
        screen.say(f"  supports {_supports(result)}")
    elif not result["ok"]:
        show_failure(result)
    else:
        count = len(result["models"])
        told = f"answered in {tables.milliseconds(result['latency_ms'])} · {count:,} model{'' if count == 1 else 's'}"
        screen.say(f"{screen.mark('ok')} {provider}: {told}")
        screen.say(f"  supports {_supports(result)}")
    return 0 if result["ok"] or _untried(result) else 1


def _untried(result: dict[str, Any]) -> bool:
    """Whether the provider has nothing that can be asked without naming a model."""
    return bool(result["error"]) and result["error"]["code"] == "not_supported"


def _list_known(*, as_json: bool) -> None:
    """The providers of kind "litellm" that could be configured."""
    rows = litellm.providers()
    if as_json:
        screen.show_json({name: msgspec.to_builtins(row) for name, row in rows.items()})
        return
    told = (
        (name, row.title, row.chat or "–", row.embeddings or "–", row.rerank or "–", ", ".join(row.needs) or "–")
        for name, row in rows.items()
    )
    tables.show(_KNOWN, told, nothing="None.")


def _supports(told: dict[str, Any]) -> str:
    """What a provider supports, and how where bytes do not pass as they are."""
    each = (one["what"] + _HOW.get(one["how"], "") for one in told["supports"])
    return ", ".join(each) or "–"


def _row(provider: dict[str, Any]) -> tuple[str, ...]:
    return (
        provider["name"],
        provider["kind"],
        provider["base_url"] or "–",
        provider["api_key"] or "–",
        provider["source"],
        _supports(provider),
        provider["state"] if not provider["reason"] else f"{provider['state']}: {provider['reason']}",
    )
