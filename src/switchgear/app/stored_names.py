"""What the store holds that a configuration file may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchgear.config.load import StoredNames

if TYPE_CHECKING:
    from switchgear.store.store import Store


async def names_in(store: Store) -> StoredNames:
    """The names of its providers, limits and models. Raises StoreUnavailable."""
    providers, limits, models = await store.providers.all(), await store.limits.all(), await store.models.all()
    return StoredNames([row.name for row in providers], [row.name for row in limits], [row.name for row in models])
