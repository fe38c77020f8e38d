"""Models as the admin API takes and shows them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from switchgear.edge.admin.schemas.base import Answer

Source = Literal["file", "store", "environment", "embedded"]
State = Literal["ready", "starting", "restarting", "failed", "stopped"]

_SOURCE = "Where it is defined: the configuration file, the store (this API), the environment, or built in."


class Price(Answer):
    """US dollars as decimal numbers, per million tokens where nothing else is said; null where not known."""

    input: str | None = Field(examples=["0.25"])
    cached_input: str | None = Field(examples=["0.025"], description="Prompt tokens read from the provider's cache.")
    cache_write: str | None = Field(examples=["0.25"], description="Prompt tokens written to the provider's cache.")
    output: str | None = Field(examples=["2"])
    reasoning: str | None = Field(examples=["2"])
    image: str | None = Field(description="An image that is made.")
    second: str | None = Field(description="A second of audio.")
    characters: str | None = Field(description="A million characters of speech that is made.")
    query: str | None = Field(description="A query, of a model that ranks.")


class Abilities(Answer):
    """What a model can do; null where it is not known, and then its provider decides."""

    tools: Literal["native", "prompted", "none"] | None = Field(
        description="`prompted`: the gateway describes tools in the prompt and reads the calls from the text."
    )
    parallel_tools: bool | None
    tool_choice: bool | None = Field(description="Whether a call of a tool can be demanded.")
    json_schema: Literal["native", "checked"] | None = Field(
        description="Who holds answers to a JSON schema: `native` is the provider, `checked` the gateway."
    )
    vision: bool | None
    audio_input: bool | None
    pdf_input: bool | None
    image_urls: bool | None = Field(description="Whether the provider fetches images by their URL.")
    reasoning: bool | None
    prefill: bool | None = Field(description="Whether its answer may be begun for it.")
    system: bool | None = Field(description="Whether it takes system messages.")


class Deployment(Answer):
    """One provider's model behind a model, with what is known of it."""

    provider: str
    model: str = Field(description="Its name at the provider.")
    weight: int = Field(description="Its share of the calls, for strategies that share them out.")
    known: bool = Field(
        description="Whether the catalogue or the configuration knows the model. Calls of one that is not known work, "
        "and are recorded without a cost."
    )
    mode: str = Field(description="What it is for, as the catalogue says; empty when not known.", examples=["chat"])
    price: Price | None = Field(description="For calls with a short prompt; null when not known.")
    capabilities: Abilities
    deprecated: date | None = Field(description="The day on which its provider takes it away; null when none is known.")
    context: int | None = Field(description="Tokens that prompt and answer may have together; null when not known.")
    max_output: int | None = Field(description="Tokens that an answer may have; null when not known.")
    state: State
    reason: str = Field(description="Why it is not ready; empty when it is.")


class Model(Answer):
    """A model that clients can call by its name."""

    name: str = Field(examples=["fast"])
    kind: Literal["alias", "provider", "embedded"] = Field(
        description="A model defined here, a provider's model by its own name, or one the gateway brings."
    )
    source: Source = Field(description=_SOURCE)
    strategy: str = Field(description="How a deployment is chosen.")
    deployments: list[Deployment] = Field(description="What answers, in order of preference.")
    price: Price | None = Field(description="Of the first deployment.")
    context: int | None = Field(description="Of the first deployment.")
    state: State = Field(description="Of the first deployment; `failed` when no deployment's provider is there.")
    reason: str = Field(description="Why it is not ready; empty when it is.")
    settings: dict[str, Any] | None = Field(
        description="Of an alias: as under `[models.NAME]` in the file, and as PUT takes it; null for others."
    )


class ModelList(Answer):
    """Models: those defined here first, then each provider's own."""

    data: list[Model]


class TestError(Answer):
    """Why a test did not succeed."""

    code: str
    message: str
    hint: str


class TestResult(Answer):
    """What a short real call came to. It is recorded like every other call."""

    ok: bool
    request_id: str = Field(description="The call's id: GET /api/usage/{id}.")
    model: str
    latency_ms: float = Field(description="Milliseconds from start to end.")
    first_token_ms: float | None = Field(description="Milliseconds to the first token.")
    tokens_per_second: float | None = Field(description="Completion tokens over the time after the first of them.")
    answer: str | None = Field(description="What the model said; for an embedding, how many dimensions it has.")
    error: TestError | None


class PullProgress(Answer):
    """A line of progress."""

    done: int = Field(description="Bytes so far.")
    total: int = Field(description="Bytes in all.")


class PullEnd(Answer):
    """The last line."""

    ok: bool
    error: TestError | None = None
