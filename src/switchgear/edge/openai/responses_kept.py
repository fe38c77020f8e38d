"""``/v1/responses/{id}`` and what is below it: responses that are kept, each key's its own.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

import logging
from inspect import isawaitable
from typing import Final
from urllib.parse import parse_qs, unquote

import msgspec

from switchgear.core.errors import InternalError, MethodNotAllowed, NotFound, RequestError, SwitchgearError
from switchgear.dialects.responses import FRONT
from switchgear.dialects.responses.conversation import identified, kept_items
from switchgear.edge.bodies import body_of
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.errors import error_document, error_headers
from switchgear.edge.openai.responses_background import BackgroundResponses
from switchgear.edge.openai.responses_events import in_background
from switchgear.edge.openai.responses_following import event_headers, follow
from switchgear.edge.openai.responses_requests import decode_response_request
from switchgear.edge.openai.responses_turns import Conversations, now_ms
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation
from switchgear.providers.tokens import Count
from switchgear.routing.capacity import Capacity
from switchgear.store.responses import KeptResponse, Responses

_log = logging.getLogger(__name__)
_ROOT: Final = "/v1/responses/"
_LONGEST_PAGE: Final = 100
_USUAL_PAGE: Final = 20
_ESTIMATED: Final = b"x-switchgear-estimated: input_tokens\r\n"
_ALLOWED: Final = {"": "GET, DELETE", "cancel": "POST", "input_items": "GET"}
_encode = msgspec.json.Encoder().encode


class KeptResponsesEndpoint:
    """Answers everything below ``/v1/responses``. ``capacity`` counts tokens; ``max_body`` is in bytes, ``body_timeout`` in seconds."""

    def __init__(
        self,
        calls: ModelCalls,
        capacity: Capacity,
        kept: tuple[Responses, Conversations, BackgroundResponses],
        max_body: int,
        body_timeout: float,
    ) -> None:
        self._calls = calls
        self._capacity = capacity
        self._responses, self._conversations, self._background = kept
        self._max_body = max_body
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request. Looking at what is kept is no call of a model, and not recorded as one."""
        call = self._calls.begin(Operation.RESPONSES)
        try:
            await self._guarded(call, exchange)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            headers = error_headers(error, call.id)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: %b\r\n" % error.advice.partition(": ")[2].encode()
            exchange.reply(error.http_status, headers, error_document(error, call.id))

    async def _guarded(self, call: ModelCall, exchange: Exchange) -> None:
        """Serve; a defect is told in the dialect."""
        try:
            await self._serve(call, exchange)
        except (SwitchgearError, ClientGoneError):
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _serve(self, call: ModelCall, exchange: Exchange) -> None:
        token = token_of(exchange, self._calls.cookie)
        self._calls.authenticate(call, token)
        response_id, below = _named(exchange.path)
        more = b""
        if (response_id, below) == ("input_tokens", ""):
            count = await self._counted(call, exchange)
            body = _encode({"object": "response.input_tokens", "input_tokens": count.tokens})
            more = b"" if count.exact else _ESTIMATED
        elif (response_id, below) == ("compact", ""):
            raise NotFound(
                "Conversations are not compacted here.",
                hint="Send the items that still matter as the input of a request.",
            )
        else:
            found = await self._answered(call, exchange, response_id, below)
            if found is None:
                return
            body = found
        exchange.reply(200, b"content-type: application/json\r\n" + _id_header(call) + more, body)

    async def _answered(self, call: ModelCall, exchange: Exchange, response_id: str, below: str) -> bytes | None:
        """The body of the answer; None when it was streamed."""
        match below, exchange.method:
            case "", "GET":
                return await self._shown(call, exchange, response_id)
            case "", "DELETE":
                return await self._deleted(call, response_id)
            case "cancel", "POST":
                return await self._cancelled(call, response_id)
            case "input_items", "GET":
                return _page(await self._get(call, response_id), _query(exchange))
        raise MethodNotAllowed(
            f"{exchange.path[:200]} does not answer {exchange.method}.", hint=f"Use one of: {_ALLOWED[below]}"
        )

    async def _get(self, call: ModelCall, response_id: str) -> KeptResponse:
        """A response of the key. Raises NotFound."""
        now = now_ms()
        kept = await self._responses.get(response_id, _key_id(call), now)
        if kept.alive_until is not None and kept.alive_until < now:
            await self._background.give_up(kept)
            return await self._responses.get(response_id, kept.key_id, now)
        return kept

    async def _shown(self, call: ModelCall, exchange: Exchange, response_id: str) -> bytes | None:
        query = _query(exchange)
        kept = await self._get(call, response_id)
        if query.get("stream") != "true":
            return kept.document
        after = query.get("starting_after", "-1")
        if after != "-1" and not (after.isascii() and after.isdigit() and len(after) < 10):
            raise RequestError("starting_after must be the number of an event.", param="starting_after")
        run = self._background.find(response_id, kept.key_id)
        if run is None or not run.streamed:
            raise RequestError(
                f'The response "{response_id}" has no events to stream.',
                param="stream",
                hint="Those of a response made with background and stream are kept for a while. Get it without stream.",
            )
        exchange.start(200, event_headers(_id_header(call)))
        await follow(exchange, run, int(after))
        return None

    async def _deleted(self, call: ModelCall, response_id: str) -> bytes:
        await self._responses.delete(response_id, _key_id(call), now_ms())
        await self._background.drop(response_id)
        return _encode({"id": response_id, "object": "response", "deleted": True})

    async def _cancelled(self, call: ModelCall, response_id: str) -> bytes:
        """A response that has ended stays as it is."""
        kept = await self._get(call, response_id)
        if not in_background(kept.document):
            raise RequestError(
                f'The response "{response_id}" was not made in the background.',
                hint="Only a response made with background: true can be cancelled; close the connection of others.",
            )
        if kept.alive_until is not None:
            await self._background.cancel(kept)
            kept = await self._get(call, response_id)
        return kept.document

    async def _counted(self, call: ModelCall, exchange: Exchange) -> Count:
        """How many tokens a request has as input."""
        if exchange.method != "POST":
            raise MethodNotAllowed(f"{exchange.path} answers POST.", hint="Use one of: POST")
        asked = decode_response_request(await body_of(exchange, self._max_body, self._body_timeout))
        call.name = asked.model
        turn = await self._conversations.open(call, asked)
        request = asked.for_model(turn.items)
        deployment = self._calls.authorise(call, request).deployments[0]
        found = self._capacity.count_of(FRONT.read_call(request.body), deployment)
        return await found if isawaitable(found) else found


