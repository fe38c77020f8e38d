"""Finding out who signs people in for a plugin (RFC 9728, RFC 8414, OpenID Connect Discovery 1.0; MCP, Authorization Server Discovery)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Final

from switchgear.core.errors import PluginLoginFailed, PluginUnavailable
from switchgear.core.structs import Frozen
from switchgear.plugins.oauth.addresses import canonical, check, covers, origin, resource_documents, server_documents
from switchgear.plugins.oauth.challenges import Challenge, read_challenge
from switchgear.plugins.oauth.web import Page, Web

_MOST_SERVERS: Final = 20
_PING: Final = b'{"jsonrpc":"2.0","id":0,"method":"ping"}'
_STREAMS: Final = ("accept", "application/json, text/event-stream")
_RESOURCE: Final = "its protected-resource metadata"
_SERVER: Final = "the metadata of its authorization server"


class ResourceDocument(Frozen, frozen=True):
    """Protected-resource metadata (RFC 9728 section 2), as far as we read it."""

    resource: str
    authorization_servers: tuple[str, ...] | None = None
    scopes_supported: tuple[str, ...] | None = None


class ServerDocument(Frozen, frozen=True):
    """Authorization-server metadata (RFC 8414 section 2, RFC 9207 section 3), as far as we read it."""

    issuer: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    registration_endpoint: str | None = None
    revocation_endpoint: str | None = None
    introspection_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    jwks_uri: str | None = None
    scopes_supported: tuple[str, ...] | None = None
    grant_types_supported: tuple[str, ...] | None = None
    code_challenge_methods_supported: tuple[str, ...] | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool | None = None
    client_id_metadata_document_supported: bool | None = None


class Found(Frozen, frozen=True):
    """A plugin as a protected resource: the ``resource`` that tokens are for, who gives them, and what it asks for."""

    resource: str
    server: ServerDocument
    challenge: Challenge
    scopes: tuple[str, ...]


class Discovery:
    """Finds documents, and judges them before anything in them is used. Raises PluginLoginFailed and PluginUnavailable."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._plugin = web.plugin

    async def find(self, issuer: str = "") -> Found:
        """Who signs people in for the plugin: ``issuer`` if it is one of those, else the first one it names."""
        challenge = await self._challenge()
        document = await self._resource(challenge)
        if document is None:  # a server of MCP 2025-03-26, which signs people in itself
            own = origin(self._web.url)
            return Found(canonical(self._web.url), await self.server(own), challenge, ())
        named = self._chosen(document.authorization_servers or (), issuer)
        return Found(document.resource, await self.server(named), challenge, tuple(document.scopes_supported or ()))

    async def _challenge(self) -> Challenge:
        fields = [_STREAMS, ("content-type", "application/json")]
        status, told = await self._web.knock(b"POST", fields, _PING)
        if status != 401:
            status, told = await self._web.knock(
                b"GET", [_STREAMS]
            )  # the older transport with SSE answers no POST here
        return read_challenge(told) if status == 401 else Challenge()

    async def _resource(self, challenge: Challenge) -> ResourceDocument | None:
        """The metadata, or None where there is none at any place where it could be."""
        if challenge.resource_metadata:
            page = await self._web.get(challenge.resource_metadata, _RESOURCE)
            return self._judged(page, "what its challenge names")
        for url in resource_documents(self._web.url):
            page = await self._web.get(url, _RESOURCE)
            if page.status == 200:
                return self._judged(page, url)
        return None

    def _judged(self, page: Page, where: str) -> ResourceDocument:
        document = page.json(ResourceDocument) if page.status == 200 else None
        if document is None:
            raise self._failed(f"has no protected-resource metadata at {where} (HTTP status {page.status}).")
        if not covers(document.resource, self._web.url):
            shown = document.resource[:200]
            raise self._failed(f"has metadata of another resource, {shown}: a token for that one would not be for it.")
        return document

    def _chosen(self, servers: Sequence[str], issuer: str) -> str:
        if not servers:
            raise self._failed("names no authorization server in its metadata.")
        if issuer and issuer not in servers[:_MOST_SERVERS]:
            raise self._failed(
                f"names {', '.join(servers[:3])[:300]} as its authorization servers, and not {issuer} "
                "where the client of this gateway was registered.",
                "Register a client there, or leave out --client-id.",
            )
        return issuer or servers[0]

    async def server(self, issuer: str) -> ServerDocument:
        """The metadata of ``issuer``, which has to say so of itself (RFC 8414 section 3.3)."""
        check(self._plugin, issuer, "an authorization server", self._web.url)
        trouble: PluginLoginFailed | PluginUnavailable | None = None
        for url in server_documents(issuer):
            try:
                page = await self._web.get(url, _SERVER)
            except (PluginLoginFailed, PluginUnavailable) as error:
                trouble = trouble or error  # another of the places may do
                continue
            document = page.json(ServerDocument) if page.status == 200 else None
            if document is None:
                continue
            if document.issuer != issuer:
                raise self._failed(
                    f"is signed in to at {issuer[:200]}, whose metadata is that of {document.issuer[:200]}."
                )
            return document
        raise trouble or self._failed(f"is signed in to at {issuer[:200]}, which has no metadata.")

    def _failed(self, what: str, hint: str | None = None) -> PluginLoginFailed:
        return PluginLoginFailed(f"Plugin {self._plugin} {what}", plugin=self._plugin, hint=hint)


def endpoint(web: Web, url: str | None, what: str) -> str:
    """The URL of something that has to be there. Raises PluginLoginFailed."""
    if not url:
        said = f"Plugin {web.plugin}: its authorization server has no {what}."
        raise PluginLoginFailed(said, plugin=web.plugin)
    return check(web.plugin, url, f"a {what}", web.url)


def optional_endpoint(web: Web, url: str | None) -> str:
    """The URL of something we can do without; empty where it cannot be used."""
    with contextlib.suppress(PluginLoginFailed):
        return check(web.plugin, url or "", "an endpoint", web.url)
    return ""
