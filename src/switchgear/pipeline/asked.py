"""A call as the cache looks at it."""

from __future__ import annotations

import time

from switchgear.cache.flight import Flight
from switchgear.cache.kept import Kept
from switchgear.cache.key import form_of
from switchgear.cache.wish import Wish
from switchgear.core.caching import CachePolicy
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.reply import Reply
from switchgear.routing.directory import Model


class Asked:
    """What is asked for, and on which terms. ``now`` is seconds since the epoch.

    ``name`` is the answer's (``key.Names``), ``form`` the one it is wanted in, ``place`` both together: what identical calls under way
    have in common. ``begun`` is whether the client has got the head of a streamed answer.
    """

    __slots__ = (
        "begun",
        "call",
        "form",
        "model",
        "name",
        "now",
        "policy",
        "priority",
        "reply",
        "request",
        "tenant",
        "wish",
    )

    def __init__(
        self,
        what: tuple[ModelCall, ModelRequest, Model, Reply],
        policy: CachePolicy,
        tenant: str,
        name: bytes,
        now: float,
    ) -> None:
        self.call, self.request, self.model, self.reply = what
        self.policy = policy
        self.tenant = tenant
        self.name = name
        self.now = now
        self.form = form_of(stream=self.request.stream, fields=self.request.fields)
        self.wish: Wish = self.call.wish
        self.priority = int(self.call.priority)
        self.begun = False

    @property
    def place(self) -> bytes:
        """Name and form; an answer that cannot be told in another form is kept under both."""
        return placed(self.name, self.form)

    @property
    def late(self) -> bool:
        """Whether the client has waited as long as it is willing to."""
        patience = self.call.patience
        return patience is not None and time.perf_counter() - self.call.started >= patience

    def joins(self, flight: Flight, leader: ModelCall) -> bool:
        """Whether the answer that another call is about to get will do.

        Less urgent ones are not waited for. Nor is a stream whose client waits less long than this one: when its patience ends in the
        middle of it, what was said cannot be said again.
        """
        if not flight.open or self.wish.fresh_only or flight.priority < self.priority:
            return False
        if not self.form or leader.patience is None:
            return True
        patience = self.call.patience
        return patience is not None and patience <= leader.patience

    def takes(self, kept: Kept) -> bool:
        """Whether a kept answer will do."""
        wish, age = self.wish, self.now - kept.made
        if wish.oldest is not None and age > wish.oldest:
            return False
        return age < kept.ttl - wish.margin or (wish.past > 0 and age < kept.ttl + min(wish.past, kept.grace))

    def needs(self, kept: Kept) -> bool:
        """Whether it will do when there is no other: not where the client wants none that is kept (``no-cache``) and allows for nothing else."""
        if self.wish.fresh_only and self.wish.grace is None:
            return False
        grace = kept.grace if self.wish.grace is None else min(kept.grace, self.wish.grace)
        return self.now < kept.made + kept.ttl + grace


def placed(name: bytes, form: bytes) -> bytes:
    """The place of an answer that is one form alone."""
    return name + b"+" + form
