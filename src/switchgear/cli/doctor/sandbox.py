"""Examines the sandbox of plugins: which of its layers this machine has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Iterator

from switchgear.cli.doctor.finding import Finding, broken, doubt, ok
from switchgear.plugins.sandbox.layers import Layer
from switchgear.plugins.sandbox.sandbox import Sandbox

_AREA = "sandbox"


def examine(accepted: Collection[str]) -> Iterator[Finding]:
    """Whether plugins can be confined here. ``accepted``: layers that the operator does without."""
    found = _layers()
    absent = [each for each in found if not each.present]
    if not absent:
        yield ok(_AREA, f"every layer is here: {', '.join(each.name for each in found)}")
    for each in absent:
        told = f"The layer {each.name} is not here: {each.reason or 'this machine has not got it'}."
        if each.name in accepted:
            yield doubt(_AREA, told, "Plugins run without it: sandbox.accept under [plugins] says so.")
        else:
            yield broken(
                _AREA,
                f"{told} Plugins do not start.",
                f'Get it, or do without: sandbox.accept = ["{each.name}"] under [plugins].',
            )


def _layers() -> list[Layer]:
    """Every layer, tried in a loop of its own: an examination may be asked for inside of one."""
    found: list[Layer] = []

    async def look() -> None:
        sandbox = Sandbox()
        try:
            found.extend(await sandbox.layers())
        finally:
            sandbox.close()

    thread = threading.Thread(target=lambda: asyncio.run(look()), name="sandbox")
    thread.start()
    thread.join()
    return found
