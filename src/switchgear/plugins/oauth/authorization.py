"""What makes a remote server accept us where somebody signed in: a bearer token, for it alone, that is renewed in time."""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.errors import PluginLoginFailed, PluginUnauthorized, PluginUnavailable, StoreUnavailable
from switchgear.plugins.mcp.endpoint import Fields
from switchgear.plugins.oauth.challenges import read_challenge, union
from switchgear.plugins.oauth.kept import Tokens
from switchgear.plugins.oauth.renewal import Renewal

_LOOK_EVERY: Final = 15.0
"""Seconds after which it is looked whether another worker signed in or out."""
_EARLY: Final = 30.0
"""Seconds before their end at which tokens are renewed; a tenth of their life where that is less."""
_FRESH: Final = 10.0
"""Seconds for which tokens are not renewed again, though the server does not accept them."""


class OAuthAuthorization:
    """The ``Authorization`` of a remote plugin. Without a login it sends ``also`` alone, and the server says what it thinks of that.

    What it sends comes from the login that belongs to the plugin and its URL, and from nowhere else: never from a client's request.
    """

    def __init__(self, renewal: Renewal, also: Fields = ()) -> None:
        self._renewal = renewal
        self._also = tuple(also)
        self._fields: Fields = self._also
        self._known: Tokens | None = None
        self._looked = float("-inf")

    async def fields(self) -> Fields:
        """The fields to send. Raises PluginUnauthorized where the login has ended, PluginUnavailable."""
        now = self._renewal.now()
        if now - self._looked > _LOOK_EVERY:
            await self._look()
        tokens = self._known
        if tokens is None:
            return self._fields
        if tokens.access and (tokens.expires_at is None or now < tokens.expires_at - _margin(tokens)):
            return self._fields
        if tokens.renewable:
            await self._renew(tokens, now)
        elif not tokens.access or tokens.expires_at is None or now >= tokens.expires_at:
            raise self._ended(tokens)
        return self._fields

    async def refused(self, status: int, challenge: str) -> bool:
        """Whether there are other tokens now than those that were refused. Raises PluginUnavailable."""
        told = read_challenge(challenge)
        tokens = await self._look()
        if tokens is None or not tokens.access:
            return False
        if status == 403:
            return told.error == "insufficient_scope" and await self._widened(tokens, told.scopes)
        now = self._renewal.now()
        if now - tokens.got_at < _FRESH:
            return True
        if not tokens.renewable:
            return False
        try:
            await self._renew(tokens, now, strict=True)
        except PluginUnauthorized:
            return False
        return self._known is not None

    async def _widened(self, tokens: Tokens, scopes: tuple[str, ...]) -> bool:
        """Ask for more: at once where the gateway is itself who calls, else of the next person who signs in (MCP, Step-Up)."""
        asked = union(tokens.asked, scopes)
        if tokens.flow != "client":
            wanted = union(tokens.wanted, tuple(each for each in scopes if each not in tokens.scopes))
            if wanted != tokens.wanted:
                await self._keep(msgspec.structs.replace(tokens, wanted=wanted))
            return False
        if asked == tokens.asked:
            return False
        wider = msgspec.structs.replace(tokens, asked=asked)
        if not await self._keep(wider):
            return False
        await self._renew(wider, self._renewal.now(), strict=True)
        return True

    async def _renew(self, tokens: Tokens, now: float, *, strict: bool = False) -> None:
        """Take other tokens. Those that still hold are used on where there are none to be had for the moment, unless ``strict``."""
        try:
            self._take(await self._renewal.renewed(tokens))
        except PluginLoginFailed as error:
            await self._look()
            raise self._ended(tokens, error.message) from error
        except (PluginUnavailable, StoreUnavailable) as error:
            if not strict and tokens.access and tokens.expires_at is not None and now < tokens.expires_at:
                return
            raise self._unavailable(error) from error

    async def _look(self) -> Tokens | None:
        """Take what the store has; where it is away for the moment, what is known holds."""
        try:
            self._take(await self._renewal.stored())
        except StoreUnavailable as error:
            if self._known is None:
                raise self._unavailable(error) from error
        return self._known

    async def _keep(self, tokens: Tokens) -> bool:
        try:
            return await self._renewal.want(tokens)
        except StoreUnavailable as error:
            raise self._unavailable(error) from error

    def _take(self, tokens: Tokens | None) -> None:
        self._looked = self._renewal.now()
        self._known = tokens
        self._fields = self._also
        if tokens is not None and tokens.access:
            self._fields = (*self._also, ("authorization", f"Bearer {tokens.access.reveal()}"))

    def _unavailable(self, error: PluginUnavailable | StoreUnavailable) -> PluginUnavailable:
        if isinstance(error, PluginUnavailable):
            return error
        plugin = self._renewal.plugin
        return PluginUnavailable(
            f"Plugin {plugin}: its tokens cannot be read: {error.message}", plugin=plugin, hint=error.advice
        )

    def _ended(self, tokens: Tokens, why: str = "") -> PluginUnauthorized:
        plugin = self._renewal.plugin
        reason = why or tokens.reason or "it came to its end, and there is nothing to renew it with."
        return PluginUnauthorized(f"The login to plugin {plugin} has ended: {reason}", plugin=plugin)


def _margin(tokens: Tokens) -> float:
    if tokens.expires_at is None:
        return 0.0
    return min(_EARLY, (tokens.expires_at - tokens.got_at) / 10)
