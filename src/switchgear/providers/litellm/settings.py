"""The settings of one provider that LiteLLM translates for, with every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from switchgear.core.secrets import Secret
from switchgear.providers.transport import OriginSettings

Value = Secret | str | int | float | bool


class LiteLLMSettings(msgspec.Struct, frozen=True):
    """``origin`` has the limits; its own address is not looked at: ``base_url`` is the one that was set, if any.

    ``litellm_provider`` is LiteLLM's name for it. ``params`` is what else LiteLLM needs to know, by its own names
    (``aws_region_name``, ``vertex_project``, ``project_id`` …), credentials among them.
    """

    origin: OriginSettings
    litellm_provider: str
    base_url: str | None = None
    api_key: Secret | None = None
    params: Mapping[str, Value] = {}
    headers: Mapping[str, Secret] = {}

    def text(self, *names: str) -> str:
        """The first parameter of those names that is set, as text; empty without one."""
        for name in names:
            if (value := self.params.get(name)) is not None:
                return value.reveal() if isinstance(value, Secret) else str(value)
        return ""

    def secret(self, *names: str) -> Secret | None:
        """The same as a secret, or None."""
        return Secret(found) if (found := self.text(*names)) else None

    def plain(self) -> dict[str, Any]:
        """Every parameter as LiteLLM takes it, secrets revealed."""
        return {name: value.reveal() if isinstance(value, Secret) else value for name, value in self.params.items()}

    @property
    def secrets(self) -> dict[str, Secret]:
        """Every secret in it, by its name."""
        found = {name: value for name, value in self.params.items() if isinstance(value, Secret)}
        return found | ({"api_key": self.api_key} if self.api_key else {})
