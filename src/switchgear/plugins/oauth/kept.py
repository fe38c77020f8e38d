"""What is kept of sign-ins, sealed, as secrets of the plugin that they are for: the client we are, the tokens we have, a login under way."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.store.plugins import PluginSecrets

UNDER: Final = "oauth:"
"""How the names of these secrets begin. No process of a plugin is given any of them."""

NOTHING: Final = Secret("")


class Client(Frozen, frozen=True):
    """Who we are to the authorization server ``issuer``; ``issuer`` is empty while nobody knows it.

    ``origin``: ``given`` by a person, a ``document`` of ours at a URL, or ``registered`` there for ``redirects``. ``method`` is how we
    show that we are it: ``none``, ``client_secret_basic`` or ``client_secret_post``. ``until`` is when its secret ends, in seconds; 0
    for never.
    """

    issuer: str
    id: str
    secret: Secret = NOTHING
    method: str = "none"
    origin: str = "given"
    redirects: tuple[str, ...] = ()
    until: float = 0.0


class Server(Frozen, frozen=True):
    """What is needed of an authorization server after it was found and judged. ``names_itself``: its answers carry ``iss`` (RFC 9207)."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str = ""
    names_itself: bool = False


class Tokens(Frozen, frozen=True):
    """What we have for a plugin at ``url``, and nothing but it.

    ``flow`` is ``code`` where a person signed in, ``client`` where the gateway is itself who calls. ``asked`` are the scopes that were
    asked for, ``scopes`` those that were given, ``wanted`` those that the plugin refused something for. ``expires_at`` is seconds since
    1970, None where the server does not say. Without ``access`` the login has ended, for ``reason``.
    """

    url: str
    resource: str
    server: Server
    client: Client
    flow: str
    asked: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    access: Secret = NOTHING
    refresh: Secret = NOTHING
    got_at: float = 0.0
    expires_at: float | None = None
    reason: str = ""

    @property
    def renewable(self) -> bool:
        """Whether new ones can be had without a person."""
        return self.flow == "client" or bool(self.refresh)


class Pending(Frozen, frozen=True):
    """A login that a person was sent to, until ``until``, in seconds since 1970. ``state`` and ``verifier`` are known to nobody else;
    ``by`` is the id of the key that began it.
    """

    url: str
    resource: str
    server: Server
    client: Client
    redirect: str
    asked: tuple[str, ...]
    state: Secret
    verifier: Secret
    until: float
    by: str = ""


Document = TypeVar("Document", Client, Tokens, Pending)
_NAMES: Final[dict[type, str]] = {Client: "client", Tokens: "tokens", Pending: "login"}


class Kept:
    """The documents of one plugin. Every method raises StoreUnavailable."""

    def __init__(self, secrets: PluginSecrets, plugin: str) -> None:
        self._secrets = secrets
        self._plugin = plugin

    async def read(self, kind: type[Document]) -> tuple[Document | None, Secret]:
        """The document of a kind, and what to name when it is replaced."""
        raw = await self._secrets.get(self._plugin, _name(kind))
        if not raw:
            return None, NOTHING
        try:
            return msgspec.json.decode(raw.reveal(), type=kind, dec_hook=_secret), raw or NOTHING
        except msgspec.MsgspecError:  # of another version of this program
            return None, raw or NOTHING

    async def write(self, document: Client | Tokens | Pending) -> None:
        """Keep a document instead of what was there."""
        await self._secrets.put(self._plugin, _name(type(document)), _encoded(document))

    async def replace(self, document: Client | Tokens | Pending, old: Secret) -> bool:
        """Keep a document instead of ``old``, as ``read`` gave it; False where there is another meanwhile."""
        return await self._secrets.put(self._plugin, _name(type(document)), _encoded(document), instead_of=old)

    async def spend(self, kind: type[Document], old: Secret) -> bool:
        """Forget a document, which is ``old``; False where somebody else did so first."""
        return await self._secrets.put(self._plugin, _name(kind), NOTHING, instead_of=old)

    async def forget(self, kind: type[Document]) -> None:
        """Forget the document of a kind, if there is one."""
        await self._secrets.delete(self._plugin, _name(kind))


def _name(kind: type) -> str:
    return UNDER + _NAMES[kind]


def _encoded(document: Client | Tokens | Pending) -> Secret:
    return Secret(msgspec.json.encode(document, enc_hook=_revealed).decode())


def _revealed(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError


def _secret(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError
