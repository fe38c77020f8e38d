"""``switchgear check``."""

from __future__ import annotations

from dataclasses import asdict

from cyclopts import App

from switchgear.cli import screen, shared_state
from switchgear.cli.stored import checked
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.config.load import Loaded
from switchgear.core.errors import ConfigInvalid
from switchgear.themes.shelf import check_chosen

app = App(
    name="check",
    help_epilogue="""\
Exits with 2 when there is a mistake. Nothing is started or changed. Secrets and providers of the store are known
when the store is there. A Valkey of [state] is asked whether it lets us in; that it does not answer is a remark.

Examples
  switchgear check
  switchgear check --config /etc/switchgear/switchgear.toml --json""",
)


@app.default
async def check(*, as_json: AsJson = False, where: Where = HERE) -> int:
    """List every mistake of the configuration at once, each with its line and what to do."""
    file = where.file()
    try:
        found = await checked(where)
        check_chosen(found.loaded.settings.console.theme, where.folder())
    except ConfigInvalid as error:
        if not as_json:
            raise ConfigInvalid(error.message, problems=error.problems, hint="") from None
        screen.show_json(
            {"ok": False, "file": str(file) if file else None, "problems": [asdict(each) for each in error.problems]}
        )
        return error.exit_code
    loaded = found.loaded
    state = await shared_state.ask(where, loaded.settings.state)
    remarks = [*loaded.notes, *([f"{state.text} {state.advice}"] if state is not None and state.state != "ok" else [])]
    if as_json:
        screen.show_json(
            {
                "ok": True,
                "file": str(file) if file else None,
                "problems": [],
                "notes": remarks,
                "not_checked": found.unchecked,
            }
        )
        return 0
    screen.say(
        f"{file} is right: {_counted(loaded)}."
        if file
        else f"No configuration file, which is fine: {_counted(loaded)}."
    )
    for each in loaded.found:
        screen.say(f'Found {each.variable} → provider "{each.name}"')
    for text in remarks:
        screen.say(text)
    if found.unchecked:
        screen.say(f"Not checked, for there is no store yet that could hold it: {', '.join(found.unchecked)}.")
    return 0


def _counted(loaded: Loaded) -> str:
    providers, aliases = len(loaded.settings.providers), len(loaded.settings.models)
    embedded = "the embedded model" if loaded.settings.local.enabled else "no embedded model"
    return f"{providers} provider{'' if providers == 1 else 's'}, {aliases} alias{'' if aliases == 1 else 'es'}, {embedded}"
