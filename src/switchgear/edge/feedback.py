"""``POST /v1/feedback``: what a caller thought of an answer.

``{"request_id": "req_…", "score": 0.8}``, or ``"thumbs": "up"`` or ``"down"`` in place of the score. The last word of a call counts,
once; saying the same again changes nothing.
"""

from __future__ import annotations

import logging
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from switchgear.core.errors import InternalError, MethodNotAllowed, RequestError, SwitchgearError
from switchgear.dialects.body import decode
from switchgear.edge.bodies import body_of
from switchgear.edge.credentials import token_of
from switchgear.edge.exchange import ClientGoneError, Exchange
from switchgear.edge.openai.errors import error_document, error_headers
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.model_call import ModelCalls
from switchgear.providers.base import Operation
from switchgear.routing.auto.learning import Feedback

_log = logging.getLogger(__name__)
_MOST_BODY = 4096
_encode = msgspec.json.Encoder().encode


class _Opinion(msgspec.Struct):
    request_id: Annotated[str, Meta(min_length=1, max_length=128)]
    score: Annotated[float, Meta(ge=0, le=1)] | None = None
    thumbs: Literal["up", "down"] | None = None


_opinion = msgspec.json.Decoder(_Opinion)


class FeedbackEndpoint:
    """Takes opinions. ``body_timeout`` is in seconds."""

    def __init__(self, calls: ModelCalls, feedback: Feedback, body_timeout: float) -> None:
        self._calls = calls
        self._feedback = feedback
        self._body_timeout = body_timeout

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request. An opinion is no call of a model, and not recorded as one."""
        call = self._calls.begin(Operation.CHAT)
        try:
            body = await self._guarded(call, exchange)
        except SwitchgearError as error:
            if isinstance(error, InternalError):
                _log.exception("Defect while serving %s", call.id)
            headers = error_headers(error, call.id)
            if isinstance(error, MethodNotAllowed):
                headers += b"allow: POST\r\n"
            exchange.reply(error.http_status, headers, error_document(error, call.id))
            return
        exchange.reply(200, b"content-type: application/json\r\nx-request-id: %b\r\n" % call.id.encode(), body)

    async def _guarded(self, call: ModelCall, exchange: Exchange) -> bytes:
        try:
            return await self._taken(call, exchange)
        except (SwitchgearError, ClientGoneError):
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _taken(self, call: ModelCall, exchange: Exchange) -> bytes:
        if exchange.method != "POST":
            raise MethodNotAllowed(f"{exchange.path} answers POST.")
        self._calls.authenticate(call, token_of(exchange, self._calls.cookie))
        told = decode(_opinion, await body_of(exchange, _MOST_BODY, self._body_timeout))
        score = _score(told)
        key_id = call.key.id if call.key is not None else ""
        given = await self._feedback.give(told.request_id, key_id, score)
        return _encode(
            {
                "object": "feedback",
                "request_id": told.request_id,
                "score": score,
                "deployment": given.deployment,
                "learned": given.learned,
            }
        )


def _score(told: _Opinion) -> float:
    if (told.score is None) == (told.thumbs is None):
        raise RequestError("Give a score or thumbs, one of them.", param="score")
    if told.score is not None:
        return told.score
    return 1.0 if told.thumbs == "up" else 0.0
