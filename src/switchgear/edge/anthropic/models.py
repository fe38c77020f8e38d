"""``GET /v1/models`` in Anthropic's form, for clients that send ``anthropic-version``.

Source: https://platform.claude.com/docs/en/api/models-list.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

import msgspec

from switchgear.access.keys import Keyring
from switchgear.core.errors import MethodNotAllowed, RequestError, SwitchgearError
from switchgear.core.ids import RequestIds
from switchgear.edge.anthropic.errors import error_document, error_headers, id_header
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import Exchange
from switchgear.routing.directory import Directory

_encode = msgspec.json.Encoder().encode
_LIST = "/v1/models"
_DEFAULT_PAGE = 20
_LONGEST_PAGE = 1000


class AnthropicModels:
    """Answers ``/v1/models`` and ``/v1/models/{name}``; requests without ``anthropic-version`` go to ``others``."""

    def __init__(
        self, keyring: Keyring, directory: Callable[[], Directory], others: Callable[[Exchange], Awaitable[None]]
    ) -> None:
        self._keyring = keyring
        self._directory = directory
        self._others = others
        self._ids = RequestIds()
        self._since = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        listing = exchange.path == _LIST or exchange.path.startswith(_LIST + "/")
        if not listing or not exchange.header(b"anthropic-version"):
            await self._others(exchange)
            return
        request_id = self._ids.next()
        try:
            body = self._answer(exchange)
        except SwitchgearError as error:
            headers = error_headers(error, request_id)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: GET\r\n"
            exchange.reply(error.http_status, headers, error_document(error, request_id))
            return
        exchange.reply(200, b"content-type: application/json\r\n" + id_header(request_id), body)

    def _answer(self, exchange: Exchange) -> bytes:
        token = token_of(exchange, self._keyring.cookie)
        key = self._keyring.authenticate(token, time.time())
        if exchange.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(f"{exchange.path[:200]} answers GET.")
        directory = self._directory()
        if exchange.path == _LIST:
            return _encode(self._page(list(directory.names(key.may_call)), parse_qs(exchange.query.decode("latin-1"))))
        name = unquote(exchange.path.removeprefix(_LIST + "/"))
        if directory.find(name) is None or not key.may_call(name):
            raise directory.not_found(name, key.may_call)
        return _encode(self._entry(name))

    def _page(self, names: list[str], query: dict[str, list[str]]) -> dict[str, object]:
        """One page: ``limit`` names behind ``after_id`` or before ``before_id``."""
        limit = _limit(query)
        after, before = (query.get(name, [""])[0] for name in ("after_id", "before_id"))
        if after in names:
            names = names[names.index(after) + 1 :]
        more = len(names) > limit
        page = names[:limit]
        if before in names:
            names = names[: names.index(before)]
            more = len(names) > limit
            page = names[-limit:]
        return {
            "data": [self._entry(name) for name in page],
            "has_more": more,
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
        }

    def _entry(self, name: str) -> dict[str, object]:
        return {"type": "model", "id": name, "display_name": name, "created_at": self._since}


def _limit(query: dict[str, list[str]]) -> int:
    text = query.get("limit", [str(_DEFAULT_PAGE)])[0]
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _LONGEST_PAGE:
        raise RequestError(f"limit: expected a number from 1 to {_LONGEST_PAGE}.", param="limit")
    return int(text)
