"""What is to be started, as the sandbox is told it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits

_DEFAULT_LIMITS = PluginLimits()


class Launch(Frozen, frozen=True):
    """A plugin's process.

    ``argv``: paths in it are those inside. ``env`` is all that the process sees, besides what the sandbox sets (``HOME``, ``PATH``, ``TMPDIR``,
    ``LANG`` and the proxy's variables), and wins over that. ``code`` is read-only at ``/plugin``; ``data`` is writable at ``/data`` and
    held to ``limits.disk_mb``. ``deps``, what was installed for it, is at ``/deps``: read-only, unless it lies in ``data``, which is how it is
    installed. ``cache`` is writable at ``/cache``: for installers alone, never where a package's own code runs. ``runtimes``: files and folders that are read-only at the paths that they have here. ``permissions`` are
    those granted, with no setting left to fill in.
    """

    name: str
    argv: tuple[str, ...]
    code: Path
    data: Path
    env: Mapping[str, str] = {}
    runtimes: tuple[Path, ...] = ()
    deps: Path | None = None
    cache: Path | None = None
    permissions: Permissions = NOTHING
    limits: PluginLimits = _DEFAULT_LIMITS
    cwd: str = "/data"
