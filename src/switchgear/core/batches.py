"""What a batch is: many requests in one file, answered in files when nothing more urgent is to do."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

BatchStatus = Literal[
    "validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"
]
"""As OpenAI's (https://platform.openai.com/docs/api-reference/batch/object)."""

ENDED: Final[frozenset[BatchStatus]] = frozenset({"failed", "completed", "expired", "cancelled"})
"""What a batch stays at."""

BATCH_WINDOW: Final = "24h"
"""The one completion window there is."""
BATCH_WINDOW_MS: Final = 24 * 3600 * 1000


class LineMistake(msgspec.Struct, frozen=True, omit_defaults=False):
    """Why a batch failed, as the batch object's ``errors.data`` has it. ``line`` counts from 1."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


class BatchCounts(msgspec.Struct, frozen=True):
    """Lines of a batch: all of them, those that were answered, and those that were not and will not be."""

    total: int = 0
    completed: int = 0
    failed: int = 0


class BatchChanged(msgspec.Struct, frozen=True):
    """A batch went on: its status, or how many of its lines are finished. ``reason`` says why it waits or stopped."""

    id: str
    key_id: str
    endpoint: str
    model: str
    status: BatchStatus
    counts: BatchCounts
    reason: str = ""


class BatchLinesFinished(msgspec.Struct, frozen=True):
    """Lines of a batch that this process has just finished."""

    id: str
    endpoint: str
    completed: int
    failed: int
