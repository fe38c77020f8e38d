"""``switchgear config``: the configuration as it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cyclopts import App

from switchgear.cli import screen
from switchgear.cli.client import connected, running
from switchgear.cli.where import HERE, AsJson, Where

app = App(name="config", help="Show and reload the configuration.", help_epilogue="")


@app.command(help_epilogue="Examples\n  switchgear config show\n  switchgear config show --json")
async def show(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show every setting as it runs, and where providers and aliases are defined. Secrets are not shown."""
    async with connected(where) as api:
        config = await api.get("/api/config")
    if as_json:
        screen.show_json(config)
        return
    for name, value in _flat(config["settings"]):
        screen.say(f"{screen.style(name, 'dim')} = {screen.printable(value)}")
    for name, source in config["sources"].items():
        origin = "is embedded" if source == "embedded" else f"comes from the {source}"
        screen.say(screen.style(f"# {name} {origin}", "dim"))


@app.command(
    help_epilogue="A file with mistakes changes nothing.\n\nExamples\n  switchgear check && switchgear config reload"
)
async def reload(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """Have the running gateway read its configuration file again."""
    async with running(where) as api:
        report = await api.ask("POST", "/api/config/reload")
    if as_json:
        screen.show_json(report)
        return
    changed, waiting = report["changed"], report["needs_restart"]
    if changed:
        screen.say(f"In force: {', '.join(changed)}.")
    if waiting:
        screen.say(f"In force after a restart: {', '.join(waiting)}.")
    if not changed and not waiting:
        screen.say("Read again; no setting changed.")
    for note in report["notes"]:
        screen.say(screen.printable(note))


@app.command(help_epilogue="Examples\n  switchgear config schema > switchgear.schema.json")
def schema(*, where: Where = HERE) -> None:
    """Print the JSON Schema of the configuration file, for editors to check it while you type."""
    del where
    from switchgear.config.export import json_schema  # noqa: PLC0415 - pydantic is slow to import

    screen.show_json(json_schema())


def _flat(settings: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Settings one a line, by their dotted names, with values as TOML has them."""
    if isinstance(settings, dict) and settings:
        for key, value in settings.items():
            yield from _flat(value, f"{name}.{key}" if name else key)
    elif isinstance(settings, list) and any(isinstance(each, dict) for each in settings):
        for index, value in enumerate(settings):
            yield from _flat(value, f"{name}[{index}]")
    elif settings is not None:
        yield name, screen.as_json(settings)
