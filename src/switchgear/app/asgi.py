"""Everything that is not the data plane, as one ASGI application: the admin API and the console, loaded once the server listens."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

from switchgear.app.gateway import Gateway
from switchgear.console.page import Sheet, Theme
from switchgear.edge.theme_files import PREFIX, ThemeFiles


class Application:
    """Hands requests to the admin API or the console.

    Both are imported beside the first calls: FastAPI alone takes half of a start.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._themes = ThemeFiles(gateway.console.themes)
        self._admin: Any = None
        self._console: Any = None
        self._loading = asyncio.Lock()

    async def load(self) -> Any:
        """The admin API, imported in a thread the first time."""
        async with self._loading:
            if self._admin is None:
                module = await asyncio.to_thread(importlib.import_module, "switchgear.edge.admin.api")
                self._admin = module.build(self._gateway)
        return self._admin

    async def _load_console(self) -> Any:
        """The console, imported in a thread the first time that anything but the admin API is asked for."""
        async with self._loading:
            if self._console is None:
                module = await asyncio.to_thread(importlib.import_module, "switchgear.console.mount")
                self._console = module.Console(themes=self._dress)
        return self._console

    async def _dress(self, wanted: str) -> Theme:
        """What a page is shown in, for what its reader's cookie says."""
        sheet = await self._gateway.console.themes.sheet(wanted)
        return Theme(sheet.name, (Sheet(sheet.href),))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._themes(scope, receive, send)
            return
        if not scope["path"].startswith("/api/"):
            console = self._console or await self._load_console()
            if await console.takes(scope):
                await console(scope, receive, send)
                return
        await (self._admin or await self.load())(scope, receive, send)