def _id_header(call: ModelCall) -> bytes:
    return b"x-request-id: %b\r\n" % call.id.encode()


def _key_id(call: ModelCall) -> str:
    return call.key.id if call.key is not None else ""


def _named(path: str) -> tuple[str, str]:
    """The id in a path, and what is below it. Raises NotFound."""
    response_id, _, below = path.removeprefix(_ROOT).rstrip("/").partition("/")
    if not response_id or below not in _ALLOWED:
        raise NotFound(f"There is no {path[:200]} here.")
    return unquote(response_id), below


def _query(exchange: Exchange) -> dict[str, str]:
    """The fields of the query, the last of each name."""
    try:
        found = parse_qs(exchange.query.decode("ascii"), errors="strict", max_num_fields=50)
    except ValueError as error:
        raise RequestError("The query of the URL cannot be read.") from error
    return {name: values[-1] for name, values in found.items()}


def _page(kept: KeptResponse, query: dict[str, str]) -> bytes:
    """One page of the items of a request, the newest first unless asked otherwise. Raises RequestError."""
    limit = query.get("limit", str(_USUAL_PAGE))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= _LONGEST_PAGE):
        raise RequestError(f"limit must be a number from 1 to {_LONGEST_PAGE}.", param="limit")
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise RequestError('order must be "asc" or "desc".', param="order")
    items = identified(kept_items(kept.input), kept.id)
    if order == "desc":
        items.reverse()
    if after := query.get("after", ""):
        names = [name for name, _ in items]
        if after not in names:
            raise RequestError("after: the response has no item of that id.", param="after")
        items = items[names.index(after) + 1 :]
    page = items[: int(limit)]
    return _encode(
        {
            "object": "list",
            "data": [msgspec.Raw(item) for _, item in page],
            "first_id": page[0][0] if page else None,
            "last_id": page[-1][0] if page else None,
            "has_more": len(items) > len(page),
        }
    )
