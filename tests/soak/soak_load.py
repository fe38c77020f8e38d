"""The clients of the soak, a batch beside them, and what they all saw."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
from soak_provider import reply_to

THINKS = 0.15
"""Seconds that a client rests on average between two calls."""
ENDED = {"completed", "failed", "expired", "cancelled"}


class Group(NamedTuple):
    """Clients with one key that call one model."""

    name: str
    key: str
    key_id: str
    model: str
    clients: int


@dataclass
class Books:
    """What clients saw. ``answered`` has the ids of whole answers by group; ``told`` counts every other answer by its code.

    ``broken`` are calls whose connection ended, ``sent`` the moments at which questions were sent, by group.
    """

    answered: dict[str, list[str]] = field(default_factory=dict)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    sent: dict[str, dict[str, float]] = field(default_factory=dict)


async def run_clients(url: str, groups: list[Group], books: Books, seconds: float, seed: int) -> None:
    """Let all clients call for so many seconds."""
    end = time.monotonic() + seconds
    numbers = itertools.count()
    tasks = []
    for group in groups:
        books.answered[group.name] = []
        books.sent[group.name] = {}
        for _ in range(group.clients):
            rng = random.Random(seed + len(tasks))
            tasks.append(_client(url, group, books, end, numbers, rng))
    await asyncio.gather(*tasks)


async def _client(
    url: str, group: Group, books: Books, end: float, numbers: itertools.count[int], rng: random.Random
) -> None:
    headers = {"authorization": f"Bearer {group.key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
        while time.monotonic() < end:
            question = f"{group.name}#{next(numbers)}"
            stream = rng.random() < 0.5
            books.sent[group.name][question] = time.monotonic()
            try:
                await _ask(http, group, books, question, stream=stream)
            except httpx.TransportError:
                books.broken[group.name] += 1  # its worker was killed
            await asyncio.sleep(rng.expovariate(1 / THINKS))


async def _ask(http: httpx.AsyncClient, group: Group, books: Books, question: str, *, stream: bool) -> None:
    body = {
        "model": group.model,
        "messages": [{"role": "user", "content": question}],
        "stream": stream,
        "max_tokens": 5,
    }
    answer = await http.post("/v1/chat/completions", json=body)
    if answer.status_code != 200:
        books.told[group.name, str(answer.json()["error"]["code"])] += 1
        return
    text, whole = _streamed(answer.text) if stream else (answer.json()["choices"][0]["message"]["content"], True)
    if not whole:
        books.told[group.name, "cut"] += 1
    elif text != reply_to(question):
        books.wrong.append(f"{question}: {text[:80]!r}")
    else:
        books.answered[group.name].append(answer.headers["x-request-id"])


def _streamed(body: str) -> tuple[str, bool]:
    """The text of a stream, and whether it ended as a whole one does."""
    events = [event.removeprefix("data: ") for event in body.split("\n\n") if event]
    if not events or events[-1] != "[DONE]":
        return "", False
    chunks = [json.loads(event) for event in events[:-1]]
    return "".join(one["delta"].get("content") or "" for chunk in chunks for one in chunk.get("choices", ())), True


# ---------------------------------------------------------------- a batch


class Batch(NamedTuple):
    """A batch as it ended."""

    status: str
    lines: list[dict[str, Any]]
    """The lines of its output, and of its errors."""
    failed: int


async def begin_batch(http: httpx.AsyncClient, model: str, lines: int) -> str:
    """Begin a batch of so many lines; its id."""
    asked = [
        {
            "custom_id": f"line-{number}", "method": "POST", "url": "/v1/chat/completions",
            "body": {"model": model, "messages": [{"role": "user", "content": f"batch#{number}"}]},
        }
        for number in range(lines)
    ]  # fmt: skip
    content = "\n".join(json.dumps(line) for line in asked).encode()
    file = await http.post("/v1/files", files={"file": ("lines.jsonl", content)}, data={"purpose": "batch"})
    file.raise_for_status()
    body = {"input_file_id": file.json()["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch = await http.post("/v1/batches", json=body)
    batch.raise_for_status()
    return str(batch.json()["id"])


async def end_batch(http: httpx.AsyncClient, batch: str, seconds: float) -> Batch:
    """The batch, when it has ended or after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        told = (await _steadily(http, f"/v1/batches/{batch}")).json()
        if told["status"] in ENDED or time.monotonic() > deadline:
            break
        await asyncio.sleep(1)
    lines: list[dict[str, Any]] = []
    failed = 0
    for name in ("output_file_id", "error_file_id"):
        if told.get(name):
            content = (await _steadily(http, f"/v1/files/{told[name]}/content")).content
            found = [json.loads(line) for line in content.splitlines()]
            failed += len(found) if name == "error_file_id" else 0
            lines += found
    return Batch(str(told["status"]), lines, failed)


async def _steadily(http: httpx.AsyncClient, path: str) -> httpx.Response:
    """The answer to a GET, asked again when a worker was killed meanwhile."""
    for _ in range(20):
        try:
            answer = await http.get(path)
        except httpx.TransportError:
            await asyncio.sleep(0.5)
            continue
        if answer.status_code == 200:
            return answer
        await asyncio.sleep(0.5)
    raise RuntimeError(f"{path} cannot be had")
