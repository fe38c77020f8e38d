"""Calls of plugins and ``/mcp``, wired: from the plugins that are served to what clients speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchgear import __version__
from switchgear.app.approving import approval_rules, approvals_of
from switchgear.app.searching import search_of, search_rules
from switchgear.config.plugins import PluginSettings
from switchgear.core.tool_calls import ToolRecord
from switchgear.edge.mcp.front import Front
from switchgear.edge.mcp.searched import SearchedTools
from switchgear.observe.logs import ToolCallLines
from switchgear.pipeline.tool_call import ToolCalls

if TYPE_CHECKING:  # the gateway makes it
    from switchgear.app.gateway import Gateway


class McpService:
    """What serves plugins to clients, as long as the gateway lives. ``calls`` are the one way to call a plugin."""

    def __init__(self, gateway: Gateway, settings: PluginSettings) -> None:
        plugins, bus = gateway.plugins, gateway.bus
        self._search = search = search_of(plugins.host.catalogue, settings, gateway.embedded, gateway.embedded_provider)
        self.approvals = approvals_of(gateway.store, gateway.state, bus.publish, settings)
        self.calls = ToolCalls(plugins.host, gateway.limiter, bus.publish, self.approvals)
        about = (gateway.node_id, __version__, gateway.pepper)
        own = SearchedTools(search)
        self.front = front = Front(self.calls, gateway.keyring, gateway.state.channels, about, own)
        for method, handler in front.handlers().items():
            plugins.requests.setdefault(method, handler)
        plugins.on_notified.append(front.notified)
        plugins.on_changed.append(front.changed)
        plugins.on_status.append(front.status)
        bus.subscribe(ToolRecord, gateway.store.tool_writer.add)
        bus.subscribe(ToolRecord, gateway.metrics.tools.on_call)
        bus.subscribe(ToolRecord, ToolCallLines(gateway.log_control).on_call)
        if gateway.tracer is not None:
            bus.subscribe(ToolRecord, gateway.tracer.on_tool_call)
        gateway.metrics.tools.watch_in_flight(lambda: self.calls.in_flight)
        gateway.metrics.tools.watch_waiting(lambda: self.approvals.waiting)

    def start(self) -> None:
        """Hear what other workers say of clients."""
        self.front.start()

    def drain(self) -> None:
        """End streams, which would never end by themselves."""
        self.front.hub.close()

    def follow(self, settings: PluginSettings) -> None:
        """Let other rules hold for approvals and the search from now on."""
        self.approvals.follow(approval_rules(settings))
        self._search.follow(search_rules(settings))

    async def close(self) -> None:
        """End all that waits."""
        self.front.close()
        await self._search.close()
