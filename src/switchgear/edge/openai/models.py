"""``GET /v1/models``: the models a key can call."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import unquote

import msgspec

from switchgear.access.keys import Keyring
from switchgear.core.errors import MethodNotAllowed, NotFound, SwitchgearError
from switchgear.core.ids import RequestIds
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import Exchange
from switchgear.edge.openai.errors import error_document, error_headers
from switchgear.routing.directory import Directory

_encode = msgspec.json.Encoder().encode
_LIST = "/v1/models"


class ModelList:
    """Answers ``/v1/models``, ``/v1/models/{name}`` and, with a clear error, every other path below ``/v1``."""

    def __init__(self, keyring: Keyring, directory: Callable[[], Directory]) -> None:
        self._keyring = keyring
        self._directory = directory
        self._ids = RequestIds()
        self._since = int(time.time())

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        request_id = self._ids.next()
        try:
            body = self._answer(exchange)
        except SwitchgearError as error:
            headers = error_headers(error, request_id)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: GET\r\n"
            exchange.reply(error.http_status, headers, error_document(error, request_id))
            return
        exchange.reply(200, b"content-type: application/json\r\nx-request-id: %b\r\n" % request_id.encode(), body)

    def _answer(self, exchange: Exchange) -> bytes:
        token = token_of(exchange, self._keyring.cookie)
        key = self._keyring.authenticate(token, time.time())
        if exchange.path != _LIST and not exchange.path.startswith(_LIST + "/"):
            raise NotFound(
                f"There is no {exchange.path[:200]} here.", hint="docs/reference/endpoints.md lists what there is."
            )
        if exchange.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(f"{exchange.path[:200]} answers GET.")
        directory = self._directory()
        if exchange.path == _LIST:
            names = directory.names(key.may_call)
            return _encode({"object": "list", "data": [self._entry(directory, name) for name in names]})
        name = unquote(exchange.path.removeprefix(_LIST + "/"))
        if directory.find(name) is None or not key.may_call(name):
            raise directory.not_found(name, key.may_call)
        return _encode(self._entry(directory, name))

    def _entry(self, directory: Directory, name: str) -> dict[str, object]:
        return {"id": name, "object": "model", "created": self._since, "owned_by": directory.owner(name)}
