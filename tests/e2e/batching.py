"""What tests of batches share: input files, waiting for a batch, reading what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from openai import OpenAI
from openai.types import Batch

ENDED = {"completed", "failed", "expired", "cancelled"}


def line(number: int, **body: Any) -> dict[str, Any]:
    """A line of a batch that asks a chat model for its own number."""
    asked = {"model": "echo/test-model", "messages": [{"role": "user", "content": f"number {number}"}]}
    return {"custom_id": f"line-{number}", "method": "POST", "url": "/v1/chat/completions", "body": asked | body}


def jsonl(lines: Iterable[dict[str, Any] | str | bytes]) -> bytes:
    return b"".join(
        (one if isinstance(one, bytes) else (one if isinstance(one, str) else json.dumps(one)).encode()) + b"\n"
        for one in lines
    )


def begin(client: OpenAI, content: bytes, endpoint: str = "/v1/chat/completions", **asked: Any) -> Batch:
    file = client.files.create(file=("input.jsonl", content), purpose="batch")
    return client.batches.create(
        input_file_id=file.id,
        endpoint=endpoint,  # type: ignore[arg-type]
        completion_window="24h",
        **asked,
    )


def until(client: OpenAI, batch_id: str, happened: Callable[[Batch], bool], seconds: float = 60.0) -> Batch:
    """The batch as soon as ``happened`` is true of it."""
    deadline = time.monotonic() + seconds
    while not happened(batch := client.batches.retrieve(batch_id)):
        assert time.monotonic() < deadline, f"still {batch.status}: {batch.request_counts} {batch.to_json()}"
        time.sleep(0.05)
    return batch


def ended(client: OpenAI, batch_id: str, seconds: float = 60.0) -> Batch:
    return until(client, batch_id, lambda one: one.status in ENDED, seconds)


def read(client: OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    """The lines of an output or error file; none where there is no file."""
    if file_id is None:
        return []
    return [json.loads(text) for text in client.files.content(file_id).content.splitlines()]
