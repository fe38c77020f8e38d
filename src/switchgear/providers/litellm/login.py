"""Ways to sign in that need more than a key in a header."""

from __future__ import annotations

from switchgear.providers.litellm.hosts import Hosts
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.litellm.tokens import KeyGrant, Tokens


class WatsonXLogin:
    """IBM's watsonx.ai: a token that is ready, one for the API key, or the key of an installation of one's own."""

    def __init__(self, settings: LiteLLMSettings, hosts: Hosts) -> None:
        zen, ready = settings.text("zen_api_key"), settings.text("token")
        self._ready = f"ZenApiKey {zen}" if zen else f"Bearer {ready}" if ready else ""
        self._tokens = None
        if not self._ready and settings.api_key is not None:
            self._tokens = Tokens(hosts, KeyGrant(settings.api_key))
        self.places = {name: settings.text(name) for name in ("project_id", "space_id") if settings.text(name)}

    async def header(self) -> str:
        """The value of ``authorization``; empty without credentials. Raises ProviderError."""
        if self._tokens is not None:
            return f"Bearer {await self._tokens.get()}"
        return self._ready


def login_of(settings: LiteLLMSettings, hosts: Hosts) -> WatsonXLogin | None:
    """How to sign in for embeddings and rerank, where the key alone is not enough."""
    return WatsonXLogin(settings, hosts) if settings.litellm_provider == "watsonx" else None
