"""``switchgear plugin dev``: a plugin runs while it is written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.frames import EVERY, Wanted, line, say_now
from switchgear.cli.plugin.reaching import AS_USUAL, Run, bench_of, tell_word
from switchgear.core.errors import PluginError, SwitchgearError, UsageError
from switchgear.plugins.authoring import recording
from switchgear.plugins.authoring.changes import build, changes
from switchgear.plugins.authoring.project import Project, read_project
from switchgear.plugins.authoring.served import Served
from switchgear.plugins.authoring.workbench import Listeners, Workbench
from switchgear.plugins.declaration import NAMESPACE
from switchgear.plugins.manifest import FILE
from switchgear.plugins.mcp.negotiation import START_SECONDS
from switchgear.plugins.mcp.session import Hooks, Session
from switchgear.plugins.offer import TOOLS
from switchgear.plugins.sandbox.egress import Denied
from switchgear.plugins.traffic import Seen, Traffic

PORT: Final = 4199

dev = App(
    name="dev",
    help_epilogue="""\
Clients connect to http://127.0.0.1:4199/mcp and stay connected while the plugin is started anew with each change of a file; they are told
when it offers something else. With --stdio one client speaks to it in lines, and what happens is shown on standard error.

Examples
  switchgear plugin dev
  switchgear plugin dev weather --port 0 --frames --set units=metric
  claude mcp add weather -- switchgear plugin dev weather --stdio""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Door:
    """Where clients come in, and what is written down of them."""

    port: Annotated[int, Parameter(metavar="NUMBER", help="Port on 127.0.0.1; 0 is any that is free.")] = PORT
    stdio: Annotated[bool, Parameter(negative="", help="Serve one client on standard input and output.")] = False
    save: Annotated[Path | None, Parameter(metavar="FILE", help="Write the frames down, one a line, as JSON.")] = None


_USUAL: Final = Door()


@dev.default
async def run(
    folder: Annotated[Path, Parameter(name="FOLDER", help="The plugin's folder. [this one]")] = Path(),
    /,
    *,
    door: Door = _USUAL,
    wanted: Wanted = EVERY,
    how: Run = AS_USUAL,
) -> None:
    """Run a plugin while it is written: started anew when a file changes, its clients kept, its traffic shown."""
    project = read_project(folder)
    with _writer(door.save) as write:
        show = _Show(project, wanted, screen.note if door.stdio else say_now, write)
        bench = bench_of(project, how, Listeners(tell_word, show.denied))
        await _served(_Dev(bench, show), bench, door)


async def serve(bench: Workbench, wanted: Wanted, port: int, *, seconds: float) -> None:
    """Serve a plugin without starting it anew; ``seconds`` are what it may take to introduce itself. Raises UsageError."""
    show = _Show(bench.project, wanted, say_now, lambda _: None)
    bench.listen(Listeners(tell_word, show.denied))
    await _served(_Dev(bench, show, seconds=seconds, watching=False), bench, Door(port))


async def _served(dev_run: _Dev, bench: Workbench, door: Door) -> None:
    try:
        await dev_run.run(door)
    except asyncio.CancelledError:  # by a signal: that is how it ends
        return
    except OSError as error:
        raise UsageError(
            f"Port {door.port} cannot be used: {(error.strerror or str(error)).lower()}.", hint="Try --port 0."
        ) from error
    finally:
        bench.close()


@contextlib.contextmanager
def _writer(save: Path | None) -> Iterator[Callable[[Seen], None]]:
    if save is None:
        yield lambda _: None
        return
    with telling(save), save.open("x", encoding="utf-8") as file:

        def write(seen: Seen) -> None:
            file.write(recording.written(seen) + "\n")

        yield write


class _Show:
    """What a person sees of it."""

    def __init__(
        self, project: Project, wanted: Wanted, say: Callable[[str], None], write: Callable[[Seen], None]
    ) -> None:
        self._project = project
        self._wanted = wanted
        self._write = write
        self.say = say
        self.last_denied = ""

    def started(self, tools: int, *, sandboxed: bool) -> None:
        """It runs for the first time."""
        held = "sandboxed as declared" if sandboxed else screen.style("not sandboxed", "yellow")
        self.say(f" {self._project.name} · {tools} tool{'s' * (tools != 1)} · {held} · watching")

    def at(self, url: str) -> None:
        """Where clients find it."""
        self.say(f" {url}   claude mcp add --transport http {self._project.name} {url}")

    def reloaded(self, changed: list[str], seconds: float, kinds: list[str]) -> None:
        """It was started anew."""
        more = f", other {' and '.join(kinds)} than before" if kinds else ""
        names = ", ".join(changed[:3]) + ("…" if len(changed) > 3 else "")
        self.say(screen.printable(f" … saved {names} → reloaded in {seconds:.1f} s, clients kept{more}"))

    def failed(self, told: str, *, kept: bool) -> None:
        """It did not start."""
        self.say(f" {screen.mark('broken')} {screen.printable(told)}")
        self.say(
            screen.style(f"   {'The one before goes on' if kept else 'Clients wait'} until a file changes.", "dim")
        )

    def denied(self, refused: Denied) -> None:
        """The sandbox refused a connection."""
        self.last_denied = refused.target
        key = "      press a to add it" if sys.stdin.isatty() else ""
        target = screen.printable(refused.target)
        self.say(f" {screen.mark('broken')} denied: connect {target}, not in permissions.network{key}")

    def frame(self, seen: Seen) -> None:
        """A frame that went by."""
        self._write(seen)
        if self._wanted.holds(seen):
            self.say(line(seen, self._wanted))


