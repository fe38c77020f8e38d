"""How much fits into a deployment: what its prompt may have, what its answer may have, and both together."""

from __future__ import annotations

import sys
from typing import Final

from switchgear.core.capabilities import Capabilities
from switchgear.core.structs import FrozenLeaf
from switchgear.providers.tokens import prompt_alone

BOUNDLESS: Final = sys.maxsize


class Room(FrozenLeaf, frozen=True, gc=False):
    """Tokens at most of the ``prompt``, of the ``answer``, and of both in ``total``; ``BOUNDLESS`` where nothing is known."""

    prompt: int = BOUNDLESS
    answer: int = BOUNDLESS
    total: int = BOUNDLESS

    @property
    def context(self) -> int:
        """What people call the context: the smaller of what prompt and both may have."""
        return min(self.prompt, self.total)

    def holds(self, prompt: int, answer: int) -> bool:
        """Whether a prompt fits together with an answer as long as it may be, at most ``answer``."""
        return prompt <= self.prompt and prompt + min(answer, self.answer) <= self.total


def room_of(model: str, listed_as: str, able: Capabilities, own_context: int | None) -> Room:
    """The room of a model at a provider. ``own_context`` is what its settings say, which is for prompt and answer together.

    What the catalogue says is so too for most models; for some it is for the prompt alone (``providers.tokens.families``).
    """
    answer = able.max_output if able.max_output is not None else BOUNDLESS
    context = able.context
    if context is None or context <= 0:
        return Room(answer=answer)
    if own_context is None and prompt_alone(model, listed_as, context):
        return Room(prompt=context, answer=answer)
    return Room(answer=answer, total=context)
