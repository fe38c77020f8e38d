"""The options that every command takes: which configuration, which data folder, which gateway."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Group, Parameter

from switchgear.config import paths

EVERYWHERE: Final = Group("Everywhere", sort_key=100)

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
"""The option of every command that lists or creates."""


@Parameter(name="*", group=EVERYWHERE)
@dataclass(frozen=True)
class Where:
    """Which gateway a command is about. What is left out comes from the environment, then from the defaults."""

    config: Annotated[
        Path | None, Parameter(metavar="PATH", help="Configuration file. [SWITCHGEAR_CONFIG, else ./switchgear.toml]")
    ] = None
    data_dir: Annotated[
        Path | None,
        Parameter(metavar="PATH", help="Data folder. [SWITCHGEAR_DATA_DIR, else ~/.local/share/switchgear]"),
    ] = None
    url: Annotated[
        str | None,
        Parameter(metavar="URL", help="Running gateway; SWITCHGEAR_KEY is its key. [SWITCHGEAR_URL, else found]"),
    ] = None
    debug: Annotated[bool, Parameter(negative="", help="Show tracebacks.")] = False

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the command."""
        return os.environ

    def folder(self) -> Path:
        """The data folder, which need not exist yet."""
        return paths.data_folder(self.data_dir, self.environ)

    def file(self) -> Path | None:
        """The configuration file, if there is one; one that was named is returned whether it exists or not."""
        return paths.config_file(self.config, self.environ)

    def gateway(self) -> str | None:
        """The address that was named, without a slash at its end."""
        return (self.url or self.environ.get("SWITCHGEAR_URL", "")).rstrip("/") or None


HERE: Final = Where()

LEADING: Final = {"--config": True, "--data-dir": True, "--url": True, "--debug": False}
"""The options above as they may also stand before the command, and whether a value follows."""
