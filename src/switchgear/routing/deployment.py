"""One provider's model behind an alias."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.capabilities import Capabilities, Target
from switchgear.dialects.chat.models import traits_of
from switchgear.providers.base import Provider
from switchgear.providers.catalogue import Card
from switchgear.routing.health import DeploymentHealth
from switchgear.routing.qualities import usual_quality
from switchgear.routing.queue import Queue
from switchgear.routing.room import room_of

_HOME: Final = {"openai": "responses", "azure": "responses", "anthropic": "messages", "gemini": "gemini"}
"""The dialect whose unmarked signatures a provider of that kind is taken to have made."""


class Deployment:
    """One provider's model behind an alias, with what it costs and what it can do.

    ``card`` is what is known of it, None for a model nobody knows; then its ``price`` is None too, and calls cost nobody knows what.
    ``id`` is the same for all aliases that have it, and so is ``health``. ``header`` are the lines that tell a client of it.
    ``room`` is how much fits into it; ``own_context`` what its settings say of that.
    ``answer_field`` is what Chat Completions calls the longest answer there.
    ``queue`` holds its places, where it has a limit of calls at once. ``quality`` is the share of hard requests that it answers well, from 0 to 1; None where nobody knows.
    """

    __slots__ = (
        "answer_field",
        "capabilities",
        "card",
        "header",
        "health",
        "id",
        "model",
        "model_json",
        "price",
        "provider",
        "quality",
        "queue",
        "room",
        "target",
        "weight",
    )

    def __init__(
        self,
        provider: Provider,
        model: str,
        card: Card | None,
        health: DeploymentHealth | None = None,
        weight: int = 1,
        own_context: int | None = None,
        queue: Queue | None = None,
    ) -> None:
        self.queue = queue
        self.provider = provider
        self.model = model
        self.id = f"{provider.name}/{model}"
        self.health = health or DeploymentHealth(self.id)
        self.weight = weight
        self.header = b"x-switchgear-model: %b\r\nx-switchgear-provider: %b\r\n" % (
            _visible(model),
            _visible(provider.name),
        )
        self.model_json = msgspec.Raw(msgspec.json.encode(model))
        self.card = card
        self.price = card.price if card is not None else None
        self.capabilities = (card.capabilities if card is not None else Capabilities()).over(provider.capabilities)
        self.quality: float | None = usual_quality(model)
        self.room = room_of(model, card.model if card is not None else "", self.capabilities, own_context)
        self.target = Target(
            provider.name, provider.kind, model, self.capabilities, _HOME.get(provider.kind, ""), provider.stream_usage
        )
        self.answer_field = "max_completion_tokens" if traits_of(self.target).openai else "max_tokens"


def _visible(text: str) -> bytes:
    """Text as a header field value: anything but visible ASCII is replaced (RFC 9110 section 5.5)."""
    return "".join(character if " " < character < "\x7f" else "?" for character in text).encode("ascii")
