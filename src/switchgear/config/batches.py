"""Batches as the configuration file has them: how many lines at once, how large, and how long files are kept."""

from __future__ import annotations

from pydantic import Field

from switchgear.config.fields import MIB, Seconds, Section


class BatchSettings(Section):
    """Batches (/v1/batches), and the files that the gateway keeps for them."""

    concurrency: int = Field(
        16,
        ge=1,
        le=10_000,
        description="Lines that a process sends at the same time, of all batches together.",
    )
    native: bool = Field(
        True,
        description=(
            "Whether a batch whose lines all name one model goes to the provider's own batch API where that has one, at its lower "
            "price. A batch created with the header x-switchgear-batch: gateway does not."
        ),
    )
    max_lines: int = Field(50_000, ge=1, le=1_000_000, description="Most lines of a batch.")
    max_file_bytes: int = Field(
        200 * MIB, ge=1024, le=4096 * MIB, description="Largest input file of a batch in bytes."
    )
    max_kept_bytes: int = Field(
        10_240 * MIB, ge=1024, description="Bytes of input files that are kept for one key at the same time."
    )
    max_unfinished: int = Field(
        200, ge=1, le=100_000, description="Batches that one key may have unfinished at the same time."
    )
    retention_days: int = Field(
        30, ge=1, le=3650, description="Days after which a batch, its input and its output are deleted."
    )
    lease: Seconds = Field(
        30.0,
        description=(
            "Seconds after which the unfinished lines of a process that died are taken over, and sent again where they were under way."
        ),
    )
    retry_for: Seconds = Field(
        3600.0,
        description=(
            "Seconds for which a line is tried again while its provider fails every line of the batch; one that fails alone is given "
            "up after five tries."
        ),
    )
    poll: Seconds = Field(60.0, description="Seconds at most between two looks at a batch that is at a provider.")
