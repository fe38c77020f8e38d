"""Health of deployments as the configuration file has it: when they are left alone, how they come back, how they are probed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from switchgear.config.fields import Mistake, Seconds, Section, Text


class ProbeSettings(Section):
    """Asking deployments that no calls go to how they are. One process of all that share a state does it."""

    interval: float = Field(30.0, ge=1, le=86_400, description="Seconds between two probes of a deployment.")
    ask: Literal["models", "chat"] = Field(
        "models",
        description=(
            'What is asked: "models" lists the models, which costs nothing and shows that address and key are right; "chat" asks '
            "for one token, which costs a little and shows that the model answers."
        ),
    )
    only: Annotated[tuple[Text, ...], Field(strict=False, max_length=1000)] = Field(
        (),
        description='Providers, and deployments as "provider/model"; all that stand behind aliases when left out.',
        examples=[["openai", "claude/claude-haiku-4-5"]],
    )
    timeout: Seconds = Field(10.0, description="Seconds that an answer may take.")


class HealthSettings(Section):
    """When a deployment that fails is left alone, and how it comes back."""

    errors: int = Field(5, ge=1, le=10_000, description="Failures in a row after which a deployment is left alone.")
    rate: float = Field(
        0.5, gt=0, le=1, description="Share of the calls within window that have to fail for it to be left alone."
    )
    calls: int = Field(10, ge=1, le=1_000_000, description="Calls within window below which their rate says nothing.")
    window: float = Field(30.0, ge=1, le=3600, description="Seconds over which that rate is taken.")
    pause: float = Field(
        5.0,
        gt=0,
        le=3600,
        description="Longest first pause in seconds; drawn at random, and every next one may be twice as long.",
    )
    longest_pause: float = Field(30.0, gt=0, le=86_400, description="No pause is longer, in seconds.")
    recovery: float = Field(
        10.0,
        ge=0,
        le=3600,
        description="Seconds over which a deployment that answers again gets its share of calls back.",
    )
    longest_limit: float = Field(
        86_400.0, ge=1, le=86_400, description="Longest wait in seconds that a provider can ask for and that is kept."
    )
    history_days: int = Field(
        30, ge=1, le=3650, description="Days after which what happened to deployments is deleted."
    )
    probe: ProbeSettings | None = Field(
        None,
        description="Asks deployments that no calls go to; nobody asks when left out.",
        examples=[{"interval": 30, "ask": "models", "only": [], "timeout": 10}],
    )

    @model_validator(mode="after")
    def _pauses(self) -> HealthSettings:
        if self.pause > self.longest_pause:
            raise Mistake("has a pause that is longer than longest_pause.", "Raise longest_pause, or lower pause.")
        return self
