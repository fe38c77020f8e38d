"""What the keys in Valkey are called, and in which slot of a cluster each lies."""

from __future__ import annotations

from typing import Final

from switchgear.state.base import Change, Check
from switchgear.state.valkey.servers import slot_of

_MOST: Final = 10_000


class Keys:
    """Keys of one prefix. All keys of a scope have it as their hash tag, so that one script can work on them."""

    def __init__(self, prefix: str, *, cluster: bool) -> None:
        self._prefix = prefix
        self._cluster = cluster
        self._tags: dict[str, tuple[str, int]] = {}

    def of(self, scope: str, rest: str) -> str:
        """The key of ``rest`` in ``scope``."""
        return f"{self._tag(scope)[0]}{rest}"

    def slot(self, scope: str) -> int:
        """The slot of all keys of ``scope``; 0 where there is one server."""
        return self._tag(scope)[1]

    def counter(self, one: Check | Change) -> str:
        """The key of a counter. A window of another span, and a period of another end, is another counter."""
        span = "" if one.kind == "lease" else one.span_ms
        return f"{self._tag(one.scope)[0]}{one.kind[0]}{span}:{one.name}"

    def _tag(self, scope: str) -> tuple[str, int]:
        """How the keys of ``scope`` begin, and their slot. Braces would end the tag early, and an empty one is none."""
        found = self._tags.get(scope)
        if found is None:
            if len(self._tags) >= _MOST:
                self._tags.clear()
            tag = scope.replace("%", "%25").replace("{", "%7B").replace("}", "%7D") or "%"
            found = self._tags[scope] = (f"{self._prefix}:{{{tag}}}:", slot_of(tag) if self._cluster else 0)
        return found
