"""What a request says of the cache: ``Cache-Control`` (RFC 9111, section 5.2.1; RFC 5861, section 4) and ``x-switchgear-cache``."""

from __future__ import annotations

from typing import Final

from switchgear.core.structs import FrozenLeaf

_LONGEST: Final = 1024
"""A longer field is not a set of directives."""
_FOREVER: Final = 10.0**9


class Wish(FrozenLeaf, frozen=True, gc=False):
    """What one call wants of the cache. Times are seconds.

    ``off``: the call has nothing to do with it. ``fresh_only`` (``no-cache``): no kept answer will do, but the new one may be kept.
    ``keep`` is false for ``no-store``: the answer is not kept, one that is kept will do. ``only_kept`` (``only-if-cached``): nobody is
    asked. ``oldest`` is the age an answer may have at most (``max-age``), ``margin`` how much longer than now it must be fresh
    (``min-fresh``), ``past`` by how much it may have expired (``max-stale``), ``grace`` the same when there is no other answer
    (``stale-if-error``).
    """

    off: bool = False
    fresh_only: bool = False
    keep: bool = True
    only_kept: bool = False
    oldest: float | None = None
    margin: float = 0.0
    past: float = 0.0
    grace: float | None = None


ANY: Final = Wish()
"""What a request wants that says nothing."""
OFF: Final = Wish(off=True, keep=False)
"""What it wants that says ``x-switchgear-cache: off``."""


def wish_of(field: bytes, before: Wish = ANY) -> Wish:
    """The wish in a ``Cache-Control`` field, added to those of fields ``before``.

    A directive that is not known is passed over, as section 5.2 wants it. One that is, with a number that cannot be read, asks for the
    freshest there can be, as section 4.2.1 encourages.
    """
    if before.off or not field or len(field) > _LONGEST:
        return before
    told = {name: value for name, value in map(_directive, field.lower().split(b",")) if name}
    past = told.get(b"max-stale")
    return Wish(
        fresh_only=before.fresh_only or b"no-cache" in told,
        keep=before.keep and b"no-store" not in told,
        only_kept=before.only_kept or b"only-if-cached" in told,
        oldest=_seconds(told.get(b"max-age"), before.oldest, unread=0.0),
        margin=_seconds(told.get(b"min-fresh"), None, unread=_FOREVER) or before.margin,
        past=(_FOREVER if past == b"" else _seconds(past, None)) or before.past,
        grace=_seconds(told.get(b"stale-if-error"), before.grace),
    )


def _directive(text: bytes) -> tuple[bytes, bytes]:
    name, _, value = text.partition(b"=")
    return name.strip(), value.strip().strip(b'"')


def _seconds(value: bytes | None, otherwise: float | None, unread: float | None = None) -> float | None:
    """A number of seconds (RFC 9111, section 1.2.2); ``otherwise`` where there is none, ``unread`` for what is no number, if that is given."""
    if value is not None and value.isdigit():
        return min(float(value[:18]), _FOREVER)
    return otherwise if value is None or unread is None else unread
