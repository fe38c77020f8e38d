"""How much a plugin may take. Each test has the same program under a higher ceiling, where it gets through."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import pytest
from cell import FEW, Cell, line, running

from switchgear.core.errors import PluginNotStarted
from switchgear.plugins.permissions import Permissions, PluginLimits
from switchgear.plugins.sandbox import control_groups, disk
from switchgear.plugins.sandbox.control_groups import ControlGroup, Hierarchies

PROGRAMS = Permissions(subprocesses=True)


def limits(**changed: float) -> PluginLimits:
    return msgspec.structs.replace(FEW, **changed)


FORKS = """
import os, time
count = 0
try:
    while count < 60:
        if os.fork() == 0:
            time.sleep(600)
        count += 1
except OSError as error:
    print(type(error).__name__)
print(count, flush=True)
os._exit(0)
"""


async def test_a_fork_bomb_ends_at_the_limit_of_processes(cell: Cell) -> None:
    done = await cell.run(FORKS, PROGRAMS, limits(processes=20))
    assert done.out.split() == ["BlockingIOError", "19"]
    assert (await cell.run(FORKS, PROGRAMS, limits(processes=100))).out.split() == ["60"]


async def test_threads_are_processes_too(cell: Cell) -> None:
    text = """
import threading, time
count = 0
try:
    while count < 60:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        count += 1
except RuntimeError:
    pass
print(count, flush=True)
import os; os._exit(0)
"""
    assert (await cell.run(text, limits=limits(processes=20))).out.split() == ["19"]
    assert (await cell.run(text, limits=limits(processes=100))).out.split() == ["60"]


ALLOCATE = "kept = []\nfor _ in range(1600 if {seconds} > 9 else 160):\n  kept.append(bytearray(b'x') * (1 << 20))\nprint('got it')"
SHARED = "import mmap\nkept = []\nfor _ in range(160):\n  m = mmap.mmap(-1, 1 << 20); m.write(b'x' * (1 << 20)); kept.append(m)\nimport time; time.sleep({seconds})\nprint('got it')"
CHILDREN = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = bytearray(b'x') * (20 << 20)
        time.sleep(600)
time.sleep({seconds})
print('got it', flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("attack", [ALLOCATE, SHARED])
async def test_a_memory_bomb_ends_at_the_limit_of_memory(cell: Cell, attack: str) -> None:
    done = await cell.run(attack.format(seconds=600), limits=limits(memory_mb=64))
    assert "got it" not in done.out
    assert "limits.memory_mb" in done.reason or "MemoryError" in done.err
    assert (await cell.run(attack.format(seconds=1), limits=limits(memory_mb=512))).out.strip() == "got it"


async def test_memory_of_all_processes_counts_together(cell: Cell) -> None:
    done = await cell.run(CHILDREN.format(seconds=600), PROGRAMS, limits(memory_mb=64))
    assert "got it" not in done.out
    assert "limits.memory_mb" in done.reason
    assert (await cell.run(CHILDREN.format(seconds=2), PROGRAMS, limits(memory_mb=512))).out.strip() == "got it"


SCRATCH = """
import os
written = 0
try:
    with open({path!r}, "wb") as file:
        for _ in range(80):
            file.write(b"x" * (1 << 20)); file.flush(); written += 1
except OSError as error:
    print(os.strerror(error.errno))
print(written)
"""


@pytest.mark.parametrize("path", ["/tmp/x", "/dev/shm/x"])
async def test_scratch_space_has_an_end(cell: Cell, path: str) -> None:
    done = await cell.run(SCRATCH.format(path=path), limits=limits(memory_mb=512, disk_mb=512))
    assert done.out.split("\n")[:2] == ["No space left on device", "64"]


FILL = """
import os, time
number = 0
while number < {files}:
    with open(f"/data/{{number}}", "wb") as file:
        file.write(os.urandom(1 << 20))
    number += 1
print("filled", flush=True)
time.sleep({seconds})
"""


async def test_a_data_folder_over_its_limit_ends_the_plugin_and_keeps_it_from_starting(cell: Cell) -> None:
    done = await cell.run(FILL.format(files=12, seconds=600), limits=limits(disk_mb=8))
    assert done.status == -9
    assert done.reason == "holds more than 8 MiB in its data folder (limits.disk_mb)"
    with pytest.raises(PluginNotStarted, match="more than 8 MiB"):
        await cell.run("", limits=limits(disk_mb=8))
    assert (await cell.run(FILL.format(files=12, seconds=0), limits=limits(disk_mb=64))).out.strip() == "filled"


async def test_one_file_is_no_longer_than_the_limit(cell: Cell) -> None:
    text = "import os\nf = open('/data/x', 'wb')\ntry:\n  f.truncate(9 << 20)\nexcept OSError as e:\n  print(os.strerror(e.errno))"
    assert (await cell.run(text, limits=limits(disk_mb=8))).out.strip() == "File too large"
    assert (await cell.run(text, limits=limits(disk_mb=16))).out.strip() == ""


HIDDEN = {
    "deleted files that are held open": """
import os, time
kept = []
for number in range(12):
    file = open(f"/data/{number}", "wb"); file.write(b"x" * (1 << 20)); file.flush(); os.unlink(file.name); kept.append(file)
print("filled", flush=True); time.sleep(600)
""",
    "a folder that cannot be looked into": """
import os, time
os.mkdir("/data/hidden"); open("/data/hidden/x", "wb").write(b"x" * (7 << 20)); os.chmod("/data/hidden", 0o300)
open("/data/hidden/y", "wb").write(b"x" * (7 << 20))
print("filled", flush=True); time.sleep(600)
""",
    "a great many empty files": """
