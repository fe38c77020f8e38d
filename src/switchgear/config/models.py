"""Models as the configuration file has them: aliases, and the deployments behind each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from switchgear.config.auto import AutoSettings, Share
from switchgear.config.cache import ModelCacheSettings
from switchgear.config.fields import Day, Section, Text
from switchgear.config.limits import LimitName
from switchgear.config.routes import Hedge, ModelTimeouts, RetrySettings

Dollars = Annotated[float, Field(ge=0, le=1_000_000)]
Tokens = Annotated[int, Field(ge=1, le=1_000_000_000)]
Names = Annotated[tuple[Text, ...], Field(strict=False, max_length=32)]


class PriceSettings(Section):
    """What a model costs, in US dollars. A price that is left out is not known, also where the catalogue has one."""

    input: Dollars | None = Field(None, description="A million prompt tokens.", examples=[0.25])
    output: Dollars | None = Field(None, description="A million tokens of the answer.", examples=[2.0])
    cached_input: Dollars | None = Field(
        None, description="A million prompt tokens read from the provider's cache; as input when left out."
    )
    cache_write: Dollars | None = Field(
        None, description="A million prompt tokens written to the provider's cache; as input when left out."
    )
    reasoning: Dollars | None = Field(None, description="A million tokens of reasoning; as output when left out.")
    image: Dollars | None = Field(None, description="An image that is made.")
    second: Dollars | None = Field(None, description="A second of audio.")
    characters: Dollars | None = Field(None, description="A million characters of speech that is made.")
    query: Dollars | None = Field(None, description="A query, for a model that ranks.")


class CapabilitySettings(Section):
    """What a model can do, where the catalogue does not know it or is wrong."""

    tools: Literal["native", "prompted", "none"] | None = Field(
        None,
        description='"native"; "prompted" where the gateway describes tools in the prompt and reads the calls from the text; "none".',
    )
    parallel_tools: bool | None = Field(None, description="Whether it may call several tools at once.")
    tool_choice: bool | None = Field(None, description="Whether a call of a tool can be demanded.")
    json_schema: Literal["native", "checked"] | None = Field(
        None,
        description='Who holds answers to a JSON schema: "native" is the provider, "checked" the gateway.',
    )
    vision: bool | None = Field(None, description="Whether it takes images.")
    audio_input: bool | None = Field(None, description="Whether it takes audio.")
    pdf_input: bool | None = Field(None, description="Whether it takes documents.")
    image_urls: bool | None = Field(
        None, description="Whether the provider fetches images by their URL; the gateway does when it does not."
    )
    reasoning: bool | None = Field(None, description="Whether it can think before it answers.")
    prefill: bool | None = Field(None, description="Whether its answer may be begun for it.")
    system: bool | None = Field(None, description="Whether it takes system messages.")


class DeploymentSettings(Section):
    """One provider's model behind an alias."""

    provider: Text = Field(description='Name of a provider of this file, one found in the environment, or "local".')
    model: Text = Field(description="Name of the model at the provider.")
    weight: int = Field(1, ge=1, le=1_000_000, description="Share of the calls, for strategies that share them out.")
    quality: Share | None = Field(
        None,
        description=(
            'Share of hard requests that it answers well, for the strategy "auto"; by its name, as far as that is known, when left out.'
        ),
        examples=[0.9],
    )
    concurrency: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Calls that may be under way at once; further ones wait, by priority and in turns of keys. Processes that share a state divide "
        "them, and so do models that have the same deployment. No limit when left out.",
        examples=[32],
    )
    queue: int = Field(
        256,
        ge=0,
        le=1_000_000,
        description="Calls that may wait; what comes on top is refused, the lowest priority first.",
    )
    context: Tokens | None = Field(
        None, description="Tokens that prompt and answer may have together; as in the catalogue when left out."
    )
    max_output: Tokens | None = Field(
        None, description="Tokens that an answer may have; as in the catalogue when left out."
    )
    price: PriceSettings | None = Field(
        None,
        description=(
            "What it costs; as in the catalogue when left out. Calls as provider/model cost the dearest of the prices given for that model."
        ),
    )
    capabilities: CapabilitySettings | None = Field(
        None, description="What it can do; what is left out is as in the catalogue."
    )
    deprecated: Day | None = Field(
        None,
        description="Day on which the provider takes the model away; as in the catalogue when left out.",
    )


class AliasSettings(Section):
    """A model that clients can call by this name."""

    deployments: Annotated[tuple[DeploymentSettings, ...], Field(strict=False, min_length=1, max_length=256)] = Field(
        description="What stands behind the alias, in order of preference."
    )
    strategy: Literal["ordered", "weighted", "least_busy", "latency", "cost", "auto"] = Field(
        "ordered",
        description=(
            'How a deployment is chosen among those that are healthy: "ordered" takes the first; "weighted" shares calls out by '
            'weight; "least_busy" takes the one with the fewest calls under way; "latency" the one that answers sooner, of two '
            'taken by chance; "cost" the one that the call costs least at; "auto" the cheapest that is good enough for what is asked.'
        ),
    )
    auto: AutoSettings = Field(
        default_factory=AutoSettings,
        description='What the strategy "auto" looks for.',
        examples=[{"quality": 0.85}],
    )
    answers: Literal["trust", "check", "repair"] = Field(
        "check",
        description=(
            "What happens to structured answers, and to arguments of strict tools, that the provider does not hold to their "
            'schema itself: "check" makes a violation an error; "repair" looks at the arguments of every function too and asks '
            'the model once more first; "trust" passes everything.'
        ),
    )
    vision_fallback: Text | None = Field(
        None,
        description="Model that takes the calls with images when this one cannot see; they are refused when left out.",
        examples=["seeing"],
    )
    cache: ModelCacheSettings | None = Field(
        None, description="Whether and how its answers are kept to be given again; as in [cache] when left out."
    )
    limits: LimitName | None = Field(
        None,
        description=(
            "Limits that hold for all calls of this name together, whoever makes them, and for calls of its deployments as provider/model too."
        ),
        examples=["shared"],
    )
    fallbacks: Names = Field(
        (),
        description=(
            "Models that are asked in turn when every deployment failed. A fallback is reached under the limits of the model that was "
            "asked for; the limits of the fallback's own name do not count it."
        ),
        examples=[["smollm2"]],
    )
    context_fallbacks: Names = Field(
        (), description="Models that take what is too long for every deployment.", examples=[["long"]]
    )
    content_fallbacks: Names = Field(
        (), description="Models that take what a provider's content policy refused.", examples=[["open"]]
    )
    retry: RetrySettings | None = Field(None, description="How often calls are tried; as in [retry] when left out.")
    timeouts: ModelTimeouts = Field(
        default_factory=ModelTimeouts, description="Limits on waiting for the model, in seconds."
    )
    stream_recovery: Literal["error", "continue", "hold"] = Field(
        "error",
        description=(
            'What becomes of a stream that breaks off after its first token: "error" tells the client; "continue" lets another '
            'attempt go on from what was said; "hold" sends nothing before the answer is whole, so that another attempt can '
            "answer unseen."
        ),
    )
    hedge: Hedge = Field(
        None,
        description="A second deployment that is asked while the first one is silent; true for the defaults.",
        examples=[True],
    )
