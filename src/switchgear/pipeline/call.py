"""What is asked of a model, and what is known of a call on its way through the stages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

import msgspec

from switchgear.access.keys import Key
from switchgear.core.calls import Outcome, Usage
from switchgear.providers.base import Operation, Upload
from switchgear.providers.catalogue import Units
from switchgear.routing.directory import Deployment, Model


class Form(Upload, Protocol):
    """A form with files, on its way in."""

    def replace(self, name: str, value: bytes) -> None:
        """Send another value of a plain field."""
        ...


class Measure(Protocol):
    """Counts what an answer has of other units than tokens."""

    @property
    def units(self) -> Units:
        """What was counted so far."""
        ...


class ModelRequest(msgspec.Struct):
    """What the stages read of a request. ``fields`` are its top-level fields as they were sent, still encoded.

    ``body`` is the whole of it, for when it is read as a canonical call (made of the fields where it is empty). ``headers`` are
    field lines for a provider of the same dialect (``anthropic-beta``). ``form`` is the request where it is one with files; of
    ``fields`` the names alone are of use then. ``max_tokens`` is the longest answer that is wanted, by whichever name the dialect has for
    it; None where nothing is said.
    """

    model: str
    stream: bool
    fields: dict[str, msgspec.Raw]
    wants_usage: bool = False
    prompt_characters: int = 0
    body: bytes = b""
    headers: bytes = b""
    form: Form | None = None
    max_tokens: int | None = None


class ModelCall:
    """One call on its way through the stages, and what is known of it so far.

    ``dropped`` names what of the request the provider has no words for, ``shaped`` the abilities that the gateway lent the model.
    ``clamps`` has the longest answer that may be asked for, by deployment id, where the client asked for more; ``clamped`` is what was
    lowered for it. ``content_type`` is the answer's, where it is not always the same; ``measure`` knows the units of one that is not counted in tokens.
    """

    __slots__ = (
        "at", "clamped", "clamps", "content_type", "cost", "deployment", "dropped", "error", "first_token", "id", "key", "measure", "model", "name",
        "operation", "outcome", "recorded", "shaped", "started", "status", "streamed", "trace", "usage",
    )  # fmt: skip

    def __init__(self, call_id: str, operation: Operation) -> None:
        self.id = call_id
        self.operation = operation
        self.at = time.time()
        self.started = time.perf_counter()
        self.key: Key | None = None
        self.name = ""
        self.model: Model | None = None
        self.deployment: Deployment | None = None
        self.streamed = False
        self.usage = Usage()
        self.cost: int | None = None
        self.first_token: float | None = None
        self.outcome: Outcome = "ok"
        self.status = 200
        self.error = ""
        self.trace = ""
        self.recorded = False
        self.dropped: list[str] = []
        self.shaped: list[str] = []
        self.clamps: Mapping[str, int] = {}
        self.clamped = ""
        self.content_type = b""
        self.measure: Measure | None = None
