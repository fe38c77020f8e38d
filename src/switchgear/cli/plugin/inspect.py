"""``switchgear plugin inspect``: the frames between a plugin and who calls it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.client import running
from switchgear.cli.models import quote
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.frames import EVERY, Wanted, read_seen, show
from switchgear.cli.plugin.reaching import AS_USUAL, Run, folder_of, not_enabled, reached
from switchgear.cli.where import HERE, Where
from switchgear.core.errors import NotFound, UsageError
from switchgear.plugins.authoring import recording
from switchgear.plugins.mcp.session import Session
from switchgear.plugins.offer import KINDS, listed
from switchgear.plugins.traffic import Seen, Traffic

inspect = App(
    name="inspect",
    help_epilogue="""\
A folder's plugin is started, introduced, and asked for all that it offers. Of an installed one the frames are shown that it exchanges with
the running gateway, until Ctrl-C. A recording (--save) can be asked again of another version and compared (--replay), or written as a test.

Examples
  switchgear plugin inspect . --frames
  switchgear plugin inspect time --method "tools/*" --save session.jsonl
  switchgear plugin inspect . --replay session.jsonl
  switchgear plugin inspect . --replay session.jsonl --as-test tests/test_recorded.py""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Recording:
    """What is done with what was recorded."""

    save: Annotated[Path | None, Parameter(metavar="FILE", help="Write the frames down, one a line, as JSON.")] = None
    replay: Annotated[Path | None, Parameter(metavar="FILE", help="Ask again what was recorded, and compare.")] = None
    as_test: Annotated[Path | None, Parameter(metavar="FILE", help="With --replay: write a test of it.")] = None


_NONE: Final = Recording()


@inspect.default
async def run(
    plugin: Annotated[
        str, Parameter(name="PLUGIN", help="The name of an installed one, or a folder as a path: ./NAME. [this one]")
    ] = ".",
    /,
    *,
    wanted: Wanted = EVERY,
    recorded: Recording = _NONE,
    how: Run = AS_USUAL,
    where: Where = HERE,
) -> int:
    """Show the frames between a plugin and who calls it; write them down, ask them again."""
    if recorded.as_test is not None:
        return _write_test(plugin, recorded.replay, recorded.as_test)
    replay = recorded.replay
    with _shown(wanted, recorded.save) as seen:
        if folder_of(plugin) is None and recorded.replay is None:
            return await _watched(plugin, where, seen)
        traffic = Traffic()
        with traffic.watch(plugin) as follower:
            async with reached(plugin, how, where, tap=lambda channel: traffic.tap(plugin, channel)) as session:
                code = await _compared(session, replay) if replay is not None else await _introduced(session)
            for each in follower.taken():
                seen(each)
    return code


async def _watched(name: str, where: Where, seen: Callable[[Seen], None]) -> int:
    """The frames of an installed plugin, until they end or Ctrl-C."""
    try:
        async with running(where) as api, api.stream("POST", f"/api/plugins/{quote(name)}/frames") as lines:
            screen.note(f"Watching {name}. What users said is in its frames. Ctrl-C ends.")
            async for line in lines:
                if line.strip():
                    seen(read_seen(json.loads(line)))
    except NotFound as error:
        raise not_enabled(name) from error
    return 0


@contextlib.contextmanager
def _shown(wanted: Wanted, save: Path | None) -> Iterator[Callable[[Seen], None]]:
    """What shows a frame, and writes it down if that is wanted."""
    with contextlib.ExitStack() as stack:
        file = None
        if save is not None:
            with telling(save):
                file = stack.enter_context(save.open("x", encoding="utf-8"))

        def seen(each: Seen) -> None:
            show(each, wanted)
            if file is not None:
                file.write(recording.written(each) + "\n")
                file.flush()

        yield seen
    if save is not None:
        screen.note(f"{screen.mark('ok')} The frames are in {save}, secrets hidden; what users said is in them.")


async def _introduced(session: Session) -> int:
    offer = await listed(session.request, session.server.offers)
    for fault in offer.faults:
        screen.note(f"{screen.mark('broken')} {screen.printable(fault)}")
    server = session.server
    counts = ", ".join(f"{len(offer.of(kind))} {kind.field}" for kind in KINDS if offer.of(kind))
    screen.note(
        screen.printable(f"{server.name} {server.version}, MCP {session.revision}: {counts or 'nothing offered'}")
    )
    return 1 if offer.faults else 0


async def _compared(session: Session, replay: Path) -> int:
    recorded = _steps(replay)
    found = await recording.replay(session, recorded)
    different = 0
    for step, told in zip(recorded, found, strict=True):
        if told:
            different += 1
            screen.note(f"{screen.mark('broken')} {screen.printable(step.method)} {_named(step)}")
            for each in told:
                screen.note(screen.printable(f"    {each}"))
    if different:
        screen.note(f"{different} of {len(recorded)} answers are different.")
        return 1
    screen.note(f"{screen.mark('ok')} {len(recorded)} answers, all as they were recorded.")
    return 0


def _named(step: recording.Step) -> str:
    return screen.printable(str(step.params.get("name") or step.params.get("uri") or ""))


def _steps(path: Path) -> list[recording.Step]:
    with telling(path):
        lines = path.read_text("utf-8").splitlines()
    found = recording.steps(lines)
    if not found:
        raise UsageError(f"{path} has no request that was answered.", hint="Make a recording with: --save FILE")
    return found


def _write_test(plugin: str, replay: Path | None, target: Path) -> int:
    if replay is None:
        raise UsageError("--as-test needs a recording.", hint="Name it: --replay FILE")
    recorded = _steps(replay)
    with telling(target), target.open("x", encoding="utf-8") as file:
        file.write(recording.as_test(recorded, plugin))
    screen.say(
        f"{screen.mark('ok')} {target}: {len(recorded)} answers to be as they were. Run it: switchgear plugin test"
    )
    return 0
