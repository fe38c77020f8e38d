"""A machine that goes down while a plugin is upgraded: the old version or the new one is there afterwards, whole."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path

from plugin_bundles import small

from switchgear.app.plugins import PluginService
from switchgear.config.plugins import PluginSettings
from switchgear.plugins.lifecycle import Wishes
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.renewal import Means
from switchgear.plugins.trust import Accepted
from switchgear.store.store import Store

CHILD = Path(__file__).parent / "plugin_upgrade_child.py"
MOMENTS = 8
SAID = Wishes(accepted=Accepted(unsigned=True))


def quiet(_text: str, *, detail: bool = False) -> None:
    """Where nobody listens."""


async def upgraded(folder: Path, bundle: Path, at: int) -> tuple[int, str]:
    """The child's status, and what it said: how often it touched the disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), str(folder), str(bundle), str(at), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    return await process.wait(), said.decode()


async def served(folder: Path, bundle: Path | None = None) -> str:
    """The version that answers in a gateway that starts on ``folder``, after ``bundle`` was installed if one is given."""
    store = await Store.open("sqlite:", folder, secret=b"s" * 32)
    logins = Logins(Means(store.plugin_secrets, store.leases), str)
    service = PluginService(PluginSettings(), store, folder, {"PATH": "/usr/bin:/bin"}, lambda _: None, logins)
    try:
        await service.take_over(PluginSettings())
        if bundle is not None:
            proposal = await service.lifecycle.proposals.bundle(bundle, "a test", 1)
            await service.lifecycle.install(proposal, SAID, quiet)
        session = await service.host.session("small")
        result = json.loads(bytes(await session.request("tools/call", b'{"name":"tell","arguments":{}}')))
        return str(json.loads(result["content"][0]["text"])["version"])
    finally:
        await service.close()
        await store.close()


async def test_a_kill_at_any_moment_of_an_upgrade_leaves_the_old_version_or_the_new(tmp_path: Path) -> None:
    old, new = small(tmp_path / "from", "1.0.0"), small(tmp_path / "from", "2.0.0")
    before = tmp_path / "before"
    before.mkdir()
    assert await served(before, old) == "1.0.0"
    whole = tmp_path / "whole"
    shutil.copytree(before, whole, symlinks=True)
    status, said = await upgraded(whole, new, 0)
    assert status == 0
    touches = int(said)
    assert touches > MOMENTS
    assert await served(whole) == "2.0.0"
    for moment in range(MOMENTS):
        folder = tmp_path / f"killed-{moment}"
        shutil.copytree(before, folder, symlinks=True)
        status, _ = await upgraded(folder, new, 1 + moment * (touches - 1) // (MOMENTS - 1))
        assert status == -9
        assert await served(folder) in {"1.0.0", "2.0.0"}
        assert await served(folder, new) == "2.0.0"
