"""Runs programs of tests in the sandbox, and outside of it to show that what they try works there."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits
from switchgear.plugins.sandbox.confined import Confined
from switchgear.plugins.sandbox.launch import Launch
from switchgear.plugins.sandbox.readiness import readable
from switchgear.plugins.sandbox.runtimes import runtime_of
from switchgear.plugins.sandbox.sandbox import Sandbox

PYTHON = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
SECONDS = 60.0
FEW = PluginLimits(memory_mb=256, processes=32, disk_mb=64)


@dataclass
class Done:
    """How a program ended: its status, what it wrote, and what the sandbox has to say."""

    status: int
    out: str
    err: str
    reason: str = ""
    denied: tuple[str, ...] = ()


class Cell:
    """A plugin named ``name`` with folders of its own under ``folder``."""

    def __init__(self, sandbox: Sandbox, folder: Path, name: str = "trial") -> None:
        self.sandbox = sandbox
        self.name = name
        self.code, self.data = folder / name / "code", folder / name / "data"
        self.code.mkdir(parents=True)
        self.data.mkdir()

    async def start(
        self,
        code: str,
        permissions: Permissions = NOTHING,
        limits: PluginLimits = FEW,
        env: Mapping[str, str] | None = None,
        **others: Any,
    ) -> Confined:
        """Start a Python program."""
        launch = Launch(
            name=self.name,
            argv=(str(PYTHON), "-I", "-c", code),
            code=self.code,
            data=self.data,
            env=env or {},
            runtimes=runtime_of(PYTHON),
            permissions=permissions,
            limits=limits,
        )
        return await self.sandbox.start(launch, **others)

    async def run(
        self, code: str, permissions: Permissions = NOTHING, limits: PluginLimits = FEW, **others: Any
    ) -> Done:
        """Run a Python program to its end, its input closed."""
        async with running(await self.start(code, permissions, limits, **others)) as confined:
            return await finished(confined)


@asynccontextmanager
async def running(confined: Confined) -> AsyncIterator[Confined]:
    """Stop it at the end, and close its pipes."""
    try:
        yield confined
    finally:
        await confined.stop(0)
        for pipe in (confined.stdin, confined.stdout, confined.stderr):
            os.close(pipe)


async def finished(confined: Confined) -> Done:
    """All that it writes, and how it ended."""
    async with asyncio.timeout(SECONDS):
        out, err = await asyncio.gather(everything(confined.stdout), everything(confined.stderr))
        status = await confined.wait()
    return Done(status, out, err, confined.reason, tuple(f"{each.target} {each.why}" for each in confined.denied))


async def everything(pipe: int) -> str:
    """Read to the end."""
    told = b""
    while True:
        await readable(pipe)
        piece = os.read(pipe, 65536)
        if not piece:
            return told.decode(errors="replace")
        told += piece


async def line(confined: Confined) -> str:
    """One line that it writes, and not a byte more."""
    told = b""
    async with asyncio.timeout(SECONDS):
        while not told.endswith(b"\n"):
            await readable(confined.stdout)
            piece = os.read(confined.stdout, 1)
            if not piece:
                raise AssertionError(f"it ended: {told!r} {await everything(confined.stderr)}")
            told += piece
    return told.decode().strip()


async def outside(code: str, env: Mapping[str, str] | None = None) -> Done:
    """The same program without a sandbox."""
    process = await asyncio.create_subprocess_exec(
        str(PYTHON),
        "-I",
        "-c",
        code,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(env or {}),
    )
    out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    return Done(process.returncode or 0, out.decode(), err.decode())


async def until(condition: Any, what: str) -> None:
    """Wait until ``condition()`` is true."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)
    assert condition(), what
