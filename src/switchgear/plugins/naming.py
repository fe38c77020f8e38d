"""Names of what plugins offer, where many plugins are offered as one: ``plugin__tool`` and ``plugin+scheme:…``.

A plugin's own name has no underscore and no plus sign (``manifest.Manifest.plugin``), so that every such name belongs to one plugin.
"""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = "__"
_BEFORE_SCHEME: Final = "+"
_PLAIN = re.compile(r"[a-z0-9-]+")


def prefixed(plugin: str, name: str) -> str:
    """The name of a plugin's tool or prompt among those of others."""
    return f"{plugin}{_BETWEEN}{name}"


def parted(name: str) -> tuple[str, str]:
    """The plugin and its own name for what ``prefixed`` named; ``("", name)`` for what it did not."""
    plugin, between, own = name.partition(_BETWEEN)
    return (plugin, own) if between and plugin and own else ("", name)


def prefixed_uri(plugin: str, uri: str) -> str:
    """The URI of a plugin's resource among those of others: its scheme is lengthened (RFC 3986 section 3.1)."""
    return f"{plugin}{_BEFORE_SCHEME}{uri}"


def parted_uri(uri: str) -> tuple[str, str]:
    """The plugin and its own URI for what ``prefixed_uri`` named; ``("", uri)`` for what it did not."""
    plugin, plus, own = uri.partition(_BEFORE_SCHEME)
    return (plugin, own) if plus and own and _PLAIN.fullmatch(plugin) else ("", uri)
