"""Every dialect by name: the halves for clients in front and for providers behind."""

from __future__ import annotations

from collections.abc import Mapping

from switchgear.dialects import chat, gemini, messages, ollama, responses
from switchgear.dialects.base import Back, DialectName, Front

FRONTS: Mapping[DialectName, Front] = {
    "chat": chat.FRONT,
    "messages": messages.FRONT,
    "responses": responses.FRONT,
}
BACKS: Mapping[DialectName, Back] = {
    "chat": chat.BACK,
    "messages": messages.BACK,
    "responses": responses.BACK,
    "gemini": gemini.BACK,
    "ollama": ollama.BACK,
}
