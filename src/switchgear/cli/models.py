"""``switchgear models``: what clients can call."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Final
from urllib import parse

from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import StartupError

app = App(name="models", help="List, test and fetch models.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("model", cut=True),
    tables.Column("answered by", cut=True),
    tables.Column("defined in"),
    tables.Column("in $/M", right=True),
    tables.Column("out $/M", right=True),
    tables.Column("context", right=True),
    tables.Column("state", cut=True),
)

Name = Annotated[str, Parameter(name="MODEL", help="Its name; provider/model too.")]


@app.command(name="list", help_epilogue="Examples\n  switchgear models list\n  switchgear models list --json")
async def list_models(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """List the models that can be called, with price and state."""
    async with connected(where) as api:
        models = await api.every("/api/models")
    if as_json:
        screen.show_json(models)
        return
    tables.show(_COLUMNS, map(_row, models), nothing="No models. Define one: switchgear init")


@app.command(
    name="test",
    help_epilogue="""\
It costs what a short call costs, and is recorded like any other. Exits with 1 when the model does not answer.

Examples
  switchgear models test smollm2
  switchgear models test openai/gpt-5-mini --json""",
)
async def try_model(model: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> int:
    """Make a short real call and tell how it went."""
    async with connected(where) as api:
        with progress.spinner(f"Calling {model}"):
            result = await api.ask("POST", f"/api/models/{quote(model)}/test")
    return show_test(model, result, as_json=as_json)


@app.command(
    help_epilogue="""\
The embedded models come inside packages: nothing is downloaded, their files are read whole and compared.

Examples
  switchgear models pull smollm2"""
)
async def pull(model: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> int:
    """Check that an embedded model is there and whole, ready to answer."""
    last: dict[str, Any] = {}
    total = 0
    async with connected(where) as api, api.stream("POST", f"/api/models/{quote(model)}/pull") as lines:
        with progress.bar(f"Checking {model}") as advance:
            async for line in lines:
                last = json.loads(line)
                if "done" in last:
                    total = last["total"]
                    advance(last["done"], total)
    if as_json:
        screen.show_json(last | {"model": model, "bytes": total})
        return 0 if last.get("ok") else 1
    if last.get("ok"):
        screen.say(f"{model} is whole ({tables.size(total)}) and ready to answer.")
        return 0
    error = last.get("error") or {}
    raise StartupError(error.get("message", f"{model} could not be checked to the end."), hint=error.get("hint", ""))


def show_test(name: str, result: dict[str, Any], *, as_json: bool) -> int:
    """Print how a test went; the exit code it means."""
    if as_json:
        screen.show_json(result)
        return 0 if result["ok"] else 1
    if not result["ok"]:
        show_failure(result)
        return 1
    told = [f"answered in {tables.milliseconds(result.get('latency_ms'))}"]
    if result.get("first_token_ms") is not None:
        told.append(f"first token {tables.milliseconds(result['first_token_ms'])}")
    if result.get("tokens_per_second") is not None:
        told.append(f"{result['tokens_per_second']:,.0f} tokens/s")
    screen.say(f"{screen.mark('ok')} {name}: {' · '.join(told)}")
    if result.get("answer"):
        screen.say(f"  {screen.printable(str(result['answer']).strip())}")
    return 0


def show_failure(result: dict[str, Any]) -> None:
    """Print why a test failed and what to do."""
    error = result.get("error") or {}
    screen.note(
        f"{screen.mark('broken', sys.stderr)} {screen.printable(str(error.get('message') or 'It did not answer.'))}"
    )
    if error.get("hint"):
        screen.note(f"  {screen.printable(error['hint'])}")


def quote(name: str) -> str:
    """A name as it stands in a path; its slashes stay."""
    return parse.quote(name, safe="/")


def _row(model: dict[str, Any]) -> tuple[str, ...]:
    price = model.get("price") or {}
    answered = ", ".join(f"{each['provider']}/{each['model']}" for each in model["deployments"])
    context = model.get("context")
    state = model["state"] if not model.get("reason") else f"{model['state']}: {model['reason']}"
    return (
        model["name"],
        "" if answered == model["name"] else answered,
        model["source"],
        price.get("input") or "–",
        price.get("output") or "–",
        f"{context:,}" if context else "–",
        state,
    )
