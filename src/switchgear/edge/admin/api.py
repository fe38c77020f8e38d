"""The admin API as one FastAPI application. It is imported after the gateway listens: FastAPI takes its time."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic.json_schema import models_json_schema

from switchgear import __version__
from switchgear.access.keys import COOKIE
from switchgear.edge.admin import (
    analytics,
    approvals,
    audit,
    batches,
    cache,
    config_values,
    conversation_messages,
    conversations,
    errors,
    events,
    health,
    keys,
    known_models,
    limits,
    me,
    models,
    oidc_sign_in,
    owners,
    parameters,
    plugin_logins,
    plugin_tools,
    plugin_traffic,
    plugins,
    problems,
    provider_kinds,
    providers,
    secrets,
    security,
    sessions,
    sign_in,
    system,
    themes,
    tool_calls,
    trust,
    usage,
)
from switchgear.edge.admin.schemas.base import Problem
from switchgear.edge.admin.schemas.models import PullEnd, PullProgress
from switchgear.edge.admin.schemas.plugin_tools import ToolCallEnd, ToolCallProgress
from switchgear.edge.admin.schemas.plugin_traffic import PluginFrame
from switchgear.edge.admin.schemas.plugins import InstallEnd, InstallProgress
from switchgear.edge.admin.services import GatewayControl

_ROUTERS: Final = (
    me.router,
    sign_in.router,
    sessions.router,
    keys.router,
    limits.router,
    owners.teams,
    owners.users,
    models.router,
    known_models.router,
    provider_kinds.router,
    providers.router,
    health.router,
    cache.router,
    secrets.router,
    usage.router,
    analytics.router,
    errors.router,
    batches.router,
    conversations.router,
    conversation_messages.router,
    trust.router,
    plugin_logins.router,
    approvals.router,
    plugins.router,
    plugin_tools.router,
    plugin_traffic.router,
    audit.router,
    system.router,
    themes.router,
    events.router,
    config_values.router,
    tool_calls.router,
)
_ABOUT: Final = """\
Administration of a Switchgear gateway: keys, models, providers, secrets, usage, the audit log and the configuration.

Send a key of the gateway as `authorization: Bearer sk-sg-…`, or the session of the console as its cookie. Reading takes the scope
`admin:read` and everything else `admin`, unless the operation says otherwise. Errors are problem details (RFC 9457). Every answer carries `x-request-id`, which the log knows. Times are
ISO 8601 in UTC, money is US dollars as a decimal number in a string. Every change is in the audit log.
"""
_KEY_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of the gateway, `sk-sg-…`. The names beside it are the scope it needs.",
}
_SESSION_SCHEME: Final = {
    "type": "apiKey",
    "in": "cookie",
    "name": f"{COOKIE}_ID",
    "description": "ID is the gateway's own. A session of the console, which has the scopes of its user's role or of the key it began with. Changes are taken from pages of the gateway's own origin alone.",
}
_TAGS: Final = [
    {"name": "me", "description": "Who asks: what they may do, where they are signed in, what they like."},
    {"name": "sign-in", "description": "How sessions of the console begin and end."},
    {"name": "keys", "description": "What clients present: made here, shown once, rotated, revoked."},
    {"name": "limits", "description": "How much may be called, and how much of it is used."},
    {"name": "teams", "description": "Who keys belong to."},
    {"name": "users", "description": "Whose keys they are."},
    {"name": "models", "description": "What clients can call, and the aliases defined here."},
    {"name": "catalogue", "description": "What is known of models: prices, limits, abilities, the days they end."},
    {"name": "providers", "description": "Accounts at APIs we call."},
    {"name": "health", "description": "How deployments are doing: breakers, speed, what happened to them."},
    {"name": "cache", "description": "Answers that are kept to be given again."},
    {"name": "secrets", "description": "Values kept encrypted, which settings refer to as secret:NAME."},
    {"name": "usage", "description": "Every call: its tokens, cost, time and outcome."},
    {"name": "batches", "description": "Files of many requests, and how far they are."},
    {"name": "conversations", "description": "What one asked models in the console: one's own only."},
    {
        "name": "plugins",
        "description": "MCP servers: whose are trusted, which are installed, what they may, and calls that wait for a person.",
    },
    {"name": "audit", "description": "Who changed what."},
    {"name": "config", "description": "The configuration as it runs."},
    {"name": "themes", "description": "How the console and the terminal look, and how well that is read."},
    {"name": "log", "description": "How much is logged."},
    {"name": "status", "description": "How the gateway is doing."},
]


def build(control: GatewayControl) -> FastAPI:
    """The application for ``control``. It answers every path: those it does not know with a problem."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.gateway = control
    app.state.changes = asyncio.Lock()
    problems.install(app)
    for router in _ROUTERS:
        app.include_router(router, prefix="/api", dependencies=[Depends(parameters.only_known)])
    app.add_middleware(
        security.Gate,
        keyring=control.keyring,
        server=lambda: control.settings.server,
        used=lambda key: control.sign_in.keep_alive(key),  # noqa: PLW0108 - the gateway is asked for it when it is needed
    )
    pages = oidc_sign_in.OidcPages(control)
    app.add_route(oidc_sign_in.BEGIN, pages.begin, include_in_schema=False)
    app.add_route(oidc_sign_in.CALLBACK, pages.callback, include_in_schema=False)
    app.add_route(security.DOCUMENT, _Document(app).answer, include_in_schema=False)
    return app


class _Document:
    """Answers the OpenAPI document, which is made when it is first asked for."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._made: dict[str, Any] | None = None

    async def answer(self, _request: Request) -> Response:
        if self._made is None:
            self._made = document(self._app)
        return JSONResponse(self._made)


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of ``app``, with what FastAPI cannot know: the gate's rule and our problems."""
    made = get_openapi(
        title="Switchgear admin API",
        version=__version__,
        summary="Keys, models, providers, secrets, usage, audit and configuration of a gateway.",
        description=_ABOUT,
        routes=app.routes,
        tags=_TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    components: dict[str, Any] = made.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, extra = models_json_schema(
        [
            (model, "serialization")
            for model in (
                Problem,
                PullProgress,
                PullEnd,
                InstallProgress,
                InstallEnd,
                PluginFrame,
                ToolCallProgress,
                ToolCallEnd,
            )
        ],
        ref_template="#/components/schemas/{model}",
    )
    schemas.update(extra["$defs"])
    components["securitySchemes"] = {"key": _KEY_SCHEME, "session": _SESSION_SCHEME}
    for name, path in made["paths"].items():
        for method, operation in path.items():
            operation["security"] = _security(security.scope_for(method.upper(), name))
            operation["responses"].pop("422", None)
    return made


def _security(scope: str) -> list[dict[str, list[str]]]:
    """What an operation takes, as the document says it: nothing, a key or session, or one with a scope."""
    if scope == security.OPEN:
        return []
    scopes = [] if scope == security.SIGNED_IN else [scope]
    return [{"key": scopes}, {"session": scopes}]
