"""Everything that is not the data plane, as one ASGI application: the admin API, loaded once the server listens."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from switchgear.app.gateway import Gateway


class Application:
    """Hands requests to the admin API, which is imported beside the first calls: FastAPI takes half of a start."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._admin: Any = None
        self._loading = asyncio.Lock()

    async def load(self) -> Any:
        """The admin API, imported in a thread the first time."""
        async with self._loading:
            if self._admin is None:
                module = await asyncio.to_thread(importlib.import_module, "switchgear.edge.admin.api")
                self._admin = module.build(self._gateway)
        return self._admin

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        await (self._admin or await self.load())(scope, receive, send)
