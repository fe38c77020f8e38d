"""How a confined process begins and ends, its gateway's sudden end included."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from cell import PYTHON, Cell, finished, line, outside, running, until

from switchgear.core.errors import PluginNotStarted, SandboxUnavailable
from switchgear.plugins.mcp.stdio import StdioChannel
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox import ceilings, control_groups, seccomp
from switchgear.plugins.sandbox import sandbox as sandbox_module
from switchgear.plugins.sandbox.bubblewrap import Bubblewrap
from switchgear.plugins.sandbox.gate import Gate
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.layers import NAMES
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.sandbox.sandbox import Sandbox

PROGRAMS = Permissions(subprocesses=True)
ECHO = "import sys\nprint('up', flush=True)\nfor line in sys.stdin:\n  print(line.strip()[::-1], flush=True)"


async def test_a_process_is_spoken_to_by_its_pipes(cell: Cell) -> None:
    async with running(await cell.start(ECHO)) as confined:
        assert await line(confined) == "up"
        os.write(confined.stdin, b"hello\n")
        assert await line(confined) == "olleh"
        assert confined.returncode is None


@pytest.mark.parametrize(
    ("end", "status"), [("", 0), ("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 15)", -15)]
)
async def test_the_end_of_a_process_is_told_with_its_status(cell: Cell, end: str, status: int) -> None:
    told: list[int] = []
    async with running(await cell.start(end)) as confined:
        confined.on_ended(told.append)
        done = await finished(confined)
    assert (done.status, confined.returncode, told, done.reason) == (status, status, [status], "")
    confined.on_ended(told.append)
    assert told == [status, status]


async def test_a_program_that_is_not_there_ends_with_words(cell: Cell, sandbox: Sandbox) -> None:
    launch = Launch(name="none", argv=("/plugin/server",), code=cell.code, data=cell.data)
    async with running(await sandbox.start(launch)) as confined:
        done = await finished(confined)
    assert done.status == 1
    assert "/plugin/server: No such file or directory" in done.err


async def test_a_stop_lets_the_process_end_by_itself(cell: Cell) -> None:
    text = "import sys\nprint('up', flush=True)\nsys.stdin.read()\nopen('/data/ended', 'w').write('by itself')"
    confined = await cell.start(text)
    assert await line(confined) == "up"
    os.close(confined.stdin)
    await confined.stop(60)
    os.close(confined.stdout)
    os.close(confined.stderr)
    assert (confined.returncode, (cell.data / "ended").read_text()) == (0, "by itself")


async def test_a_stop_asks_before_it_forces(cell: Cell) -> None:
    text = textwrap.dedent("""
        import signal, sys, time
        def asked(*_):
            open("/data/ended", "w").write("asked")
            sys.exit(3)
        signal.signal(signal.SIGTERM, asked)
        print("up", flush=True)
        while True:
            time.sleep(600)
    """)
    async with running(await cell.start(text)) as confined:
        assert await line(confined) == "up"
        await confined.stop(1)
        assert confined.returncode == 3
    assert (cell.data / "ended").read_text() == "asked"


STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                time.sleep(600)
        time.sleep(600)
print("up", flush=True)
time.sleep(600)
"""


def marked(mark: str) -> list[int]:
    """Processes of the machine with ``mark`` in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return [each for each in found if each != os.getpid()]


async def test_a_stop_ends_the_whole_tree(cell: Cell) -> None:
    mark = f"# {cell.data}"
    async with running(await cell.start(STUBBORN + mark, PROGRAMS)) as confined:
        assert await line(confined) == "up"
        await until(lambda: len(marked(mark)) >= 8, "all of it runs")
        await confined.stop(0.1)
        assert confined.returncode == -9
        assert marked(mark) == []


async def test_what_a_process_leaves_behind_ends_with_it(cell: Cell) -> None:
    mark = f"# {cell.data}"
    text = "import os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(600)\nos._exit(0)" + mark
    async with running(await cell.start(text, PROGRAMS)) as confined:
        assert await confined.wait() == 0
        await confined.stop(0)
        assert marked(mark) == []


GATEWAY = """
import asyncio, os, signal, sys
from pathlib import Path
from switchgear.plugins.mcp.stdio import StdioChannel
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox.gate import Gate
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.sandbox.sandbox import Sandbox

