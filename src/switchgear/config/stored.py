"""What a provider kept in the store may refer to: the store's secrets, never the machine it is read on.

Who can write the store, over the admin API, by a restored backup or in the database itself, need not hold the machine.
A document that names its files or environment would send them, as a "key", to an address of its author's choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from switchgear.config.providers import ProviderAccount
from switchgear.config.references import parse_reference


def references(settings: ProviderAccount) -> Iterator[tuple[str, str]]:
    """Every place of ``settings`` that names something on the gateway's side, and the reference that stands there."""
    if settings.ca_file is not None:
        yield "ca_file", f"file:{settings.ca_file}"
    for place, text in settings.secrets.items():
        if parse_reference(text) is not None or text.startswith(("env:", "file:", "secret:")):
            yield place, text


def outside_store(settings: ProviderAccount) -> str | None:
    """The first place of ``settings`` that names a file or the environment; ``None`` when only secrets are named."""
    return next((place for place, text in references(settings) if not text.startswith("secret:")), None)
