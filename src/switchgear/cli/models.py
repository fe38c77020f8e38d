"""``switchgear models``: what clients can call."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib import parse

from cyclopts import App, Parameter

from switchgear.cli import facts, progress, screen, tables
from switchgear.cli.banner import example_model
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.cli.wording import at_the_command_line
from switchgear.config.schema import LOCAL_PROVIDER
from switchgear.core.errors import StartupError

app = App(name="models", help="List, show, test and fetch models.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("model", cut=True),
    tables.Column("answered by", cut=True),
    tables.Column("defined in"),
    tables.Column("in $/M", right=True),
    tables.Column("out $/M", right=True),
    tables.Column("context", right=True),
    tables.Column("state", cut=True),
)

_FEW: Final = 3
"""Models of a provider that are listed unless more are asked for."""

Name = Annotated[str, Parameter(name="MODEL", help="Its name; provider/model too.")]


@app.command(
    name="list",
    help_epilogue="""\
A state is told of embedded models, and of what cannot answer: of others, only a call can tell.

Examples
  switchgear models list
  switchgear models list --provider openai
  switchgear models list --json""",
)
async def list_models(
    *,
    provider: Annotated[str | None, Parameter(metavar="NAME", help="Models that this provider answers.")] = None,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Every model of every provider.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List the models that can be called: those defined here, the embedded ones, and a few of each provider."""
    async with connected(where) as api:
        models = await api.every("/api/models")
    if provider is not None:
        models = [each for each in models if any(one["provider"] == provider for one in each["deployments"])]
    if as_json:
        screen.show_json(models)
        return
    shown, more = _folded(_once(models), whole=everything or provider is not None)
    nothing = "No models. Define one: switchgear init"
    if provider is not None:
        nothing = f"No models of {provider}. switchgear providers list shows every provider."
    tables.show(_COLUMNS, map(_row, shown), nothing=nothing)
    for name, count in more.items():
        screen.say(screen.style(f" … {count:,} more of {name}: --provider {name} or --all", "dim"))


@app.command(
    help_epilogue="""\
Examples
  switchgear models show fast
  switchgear models show openai/gpt-5-mini --json"""
)
async def show(model: Name, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show a model: what answers it, what that costs and what it can do."""
    async with connected(where) as api:
        told = await api.get(f"/api/models/{quote(model)}")
    if as_json:
        screen.show_json(told)
        return
    screen.say(screen.style(screen.printable(told["name"]), "bold"))
    for deployment in told["deployments"]:
        for name, value in _facts(deployment, told["source"]):
            screen.say(f"  {screen.style(name.ljust(14), 'dim')} {screen.printable(value)}")


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
        f"{screen.mark('broken', sys.stderr)} {screen.printable(at_the_command_line(str(error.get('message') or 'It did not answer.')))}"
    )
    if error.get("hint"):
        screen.note(f"  {screen.printable(at_the_command_line(error['hint']))}")


def _once(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``models`` with an embedded one under its short name alone, where it goes by both."""
    short = {_answered(each) for each in models if each["kind"] == "embedded" and each["name"] != _answered(each)}
    return [each for each in models if each["kind"] != "embedded" or each["name"] not in short]


def _folded(models: list[dict[str, Any]], *, whole: bool) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """What is shown of ``models``, those of the gateway itself first, and how many more each provider has."""
    own = [each for each in models if each["kind"] != "provider"]
    theirs: dict[str, list[dict[str, Any]]] = {}
    for each in models:
        if each["kind"] == "provider":
            theirs.setdefault(each["deployments"][0]["provider"], []).append(each)
    more: dict[str, int] = {}
    for name, listed in theirs.items():
        if whole or len(listed) <= _FEW + 1:
            own += listed
            continue
        known = [each for each in listed if each["name"] == f"{name}/{example_model(name)}"]
        own += (known + [each for each in listed if each not in known])[:_FEW]
        more[name] = len(listed) - _FEW
    return own, more


def _answered(model: dict[str, Any]) -> str:
    return ", ".join(f"{each['provider']}/{each['model']}" for each in model["deployments"])


def quote(name: str) -> str:
    """A name as it stands in a path; its slashes stay."""
    return parse.quote(name, safe="/")


def _facts(deployment: dict[str, Any], source: str) -> Iterator[tuple[str, str]]:
    yield "answered by", f"{deployment['provider']}/{deployment['model']}"
    yield "defined in", source
    if deployment["mode"]:
        yield "for", deployment["mode"].replace("_", " ")
    if deployment["provider"] != LOCAL_PROVIDER:
        yield from facts.price(deployment["price"], known=deployment["known"])
    yield from facts.limits(deployment)
    yield from facts.abilities(deployment["capabilities"])
    if deployment["deprecated"]:
        yield "until", deployment["deprecated"]
    if deployment["reason"]:
        yield deployment["state"], deployment["reason"]


def _row(model: dict[str, Any]) -> tuple[str, ...]:
    price = model.get("price") or {}
    answered = _answered(model)
    unknown = "–" if price else "unknown"
    context = model.get("context")
    state = model["state"] if not model.get("reason") else f"{model['state']}: {model['reason']}"
    if state == "ready" and model["deployments"][0]["provider"] != LOCAL_PROVIDER:
        state = "–"  # nobody tried
    return (
        model["name"],
        "" if answered == model["name"] else answered,
        model["source"],
        price.get("input") or unknown,
        price.get("output") or unknown,
        f"{context:,}" if context else "–",
        state,
    )
