"""A worker that does as it is told, for tests of the supervisor: ``PART DESCRIPTOR`` are its arguments."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

from switchgear.app.line import Line
from switchgear.app.orders import Orders


async def work(part: str, descriptor: int) -> int:
    orders: asyncio.Future[Orders] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def answer(kind: str, body: bytes) -> bytes:
        if kind == "orders":
            orders.set_result(Orders.unpacked(body))
        return b""

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    line = await Line.over(socket.socket(fileno=descriptor), answer)
    reading = asyncio.create_task(line.run())
    number = (await orders).number
    if part == "dies" or (part == "one-dies" and number == 1):
        return 7
    if part == "refuses":
        line.tell("failed", b'{"message": "There is no such thing.", "hint": "Look elsewhere."}')
        await line.sent()
        return 5
    line.tell("ready")
    if part == "all-killed" or (part == "killed" and number == 2):
        await line.sent()
        os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.wait({asyncio.create_task(over.wait()), reading}, return_when=asyncio.FIRST_COMPLETED)
    return 0


if __name__ == "__main__":
    os._exit(asyncio.run(work(sys.argv[1], int(sys.argv[2]))))
