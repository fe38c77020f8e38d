"""Errors as problem details (RFC 9457), the one form in which the admin API says that something is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from switchgear.config.fields import Mistake
from switchgear.config.problems import about_name, untagged
from switchgear.config.providers import KINDS
from switchgear.core.errors import (
    AuthenticationError,
    ConfigInvalid,
    InvalidJSON,
    MethodNotAllowed,
    NotFound,
    RequestError,
    RequestTooLarge,
    SwitchgearError,
)

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 50
"""Fields named in one problem; a body can hold thousands of wrong ones."""


def problem(error: SwitchgearError, request_id: str, errors: Sequence[Mapping[str, Any]] = ()) -> JSONResponse:
    """The answer that says ``error``; ``errors`` name the fields at fault one by one.

    A configuration that cannot be loaded is no failure of the gateway: 409, with every mistake among ``errors``.
    """
    status = 409 if isinstance(error, ConfigInvalid) else error.http_status
    return JSONResponse(document(error, request_id, errors), status, headers=_headers(error), media_type=MEDIA_TYPE)


def document(error: SwitchgearError, request_id: str, errors: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The members of a problem. ``title`` is the same for every error of a code, ``detail`` tells of this one."""
    listed = [*errors]
    if isinstance(error, ConfigInvalid):
        listed += [
            {
                "field": one.path,
                "message": f"{one.message} {one.suggestion}".strip(),
                "file": one.file,
                "line": one.line,
            }
            for one in error.problems
        ]
    elif error.param and not listed:
        listed = [{"field": error.param, "message": error.message}]
    told: dict[str, Any] = {
        "type": error.doc(),
        "title": (error.__doc__ or "").partition("\n")[0],
        "status": 409 if isinstance(error, ConfigInvalid) else error.http_status,
        "detail": error.message,
        "code": error.code,
        "hint": error.advice,
        "request_id": request_id,
    }
    if listed:
        told["errors"] = listed[:MAX_ERRORS]
    return told


def request_id_of(scope: Scope) -> str:
    """The id under which the request is logged and answered."""
    return str(scope.get("state", {}).get("request_id", ""))


def _headers(error: SwitchgearError) -> dict[str, str]:
    headers = {}
    if error.retry_after is not None:
        headers["retry-after"] = str(math.ceil(error.retry_after))
    if isinstance(error, AuthenticationError):
        headers["www-authenticate"] = "Bearer"
    return headers


def install(app: FastAPI) -> None:
    """Render every error of ``app`` that has a meaning; what is left is a defect, and the gate's to report."""
    app.add_exception_handler(SwitchgearError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_the_router)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, SwitchgearError)  # noqa: S101 - registered for this class
    return problem(error, request_id_of(request.scope))


def _invalid(request: Request, error: Exception) -> Response:
    """Fields of the request that are not as documented; values are not repeated, they may be secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    section = request.url.path.removeprefix("/api/").partition("/")[0]
    errors = [_field(one, section) for one in error.errors()]
    first = errors[0]
    more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
    told = RequestError(
        f"{first['field'] or 'The body'}: {first['message'].rstrip('.')}.{more}",
        param=first["field"] or None,
        hint="Correct what errors names; /api/openapi.json describes every field.",
    )
    return problem(told, request_id_of(request.scope), errors)


def _field(error: Mapping[str, Any], section: str) -> dict[str, Any]:
    """What ``errors`` says of one field, in a request for ``section``."""
    cause = (error.get("ctx") or {}).get("error")
    text = f"{cause.message} {cause.advice}".strip() if isinstance(cause, Mistake) else str(error["msg"])
    if error["type"] == "union_tag_invalid":
        return {"field": "kind", "message": f"Input should be {' or '.join(map(repr, KINDS))}", "code": "literal_error"}
    place = _place(error)
    if error["type"] == "string_pattern_mismatch" and (named := _named(place[-1:], section)):
        text = " ".join(about_name((named, "")))
    return {"field": field_path(place), "message": text, "code": error["type"]}


def _named(last: Sequence[str | int], section: str) -> str:
    """The section of the configuration whose names have the form that this field's value has not; empty for any other text."""
    field = last[0] if last else ""
    if field == "name" and section in {"limits", "teams", "users", "models"}:
        return section
    return {"limits": "limits", "team": "teams", "user": "users"}.get(str(field), "") if section != "usage" else ""


def _place(error: Mapping[str, Any]) -> Sequence[str | int]:
    """Where in the body it is. A provider's kind, which is in its path and in no body, is taken out."""
    place: tuple[str | int, ...] = error["loc"][1:]
    if len(place) == 1 and error["type"] == "extra_forbidden":
        return place
    untold: tuple[str | int, ...] = untagged({**error, "loc": ("providers", "", *place)})["loc"]
    return untold[2:]


def field_path(place: Sequence[str | int]) -> str:
    """A field's place as a person writes it: ``deployments[1].provider``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part[:100]
    return text


def _of_the_router(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    path = request.url.path[:200]
    told: SwitchgearError
    if error.status_code == 404:
        told = NotFound(f"There is no {path} here.")
    elif error.status_code == 405:
        told = MethodNotAllowed(f"{path} does not answer {request.method[:20]}.")
    elif error.status_code == 413:
        told = RequestTooLarge("The request body is too large.")
    else:
        told = InvalidJSON("The body cannot be read as JSON.")
    answer = problem(told, request_id_of(request.scope))
    answer.headers.update({name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})
    return answer
