"""What all schemas share: how bodies are read, how moments look, what a problem is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Cursor = Annotated[str, StringConstraints(max_length=200)]


class Body(BaseModel):
    """A request body: fields that are not known are mistakes, and values are not repeated in messages."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """A response body."""

    model_config = ConfigDict(extra="forbid")


class FieldError(Answer):
    """One field at fault."""

    field: str = Field(description="Where it is, such as deployments[1].provider; empty for the body as a whole.")
    message: str = Field(description="What is wrong with it.")
    code: str | None = Field(None, description="The kind of mistake.")
    file: str | None = Field(None, description="For mistakes in the configuration: the file.")
    line: int | None = Field(None, description="For mistakes in the configuration: the line, from 1.")


class Problem(Answer):
    """What went wrong, as problem details (RFC 9457)."""

    type: str = Field(description="Where this kind of problem is explained.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time.")
    code: str = Field(description="The kind of problem for programs; it stays the same between versions.")
    hint: str = Field(description="What to do about it.")
    request_id: str = Field(description="The id under which the log has the details.")
    errors: list[FieldError] | None = Field(None, description="The fields at fault, when there are any.")


def moment(milliseconds: int) -> datetime:
    """A stored time as it is answered."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def moment_or_none(milliseconds: int | None) -> datetime | None:
    """The same where there may be none."""
    return None if milliseconds is None else moment(milliseconds)


_STATUSES = {
    400: "The request is not as documented; errors names the fields.",
    401: "No key, or one that opens nothing.",
    403: "The key does not have the scope, or a page of another origin asks.",
    404: "There is nothing of that name.",
    405: "The path does not answer this method.",
    409: "The present state does not allow this.",
    413: "The body is over 1 MiB.",
    415: "The body is not application/json.",
    429: "Too many attempts failed; retry-after says when to try again.",
    500: "A defect in the gateway; the log has it under the request id.",
    502: "A provider failed.",
    503: "The gateway cannot do this now.",
}
_ALWAYS = (400, 401, 403, 405, 500, 503)
_WITH_BODY = (408, 413, 415)


def problems(*statuses: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation for its document: ``statuses`` and those any operation may give."""
    named = sorted({*_ALWAYS, *statuses, *(_WITH_BODY if body else ())})
    return {
        status: {
            "description": _STATUSES.get(status, "The body did not arrive in time."),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in named
    }
