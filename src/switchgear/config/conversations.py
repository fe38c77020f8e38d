"""Conversations as the configuration file has them: how long they are kept, and how much of them."""

from __future__ import annotations

from pydantic import Field

from switchgear.config.fields import MIB, Section


class ConversationSettings(Section):
    """Conversations that people have with models in the console."""

    retention_days: int = Field(
        0,
        ge=0,
        le=3650,
        description=(
            "Days without a change after which a conversation that is not pinned is deleted; with 0 it is kept until its owner deletes it."
        ),
    )
    max_bytes: int = Field(
        1024 * MIB, ge=1024, description="Bytes that the conversations of one user may take, with their images."
    )
