"""Whether a model server still answers.

Not through the transport: this must not share a pool, limits or retries with the calls whose health it judges, and
one short HTTP/1.0 exchange over loopback needs none of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from switchgear.core.secrets import Secret


async def answers(url: str, key: Secret, timeout: float) -> bool:  # noqa: ASYNC109 - the answer within it is the question
    """Whether a GET of ``url`` is answered with status 200 within ``timeout`` seconds."""
    try:
        async with asyncio.timeout(timeout):
            return await _status(url, key) == 200
    except (OSError, ValueError, TimeoutError):
        return False


async def _status(url: str, key: Secret) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(
            f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key.reveal()}\r\n\r\n".encode()
        )
        line = (await reader.readline()).split(b" ", 2)
        # The rest is read and dropped, so that the server does not see a reset.
        while await reader.read(65536):
            pass
        return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/1.") else 0
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
