"""The program of a worker process. Started by the supervisor of ``switchgear serve --workers``, never by hand."""

from __future__ import annotations

import socket
import sys

import uvloop

from switchgear.app.serving import leave
from switchgear.app.worker import WorkerProcess
from switchgear.cli import banner


async def _work(descriptor: int) -> int:
    return await WorkerProcess(socket.socket(fileno=descriptor), banner.announce).run()


if __name__ == "__main__":
    leave(uvloop.run(_work(int(sys.argv[1]))))
