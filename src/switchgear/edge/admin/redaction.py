"""Settings as they may be shown: references and structure, never what may be a secret."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from switchgear.config.references import parse_reference

REDACTED: Final = "[redacted]"
_HOSTS = re.compile(r"(?:(?:\[[0-9A-Fa-f:.%]+\]|[\w.-]+)(?::\d{1,5})?(?:,(?=[\w\[])|$))+")
"""Hosts as they stand in a URL: one, or PostgreSQL's several."""


def shown(settings: BaseModel) -> dict[str, Any]:
    """``settings`` as plain JSON. Of fields marked private only references are shown, and URLs without credentials."""
    return {name: _field(settings, name) for name in type(settings).model_fields}


def _field(settings: BaseModel, name: str) -> Any:
    extra = type(settings).model_fields[name].json_schema_extra
    private = isinstance(extra, dict) and extra.get("x-private") is True
    return _value(getattr(settings, name), private)


def _value(value: Any, private: bool) -> Any:
    if isinstance(value, BaseModel):
        return shown(value)
    if isinstance(value, dict):
        return {name: _value(one, private) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value(one, private) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _private(str(value)) if private else str(value)


def _private(text: str) -> str:
    if parse_reference(text) is not None or text in {"none", "sqlite:", "memory:"}:
        return text
    if text.startswith("sqlite:/"):
        return text
    return _web(text) if re.match(r"[a-z+]+://", text) else REDACTED


def _web(url: str) -> str:
    """``url`` put together again from the parts that cannot hold a credential; all hidden where that is in doubt.

    A password may hold any character, also ``@`` and ``/`` (drivers take them unescaped): what follows the host is
    shown only when no ``@`` is in it, which could be the one before the real host.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return REDACTED
    credentials, at, hosts = parts.netloc.rpartition("@")
    if not _HOSTS.fullmatch(hosts) or "@" in parts.path + parts.query + parts.fragment:
        return f"{parts.scheme}://{REDACTED}"
    return f"{parts.scheme}://{REDACTED + at if credentials or at else ''}{hosts}{parts.path}"
