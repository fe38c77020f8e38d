"""How often and how long a model's calls are tried, as the configuration file has it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from switchgear.config.fields import Seconds, Section


class RetrySettings(Section):
    """Attempts of a call. Every deployment of a model is tried before one is tried again, after a pause that was drawn at random."""

    attempts: int = Field(2, ge=1, le=10, description="How often each deployment is tried.")
    backoff: Seconds = Field(
        0.25, description="Longest pause in seconds before the second try; it doubles with each further one."
    )
    longest_pause: Seconds = Field(
        8.0, description="Longest pause in seconds; a provider that says to wait longer is not waited for."
    )


class RetryDefaults(RetrySettings):
    """Attempts of calls, for models that say nothing else."""

    share: float = Field(
        0.2,
        ge=0.0,
        le=1.0,
        description="Retries that a provider is sent, as a share of the calls it gets; the first ten are free.",
    )


class ModelTimeouts(Section):
    """Limits on waiting for a model, whichever deployment answers, in seconds. Those of its providers hold beside them."""

    first_token: Seconds | None = Field(
        None,
        description="Seconds from sending the request to the first token of a streamed answer; then the next deployment is tried.",
        examples=[10],
    )
    between_tokens: Seconds | None = Field(
        None,
        description="Seconds between two tokens of a streamed answer, whatever the provider sends to keep the connection alive.",
        examples=[20],
    )
    total: Seconds | None = Field(
        None, description="Seconds for the whole call, over all attempts; no limit when left out.", examples=[120]
    )


class HedgeSettings(Section):
    """A second attempt at another deployment while the first one is silent; the faster one answers, both are paid."""

    after: Seconds | None = Field(
        None,
        description="Seconds without a first token; the time within which 95 of 100 answers begin when left out.",
        examples=[1.5],
    )


def _switched(value: object) -> object:
    """``true`` and ``false`` for the defaults and for none."""
    if isinstance(value, bool):
        return {} if value else None
    return value


Hedge = Annotated[HedgeSettings | None, BeforeValidator(_switched, json_schema_input_type=bool | HedgeSettings | None)]
"""Whether and how calls are hedged."""
