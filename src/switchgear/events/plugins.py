"""What happened to plugins."""

from __future__ import annotations

import msgspec


class PluginChanged(msgspec.Struct, frozen=True):
    """A plugin was installed, or its state, its version or what it offers is another now. Times are ms since 1970.

    ``state`` is one of ``plugins.installed.State``, or ``removed``; ``reason`` says why, where there is something to say.
    """

    plugin: str
    version: str
    state: str
    reason: str
    at: int
