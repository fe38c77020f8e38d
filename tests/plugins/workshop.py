"""Makes bundles ready and starts them, as the gateway does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from manifests import manifest

from switchgear.core.secrets import Secret
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.building.prepare import prepare
from switchgear.plugins.building.prepared import Prepared, read_prepared
from switchgear.plugins.bundle import read_folder
from switchgear.plugins.installed import Installed, Setup
from switchgear.plugins.launching import launch_of
from switchgear.plugins.mcp.negotiation import open_session
from switchgear.plugins.mcp.session import Session, Terms
from switchgear.plugins.mcp.stdio import StdioChannel
from switchgear.plugins.permissions import Permissions, PluginLimits
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.sandbox import Sandbox

LIMITS = PluginLimits(memory_mb=512, processes=64, disk_mb=64, seconds=60)


class Workshop:
    """``folder`` is the gateway's own; ``version`` is where a bundle and its dependencies are."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.version = folder / "versions" / "one"
        self.data = folder / "data"
        self.indexes = Indexes(folder / "cache")
        self.told: list[str] = []
        self.data.mkdir()

    @property
    def deps(self) -> Path:
        return self.version / "deps"

    def bundle(self, files: Mapping[str, str | bytes], **changes: Any) -> None:
        """Lay a bundle of ``files`` and a manifest with ``changes``."""
        for name, content in {"manifest.json": json.dumps(manifest(**changes)), **files}.items():
            place = self.version / "bundle" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    async def prepare(self, **others: Any) -> Prepared:
        bundle = read_folder(self.version / "bundle")
        prepared = await prepare(bundle, self.deps, self.sandbox, self.indexes, self.told.append, **others)
        assert read_prepared(self.deps) == prepared
        return prepared

    def installed(self, permissions: Permissions | None = None, **setup: Any) -> Installed:
        bundle = read_folder(self.version / "bundle")
        return Installed(
            name=bundle.manifest.plugin,
            version=bundle.manifest.version,
            kind="bundle",
            source="",
            state="enabled",
            folder=self.version,
            data=self.data,
            manifest=bundle.manifest,
            permissions=bundle.manifest.permissions if permissions is None else permissions,
            limits=LIMITS,
            setup=Setup(**setup),
        )

    def launch(
        self,
        installed: Installed,
        secrets: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Launch:
        hidden = {name: Secret(value) for name, value in (secrets or {}).items()}
        return launch_of(installed, read_prepared(self.deps), hidden, environ or {})

    @asynccontextmanager
    async def session(self, launch: Launch) -> AsyncIterator[Session]:
        confined = await self.sandbox.start(launch)
        channel = StdioChannel(launch.name, confined, LIMITS.response_bytes)
        session = await open_session(channel, Terms(launch.name, LIMITS), seconds=60)
        try:
            yield session
        finally:
            await session.close()
