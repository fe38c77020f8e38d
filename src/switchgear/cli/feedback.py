"""``switchgear feedback``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.client import running
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError

app = App(
    name="feedback",
    help_epilogue="""\
The last word of a call counts. A key speaks of its own calls: their ids are in x-request-id.

Examples
  switchgear feedback req_01J9Z --up
  switchgear feedback req_01J9Z --score 0.4""",
)


@app.default
async def feedback(
    request_id: Annotated[str, Parameter(name="REQUEST_ID", help="The call's id.")],
    /,
    *,
    score: Annotated[float | None, Parameter(metavar="SCORE", help="From 0, useless, to 1, as it should be.")] = None,
    up: Annotated[bool, Parameter(negative=(), help="The answer was good.")] = False,
    down: Annotated[bool, Parameter(negative=(), help="The answer was bad.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Say how good an answer was; models with the strategy "auto" learn from it."""
    if (score is not None) + up + down != 1:
        raise UsageError("Say it in one way.", hint="Use one of: --score, --up, --down")
    if score is not None and not 0 <= score <= 1:
        raise UsageError(f"A score of {score:g} is none.", hint="Give a number from 0 to 1.")
    value = score if score is not None else float(up)
    async with running(where) as api:
        told = await api.ask("POST", "/v1/feedback", {"request_id": request_id, "score": value})
    if as_json:
        screen.show_json(told)
        return
    screen.say(f"{told['deployment']}: {value:g}" + (", learned" if told["learned"] else ", kept"))
