"""Batches as the admin API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from switchgear.core.batches import BatchStatus
from switchgear.edge.admin.schemas.base import Answer


class BatchMistake(Answer):
    """Why a batch failed."""

    code: str
    message: str
    line: int | None = Field(description="The line of the input file, from 1; null where it is about no line.")
    param: str | None = Field(description="The field at fault.")


class Batch(Answer):
    """A batch: many requests in one file."""

    id: str
    key_id: str
    key_name: str | None = Field(description="The name of the key that made it; null when it is not known any more.")
    endpoint: str = Field(description="What its lines ask for.")
    model: str = Field(description="The model that all lines name; empty when they name several.")
    status: BatchStatus
    runner: str = Field(
        description="`gateway` when the gateway sends the lines, `native` when a provider's batch API answers them; empty "
        "until that is decided."
    )
    provider: str = Field(description="The provider whose batch API answers the lines; empty when there is none.")
    reason: str = Field(description="Why it waits; empty when it does not.")
    waits_until: datetime | None = Field(description="Until when it is known to wait.")
    total: int = Field(description="Lines; 0 until they were counted.")
    completed: int = Field(description="Lines that were answered.")
    failed: int = Field(description="Lines that were not answered, and will not be.")
    created_at: datetime
    in_progress_at: datetime | None
    expires_at: datetime = Field(description="When the lines that are left then are given up.")
    cancelling_at: datetime | None
    ended_at: datetime | None
    input_file_id: str
    output_file_id: str | None = Field(description="The answers: GET /v1/files/{id}/content.")
    error_file_id: str | None = Field(description="The lines that were not answered.")
    errors: list[BatchMistake] = Field(description="Why it failed, when it did.")
    metadata: dict[str, str]
    prompt_tokens: int
    completion_tokens: int
    cost: str = Field(description="US dollars, as far as prices are known.")


class BatchList(Answer):
    """Batches, newest first."""

    data: list[Batch]
    next: str | None = Field(description="Pass it as before for the next page; null at the end.")
