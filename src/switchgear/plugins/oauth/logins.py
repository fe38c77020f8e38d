"""Signing in to remote plugins and out of them: the authorization code flow with PKCE, and client credentials (OAuth 2.1).

MCP 2025-11-25 and 2026-07-28, Authorization; RFC 7636, RFC 8252, RFC 8707, RFC 9207.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from switchgear.core.errors import PluginLoginFailed, PluginLoginRefused, PluginUnavailable
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.plugins.mcp.endpoint import Fields
from switchgear.plugins.oauth.addresses import Remote
from switchgear.plugins.oauth.authorization import OAuthAuthorization
from switchgear.plugins.oauth.challenges import union
from switchgear.plugins.oauth.clients import CALLBACK, Clients, client_document
from switchgear.plugins.oauth.discovery import Discovery, Found, endpoint, optional_endpoint
from switchgear.plugins.oauth.kept import NOTHING, Client, Kept, Pending, Server, Tokens
from switchgear.plugins.oauth.renewal import Means, Renewal
from switchgear.plugins.oauth.token_endpoint import TokenEndpoint
from switchgear.plugins.oauth.web import Web

_PENDING_SECONDS: Final = 600.0
_LONGEST_ANSWER: Final = 16 * 1024
_STAY: Final = "offline_access"

State = Literal["signed_out", "signed_in", "ended"]


class Wish(Frozen, frozen=True):
    """How to sign in. ``redirect`` is where the browser comes back to, the gateway itself when empty; ``scopes`` what to ask for, as the
    plugin says when empty. ``client`` is one that a person registered, at ``issuer`` if that is said, to be used from now on. ``as_client``:
    no person signs in, the gateway is itself who calls (client credentials). ``by`` is the id of the key that wishes it.
    """

    redirect: str = ""
    scopes: tuple[str, ...] = ()
    client: str = ""
    client_secret: Secret = NOTHING
    issuer: str = ""
    as_client: bool = False
    by: str = ""


class Begun(Frozen, frozen=True):
    """A login that was begun. A person has to open ``url`` before ``until`` (seconds since 1970); without one it is done already."""

    url: str
    redirect: str
    issuer: str
    scopes: tuple[str, ...]
    until: float = 0.0


class Login(Frozen, frozen=True):
    """How a plugin is signed in to. ``wanted`` are scopes that it refused something for; times are seconds since 1970."""

    plugin: str
    state: State
    issuer: str = ""
    client: str = ""
    as_client: bool = False
    scopes: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    renewable: bool = False
    since: float = 0.0
    expires_at: float | None = None
    reason: str = ""


class Logins:
    """Logins to remote plugins. ``gateway`` gives its own URL as browsers reach it, without a slash at its end, empty where they cannot.

    Plugins are named with their URLs: what was got for one URL is never used for another.
    """

    def __init__(self, means: Means, gateway: Callable[[], str]) -> None:
        self._means = means
        self._gateway = gateway

    @property
    def document(self) -> dict[str, Any] | None:
        """What the gateway says of itself as a client; None where servers could not read it, for want of an https URL."""
        gateway = self._gateway()
        return client_document(gateway) if gateway.startswith("https://") else None

    def authorization(self, remote: Remote, also: Fields = ()) -> OAuthAuthorization:
        """What makes the plugin accept us, beside fields that are sent in any case."""
        return OAuthAuthorization(Renewal(remote, self._means), also)

    async def status(self, remote: Remote) -> Login:
        """How the plugin is signed in to. Raises StoreUnavailable."""
        tokens, _ = await self._kept(remote).read(Tokens)
        if tokens is None or tokens.url != remote.url:
            return Login(remote.plugin, "signed_out")
        past = tokens.expires_at is not None and tokens.expires_at <= self._means.now() and not tokens.renewable
        return Login(
            remote.plugin,
            "signed_in" if tokens.access and not past else "ended",
            issuer=tokens.server.issuer,
            client=tokens.client.id,
            as_client=tokens.flow == "client",
            scopes=tokens.scopes,
            wanted=tokens.wanted,
            renewable=tokens.renewable,
            since=tokens.got_at,
            expires_at=tokens.expires_at,
            reason=tokens.reason,
        )

    # ------------------------------------------------------------ in

    async def begin(self, remote: Remote, wish: Wish) -> Begun:
        """Begin to sign in to a plugin.

        Raises PluginLoginFailed for what the plugin or its authorization server does not do as it should, PluginUnavailable for who
        cannot be reached, StoreUnavailable.
        """
        web = self._web(remote)
        kept = self._kept(remote)
        clients = Clients(web, kept, self._gateway(), self._means.now)
        if wish.client:
            await kept.write(Client(wish.issuer, wish.client, wish.client_secret))
        given = await clients.given()
        found = await Discovery(web).find(given.issuer if given is not None else "")
        server = Server(
            found.server.issuer,
            endpoint(web, found.server.token_endpoint, "token endpoint"),
            optional_endpoint(web, found.server.revocation_endpoint),
            bool(found.server.authorization_response_iss_parameter_supported),
        )
        scopes = await self._scopes(kept, remote, found, wish)
        if wish.as_client:
            if given is None or not given.secret:
                said = f"Plugin {remote.plugin}: to call as itself, the gateway needs a client with a secret."
                raise PluginLoginFailed(said, plugin=remote.plugin, hint="Say --client-id, and give its secret.")
            client = await clients.find(found.server, "", scopes)
            wanted = Tokens(remote.url, found.resource, server, client, "client", scopes)
            await kept.write(await TokenEndpoint(web, server, client, self._means.now).as_client(wanted))
            return Begun("", "", server.issuer, scopes)
        return await self._send_away(web, kept, clients, server, (found, scopes, wish))

    async def _send_away(
        self, web: Web, kept: Kept, clients: Clients, server: Server, asked: tuple[Found, tuple[str, ...], Wish]
    ) -> Begun:
        found, scopes, wish = asked
        document = found.server
        at = endpoint(web, document.authorization_endpoint, "authorization endpoint")
        if "S256" not in (document.code_challenge_methods_supported or ()):
            said = (
                f"Plugin {web.plugin}: its authorization server {server.issuer[:200]} does not say that it knows PKCE with S256, "
                "without which a stolen code is a stolen login."
            )
            raise PluginLoginFailed(said, plugin=web.plugin, hint="Whoever runs it has to switch it on.")
        if _STAY in (document.scopes_supported or ()):
            scopes = union(scopes, (_STAY,))
        back = wish.redirect or self._callback(web.plugin)
        client = await clients.find(document, back, scopes)
        state, verifier = f"{web.plugin}.{secrets.token_urlsafe(32)}", secrets.token_urlsafe(48)
        until = self._means.now() + _PENDING_SECONDS
        await kept.write(
            Pending(
                web.url, found.resource, server, client, back, scopes, Secret(state), Secret(verifier), until, wish.by
            )
        )
        query = [
            ("response_type", "code"),
            ("client_id", client.id),
            ("redirect_uri", back),
            ("state", state),
            ("code_challenge", _challenge(verifier)),
            ("code_challenge_method", "S256"),
            ("resource", found.resource),
        ]
        if scopes:
            query.append(("scope", " ".join(scopes)))
        sign = "&" if urlsplit(at).query else "?"
        return Begun(f"{at}{sign}{urlencode(query)}", back, server.issuer, scopes, until)

    async def _scopes(self, kept: Kept, remote: Remote, found: Found, wish: Wish) -> tuple[str, ...]:
        """What to ask for: what a person says, else the challenge, else what the resource names; and what was asked for before."""
        before, _ = await kept.read(Tokens)
        asked = wish.scopes or found.challenge.scopes or found.scopes
        if before is None or before.url != remote.url or before.server.issuer != found.server.issuer:
            return asked
        return union(before.asked, before.wanted, asked)

    async def finish(self, remote: Remote, answer: str) -> Login:
        """End a login with what the browser brought back: the whole URL, or its query.

        Raises PluginLoginRefused for what is no answer to the login that was begun last, PluginLoginFailed, PluginUnavailable,
        StoreUnavailable.
        """
        told = _read_answer(answer)
        plugin = remote.plugin
        kept = self._kept(remote)
        login, raw = await kept.read(Pending)
        if login is None or login.url != remote.url or login.until <= self._means.now():
            raise PluginLoginRefused(f"No login to plugin {plugin} is under way, or it took too long.")
        if not hmac.compare_digest(told.get("state", "").encode(), login.state.reveal().encode()):
            raise PluginLoginRefused(f"This is no answer to the login to plugin {plugin} that was begun here.")
        _check_issuer(plugin, login, told)
        if not await kept.spend(Pending, raw):
            raise PluginLoginRefused(f"This answer to the login to plugin {plugin} was used already.")
        if "error" in told:
            raise _denied(plugin, told)
        if not told.get("code"):
            raise PluginLoginRefused(f"The answer to the login to plugin {plugin} holds no code.")
        web = self._web(remote)
        fresh = await TokenEndpoint(web, login.server, login.client, self._means.now).exchange(login, told["code"])
        await kept.write(fresh)
        return await self.status(remote)

    async def begun_by(self, remote: Remote) -> str:
        """The id of the key that began the login under way; empty where there is none. Raises StoreUnavailable."""
        login, _ = await self._kept(remote).read(Pending)
        return login.by if login is not None else ""

    @staticmethod
    def plugin_of(answer: str) -> str:
        """The plugin that an answer is for, as its ``state`` says; empty where it says none. Raises PluginLoginRefused."""
        return _read_answer(answer).get("state", "").partition(".")[0]

    # ------------------------------------------------------------ out

    async def logout(self, remote: Remote, *, client: bool = False) -> str:
        """Forget the tokens of a plugin, and have its server revoke them; why it did not, or nothing. With ``client``, who we are to its
        server is forgotten too. Raises StoreUnavailable.
        """
        kept = self._kept(remote)
        tokens = await self.held(remote)
        await kept.forget(Pending)
        await kept.forget(Tokens)
        if client:
            await kept.forget(Client)
        return "" if tokens is None else await self.revoke(remote, tokens)

    async def held(self, remote: Remote) -> Tokens | None:
        """The tokens that are there for a plugin, to be revoked once they are forgotten. Raises StoreUnavailable."""
        tokens, _ = await self._kept(remote).read(Tokens)
        if tokens is None or tokens.url != remote.url or not (tokens.access or tokens.refresh):
            return None
        return tokens

    async def revoke(self, remote: Remote, tokens: Tokens) -> str:
        """Have tokens be worth nothing any more (RFC 7009); why they still are, or nothing."""
        if not tokens.server.revocation_endpoint:
            return "Its authorization server has no way to revoke tokens; they end by themselves."
        endpoint = TokenEndpoint(self._web(remote), tokens.server, tokens.client, self._means.now)
        try:
            if tokens.refresh:
                await endpoint.revoke(tokens.refresh, "refresh_token")
            if tokens.access:
                await endpoint.revoke(tokens.access, "access_token")
        except (PluginLoginFailed, PluginUnavailable) as error:
            return error.message
        return ""

    def _web(self, remote: Remote) -> Web:
        return Web(remote.plugin, remote.url, self._means.guard(remote))

    def _kept(self, remote: Remote) -> Kept:
        return Kept(self._means.secrets, remote.plugin)

    def _callback(self, plugin: str) -> str:
        gateway = self._gateway()
        if not gateway:
            said = f"Plugin {plugin}: there is no address that a browser could come back to."
            raise PluginLoginFailed(said, plugin=plugin, hint=f"Sign in with: switchgear plugin login {plugin}")
        return f"{gateway}{CALLBACK}"


def _challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _read_answer(answer: str) -> dict[str, str]:
    """The parameters of an authorization response (RFC 6749 section 4.1.2); none of them may be there twice (section 3.1)."""
    text = answer.strip()
    try:
        query = urlsplit(text).query if "://" in text.partition("?")[0] else text.partition("?")[2] or text
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=50) if len(text) <= _LONGEST_ANSWER else []
    except ValueError:
        pairs = []
    told = dict(pairs)
    if len(told) != len(pairs) or "state" not in told:
        raise PluginLoginRefused("What came back from signing in cannot be read.", hint="Paste the whole address.")
    return told


def _check_issuer(plugin: str, login: Pending, told: dict[str, str]) -> None:
    """Raise unless the answer comes from the server that was asked: a mix-up would give its code to another (RFC 9207 section 2.4)."""
    named = told.get("iss")
    if named is None and not login.server.names_itself:
        return
    if named != login.server.issuer:
        said = f"The answer to the login to plugin {plugin} does not come from {login.server.issuer[:200]}."
        raise PluginLoginRefused(said, hint="Do not use it: somebody may have mixed up two servers.")


def _denied(plugin: str, told: dict[str, str]) -> PluginLoginFailed:
    def line(name: str) -> str:
        return "".join(each if each.isprintable() else " " for each in told.get(name, "")[:200])

    described = f" ({line('error_description')})" if told.get("error_description") else ""
    said = f"Plugin {plugin}: nobody was signed in: {line('error')}{described}."
    return PluginLoginFailed(said, plugin=plugin, oauth_error=line("error"))
