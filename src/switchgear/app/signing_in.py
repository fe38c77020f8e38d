"""Signing in, wired: the store, the keys, who users are, and how many attempts may fail."""

from __future__ import annotations

from typing import Protocol

from switchgear.access.attempts import Attempts
from switchgear.access.keys import Keyring
from switchgear.access.limits import Limiter
from switchgear.access.sign_in import SignIn
from switchgear.config.schema import Settings
from switchgear.state.base import State
from switchgear.store.store import Store


class SignedInTo(Protocol):
    """What people sign in to."""

    store: Store
    state: State
    keyring: Keyring
    pepper: bytes

    @property
    def settings(self) -> Settings:
        """Those that hold now."""
        ...

    @property
    def limiter(self) -> Limiter:
        """Whose book has the users."""
        ...

    async def refresh(self) -> None:
        """Make what changed in the store known everywhere."""
        ...


def sign_in_of(gateway: SignedInTo) -> SignIn:
    """How one signs in to a gateway."""
    attempts = Attempts(gateway.state.counters, lambda: gateway.settings.sign_in.attempts)
    return SignIn(
        gateway.store,
        gateway.keyring,
        gateway.pepper,
        attempts,
        lambda: gateway.settings.sign_in,
        lambda: gateway.limiter.book.users,
        gateway.refresh,
    )
