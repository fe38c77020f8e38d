"""Tools in chats, and plugins that ask models, wired."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from switchgear.pipeline.tools.chats import Chats
from switchgear.pipeline.tools.offered import Offers
from switchgear.pipeline.tools.sampling import METHOD, Purse, Sampling

if TYPE_CHECKING:
    from switchgear.app.gateway import Gateway


def serve_tools_in_chats(gateway: Gateway) -> None:
    """Let chats of ``gateway`` have the tools of its plugins, and plugins ask its models within what was granted to them."""
    host, tools, calls = gateway.plugins.host, gateway.mcp.calls, gateway.calls
    offers = Offers(host.catalogue, lambda key: key.sight)
    calls.tools = Chats(
        calls,
        tools,
        offers,
        lambda: (urlsplit(gateway.url).netloc.lower(),),
        lambda: [(one.name, one.setup.url) for one in host.all()],
    )

    async def spent(endpoint: str, since: int) -> int:
        found = (await gateway.store.spending.since("endpoint", since)).get(endpoint)
        return 0 if found is None else found.cost

    requests = gateway.plugins.requests
    purse = Purse(gateway.state.counters, spent)
    requests[METHOD] = Sampling(calls, host.installed, gateway.directory, purse, requests.get(METHOD))
