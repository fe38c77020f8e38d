"""Errors as clients of the Model Context Protocol understand them.

What a model can do something about (try later, ask for less, have it approved) is the result of a tool that failed, which models get to
read; what a client did wrong is a JSON-RPC error. Both have the error's code, its hint and when to try again.
"""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec

from switchgear.core.errors import (
    InternalError,
    InvalidJSON,
    NotFound,
    RequestError,
    SwitchgearError,
    ToolServerError,
)
from switchgear.edge.mcp.refusals import INVALID_PARAMS
from switchgear.edge.mcp.turn import Turn
from switchgear.pipeline.tool_call import TOOL_CALL

INTERNAL_ERROR: Final = -32603
SERVER_ERROR: Final = -32000
"""What the gateway refuses (JSON-RPC 2.0 section 5.1: implementation-defined)."""
RESOURCE_NOT_FOUND: Final = -32002
"""Of the older revisions; 2026-07-28 says that the params are invalid."""
META: Final = "dev.switchgear/error"
_encode = msgspec.json.Encoder().encode


def fail(turn: Turn, error: SwitchgearError) -> None:
    """Answer a request with an error."""
    if error.retry_after is not None:
        turn.sink.headers += b"retry-after: %d\r\n" % max(math.ceil(error.retry_after), 1)
    if isinstance(error, ToolServerError):
        turn.error(error.rpc_code, error.rpc_message or error.message, error.rpc_data)
    elif isinstance(error, NotFound | InvalidJSON):
        resource = not turn.message.modern and turn.message.method.startswith("resources/")
        turn.error(RESOURCE_NOT_FOUND if resource and isinstance(error, NotFound) else INVALID_PARAMS, error.message)
    elif isinstance(error, InternalError):
        turn.error(INTERNAL_ERROR, error.message)
    elif turn.message.method == TOOL_CALL:
        turn.result(failed_tool(error, modern=turn.message.modern))
    else:
        code = INVALID_PARAMS if type(error) is RequestError else SERVER_ERROR
        turn.error(code, error.told, _encode(_about(error)))


def failed_tool(error: SwitchgearError, *, modern: bool) -> bytes:
    """The result of a tool that did not do it."""
    result: dict[str, Any] = {"resultType": "complete"} if modern else {}
    result["content"] = [{"type": "text", "text": error.told}]
    result["isError"] = True
    result["_meta"] = {META: _about(error)}
    return _encode(result)


def _about(error: SwitchgearError) -> dict[str, Any]:
    about: dict[str, Any] = {"code": error.code, "retryable": error.retryable}
    if error.retry_after is not None:
        about["retryAfter"] = round(error.retry_after, 3)
    approval = getattr(error, "approval", "")
    return about | ({"approval": approval} if approval else {})
