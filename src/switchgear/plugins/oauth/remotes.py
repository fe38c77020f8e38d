"""Which installed plugins can be signed in to: those that are servers elsewhere."""

from __future__ import annotations

from switchgear.core.errors import Conflict
from switchgear.plugins.oauth.addresses import Remote
from switchgear.store.plugins import Plugin, Plugins


async def remote_named(plugins: Plugins, name: str) -> Remote:
    """The remote plugin of this name. Raises NotFound, Conflict for one that is none, StoreUnavailable."""
    plugin, _ = await plugins.get(name)
    return remote_of(plugin)


def remote_of(plugin: Plugin) -> Remote:
    """A plugin, where it is elsewhere. Raises Conflict."""
    url = plugin.setup.get("url", "")
    if plugin.kind != "remote" or not isinstance(url, str) or not url:
        raise Conflict(
            f"Plugin {plugin.name} runs here, and nobody signs in to it.", hint="Give it its secrets with: configure."
        )
    return Remote(plugin.name, url, plugin.setup.get("private") is True)
