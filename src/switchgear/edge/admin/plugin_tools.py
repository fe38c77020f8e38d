"""``/api/plugins/NAME/tools/TOOL``: what a tool takes, and a call of it by whoever is signed in.

A call goes the way of every call (``pipeline.tool_call``): what the key may see, approvals, limits, the record. Tool names may have slashes.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse
from msgspec import Raw

from switchgear.access.roles import CALL
from switchgear.config.plugins import PLUGIN_NAME
from switchgear.core.errors import NotFound, SwitchgearError
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.plugin_forms import tool
from switchgear.edge.admin.schemas import plugin_tools as schemas
from switchgear.edge.admin.schemas.base import problems
from switchgear.edge.admin.schemas.models import TestError
from switchgear.pipeline.tool_call import TOOL_CALL, Target, ToolCall, ToolCalls
from switchgear.pipeline.tools.running import ToolContext
from switchgear.plugins.mcp.asking import Caller
from switchgear.plugins.offer import LONGEST_NAME, TOOLS

router = APIRouter(prefix="/plugins/{name}/tools", tags=["plugins"])
Name = Annotated[str, Path(pattern=PLUGIN_NAME, max_length=64, description="The plugin's name.")]
ToolName = Annotated[str, Path(max_length=LONGEST_NAME, description="The tool's own name.")]
_ALIVE_SECONDS: Final = 10.0
_MOST_WAITING: Final = 1_000
"""Lines of progress that wait for a client who does not read; more are left out."""
_TOKEN: Final = b"1"
_LINES: Final[dict[int | str, Any]] = {
    200: {
        "description": "Lines of progress; the last one is the result, or why there is none.",
        "content": {
            "application/x-ndjson": {
                "schema": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/ToolCallProgress"},
                        {"$ref": "#/components/schemas/ToolCallEnd"},
                    ]
                }
            }
        },
    }
}
_encode = msgspec.json.Encoder().encode


class _Progress(msgspec.Struct):
    progress: float = 0.0
    total: float | None = None
    message: str | None = None


_progress = msgspec.json.Decoder(_Progress)


@router.post(
    "/{tool_name:path}/call",
    summary="Call a tool",
    operation_id="call_plugin_tool",
    response_class=StreamingResponse,
    responses=problems(404, body=True) | _LINES,
)
async def call_tool(admin: Admin, name: Name, tool_name: ToolName, body: schemas.ToolCallBody) -> StreamingResponse:
    """Call a tool as the key of the request: what it may see, limits and approvals hold as at `/mcp`. Whoever leaves cancels the call."""
    admin.key.require(CALL)
    calls = admin.gateway.mcp.calls
    found = calls.find(admin.key, tool_name, name)
    own = found.definition
    arguments = _encode(body.arguments)
    call = calls.begin(admin.key, TOOL_CALL, Target(found.plugin, own.name, own, arguments))
    params = b'{"name":%b,"arguments":%b}' % (_encode(own.name), arguments)
    return StreamingResponse(_Told(calls, call).lines(params), media_type="application/x-ndjson")


@router.get("/{tool_name:path}", summary="Show a tool", operation_id="get_plugin_tool", responses=problems(404))
async def get_tool(admin: Admin, name: Name, tool_name: ToolName) -> schemas.ToolDefinition:
    """What a tool takes and gives, as it was accepted."""
    installed = admin.gateway.plugins.host.installed(name)
    if installed is None:
        raise NotFound(f'No plugin is named "{name}".', hint="GET /api/plugins lists those that are installed.")
    found = installed.offer.of(TOOLS).get(tool_name)
    if found is None:
        raise NotFound(f"{name} has no tool {tool_name}.", hint=f"GET /api/plugins/{name}/tools lists them.")
    return tool(name, found)


class _Told:
    """One call, told line by line."""

    def __init__(self, calls: ToolCalls, call: ToolCall) -> None:
        self._calls = calls
        self._call = call
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()

    async def lines(self, params: bytes) -> AsyncIterator[bytes]:
        """Progress, and how it ended. The call is cancelled when nobody listens any more."""
        began = time.perf_counter()
        task = asyncio.ensure_future(self._made(params))
        try:
            yield b"\n"
            while not task.done() or not self._lines.empty():
                getting = asyncio.ensure_future(self._lines.get())
                await asyncio.wait([getting, task], timeout=_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if getting.done():
                    yield getting.result()
                else:
                    getting.cancel()
                    if not task.done():
                        yield b"\n"
            told = {"call_id": self._call.id, "ms": round((time.perf_counter() - began) * 1000, 1)}
            yield _encode({**task.result(), **told}) + b"\n"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _made(self, params: bytes) -> dict[str, Any]:
        caller = Caller(ToolContext(self._call.key), progress_token=_TOKEN, capabilities=b"{}")
        try:
            result = await self._calls.send(self._call, params, caller=caller, on_progress=self._progressed)
            # on one line, and read whole: what cannot be read would break the line that it is put into
            return {"ok": True, "result": Raw(msgspec.json.format(bytes(result), indent=-1))}
        except SwitchgearError as error:
            told = TestError(code=error.code, message=error.message, hint=error.advice)
            return {"ok": False, "error": told.model_dump(mode="json")}

    def _progressed(self, params: bytes) -> None:
        if self._lines.qsize() >= _MOST_WAITING:
            return
        try:
            found = _progress.decode(params)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return  # the plugin's own mistake; the call goes on
        if not math.isfinite(found.progress):
            return
        line = {"progress": found.progress, "total": found.total, "message": found.message or ""}
        self._lines.put_nowait(_encode(line) + b"\n")
