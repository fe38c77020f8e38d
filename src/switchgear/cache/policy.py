"""From settings to what a model's cache does."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from switchgear.config.cache import CacheSettings, ModelCacheSettings
from switchgear.core.caching import CachePolicy

_encode = msgspec.json.Encoder(order="deterministic", enc_hook=str).encode


def policy_of(
    general: CacheSettings, own: ModelCacheSettings | None, name: str, definition: Sequence[object]
) -> CachePolicy | None:
    """The policy of the model ``name``; None for one whose answers are not kept.

    ``definition`` is whatever of the settings decides who answers, and with what: plain data.
    """
    if not (general.enabled if own is None else own.enabled):
        return None
    identity = identity_of(name, definition)
    if own is None:
        return CachePolicy(identity, general.ttl, general.stale_if_error)
    ttl = general.ttl if own.ttl is None else own.ttl
    grace = general.stale_if_error if own.stale_if_error is None else own.stale_if_error
    return CachePolicy(identity, ttl, grace, own.semantic, own.threshold)


def identity_of(name: str, definition: Sequence[object]) -> bytes:
    """24 hex digits that differ for whatever differs."""
    return blake2b(_encode([name, definition]), digest_size=12).hexdigest().encode()