class _Dev:
    """One run of the command."""

    def __init__(self, bench: Workbench, show: _Show, *, seconds: float = START_SECONDS, watching: bool = True) -> None:
        self._bench = bench
        self._show = show
        self._seconds = seconds
        self._watching = watching
        self._name = bench.project.name
        self._traffic = Traffic()
        self._served = Served(self._opened)
        self._runs = False

    async def run(self, door: Door) -> None:
        """Serve until it is interrupted, or the client on standard input ends."""
        from switchgear.cli.plugin import dev_server  # noqa: PLC0415 - a server takes its time to import, and a help page needs none

        loop = asyncio.get_running_loop()
        whole = asyncio.current_task()
        if whole is not None:  # so that the plugin is ended in its own way
            loop.add_signal_handler(signal.SIGTERM, whole.cancel)
        beside = [asyncio.ensure_future(self._watch_frames())]
        try:
            if self._watching:
                beside.append(asyncio.ensure_future(self._watch_files()))
            else:
                await self._served.reload()
            with self._keys(door):
                if door.stdio:
                    await dev_server.serve_lines(self._served)
                else:
                    await dev_server.serve_http(self._served, door.port, self._show.at)
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            for task in beside:
                task.cancel()
            try:
                await asyncio.gather(*beside, return_exceptions=True)
            finally:  # a signal may have cancelled that
                await self._served.close()

    async def _opened(self, hooks: Hooks) -> Session:
        return await self._bench.session(
            hooks, tap=lambda channel: self._traffic.tap(self._name, channel), seconds=self._seconds
        )

    async def _watch_frames(self) -> None:
        with self._traffic.watch(self._name) as follower:
            async for seen in follower:
                self._show.frame(seen)

    async def _watch_files(self) -> None:
        await self._start([])
        async for changed in changes(self._bench.project.folder):
            if failed := await build(self._bench.project.folder, changed):
                self._show.failed(failed, kept=self._runs)
            else:
                await self._start(changed)

    async def _start(self, changed: list[str]) -> None:
        began = time.monotonic()
        try:
            self._bench.project = read_project(self._bench.project.folder)
            kinds = await self._served.reload()
        except (PluginError, UsageError) as error:
            self._show.failed(error.message, kept=self._runs)
            return
        if not self._runs:
            self._runs = True
            self._show.started(len(self._served.offer.of(TOOLS)), sandboxed=self._bench.manner.sandboxed)
        else:
            self._show.reloaded(changed, time.monotonic() - began, sorted(kind.field for kind in kinds))
        for fault in self._served.offer.faults:
            self._show.failed(fault, kept=True)

    # ------------------------------------------------------------ keys

    @contextlib.contextmanager
    def _keys(self, door: Door) -> Iterator[None]:
        """React to single keys at a terminal."""
        if door.stdio or not sys.stdin.isatty():
            yield
            return
        loop = asyncio.get_running_loop()
        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        loop.add_reader(sys.stdin, self._pressed)
        try:
            yield
        finally:
            loop.remove_reader(sys.stdin)
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def _pressed(self) -> None:
        if sys.stdin.read(1) != "a" or not self._show.last_denied:
            return
        target, self._show.last_denied = self._show.last_denied, ""
        try:
            permit(self._bench.project.folder / FILE, target)
        except SwitchgearError as error:
            self._show.failed(error.told, kept=self._runs)
        else:
            self._show.say(f" {screen.mark('ok')} {target} is in permissions.network of {FILE} now")


def permit(path: Path, target: str) -> None:
    """Write a target into the permissions that a manifest asks for. Raises UsageError."""
    with telling(path):
        try:
            document: dict[str, Any] = json.loads(path.read_text("utf-8"))
            ours = document.setdefault("_meta", {}).setdefault(NAMESPACE, {})
            network = ours.setdefault("permissions", {}).setdefault("network", [])
        except (ValueError, AttributeError) as error:
            raise UsageError(f"{path} cannot be read.", hint="Correct it first.") from error
        if target not in network:
            network.append(target)
            path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
