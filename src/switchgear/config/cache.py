"""The cache as the configuration file has it: for the whole gateway, and for one model."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from switchgear.config.fields import MIB, Seconds, Section

DEFAULT_THRESHOLD: Final = 0.99
Threshold = Annotated[float, Field(ge=0.5, le=1.0)]
Grace = Annotated[float, Field(ge=0, le=604_800)]


class CacheSettings(Section):
    """Answers that are kept to be given again. Nothing is kept unless a model, or this section, says so."""

    enabled: bool = Field(
        False, description="Whether answers of every model are kept; a model's own cache table stands before this."
    )
    ttl: Seconds = Field(300.0, description="Seconds for which an answer is given again.")
    stale_if_error: Grace = Field(
        0.0,
        description="Seconds after its ttl for which an answer is still given when every deployment failed (RFC 5861).",
    )
    max_bytes: int = Field(
        64 * MIB, ge=MIB, le=65_536 * MIB, description="Memory that the answers of one worker may take, in bytes."
    )
    max_answer_bytes: int = Field(
        MIB, ge=1024, le=64 * MIB, description="Largest answer that is kept, in bytes; a larger one is given, not kept."
    )
    tenant_share: float = Field(
        0.5, gt=0, le=1, description="Most of max_bytes that the answers of one team, or of one key, may take."
    )
    max_questions: int = Field(
        10_000,
        ge=1,
        le=1_000_000,
        description="Most questions that are compared by meaning in one worker; each takes about 3 KiB beside its answer.",
    )
    wait: Seconds = Field(
        30.0,
        description="Seconds that a call waits for an identical one of another worker, before it asks a provider itself.",
    )


class ModelCacheSettings(Section):
    """Whether and how answers of one model are kept. What is left out is as in [cache]."""

    enabled: bool = Field(True, description="Whether they are kept.")
    ttl: Seconds | None = Field(None, description="Seconds for which an answer is given again.", examples=[300])
    stale_if_error: Grace | None = Field(
        None,
        description="Seconds after its ttl for which an answer is still given when every deployment failed (RFC 5861).",
        examples=[86400],
    )
    semantic: bool = Field(
        False,
        description=(
            "Whether an answer is also given to a last message of the same meaning, where all that stands before it is the same "
            "(needs the extra: pip install 'switchgear[local]')."
        ),
    )
    threshold: Threshold = Field(
        DEFAULT_THRESHOLD,
        description='Least cosine similarity of two messages of the same meaning; "switchgear cache evaluate" shows what it costs.',
    )
