"""What a plugin tries with files that are not its own. Each attempt works outside, which the tests show."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from cell import Cell, line, outside, running

from switchgear.core.errors import PluginNotStarted
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox import seccomp
from switchgear.plugins.sandbox.sandbox import Sandbox

READ = "import sys\ntry:\n  print(open({path!r}).read())\nexcept OSError as e:\n  print(type(e).__name__)"
WRITE = "import sys\ntry:\n  open({path!r}, 'w').write('hacked')\n  print('written')\nexcept OSError as e:\n  print(type(e).__name__)"
REFUSED = {"FileNotFoundError", "PermissionError", "OSError", "NotADirectoryError"}


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    folder = tmp_path / "gateway"
    folder.mkdir()
    (folder / "secret").write_text("the gateway's secret")
    return folder


async def test_the_gateways_folder_is_not_there(cell: Cell, gateway: Path) -> None:
    attack = READ.format(path=str(gateway / "secret"))
    assert (await outside(attack)).out.strip() == "the gateway's secret"
    assert (await cell.run(attack)).out.strip() == "FileNotFoundError"


async def test_the_machines_passwords_are_not_there(cell: Cell) -> None:
    attack = READ.format(path="/etc/shadow")
    if os.geteuid() == 0:
        assert (await outside(attack)).out.strip() not in REFUSED
    assert (await cell.run(attack)).out.strip() == "FileNotFoundError"
    assert "root" not in (await cell.run(READ.format(path="/etc/passwd"))).out


async def test_nothing_but_data_and_scratch_can_be_written(cell: Cell, tmp_path: Path) -> None:
    (cell.code / "server.py").write_text("ok")
    victim = tmp_path / "victim"
    assert (await outside(WRITE.format(path=str(victim)))).out.strip() == "written"
    victim.unlink()
    places = [
        str(victim),
        "/plugin/server.py",
        "/plugin/new",
        "/usr/new",
        "/etc/passwd",
        "/etc/new",
        "/new",
        "/dev/new",
        "/proc/self/comm",
    ]
    for place in places:
        assert (await cell.run(WRITE.format(path=place))).out.strip() in REFUSED, place
    assert not victim.exists()
    assert (cell.code / "server.py").read_text() == "ok"
    for place in ("/data/new", "/tmp/new", "/dev/shm/new", "/dev/null"):
        assert (await cell.run(WRITE.format(path=place))).out.strip() == "written", place
    assert (cell.data / "new").read_text() == "hacked"


async def test_what_is_granted_is_there_and_read_only_unless_it_is_granted_for_writing(
    cell: Cell, tmp_path: Path
) -> None:
    for name in ("seen", "changed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    granted = Permissions(read=(str(tmp_path / "seen"),), write=(str(tmp_path / "changed"),))
    assert (await cell.run(READ.format(path=str(tmp_path / "seen/file")), granted)).out.strip() == "seen"
    assert (await cell.run(WRITE.format(path=str(tmp_path / "seen/file")), granted)).out.strip() in REFUSED
    assert (await cell.run(WRITE.format(path=str(tmp_path / "changed/file")), granted)).out.strip() == "written"


async def test_a_grant_of_everything_does_not_show_the_gateways_folder_or_other_processes(
    cell: Cell, gateway: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("seen")
    everything = Permissions(read=("/",))
    top = Permissions(read=(str(tmp_path),))
    for granted in (everything, top):
        if granted is everything and tmp_path.is_relative_to("/tmp"):
            continue  # /tmp is a plugin's own unless it is granted by name
        assert (await cell.run(READ.format(path=str(tmp_path / "other")), granted)).out.strip() == "seen"
    for granted in (everything, top):
        assert (await cell.run(READ.format(path=str(gateway / "secret")), granted)).out.strip() == "FileNotFoundError"
    listing = await cell.run("import os; print(sorted(n for n in os.listdir('/proc') if n.isdigit()))", everything)
    assert listing.out.strip() == "['1', '2']"


@pytest.mark.parametrize("granted", ["/proc", "/dev", "/sys/kernel"])
async def test_processes_and_devices_are_not_granted_as_files(cell: Cell, granted: str) -> None:
    with pytest.raises(PluginNotStarted, match="given to plugins"):
        await cell.run("", Permissions(read=(granted,)))


async def test_a_link_to_the_gateways_folder_is_not_granted(cell: Cell, gateway: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(gateway)
    with pytest.raises(PluginNotStarted, match="gateway's own"):
        await cell.run("", Permissions(read=(str(tmp_path / "link"),)))


async def test_a_grant_of_what_is_not_there_is_told(cell: Cell, tmp_path: Path) -> None:
    with pytest.raises(PluginNotStarted, match="not there"):
        await cell.run("", Permissions(write=(str(tmp_path / "nowhere"),)))


async def test_another_plugins_secrets_are_out_of_reach(sandbox: Sandbox, tmp_path: Path) -> None:
    victim, thief = Cell(sandbox, tmp_path, "victim"), Cell(sandbox, tmp_path, "thief")
    (victim.data / "token").write_text("victims-token")
    attack = textwrap.dedent(f"""
        import glob
        found = []
        for path in [*glob.glob("/proc/[0-9]*/environ"), {str(victim.data / "token")!r}, *glob.glob("/proc/[0-9]*/" + "root" + "/data/token")]:
            try:
                found.append(open(path).read())
            except OSError:
                pass
        print("victims-token" in "".join(found), "victims-key" in "".join(found))
    """)
    waiting = "import sys; print('up', flush=True); sys.stdin.read()"
    async with running(await victim.start(waiting, env={"API_KEY": "victims-key"})) as confined:
        assert await line(confined) == "up"
        assert (await outside(attack)).out.strip() == "True True"
        assert (await thief.run(attack)).out.strip() == "False False"


async def test_the_environment_is_what_is_granted_and_what_the_sandbox_sets(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the gateway's key")
    read = "import os; print(sorted(os.environ)); print(open('/proc/1/environ').read(), open('/proc/1/cmdline').read().split(chr(0)))"
    done = await cell.run(read, env={"MINE": "granted-value"})
    names, first = done.out.splitlines()
    assert set(eval(names)) == {
        "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LC_CTYPE", "MINE", "NODE_USE_ENV_PROXY", "NO_PROXY", "PATH", "PWD", "TMPDIR",
        "http_proxy", "https_proxy", "no_proxy",
    } - ({"LC_CTYPE"} if "LC_CTYPE" not in names else set())  # fmt: skip
    assert "granted-value" not in first
    assert str(cell.data) not in first
    assert "gateway" not in done.out


async def test_no_descriptor_of_the_gateway_is_open_inside(cell: Cell) -> None:
    done = await cell.run(
        "import os; print([os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in os.listdir('/proc/self/fd')[:-1]])"
    )
    assert done.out.strip() == "['pipe', 'pipe', 'pipe']"


SET_ID = "import os; open('/data/x', 'w').close()\ntry:\n  os.chmod('/data/x', 0o4755)\n  print('set')\nexcept OSError as e:\n  print(type(e).__name__)"


async def test_no_file_is_made_that_runs_as_its_owner(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await cell.run(SET_ID)).out.strip() == "PermissionError"
    opened = "import os\ntry:\n  os.open('/data/y', os.O_CREAT | os.O_WRONLY, 0o4755)\n  print('set')\nexcept OSError as e:\n  print(type(e).__name__)"
    assert (await cell.run(opened)).out.strip() == "PermissionError"
    monkeypatch.setattr(seccomp, "program", lambda *_, **__: seccomp.everything())
    assert (await cell.run(SET_ID)).out.strip() == "set"


async def test_devices_of_the_machine_cannot_be_changed(cell: Cell) -> None:
    before = os.stat("/dev/null").st_mode
    done = await cell.run(
        "import os\ntry:\n  os.chmod('/dev/null', 0o600)\nexcept OSError as e:\n  print('refused')\nopen('/dev/null', 'w').write('x')\nprint('works')"
    )
    assert done.out.split() == ["refused", "works"]
    assert os.stat("/dev/null").st_mode == before


async def test_settings_of_the_kernel_cannot_be_changed(cell: Cell) -> None:
    done = await cell.run(WRITE.format(path="/proc/sys/kernel/core_pattern"))
    assert done.out.strip() in REFUSED
