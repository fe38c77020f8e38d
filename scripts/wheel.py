"""Puts what ``make compile`` has made into a wheel, which is then one for this platform; without, it is one for all."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledHook(BuildHookInterface):  # type: ignore[type-arg]  # of any builder
    """Adds the compiled modules."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built; ``version`` is ``editable`` for one that points at the sources."""
        source = Path(self.root) / "src"
        libraries = sorted(source.rglob("*.so"))
        if version == "editable" or not libraries:
            return
        if runpy.run_path(str(source / "switchgear" / "native.py"))["outdated"]():
            raise RuntimeError("What is compiled is of older sources: make compile, or make clean, and build again.")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"] |= {str(one): one.relative_to(source).as_posix() for one in libraries}
