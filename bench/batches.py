"""A large batch through one gateway and a provider on the loopback: lines a second, memory, what interactive calls notice.

``python bench/batches.py --lines 50000``; exit code 1 when a line is missing or twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import sys
import threading
import time
from multiprocessing.connection import Connection

import httptools
import httpx
import psutil

from switchgear.testing import served

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 400}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 50, "total_tokens": 60},
    }
).encode()
CONFIG = """
[local]
enabled = false

[providers.echo]
base_url = "http://127.0.0.1:{port}/v1"

[store]
url = "{store}"

[batches]
concurrency = {concurrency}
"""


class _Provider(asyncio.Protocol):
    """Answers every request alike."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(ANSWER)
        self._transport.write(head + ANSWER)  # type: ignore[attr-defined]


def _provide(port: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Provider, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def _lines(count: int) -> bytes:
    text = "lorem ipsum " * 60
    body = {"model": "echo/m"}
    return b"".join(
        json.dumps(
            {
                "custom_id": f"line-{number}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": body | {"messages": [{"role": "user", "content": f"{number} {text}"}]},
            }
        ).encode()
        + b"\n"
        for number in range(count)
    )


def _watched(gateway: served, ended: threading.Event, seen: dict[str, float], waits: list[float]) -> None:
    """The most memory the gateway took, and how long interactive calls took meanwhile."""
    process = psutil.Process(gateway.process.pid)
    asked = {"model": "echo/m", "messages": [{"role": "user", "content": "hi"}]}
    with _client(gateway) as client:
        while not ended.is_set():
            with contextlib.suppress(psutil.Error):
                seen["rss"] = max(seen["rss"], process.memory_info().rss)
            began = time.perf_counter()
            client.post("/v1/chat/completions", json=asked)
            waits.append(time.perf_counter() - began)
            time.sleep(0.02)


def _client(gateway: served) -> httpx.Client:
    headers = {"authorization": f"Bearer {gateway.key}"}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=600, trust_env=False)


def _run(gateway: served, lines: int) -> bool:
    idle = psutil.Process(gateway.process.pid).memory_info().rss
    ended, seen, waits = threading.Event(), {"rss": float(idle)}, []
    watcher = threading.Thread(target=_watched, args=(gateway, ended, seen, waits))
    watcher.start()
    try:
        with _client(gateway) as client:
            content = _lines(lines)
            began = time.monotonic()
            file = client.post("/v1/files", data={"purpose": "batch"}, files={"file": ("in.jsonl", content)}).json()
            print(f"upload      {len(content) / 1e6:,.0f} MB in {time.monotonic() - began:.1f} s")
            order = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
            began = time.monotonic()
            batch = client.post("/v1/batches", json=order).json()
            while batch["status"] not in ("completed", "failed"):
                time.sleep(0.1)
                batch = client.get(f"/v1/batches/{batch['id']}").json()
            seconds = time.monotonic() - began
            print(
                f"lines       {lines:,} in {seconds:.1f} s: {lines / seconds:,.0f} a second, {batch['request_counts']}"
            )
            seen_ids: set[str] = set()
            with client.stream("GET", f"/v1/files/{batch['output_file_id']}/content") as answer:
                count = 0
                for line in answer.iter_lines():
                    seen_ids.add(json.loads(line)["custom_id"])
                    count += 1
    finally:
        ended.set()
        watcher.join()
    waits.sort()
    print(f"memory      {idle / 1e6:,.0f} MB idle, {seen['rss'] / 1e6:,.0f} MB at most")
    print(f"interactive p50 {waits[len(waits) // 2] * 1e3:.1f} ms, p99 {waits[int(len(waits) * 0.99)] * 1e3:.1f} ms")
    return count == len(seen_ids) == lines


def main() -> int:
    """Run; 0 when every line is in the output once."""
    parser = argparse.ArgumentParser(prog="bench/batches.py", description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--store", default="sqlite:", help="sqlite: or postgresql://…")
    chosen = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    provider = multiprocessing.Process(target=_provide, args=(theirs,), daemon=True)
    provider.start()
    try:
        config = CONFIG.format(port=ours.recv(), store=chosen.store, concurrency=chosen.concurrency)
        with served(config) as gateway:
            whole = _run(gateway, chosen.lines)
    finally:
        provider.kill()
        provider.join()
    print("every line is in the output once" if whole else "LINES ARE MISSING OR TWICE")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
