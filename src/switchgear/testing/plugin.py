"""A plugin of pytest for plugins of Switchgear: ``pytest -p switchgear.testing.plugin``, or by itself where Switchgear is installed.

Fixtures: ``plugin``, the server of the manifest in its sandbox; ``in_memory``, which connects to a server object in this process. Neither needs
tests to be asynchronous. With ``--plugin-checks``, ``manifest.json`` among the arguments stands for what every plugin has to do (``plugin_checks``); ``switchgear plugin
test`` says so. See ``docs/guides/authors.md``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from switchgear.core.errors import SwitchgearError
from switchgear.plugins.authoring.project import Manner, Project, placeholders, read_project
from switchgear.plugins.authoring.workbench import Listeners, Workbench
from switchgear.plugins.manifest import FILE
from switchgear.plugins.permissions import NOTHING
from switchgear.testing.plugin_client import Bench, Failed, InMemory, Loop, PluginClient

_CHECKS: Final = "switchgear.testing.plugin_checks"  # by name, for Hypothesis takes its time


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("switchgear plugins")
    group.addoption("--plugin-folder", metavar="FOLDER", help="The folder with manifest.json. [the root folder]")
    group.addoption("--plugin-checks", action="store_true", help="Check what every plugin has to do.")
    group.addoption("--plugin-unsandboxed", action="store_true", help="Run the plugin without its sandbox.")


@pytest.fixture(scope="session")
def plugin_loop() -> Iterator[Loop]:
    """The event loop of the plugin's processes, which end with its thread."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def plugin_bench(pytestconfig: pytest.Config, plugin_loop: Loop) -> Iterator[Bench]:
    """Starts the plugin's server, with what its manifest asks for, as often as it is wanted."""
    bench = _bench(pytestconfig, plugin_loop, harmless=False)
    yield bench
    bench.close()


@pytest.fixture
def plugin(plugin_bench: Bench) -> PluginClient:
    """A client of the plugin's server, which was started for this test in its sandbox, with what the manifest asks for granted."""
    return plugin_bench.client()


@pytest.fixture
def in_memory(plugin_loop: Loop) -> Iterator[Callable[[object], PluginClient]]:
    """``in_memory(server)``: a client of a FastMCP object (or one of the ``mcp`` package), without a process."""
    memory = InMemory(plugin_loop)
    yield memory.connect
    memory.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The manifest, as what stands for what every plugin has to do."""
    wanted = parent.config.getoption("--plugin-checks") and file_path == _project(parent.config).folder / FILE
    return _Checks.from_parent(parent, path=file_path) if wanted else None


class _Checks(pytest.File):
    """The checks of a manifest."""

    def collect(self) -> Iterator[pytest.Item]:
        loop = Loop()
        bench = _bench(self.config, loop, harmless=True)
        self.config.add_cleanup(loop.close)
        self.config.add_cleanup(bench.close)
        for name, check in import_module(_CHECKS).checks(_project(self.config), bench):
            yield _Check.from_parent(self, name=name, check=(check, bench))


class _Check(pytest.Item):
    """One check of what every plugin has to do."""

    def __init__(self, *, check: tuple[Callable[[Bench], None], Bench], **others: Any) -> None:
        super().__init__(**others)
        self._check, self._bench = check

    def runtest(self) -> None:
        not_here: type[Exception] = import_module(_CHECKS).NotHere
        try:
            self._check(self._bench)
        except not_here as reason:
            pytest.skip(str(reason))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | Any:
        """What is wrong in words, where it is known."""
        if isinstance(excinfo.value, Failed | SwitchgearError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is, as far as it is anywhere."""
        return self.path, None, self.name


def _project(config: pytest.Config) -> Project:
    folder = config.getoption("--plugin-folder")
    return read_project(Path(folder) if folder else config.rootpath)


def _bench(config: pytest.Config, loop: Loop, *, harmless: bool) -> Bench:
    """``harmless``: nothing is granted, for tools are called with whatever fits."""

    folder = Path(tempfile.mkdtemp(prefix="plugin-data-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))

    def make(denied: list[str], words: list[str]) -> Workbench:
        project = _project(config)
        manner = Manner(
            data=folder,
            sandboxed=not config.getoption("--plugin-unsandboxed"),
            settings=placeholders(project),
            permissions=NOTHING if harmless else None,
        )
        listeners = Listeners(words.append, lambda refused: denied.append(refused.target))
        return Workbench(project, manner, dict(os.environ), listeners)

    return Bench(loop, make)
