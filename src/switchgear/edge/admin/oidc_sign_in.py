"""``/api/sign-in/oidc`` and its callback: pages that only lead on, for browsers, and so in no document of the API."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from switchgear.access.roles import highest
from switchgear.access.sign_in import Newcomer
from switchgear.config.limits import OWNER_NAME
from switchgear.config.sign_in import OidcSettings, Role
from switchgear.core.errors import NotFound, SignInFailed, SwitchgearError
from switchgear.edge.admin.services import GatewayControl
from switchgear.edge.admin.sign_in import begun, browser_of, secure
from switchgear.edge.oidc import ATTEMPT_SECONDS, OidcServer, Vouched, failure_of

BEGIN: Final = "/api/sign-in/oidc"
CALLBACK: Final = f"{BEGIN}/callback"
_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x7e]{0,2000}")
"""A page of the console: nothing that leads to another host."""
_REFUSED: Final = "refused"


class OidcPages:
    """Both pages. The server is made anew when the configuration names another."""

    def __init__(self, gateway: GatewayControl) -> None:
        self._gateway = gateway
        self._made: OidcServer | None = None
        self._log = structlog.get_logger("switchgear.sign_in")

    async def begin(self, request: Request) -> Response:
        """Send the browser to the server."""
        server = self._server()
        asked = request.query_params.get("next", "/")
        to = asked if _PATH.fullmatch(asked) else "/"
        try:
            url, cookie = await server.begin(self._callback(request), to)
        except SwitchgearError as error:
            return self._failed(error)
        response = RedirectResponse(url, 303)
        response.set_cookie(
            self._cookie,
            cookie,
            max_age=ATTEMPT_SECONDS,
            path=BEGIN,
            secure=secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(self, request: Request) -> Response:
        """End what was begun, sign the user in, and go on to the page that was asked for."""
        server = self._server()
        attempt = server.attempt(request.cookies.get(self._cookie, ""))
        if attempt is None:
            return self._done(RedirectResponse("/sign-in?failed=expired", 303))
        browser = browser_of(request)
        try:
            async with self._gateway.sign_in.attempts.one(browser.ip):
                vouched = await server.finish(attempt, request.url.query)
                newcomer = newcomer_of(server.settings, vouched)
            opened = await self._gateway.sign_in.vouched_for(newcomer, browser)
        except SwitchgearError as error:
            return self._failed(error)
        response = RedirectResponse(attempt.next, 303)
        await begun(request, response, opened)
        return self._done(response)

    @property
    def _cookie(self) -> str:
        return f"{self._gateway.keyring.cookie}_oidc"

    def _server(self) -> OidcServer:
        settings = self._gateway.settings.sign_in.oidc
        if settings is None:
            raise NotFound("There is no OpenID Connect server to sign in at.", hint="[sign_in.oidc] names one.")
        if self._made is None or self._made.settings is not settings:
            resolver = self._gateway.resolver
            self._made = OidcServer(settings, lambda name: resolver().resolve(name), self._gateway.pepper)
        return self._made

    def _callback(self, request: Request) -> str:
        """Where the browser comes back to: the public URL, or the name by which this machine was called."""
        public = self._gateway.settings.server.public_url
        base = public or f"{request.url.scheme}://{request.headers.get('host', '')}"
        return f"{base}{CALLBACK}"

    def _failed(self, error: SwitchgearError) -> Response:
        self._log.warning("Nobody was signed in", reason=error.message)
        return self._done(RedirectResponse(f"/sign-in?{urlencode({'failed': failure_of(error)})}", 303))

    def _done(self, response: Response) -> Response:
        response.delete_cookie(self._cookie, path=BEGIN, httponly=True, samesite="lax")
        return response


def newcomer_of(settings: OidcSettings, vouched: Vouched) -> Newcomer:
    """The user that somebody is here, and what they may do, by what the server says. Raises SignInFailed."""
    claims = vouched.claims
    name = claims.get(settings.user_claim)
    if not isinstance(name, str) or len(name) > 128 or not re.fullmatch(OWNER_NAME, name):
        raise SignInFailed(f"The server says of nobody what {settings.user_claim} is.", param=_REFUSED)
    if settings.user_claim == "email":
        name = name.lower()
        if settings.verified_email and claims.get("email_verified") is not True:
            raise SignInFailed("The server did not verify the email.", param=_REFUSED)
    said = _words(claims.get(settings.role_claim))
    role: Role | None = highest(settings.roles[each] for each in said if each in settings.roles)
    team = claims.get(settings.team_claim) if settings.team_claim else ""
    return Newcomer(
        user=name,
        subject=f"{vouched.subject} {settings.issuer}",
        role=role,
        otherwise=None if settings.named_only else settings.default_role,
        team=team if isinstance(team, str) else "",
    )


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
