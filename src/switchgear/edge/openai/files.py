"""``/v1/files``: upload, list, look at, delete and fetch files, each key its own.

Source: https://platform.openai.com/docs/api-reference/files. Which provider an upload goes to is said by the header
``x-switchgear-provider`` or the query field ``provider``, unless only one keeps files. Files for batches are kept by the gateway
itself where no provider is named.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final, Literal
from urllib.parse import parse_qs

import msgspec

from switchgear.core.errors import InternalError, MethodNotAllowed, NotFound, RequestError, SwitchgearError
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.errors import error_document, error_headers
from switchgear.edge.openai.form_file import FormFile
from switchgear.edge.openai.rates import rate_headers
from switchgear.edge.openai.uploads import UploadLimits, incoming_form
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.file_calls import FileCalls, FileQuery
from switchgear.pipeline.model_call import ModelCalls
from switchgear.pipeline.own_files import BATCH_PURPOSE, file_object
from switchgear.providers.base import Operation
from switchgear.store.files import FilePage

_log = logging.getLogger(__name__)
_ROOT: Final = "/v1/files"
_MOST: Final = 10_000
_OWN_PURPOSE: Final = BATCH_PURPOSE.encode()
_CONTENT_HEADERS: Final = (b"content-type", b"content-disposition")
_NO_PAGE: Final = (
    b"x-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n"
    b"cross-origin-resource-policy: same-origin\r\n"
)
"""Whoever is signed in to the console can open a file's address in the browser: what others wrote is no page of ours."""
_encode = msgspec.json.Encoder().encode


class FilesEndpoint:
    """Answers ``/v1/files``, ``/v1/files/{id}`` and ``/v1/files/{id}/content``."""

    def __init__(self, calls: ModelCalls, files: FileCalls, limits: UploadLimits) -> None:
        self._calls = calls
        self._files = files
        self._limits = limits

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        call = self._calls.begin(Operation.FILES)
        try:
            with self._files.recorded(call):
                await self._serve(call, exchange)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            if exchange.started:
                exchange.abort()  # a file has no place for words: cut short, it must not look whole
                return
            headers = error_headers(error, call.id)
            if call.rates is not None:
                headers += rate_headers(call.rates)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: %b\r\n" % error.advice.partition(": ")[2].encode()
            exchange.reply(error.http_status, headers, error_document(error, call.id))
        except (ClientGoneError, asyncio.CancelledError):
            self._calls.left(call)
            raise

    async def _serve(self, call: ModelCall, exchange: Exchange) -> None:
        token = token_of(exchange, self._calls.cookie)
        self._calls.authenticate(call, token)
        async with self._files.admitted(call):
            await self._admitted(call, exchange)

    async def _admitted(self, call: ModelCall, exchange: Exchange) -> None:
        query = _query(exchange)
        file_id, content = _named(exchange.path)
        provider = exchange.header(b"x-switchgear-provider").decode("latin-1") or query.get("provider", "")
        method = exchange.method
        if not file_id and method == "POST":
            body = await self._upload(call, exchange, provider)
        elif not file_id and method == "GET":
            body = _listed(await self._files.list(call, _list_query(query, provider)))
        elif content and method == "GET":
            await self._content(call, exchange, file_id, provider)
            return
        elif file_id and not content and method == "GET":
            body = await self._files.get(call, file_id, provider)
        elif file_id and not content and method == "DELETE":
            body = await self._files.delete(call, file_id, provider)
        else:
            allowed = "GET" if content else "GET, DELETE" if file_id else "GET, POST"
            raise MethodNotAllowed(f"{exchange.path[:200]} does not answer {method}.", hint=f"Use one of: {allowed}")
        exchange.reply(200, b"content-type: application/json\r\n" + self._headers(call), body)

    async def _upload(self, call: ModelCall, exchange: Exchange, provider: str) -> bytes:
        content_type = exchange.header(b"content-type")
        form = incoming_form(exchange, content_type, self._limits, decisive="" if provider else "purpose")
        try:
            await form.read()
            name = form.filename.decode("utf-8", "replace")
            if provider or form.value("purpose") != _OWN_PURPOSE:
                return await self._files.upload(call, form, name, provider)
            file = FormFile(form)
            return await self._files.keep(call, name, file.content(), file.expires_after)
        finally:
            await form.close()

    async def _content(self, call: ModelCall, exchange: Exchange, file_id: str, provider: str) -> None:
        with await self._files.content(call, file_id, provider, self._limits.max_upload) as answer:
            fields = b"".join(
                b"%b: %b\r\n" % (name, value) for name in _CONTENT_HEADERS if (value := answer.header(name))
            )
            exchange.start(200, fields + _NO_PAGE + self._headers(call))
            exchange.on_pressure = lambda pressed: answer.pause() if pressed else answer.resume()
            try:
                await answer.pipe(exchange.write)
            finally:
                exchange.on_pressure = None
        exchange.end()

    def _headers(self, call: ModelCall) -> bytes:
        lines = b"x-request-id: %b\r\n" % call.id.encode()
        if call.rates is not None:
            lines += rate_headers(call.rates)
        if call.deployment is not None:
            lines += b"x-switchgear-provider: %b\r\n" % call.deployment.provider.name.encode()
        return lines


def _named(path: str) -> tuple[str, bool]:
    """The file's id in a path, and whether its content is meant. Raises NotFound."""
    parts = path.removeprefix(_ROOT).split("/")[1:]
    if parts in ([], [""]):
        return "", False
    if len(parts) == 1 or parts[1:] == ["content"]:
        return parts[0], len(parts) == 2
    raise NotFound(f"There is no {path[:200]} here.")


def _query(exchange: Exchange) -> dict[str, str]:
    """The fields of the query, the last of each name."""
    try:
        found = parse_qs(exchange.query.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError as error:
        raise RequestError("The query of the URL cannot be read.") from error
    return {name: values[-1] for name, values in found.items()}


def _list_query(query: dict[str, str], provider: str) -> FileQuery:
    """What a list is asked for. Raises RequestError."""
    limit = query.get("limit", str(_MOST))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= _MOST):
        raise RequestError(f"limit must be a number from 1 to {_MOST}.", param="limit")
    asked = query.get("order", "desc")
    if asked not in ("asc", "desc"):
        raise RequestError('order must be "asc" or "desc".', param="order")
    order: Literal["asc", "desc"] = "asc" if asked == "asc" else "desc"
    return FileQuery(int(limit), query.get("after", ""), order, query.get("purpose", ""), provider)


def _listed(page: FilePage) -> bytes:
    data = [file_object(one) for one in page.files]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return _encode({"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": page.more})