import os, time
for number in range(4000):
    open(f"/data/{number}", "wb").close()
print("filled", flush=True); time.sleep(600)
""",
}


@pytest.mark.parametrize("how", HIDDEN)
async def test_what_is_filled_in_other_ways_is_found(cell: Cell, how: str) -> None:
    done = await cell.run(HIDDEN[how], limits=limits(disk_mb=8))
    assert done.status == -9
    assert "data folder" in done.reason or "cannot be measured" in done.reason


def test_a_folder_is_measured_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * (1 << 20))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "big")
    (tmp_path / "data" / "loop").symlink_to(tmp_path)
    assert disk.measure(tmp_path / "data", 1 << 30) == 8192
    (tmp_path / "data" / "file").write_bytes(b"x" * 100_000)
    assert 100_000 <= disk.measure(tmp_path / "data", 1 << 30) < 200_000
    assert disk.measure(tmp_path / "data", 4096) >= 4096


def test_a_folder_too_deep_to_be_named_is_told(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
    finally:
        os.chdir(here)
    with pytest.raises(disk.Unreadable):
        disk.measure(tmp_path, 1 << 30)


FLOOD = """
import os, select
out, taken = {descriptor}, 0
os.set_blocking(out, False)
while select.select([], [out], [], 1.0)[1]:
    taken += os.write(out, b"x" * 4096)
open("/data/taken", "w").write(str(taken))
"""


@pytest.mark.parametrize("descriptor", [1, 2])
async def test_endless_output_waits_in_its_pipe(cell: Cell, descriptor: int) -> None:
    """The gateway reads nothing by itself, so that nothing grows; the program finds no room after the pipe's."""
    async with running(await cell.start(FLOOD.format(descriptor=descriptor))) as confined:
        assert await asyncio.wait_for(confined.wait(), 60) == 0
    assert 4096 <= int((cell.data / "taken").read_text()) <= 1 << 20


async def test_processor_time_has_a_ceiling_that_cannot_be_raised(cell: Cell) -> None:
    text = """
import os, time
try:
    os.sched_setaffinity(0, range(os.cpu_count()))
except OSError:
    pass
began, used = time.monotonic(), time.process_time()
print(len(os.sched_getaffinity(0)), flush=True)
"""
    done = await cell.run(text, limits=limits(cpus=1.0))
    group = control_groups.find()
    if "cpu" not in group.folders:
        assert done.out.strip() == "1"


async def test_usage_tells_memory_processes_and_disk(cell: Cell) -> None:
    (cell.data / "kept").write_bytes(b"x" * (1 << 20))
    text = "kept = bytearray(b'x') * (32 << 20)\nprint('up', flush=True)\nimport sys; sys.stdin.read()"
    async with running(await cell.start(text)) as confined:
        assert await line(confined) == "up"
        usage = confined.usage()
        assert usage.memory > 32 << 20
        assert usage.processes == 1
        assert usage.disk == 1 << 20
    assert confined.usage().memory == 0


@pytest.mark.skipif(not control_groups.find().folders, reason="no control groups can be made here")
async def test_control_groups_are_gone_when_their_plugin_is(cell: Cell) -> None:
    folders = set(control_groups.find().folders.values())

    def ours() -> list[Path]:
        return [group for folder in folders for group in folder.glob(f"switchgear-{os.getpid()}-*")]

    async with running(await cell.start("print('up', flush=True)\nimport sys; sys.stdin.read()")) as confined:
        assert await line(confined) == "up"
        assert ours()
    assert not ours()


def unified(root: Path, own: str, processes: str) -> Path:
    """A made-up machine with version 2 of control groups."""
    folder = root / "sys/fs/cgroup" / own.lstrip("/")
    folder.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text("30 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n")
    (root / "proc/self/cgroup").write_text(f"0::{own}\n")
    (folder / "cgroup.controllers").write_text("cpu io memory pids\n")
    (folder / "cgroup.subtree_control").write_text("")
    (folder / "cgroup.procs").write_text(processes)
    return folder


def test_version_2_groups_are_made_below_the_gateways_own(tmp_path: Path) -> None:
    folder = unified(tmp_path, "/system.slice/switchgear.service", "")
    left = folder / "switchgear-4000000000-1"
    left.mkdir()
    found = control_groups.find(tmp_path)
    assert found.folders == dict.fromkeys(("memory", "pids", "cpu"), folder)
    assert found.unified
    assert not found.reason
    assert (folder / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    assert not left.exists()


def test_a_group_is_limited_in_version_2s_words(tmp_path: Path) -> None:
    folder = unified(tmp_path, "/x", "")
    group = ControlGroup(control_groups.find(tmp_path), PluginLimits(memory_mb=1, processes=5, cpus=0.5))
    (made,) = folder.glob(f"switchgear-{os.getpid()}-*")
    assert {file.name: file.read_text() for file in made.iterdir()} == {
        "memory.max": "1048576", "memory.swap.max": "0", "memory.oom.group": "1", "cpu.max": "50000 100000", "pids.max": "6",
    }  # fmt: skip
    assert group.holds == {"memory", "pids", "cpu"}


def test_a_machine_without_control_groups_says_so(tmp_path: Path) -> None:
    assert control_groups.find(tmp_path).reason.startswith("control groups cannot be read")
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/mountinfo").write_text("")
    (tmp_path / "proc/self/cgroup").write_text("")
    found = control_groups.find(tmp_path)
    assert found == Hierarchies({}, True, "no group can be made for memory and pids and cpu")
