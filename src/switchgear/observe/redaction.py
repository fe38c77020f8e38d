"""Keeps secrets and message contents out of the log.

Three nets, the first of which should always be enough: a ``Secret`` is redacted because of its type; a value under a
name such as ``authorization`` because of its name; and text that looks like a key, a bearer token or a password in
a URL because of its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

from switchgear.core.secrets import Secret

REDACTED = "[redacted]"

TEXT_LIMIT = 8192
"""Characters of one text that are logged."""

_ITEMS_LIMIT = 100
_DEPTH_LIMIT = 6

_SECRET_NAMES = frozenset(
    {
        "access_token", "api_key", "api_token", "apikey", "auth_token", "authorization", "aws_secret_access_key",
        "bearer_token", "client_secret", "cookie", "credentials", "id_token", "passphrase", "passwd", "password",
        "pepper", "private_key", "proxy_authorization", "pwd", "refresh_token", "secret", "secret_key", "set_cookie",
        "token", "x_api_key", "x_goog_api_key",
    }
)  # fmt: skip
_CONTENT_NAMES = frozenset(
    {"body", "choices", "completion", "content", "contents", "input", "inputs", "messages", "prompt"}
)

_HEADER = (
    r"authorization|proxy-authorization|(?:x[-_])?(?:goog[-_])?api[-_]?key|set-cookie|cookie"
    r"|client[-_]secret|secret[-_]key|access[-_]token|refresh[-_]token|passw(?:or)?d|passphrase"
)
_PATTERNS = (
    # https://user:password@host (RFC 3986, section 3.2.1); the last @ before the path ends it
    (re.compile(r"(://[^\s/:@]*:)[^\s/]+@"), rf"\1{REDACTED}@"),
    # "authorization": "Bearer …", x-api-key: …, api_key=…, ('authorization', b'…')
    (
        re.compile(
            rf"""(?i)((?<![a-z0-9])(?:{_HEADER})(?![a-z0-9_])\\?["']?\s*[:=,]\s*(?:b?\\?["'])?)(?!\[redacted)(?:(?:bearer|basic|digest)\s+)?[^\s"',;&)}}\]\\]+"""
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(?i)\b(bearer)\s+(?!\[redacted)[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {REDACTED}"),
    # keys that are known by their first characters: OpenAI and ours, Groq, Hugging Face, xAI, GitHub, Google, AWS
    (re.compile(r"(?<![A-Za-z0-9])(sk-|gsk_|hf_|xai-|gh[pousr]_|AIza|AKIA)[A-Za-z0-9_-]{8,}"), rf"\1{REDACTED}"),
)
# Without any of these no pattern can match: most values of most lines are single words, told by one search.
_SUSPECT = re.compile(r"[\s:=,]|sk-|gsk_|hf_|xai-|gh[pousr]_|AIza|AKIA")


def scrub(text: str) -> str:
    """``text`` without what looks like a secret, cut to ``TEXT_LIMIT`` characters."""
    if len(text) > TEXT_LIMIT:
        text = f"{text[:TEXT_LIMIT]}… ({len(text) - TEXT_LIMIT} more characters)"
    if _SUSPECT.search(text) is None:
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(fields: Mapping[str, Any], *, contents: bool) -> dict[str, Any]:
    """``fields`` of a log line as plain JSON values, without secrets; message contents only if ``contents``.

    Objects that JSON does not know are shown by their ``repr``. Long texts and containers are cut.
    """
    return _mapping(fields, contents, 0)


def _mapping(fields: Mapping[Any, Any], contents: bool, depth: int) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in fields.items():
        if len(clean) == _ITEMS_LIMIT:
            clean["…"] = f"{len(fields) - _ITEMS_LIMIT} more"
            break
        clean[name if type(name) is str and name.isidentifier() else scrub(_text(name))] = _named(
            name, value, contents, depth
        )
    return clean


def _named(name: object, value: object, contents: bool, depth: int) -> Any:
    """What may be shown of ``value`` under ``name``."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(name, str | bytes):
        plain = _text(name).lower().replace("-", "_")
        if plain in _SECRET_NAMES:
            return REDACTED
        if plain in _CONTENT_NAMES and not contents:
            return "[not logged]"
    return _value(value, contents, depth)


def _value(value: object, contents: bool, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, Enum):
        return _value(value.value, contents, depth)
    if isinstance(value, str | bytes | PurePath | date):
        return scrub(_text(value))
    if depth < _DEPTH_LIMIT:
        if isinstance(value, Mapping):
            return _mapping(value, contents, depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            return _sequence(value, contents, depth + 1)
    return scrub(_shown(value))


def _sequence(values: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any], contents: bool, depth: int) -> list[Any]:
    """The items; a pair such as ``(b"authorization", b"…")`` is taken as a name and its value."""
    if isinstance(values, tuple) and len(values) == 2 and isinstance(values[0], str | bytes):
        return [scrub(_text(values[0])), _named(values[0], values[1], contents, depth)]
    clean = [_value(value, contents, depth) for value in _first(values, _ITEMS_LIMIT)]
    if len(values) > _ITEMS_LIMIT:
        clean.append(f"… {len(values) - _ITEMS_LIMIT} more")
    return clean


def _first(values: Iterable[Any], count: int) -> Iterable[Any]:
    return (value for _, value in zip(range(count), values, strict=False))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str | PurePath) else _shown(value)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - an object that cannot show itself must not cost the line it stands in
        return f"<{type(value).__name__}, its repr failed>"