async def main():
    {before}
    python, code, data, text = sys.argv[1:]
    launch = Launch(name="x", argv=(python, "-I", "-c", text), code=Path(code), data=Path(data), runtimes=runtime_of(Path(python)),
                    permissions=Permissions(subprocesses=True))
    confined = await Sandbox().start(launch)
    print("started", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def gateway(cell: Cell, text: str, before: str = "") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", GATEWAY.format(before=before), str(PYTHON), str(cell.code), str(cell.data), text,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_nothing_survives_a_gateway_that_is_killed(cell: Cell) -> None:
    mark = f"# {cell.data}"
    ready = STUBBORN.replace('print("up", flush=True)', 'open("/data/up", "w").close()')
    process = await gateway(cell, ready + mark)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"started\n"
    await until(lambda: (cell.data / "up").exists() and len(marked(mark)) >= 8, "it runs")
    process.kill()
    await process.wait()
    await until(lambda: marked(mark) == [], "nothing is left")


async def test_a_plugin_never_begins_whose_gateway_was_killed_while_it_waited(cell: Cell) -> None:
    mark = f"# {cell.data}"
    process = await gateway(
        cell,
        f"open('/data/began', 'w').close() {mark}",
        before="Gate.open = lambda gate: os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert await process.wait() == -9
    await until(lambda: marked(mark) == [], "nothing is left")
    assert not (cell.data / "began").exists()


async def test_a_start_that_is_given_up_leaves_nothing(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = f"# {cell.data}"
    reached = asyncio.Event()

    async def never(gate: Gate) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Gate, "reached", never)
    before = len(os.listdir("/proc/self/fd"))
    starting = asyncio.create_task(cell.start(f"pass {mark}"))
    await reached.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await until(lambda: marked(mark) == [], "nothing is left")
    assert len(os.listdir("/proc/self/fd")) == before
    groups = control_groups.find().folders.values()
    await until(
        lambda: not [left for folder in groups for left in folder.glob(f"switchgear-{os.getpid()}-*")], "no groups"
    )


async def test_a_start_that_fails_at_its_last_step_leaves_nothing(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(gate: Gate) -> None:
        raise RuntimeError("a defect")

    mark = f"# {cell.data}"
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(Gate, "open", fail)
    with pytest.raises(RuntimeError, match="a defect"):
        await asyncio.wait_for(cell.start(f"pass {mark}"), 60)
    await until(lambda: marked(mark) == [], "nothing is left")
    await until(lambda: len(os.listdir("/proc/self/fd")) == before, "no descriptors are left")


async def test_a_plugin_that_comes_and_goes_leaves_no_descriptors(cell: Cell) -> None:
    await cell.run("")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        await cell.run("")
    assert len(os.listdir("/proc/self/fd")) == before


async def test_several_start_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    cells = [Cell(sandbox, tmp_path, f"p{number}") for number in range(6)]
    done = await asyncio.gather(*(each.run(f"print({number})") for number, each in enumerate(cells)))
    assert [each.out.strip() for each in done] == ["0", "1", "2", "3", "4", "5"]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cell]:
    """A machine that has no layer of the sandbox."""

    async def find() -> Bubblewrap:
        return Bubblewrap(None, "no user namespaces: Operation not permitted")

    monkeypatch.setattr(sandbox_module.bubblewrap, "find", find)
    monkeypatch.setattr(seccomp, "native", lambda: None)
    monkeypatch.setattr(ceilings, "lacking", lambda *_: "nothing limits processes")
    made = Sandbox()
    yield Cell(made, tmp_path)
    made.close()


async def test_absent_layers_are_named_and_refuse(bare: Cell) -> None:
    with pytest.raises(SandboxUnavailable) as refused:
        await bare.start("")
    told = refused.value.message
    assert all(name in told for name in NAMES)
    assert "no user namespaces: Operation not permitted" in told
    with pytest.raises(SandboxUnavailable) as refused:
        await bare.start("", accepted=frozenset({"seccomp", "ceilings", "network"}))
    assert "seccomp" not in refused.value.message
    assert "filesystem" in refused.value.message


async def test_without_any_layer_a_plugin_runs_as_a_plain_process_that_ends_with_the_gateways(bare: Cell) -> None:
    mark = f"# {bare.data}"
    text = STUBBORN.replace(
        'print("up", flush=True)', 'print(os.getcwd(), os.environ["HOME"], "PYTHONPATH" in os.environ, flush=True)'
    )
    async with running(await bare.start(text + mark, PROGRAMS, accepted=frozenset(NAMES))) as confined:
        assert await line(confined) == f"{bare.data} {bare.data} False"
        await until(lambda: len(marked(mark)) >= 7, "all of it runs")
        assert confined.usage().processes >= 6
        await confined.stop(0.1)
        assert confined.returncode == -9
    await until(lambda: marked(mark) == [], "nothing is left")
    assert (await bare.run("import sys; sys.exit(3)", accepted=frozenset(NAMES))).status == 3


async def test_without_namespaces_the_filter_of_calls_still_holds(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find() -> Bubblewrap:
        return Bubblewrap(None, "no user namespaces")

    monkeypatch.setattr(sandbox_module.bubblewrap, "find", find)
    monkeypatch.setattr(cell.sandbox, "_found", None)
    text = "import socket\ntry:\n  socket.socket(socket.AF_UNIX)\nexcept OSError as e:\n  print('refused', open('/proc/self/status').read().count('NoNewPrivs:\t1'))"
    weak = frozenset({"namespaces", "filesystem", "network", "ceilings"})
    assert (await cell.run(text, accepted=weak)).out.strip() == "refused 1"


async def test_a_layer_that_is_accepted_to_be_absent_is_done_without(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp, "native", lambda: None)
    with pytest.raises(SandboxUnavailable, match="seccomp"):
        await cell.start("")
    assert (await cell.run("print('ran')", accepted=frozenset({"seccomp"}))).out == "ran\n"


async def test_what_cannot_be_an_environment_is_told(cell: Cell) -> None:
    with pytest.raises(PluginNotStarted, match="environment variable"):
        await cell.start("", env={"A": "b\0--bind\0/\0/x"})


def test_a_runtime_is_what_an_interpreter_needs_and_no_home(tmp_path: Path) -> None:
    home = tmp_path / ".local"
    (home / "bin").mkdir(parents=True)
    (home / "share/keyrings").mkdir(parents=True)
    (home / "lib/python3.11").mkdir(parents=True)
    (home / "bin/python3.11").write_text("")
    (home / "bin/python").symlink_to("python3.11")
    assert set(runtime_of(home / "bin/python")) == {
        home / "bin/python",
        home / "bin/python3.11",
        home / "lib/python3.11",
    }
    with pytest.raises(FileNotFoundError):
        runtime_of(tmp_path / "none")


async def test_a_signal_to_the_gateways_terminal_does_not_reach_a_plugin(cell: Cell) -> None:
    async with running(await cell.start(ECHO)) as confined:
        assert await line(confined) == "up"
        inner = Path(f"/proc/{confined.pid}/task/{confined.pid}/children").read_text().split()[0]
        assert os.getpgid(int(inner)) != os.getpgid(0)
        assert os.getsid(int(inner)) != os.getsid(0)


class Heard:
    """Takes what a channel receives."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.ended = asyncio.get_running_loop().create_future()

    def frame(self, data: bytes, call: int | None = None) -> int:
        self.frames.append(bytes(data))
        return 1

    def failed(self, call: int | None, error: Exception) -> None:
        raise error

    def renewed(self) -> None:
        raise AssertionError

    def closed(self, reason: str) -> None:
        self.ended.set_result(reason)


async def test_a_channel_speaks_with_it(cell: Cell) -> None:
    channel = StdioChannel("trial", await cell.start(ECHO), 1 << 20)
    heard = Heard()
    channel.start(heard)
    channel.send(b'{"a":1}\n')
    await until(lambda: len(heard.frames) == 2, "its answer came")
    assert [frame.strip() for frame in heard.frames] == [b"up", b'}1:"a"{']
    await channel.close(10)
    assert await heard.ended == "it was stopped"


async def test_a_plugin_knows_the_authorities_that_this_machine_knows(cell: Cell) -> None:
    code = "import os, ssl\nfound = ssl.get_default_verify_paths()\n"
    code += "print([os.path.exists(each) for each in (found.openssl_cafile, found.openssl_capath)])"
    assert (await cell.run(code)).out == (await outside(code)).out
