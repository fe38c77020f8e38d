"""What every route is given: the gateway, and who asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from switchgear.access.keys import Key
from switchgear.edge.admin.services import GatewayControl


class Administration:
    """One request's hold on the gateway.

    ``changes`` is held by whoever looks at the state first and changes it then, so that two such requests follow
    one another. ``ip`` is the address the request came from, ``admitted`` tells whether it would be let in now too.
    """

    def __init__(
        self,
        gateway: GatewayControl,
        changes: asyncio.Lock,
        key: Key,
        ip: str,
        admitted: Callable[[], bool],
    ) -> None:
        self.gateway = gateway
        self.changes = changes
        self.key = key
        self.ip = ip
        self.admitted = admitted
        self.now = time.time_ns() // 1_000_000

    @property
    def owner(self) -> str:
        """Whose what somebody keeps for themselves is: the user's, or the key's that stands for nobody."""
        return owner_of(self.key.user) if self.key.personal else f"key:{self.key.id}"

    async def changed(self, action: str, target: str, detail: dict[str, Any] | None = None) -> None:
        """Enter a change that was made into the audit log, and take it into the running gateway.

        ``detail`` holds no secrets. Raises StoreUnavailable.
        """
        await self.audited(action, target, detail)
        await self.gateway.refresh()

    async def audited(self, action: str, target: str, detail: dict[str, Any] | None = None) -> None:
        """Enter what was done into the audit log. Raises StoreUnavailable."""
        await self.gateway.store.audit.append(
            at=self.now, actor=self.key.id, action=action, target=target, detail=detail, ip=self.ip
        )


def owner_of(user: str) -> str:
    """How what a user keeps for themselves is marked."""
    return f"user:{user}"


def _administration(request: Request) -> Administration:
    state = request.app.state
    client = request.client
    return Administration(
        state.gateway, state.changes, request.state.key, client.host if client else "", request.state.admitted
    )


Admin = Annotated[Administration, Depends(_administration)]
