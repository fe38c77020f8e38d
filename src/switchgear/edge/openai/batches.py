"""``/v1/batches``: many requests in one file, answered within a day.

Source: https://platform.openai.com/docs/api-reference/batch. Beyond it, a batch object has ``reason``: why a batch waits, and
``cost`` in US dollars as far as prices are known.
"""

from __future__ import annotations

import logging
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec

from switchgear.access.keys import Key
from switchgear.core.batches import BATCH_WINDOW
from switchgear.core.errors import InternalError, MethodNotAllowed, NotFound, RequestError, SwitchgearError
from switchgear.dialects.body import decode
from switchgear.edge.bodies import body_of
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.errors import error_document, error_headers
from switchgear.edge.reply import dollars
from switchgear.pipeline.batches.native_state import counts_of
from switchgear.pipeline.batches.orders import GATEWAY_WISHED, BatchOrder, BatchOrders
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation
from switchgear.store.batches import KeptBatch

_log = logging.getLogger(__name__)
_ROOT: Final = "/v1/batches"
_USUAL_PAGE: Final = 20
_LONGEST_PAGE: Final = 100
_MAX_BODY: Final = 64 * 1024
_HEADER: Final = GATEWAY_WISHED.encode()
_encode = msgspec.json.Encoder().encode


class _Expiry(msgspec.Struct):
    anchor: str
    seconds: int


class _Create(msgspec.Struct):
    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None
    output_expires_after: _Expiry | None = None


_create = msgspec.json.Decoder(_Create)


class BatchesEndpoint:
    """Answers ``/v1/batches`` and what is below it. ``body_timeout`` is in seconds."""

    def __init__(self, calls: ModelCalls, orders: BatchOrders, body_timeout: float) -> None:
        self._calls = calls
        self._orders = orders
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request. It is no call of a model, and not recorded as one; the lines of a batch are."""
        call = self._calls.begin(Operation.FILES)
        try:
            body = await self._guarded(call, exchange)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            headers = error_headers(error, call.id)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: %b\r\n" % error.advice.partition(": ")[2].encode()
            exchange.reply(error.http_status, headers, error_document(error, call.id))
            return
        exchange.reply(200, b"content-type: application/json\r\nx-request-id: %b\r\n" % call.id.encode(), body)

    async def _guarded(self, call: ModelCall, exchange: Exchange) -> bytes:
        """Serve; a defect is told in the dialect."""
        try:
            return await self._serve(call, exchange)
        except (SwitchgearError, ClientGoneError):
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _serve(self, call: ModelCall, exchange: Exchange) -> bytes:
        token = token_of(exchange, self._calls.cookie)
        self._calls.authenticate(call, token)
        key = call.key
        if key is None:
            raise InternalError("A request for batches needs a key.")
        batch_id, below = _named(exchange.path)
        match bool(batch_id), below, exchange.method:
            case False, "", "POST":
                return _shown(await self._orders.create(key, await self._read(exchange)))
            case False, "", "GET":
                return await self._listed(key, exchange)
            case True, "", "GET":
                return _shown(await self._orders.get(key, batch_id))
            case True, "cancel", "POST":
                return _shown(await self._orders.cancel(key, batch_id))
        allowed = "POST" if below else "GET" if batch_id else "GET, POST"
        raise MethodNotAllowed(
            f"{exchange.path[:200]} does not answer {exchange.method}.", hint=f"Use one of: {allowed}"
        )

    async def _read(self, exchange: Exchange) -> BatchOrder:
        asked = decode(_create, await body_of(exchange, _MAX_BODY, self._body_timeout))
        expiry = asked.output_expires_after
        if expiry is not None and expiry.anchor != "created_at":
            raise RequestError('output_expires_after.anchor must be "created_at".', param="output_expires_after.anchor")
        wished = exchange.header(_HEADER).decode("latin-1") or (asked.metadata or {}).get(GATEWAY_WISHED, "")
        if wished not in ("", "gateway"):
            raise RequestError(f'{GATEWAY_WISHED} can be "gateway" only.', param=GATEWAY_WISHED)
        return BatchOrder(
            asked.input_file_id,
            asked.endpoint,
            asked.completion_window,
            asked.metadata,
            expiry.seconds if expiry is not None else None,
            wished == "gateway",
        )

    async def _listed(self, key: Key, exchange: Exchange) -> bytes:
        query = _query(exchange)
        limit = query.get("limit", str(_USUAL_PAGE))
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= _LONGEST_PAGE):
            raise RequestError(f"limit must be a number from 1 to {_LONGEST_PAGE}.", param="limit")
        page = await self._orders.list(key, limit=int(limit), after=query.get("after", ""))
        data = [batch_object(one) for one in page.batches]
        first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
        return _encode({"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": page.more})


def batch_object(batch: KeptBatch) -> dict[str, Any]:
    """A batch as OpenAI's API shows it."""
    ended = _seconds(batch.ended_at)
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "model": batch.model or None,
        "errors": {"object": "list", "data": msgspec.json.decode(batch.errors)} if batch.errors else None,
        "input_file_id": batch.input_file_id,
        "completion_window": BATCH_WINDOW,
        "status": batch.status,
        "output_file_id": batch.output_file_id,
        "error_file_id": batch.error_file_id,
        "created_at": _seconds(batch.created_at),
        "in_progress_at": _seconds(batch.in_progress_at),
        "expires_at": _seconds(batch.expires_at),
        "finalizing_at": _seconds(batch.finalizing_at),
        "completed_at": ended if batch.status == "completed" else None,
        "failed_at": ended if batch.status == "failed" else None,
        "expired_at": ended if batch.status == "expired" else None,
        "cancelling_at": _seconds(batch.cancelling_at),
        "cancelled_at": ended if batch.status == "cancelled" else None,
        "request_counts": counts_of(batch),
        "usage": _usage(batch),
        "metadata": msgspec.json.decode(batch.metadata) if batch.metadata else None,
        "reason": batch.reason or None,
        "cost": dollars(batch.cost),
    }


def _usage(batch: KeptBatch) -> dict[str, Any]:
    return {
        "input_tokens": batch.prompt_tokens,
        "input_tokens_details": {"cached_tokens": batch.cached_tokens},
        "output_tokens": batch.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": batch.reasoning_tokens},
        "total_tokens": batch.prompt_tokens + batch.completion_tokens,
    }


def _shown(batch: KeptBatch) -> bytes:
    return _encode(batch_object(batch))


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000


def _named(path: str) -> tuple[str, str]:
    """The batch's id in a path, and what is asked of it. Raises NotFound."""
    parts = path.removeprefix(_ROOT).split("/")[1:]
    if parts in ([], [""]):
        return "", ""
    if len(parts) == 1 or parts[1:] == ["cancel"]:
        return unquote(parts[0]), parts[1] if len(parts) == 2 else ""
    raise NotFound(f"There is no {path[:200]} here.")


def _query(exchange: Exchange) -> dict[str, str]:
    try:
        found = parse_qs(exchange.query.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError as error:
        raise RequestError("The query of the URL cannot be read.") from error
    return {name: values[-1] for name, values in found.items()}
