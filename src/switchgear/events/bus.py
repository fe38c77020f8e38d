"""The event bus: what happened is published once and heard by everyone who asked for its kind.

Handlers are called one after the other, in the order they subscribed, before ``publish`` returns. They are meant
to be cheap: count, append to a queue, return. Whoever has slow work to do takes the event and does it elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

_log = logging.getLogger(__name__)


class _Subscription:
    """One handler and how often it has failed. Two subscriptions of the same handler are two subscriptions."""

    __slots__ = ("failures", "handler")

    def __init__(self, handler: Callable[[Any], object]) -> None:
        self.handler = handler
        self.failures = 0


class EventBus:
    """Synchronous publish and subscribe by the event's exact class.

    Subclasses of a class are other events: an event reaches those who subscribed to its own class. Handlers may
    subscribe and unsubscribe while an event is published; that takes effect from the next event on.
    """

    __slots__ = ("_subscriptions",)

    def __init__(self) -> None:
        self._subscriptions: dict[type[Any], tuple[_Subscription, ...]] = {}

    def subscribe(self, kind: type[Event], handler: Callable[[Event], object]) -> Callable[[], None]:
        """Call ``handler`` with every event of ``kind`` from now on; what it returns is ignored.

        Returns a callable that ends the subscription; calling it again does nothing.
        """
        subscription = _Subscription(handler)
        self._subscriptions[kind] = (*self._subscriptions.get(kind, ()), subscription)

        def unsubscribe() -> None:
            left = tuple(one for one in self._subscriptions.get(kind, ()) if one is not subscription)
            if left:
                self._subscriptions[kind] = left
            else:
                self._subscriptions.pop(kind, None)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Hand ``event`` to every subscriber of its class. Never raises: a handler that fails is logged."""
        for subscription in self._subscriptions.get(type(event), ()):
            try:
                subscription.handler(event)
            except Exception as error:  # noqa: BLE001 - one failing subscriber must not cost the others their event
                _report(subscription, event, error)


def _report(subscription: _Subscription, event: object, error: Exception) -> None:
    """Log the first failure of a handler, then the 2nd, 4th, 8th…: a broken one must not fill the log."""
    subscription.failures += 1
    count = subscription.failures
    if count & (count - 1) == 0:
        name = getattr(subscription.handler, "__qualname__", repr(subscription.handler))
        _log.error("A subscriber to %s failed (%s, failure %d)", type(event).__qualname__, name, count, exc_info=error)
