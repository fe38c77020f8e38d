"""How the strategy ``auto`` chooses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from switchgear.config.fields import Section

Share = Annotated[float, Field(ge=0, le=1)]


class AutoSettings(Section):
    """What the strategy "auto" looks for: the cheapest deployment that is good enough."""

    quality: Share = Field(
        0.7,
        description=(
            "How likely an answer has to be good. What a deployment's quality makes of that depends on how much the request takes, and "
            "what people say of answers corrects it."
        ),
        examples=[0.85],
    )
    embeddings: bool = Field(
        True,
        description=(
            "Whether the embedded embedding model helps to tell how much a request takes, in 50 ms at most; features of the text alone "
            "tell it where it is not installed."
        ),
    )
