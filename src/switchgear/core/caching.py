"""What a model's cache does: plain data, compiled from the settings and read by every call."""

from __future__ import annotations

import msgspec


class CachePolicy(msgspec.Struct, frozen=True):
    """How answers of one model are kept. Times are seconds.

    ``identity`` stands for the model as it is defined now: a model that is defined otherwise has another one, so that its calls do
    not get the answers of what it was. It is the same in every worker and on every host with the same definition. ``threshold`` is the
    least cosine similarity of two questions that are taken for one, where ``semantic`` says that such are looked for.
    """

    identity: bytes
    ttl: float = 300.0
    stale_if_error: float = 0.0
    semantic: bool = False
    threshold: float = 0.99
