"""Upgrades a plugin, and is killed by itself at the Nth touch of the disk: ``python plugin_upgrade_child.py FOLDER BUNDLE N``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from switchgear.app.plugins import PluginService
from switchgear.config.plugins import PluginSettings
from switchgear.plugins.lifecycle import Wishes
from switchgear.plugins.oauth.logins import Logins
from switchgear.plugins.oauth.renewal import Means
from switchgear.plugins.trust import Accepted
from switchgear.store.store import Store

TOUCHES = frozenset(
    {"open", "os.rename", "os.mkdir", "os.chmod", "os.remove", "os.rmdir", "shutil.rmtree", "subprocess.Popen"}
)


class Doom:
    """Counts touches, and ends the process at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.armed = False

    def __call__(self, event: str, _arguments: object) -> None:
        if self.armed and event in TOUCHES:
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def quiet(_text: str, *, detail: bool = False) -> None:
    """Where nobody listens."""


async def upgrade(folder: Path, bundle: Path, doom: Doom) -> None:
    store = await Store.open("sqlite:", folder, secret=b"s" * 32)
    logins = Logins(Means(store.plugin_secrets, store.leases), str)
    service = PluginService(PluginSettings(), store, folder, {"PATH": "/usr/bin:/bin"}, lambda _: None, logins)
    await service.take_over(PluginSettings())
    doom.armed = True
    lifecycle = service.lifecycle
    proposal = await lifecycle.proposals.bundle(bundle, "a test", 1)
    await lifecycle.install(proposal, Wishes(accepted=Accepted(unsigned=True)), quiet)
    doom.armed = False
    print(doom.count)
    await service.close()
    await store.close()


if __name__ == "__main__":
    found = Doom(int(sys.argv[3]))
    sys.addaudithook(found)
    asyncio.run(upgrade(Path(sys.argv[1]), Path(sys.argv[2]), found))
