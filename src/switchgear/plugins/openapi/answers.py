"""What an API answered, as the result of a tool: JSON, text, images, files, and errors a model can do something about."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import RequestError
from switchgear.core.json_schema import Schema
from switchgear.core.structs import Frozen

NEXT: Final = "dev.switchgear/next"
"""In ``_meta`` of a result: the arguments that ask for the next page."""
RETRY_AFTER: Final = "dev.switchgear/retry-after"
"""In ``_meta`` of an error: the seconds to wait."""
STATUS: Final = "dev.switchgear/status"
"""In ``_meta`` of a result: the HTTP status."""
_LONGEST_ERROR: Final = 8 * 1024
_MOST_AT_FAULT: Final = 50
_JSON: Final = re.compile(r"application/(?:json|[a-z0-9.!#$&^_+-]+\+json)|text/json")
_TEXT: Final = re.compile(
    r"text/.*|application/(?:xml|yaml|x-yaml|javascript|x-ndjson|jsonl|x-www-form-urlencoded|graphql|sql|toml|[a-z0-9.!#$&^_+-]+\+(?:xml|yaml|text))"
)
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9._-]{1,40})", re.IGNORECASE)
_KIND: Final = re.compile(r"[a-z0-9.!#$&^_+-]{1,100}/[a-z0-9.!#$&^_+-]{1,100}")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Reply(Frozen, frozen=True):
    """An answer as it came, its body whole and without our secrets. ``url`` is where it came from, without a query."""

    status: int
    content_type: str
    body: bytes
    retry_after: str
    links: str
    location: str
    url: str

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; that of bytes, where none is said or it makes no sense."""
        found = self.content_type.partition(";")[0].strip().lower()
        return found if _KIND.fullmatch(found) else "application/octet-stream"

    @property
    def text(self) -> str:
        """The body as text, in the character set that it says, with what cannot be read replaced."""
        found = _CHARSET.search(self.content_type)
        try:
            return self.body.decode(found[1] if found else "utf-8", "replace")
        except (LookupError, ValueError):  # no such character set, or none of text
            return self.body.decode("utf-8", "replace")


def refused(words: str) -> bytes:
    """The result of a call that was not made, or came to nothing: words for the model."""
    return _encode({"resultType": "complete", "content": [{"type": "text", "text": words}], "isError": True})


def result_of(
    reply: Reply, operation: str, schema: Schema | None, following: Callable[[object], dict[str, Any]]
) -> bytes:
    """The result of a call. ``schema`` is what structured content has to meet; ``following`` gives the next page's arguments for an answer."""
    if not 200 <= reply.status < 300:
        return _error(reply, operation)
    meta: dict[str, Any] = {STATUS: reply.status}
    found: dict[str, Any] = {"resultType": "complete"}
    content, value = _content(reply)
    if isinstance(value, dict):
        structured, left_out = _structured(reply, value, schema)
        found["structuredContent"] = structured
        if left_out:
            names = ", ".join(left_out[:20])
            content.append(
                {
                    "type": "text",
                    "text": f"Not in the structured content, since it is not as the API's document says: {names}.",
                }
            )
    elif schema is not None:  # an object was promised
        found["structuredContent"] = {}
    if arguments := following(value):
        meta[NEXT] = arguments
        words = _encode(arguments).decode()
        content.append(
            {
                "type": "text",
                "text": f"There is more. For the next page, call it again with these arguments changed: {words}",
            }
        )
    return _encode({**found, "content": content, "_meta": meta})


def _content(reply: Reply) -> tuple[list[dict[str, Any]], object]:
    """The content, and the JSON in it; None without any."""
    kind = reply.media_type
    if not reply.body:
        words = f"HTTP {reply.status} {_phrase(reply.status)}, with nothing in it."
        if reply.location:
            words += f" Location: {reply.location[:2000]}"
        return [{"type": "text", "text": words}], None
    if _JSON.fullmatch(kind) or (not reply.content_type and reply.body.lstrip()[:1] in (b"{", b"[")):
        value = _json(reply.body)
        return [{"type": "text", "text": reply.text}], value
    if _TEXT.fullmatch(kind):
        return [{"type": "text", "text": reply.text}], None
    data = base64.b64encode(reply.body).decode()
    if kind.startswith("image/") and kind != "image/svg+xml":
        return [{"type": "image", "data": data, "mimeType": kind}], None
    if kind.startswith("audio/"):
        return [{"type": "audio", "data": data, "mimeType": kind}], None
    return [{"type": "resource", "resource": {"uri": reply.url, "mimeType": kind, "blob": data}}], None


def _json(body: bytes) -> object:
    try:
        return _decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _structured(reply: Reply, value: dict[str, Any], schema: Schema | None) -> tuple[Any, list[str]]:
    """The object as it came, or without those of its fields that do not meet the schema, which are named."""
    left_out: list[str] = []
    if schema is None:
        return Raw(reply.body), left_out
    kept = value
    for _ in range(_MOST_AT_FAULT):
        complaint = schema.complaint(kept)
        if not complaint:
            return (kept if left_out else Raw(reply.body)), left_out
        name = next((each for each in kept if _about(complaint, each)), None)
        if name is None:
            break
        kept = {each: one for each, one in kept.items() if each != name}
        left_out.append(name)
    return {}, list(value)


def _about(complaint: str, name: str) -> bool:
    """Whether a complaint is about the field of that name, or what is in it."""
    return complaint.startswith((f"$.{name}:", f"$.{name}.", f"$.{name}["))


def schema_of(document: bytes) -> Schema | None:
    """A schema to hold values to: as it is, else without patterns that cannot be checked; None where there is no checking it."""
    schema = _decode(document)
    for one in (schema, _without_patterns(schema)):
        try:
            return Schema(one, "schema")
        except RequestError:
            continue
    return None


def _without_patterns(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_patterns(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_patterns(each)
        for name, each in schema.items()
        if not (name == "pattern" and isinstance(each, str)) and name != "patternProperties"
    }


# ------------------------------------------------------------ errors


def _error(reply: Reply, operation: str) -> bytes:
    """What went wrong, and what can be done."""
    words = f"HTTP {reply.status} {_phrase(reply.status)} from {operation}."
    meta: dict[str, Any] = {STATUS: reply.status}
    if (wait := seconds_of(reply.retry_after)) is not None:
        meta[RETRY_AFTER] = wait
        words += f" Try again in {wait} s."
    elif reply.status == 429:
        words += " Too many calls: wait before the next."
    if reply.status == 401:
        words += " The API does not accept the plugin's credentials; who runs this gateway has to set others."
    if 300 <= reply.status < 400 and reply.location:
        words += f" It points to {reply.location[:500]}, which is not followed."
    content = [{"type": "text", "text": words}]
    kind = reply.media_type
    if reply.body and (_JSON.fullmatch(kind) or _TEXT.fullmatch(kind) or not reply.content_type):
        told = reply.text
        content.append({"type": "text", "text": told if len(told) <= _LONGEST_ERROR else told[:_LONGEST_ERROR] + "…"})
    return _encode({"resultType": "complete", "content": content, "isError": True, "_meta": meta})


def seconds_of(retry_after: str) -> int | None:
    """The seconds of a Retry-After field, a number or a date (RFC 9110 section 10.2.3); None where it says neither."""
    told = retry_after.strip()
    if told.isascii() and told.isdigit() and len(told) < 8:
        return int(told)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0, round((at - datetime.now(UTC)).total_seconds()))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "of its own"
