"""Who may use ``/mcp``, and how one who may not is told what would help: ``/mcp`` as an OAuth 2.1 resource server.

MCP 2025-11-25 and 2026-07-28, Authorization; RFC 6750 section 3, RFC 9728.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from switchgear.access.keys import Key, Keyring, token_from
from switchgear.config.schema import Settings
from switchgear.core.errors import AuthenticationError, InsufficientScope, MissingKey, NotFound, SwitchgearError
from switchgear.core.ids import RequestIds
from switchgear.core.secrets import Secret
from switchgear.edge.exchange import Exchange
from switchgear.edge.mcp.access_tokens import AccessTokens
from switchgear.edge.openai.errors import error_document

METADATA: Final = "/.well-known/oauth-protected-resource"
"""Where metadata is, and before the path of the resource that it is about (RFC 9728 section 3.1)."""
_RESOURCES: Final = re.compile(r"(/mcp(/[a-z0-9]+(-[a-z0-9]+)*)?)?")
_KEY: Final = b"sk-sg-"


class Protection:
    """Authenticates requests to ``/mcp`` and what lies below it. ``settings`` gives those that hold now, ``secret`` what a reference in
    them means.
    """

    def __init__(
        self, keyring: Keyring, settings: Callable[[], Settings], secret: Callable[[str], Secret], ids: RequestIds
    ) -> None:
        self._keyring = keyring
        self._settings = settings
        self._secret = secret
        self._ids = ids
        self._made: AccessTokens | None = None

    async def authenticate(self, exchange: Exchange) -> Key:
        """The key that the request carries, or that its access token stands for.

        Raises AuthenticationError and InsufficientScope, to be answered with ``challenge``, and AuthorizationServerUnavailable.
        """
        field = exchange.header(b"authorization")
        token = token_from(field, exchange.header(b"x-api-key"))
        tokens = None if token.startswith(_KEY) or field[:7].lower() != b"bearer " else self._tokens()
        if tokens is None or not (tokens.opaque or token.count(b".") == 2):
            return self._keyring.authenticate(token, time.time())
        return await tokens.key(token, exchange.path)

    def challenge(self, path: str, error: SwitchgearError) -> bytes:
        """The field line that goes with an answer of 401 or 403 to a request for ``path``; nothing for other errors."""
        if not isinstance(error, AuthenticationError | InsufficientScope):
            return b""
        settings = self._settings()
        oauth, url = settings.mcp.oauth, settings.server.public_url
        if oauth is None or url is None:
            return b"www-authenticate: %b\r\n" % challenge()
        code = "insufficient_scope" if isinstance(error, InsufficientScope) else "invalid_token"
        about = f"{url}{METADATA}{path if _RESOURCES.fullmatch(path) else '/mcp'}"
        told = "" if isinstance(error, MissingKey) else code
        return b"www-authenticate: %b\r\n" % challenge(about, error=told, scopes=oauth.scopes)

    async def describe(self, exchange: Exchange) -> None:
        """Answers requests for ``METADATA`` and what lies below it (RFC 9728 section 3): what is protected, and who gives tokens.

        There is nothing where no authorization server is configured: a document that names none would have clients look for one.
        """
        settings = self._settings()
        oauth, url = settings.mcp.oauth, settings.server.public_url
        path = exchange.path.removeprefix(METADATA)
        number = self._ids.next()
        head = b"x-request-id: %b\r\n" % number.encode()
        if exchange.method not in ("GET", "HEAD"):
            exchange.reply(405, head + b"allow: GET, HEAD\r\n", b"")
            return
        if oauth is None or url is None or path == exchange.path or not _RESOURCES.fullmatch(path):
            error = NotFound(
                f"There is no {exchange.path[:200]} here.",
                hint="Authorization servers are named by [mcp.oauth]; without it, keys are what lets in.",
            )
            head += b"content-type: application/json\r\ncache-control: no-store\r\n"
            exchange.reply(404, head, error_document(error, number))
            return
        document = {
            "resource": url + path,
            "authorization_servers": [each.issuer for each in oauth.issuers],
            "scopes_supported": list(oauth.scopes),
            "bearer_methods_supported": ["header"],
            "resource_name": "Switchgear",
        }
        head += b"content-type: application/json\r\ncache-control: max-age=300\r\naccess-control-allow-origin: *\r\n"
        exchange.reply(200, head, msgspec.json.encode(document))

    def _tokens(self) -> AccessTokens | None:
        settings = self._settings()
        oauth, url = settings.mcp.oauth, settings.server.public_url
        if oauth is None or url is None:
            return None
        if self._made is None or self._made.settings is not oauth or self._made.url != url:
            self._made = AccessTokens(oauth, url, self._keyring, self._secret)
        return self._made


def challenge(metadata: str = "", *, error: str = "", scopes: Sequence[str] = ()) -> bytes:
    """A ``WWW-Authenticate`` field's value (RFC 6750 section 3, RFC 9728 section 5.1). ``metadata`` is the document's URL.

    None of the values comes from the request.
    """
    told = {"error": error, "scope": " ".join(scopes), "resource_metadata": metadata}
    return ("Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items() if value)).strip().encode()
