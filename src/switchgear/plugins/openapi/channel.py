"""An API as a tool server: a session speaks to it in this process, and the gateway makes its requests.

MCP 2026-07-28 and the revisions with a handshake; tools alone. A call that is given up ends its request.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from switchgear.core.errors import PluginFailed, ToolAnswerTooLarge
from switchgear.core.json_schema import Schema
from switchgear.core.secrets import Secret
from switchgear.plugins.mcp.channel import Outgoing, Receiver
from switchgear.plugins.mcp.frames import (
    METHOD_NOT_FOUND,
    InvalidFrame,
    error_frame,
    read,
    read_fields,
    read_text,
    result_frame,
)
from switchgear.plugins.mcp.revisions import HANDSHAKE, MODERN, OFFERED
from switchgear.plugins.openapi.answers import refused, result_of, schema_of
from switchgear.plugins.openapi.choices import ApiSettings, read_settings
from switchgear.plugins.openapi.client import ApiClient, Place
from switchgear.plugins.openapi.document import ApiDocument, read_document
from switchgear.plugins.openapi.paging import next_page
from switchgear.plugins.openapi.reach import Granted, token_url_of
from switchgear.plugins.openapi.serialising import BadArgument
from switchgear.plugins.openapi.servers import base_of
from switchgear.plugins.openapi.tools import Tool, Toolset, tools_of
from switchgear.plugins.permissions import Permissions, PluginLimits

INVALID_PARAMS: Final = -32602
_PAGE: Final = 256
_PAGE_BYTES: Final = 1 << 20
_KEPT: Final = 256
"""Tools whose schemas are kept ready to be judged by."""
_TTL_MS: Final = 3_600_000
"""How long a list may be kept; it does not change while the plugin runs."""
_CAPABILITIES: Final = Raw(b'{"tools":{}}')

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Api(msgspec.Struct, frozen=True):
    """An API that is set up: what it is called, its tools, and the way to it."""

    title: str
    release: str
    description: str
    toolset: Toolset
    client: ApiClient


async def open_api(
    plugin: str,
    document: bytes,
    *,
    settings: Mapping[str, object],
    secrets: Mapping[str, Secret],
    permissions: Permissions,
    limits: PluginLimits,
    document_url: str = "",
) -> OpenApiChannel:
    """A channel to the API that ``document`` describes, which is read in a thread.

    ``settings`` are by the names of ``choices.SETTINGS``, ``secrets`` by those that the document's schemes give them; both may hold more.
    Of ``permissions`` the network counts: nothing else is dialled. Raises InvalidApiDocument, InvalidSettings.
    """
    found = read_settings(settings)
    allowed = {name: each for name, each in secrets.items() if name in permissions.secrets}
    read_one, toolset = await asyncio.to_thread(_read, document, found)
    place = Place(found.base_url, document_url, found.server_variables)
    schemes = dict(read_one.schemes)
    for name, each in read_one.schemes.items():
        if each.token_url:
            base = base_of(read_one.servers, found.base_url, document_url, found.server_variables)
            schemes[name] = replace(each, token_url=token_url_of(each, base))
    client = ApiClient(plugin, place, schemes, allowed, Granted(permissions.network), limits.response_bytes)
    api = Api(read_one.title, read_one.release, read_one.description, toolset, client)
    return OpenApiChannel(plugin, api, limits.response_bytes)


def _read(document: bytes, settings: ApiSettings) -> tuple[ApiDocument, Toolset]:
    found = read_document(document)
    return found, tools_of(found, settings.choices)


class OpenApiChannel:
    """A channel to one API. ``response_bytes`` caps a result as well as what it is made of."""

    def __init__(self, plugin: str, api: Api, response_bytes: int) -> None:
        self._plugin = plugin
        self._api = api
        self._tools = api.toolset.tools
        self._listed = tuple(each.definition for each in self._tools.values())
        self._response_bytes = response_bytes
        self._loop = asyncio.get_running_loop()
        self._receiver: Receiver | None = None
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._schemas: OrderedDict[str, tuple[Schema | None, Schema | None]] = OrderedDict()
        self._closed = False

    # ------------------------------------------------------------ Channel

    @property
    def under_pressure(self) -> bool:
        """Never: each call has a request of its own."""
        return False

    def start(self, receiver: Receiver) -> None:
        """Begin to receive."""
        self._receiver = receiver

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        """Take a frame; notifications say nothing that matters here."""
        if call is None or self._closed:
            return
        number = call.number
        task = self._loop.create_task(self._answer(number, frame))
        self._calls[number] = task
        task.add_done_callback(partial(self._done, number))

    def give_up(self, call: Outgoing, frame: bytes) -> None:  # noqa: ARG002 - there is nobody to tell
        """End the call's request."""
        if (task := self._calls.get(call.number)) is not None:
            task.cancel()

    def agreed(self, revision: str) -> None:
        """All are spoken alike."""

    def last_words(self) -> tuple[str, ...]:
        """What of the document could not be used."""
        return self._api.toolset.faults

    async def drain(self) -> None:
        """Nothing to wait for."""

    async def close(self, grace_seconds: float) -> None:  # noqa: ARG002 - nothing takes long to end
        """End every request."""
        if self._closed:
            return
        self._closed = True
        tasks = set(self._calls.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._api.client.close()
        if self._receiver is not None:
            self._receiver.closed("it was stopped")

    def _done(self, number: int, _: asyncio.Task[None]) -> None:
        self._calls.pop(number, None)

    # ------------------------------------------------------------ answers

    async def _answer(self, number: int, frame: bytes) -> None:
        receiver = self._receiver
        if receiver is None:
            return
        try:
            receiver.frame(await self._frame(number, frame), number)
        except PluginFailed as error:
            receiver.failed(number, error)
        except Exception as error:  # noqa: BLE001 - a defect of ours, or a document nobody thought of, must not leave a call without an answer
            where = traceback.extract_tb(error.__traceback__)[-1]  # not its message, which may have arguments in it
            _log.error(
                "A call of plugin %s failed: %s in %s:%s",
                self._plugin,
                type(error).__name__,
                where.filename,
                where.lineno,
            )
            said = f"Plugin {self._plugin} could not make the request."
            receiver.failed(number, PluginFailed(said, plugin=self._plugin))

    async def _frame(self, number: int, frame: bytes) -> bytes:
        """The answer to a request, as a line. Raises PluginFailed."""
        try:
            asked = read(frame)
            params = read_fields(asked.params or b"{}")
        except InvalidFrame as error:
            return error_frame(number, INVALID_PARAMS, str(error))
        if asked.method == "tools/call":
            return await self._call(number, params)
        if asked.method == "tools/list":
            return self._list(number, read_text(params.get("cursor")))
        if asked.method == "server/discover":
            return result_frame(number, _encode({
                "resultType": "complete", "supportedVersions": [*HANDSHAKE, MODERN], "capabilities": _CAPABILITIES,
                "instructions": self._api.description[:4000], "ttlMs": _TTL_MS, "cacheScope": "public",
                "_meta": {"io.modelcontextprotocol/serverInfo": self._implementation},
            }))  # fmt: skip
        if asked.method == "initialize":
            wanted = read_text(params.get("protocolVersion"))
            return result_frame(number, _encode({
                "protocolVersion": wanted if wanted in HANDSHAKE else OFFERED, "capabilities": _CAPABILITIES,
                "serverInfo": self._implementation, "instructions": self._api.description[:4000],
            }))  # fmt: skip
        if asked.method == "ping":
            return result_frame(number, b"{}")
        return error_frame(number, METHOD_NOT_FOUND, "Method not found")

    @property
    def _implementation(self) -> dict[str, str]:
        return {"name": self._plugin, "title": self._api.title[:200], "version": self._api.release[:100] or "0"}

    def _list(self, number: int, cursor: str) -> bytes:
        start = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 8 else 0
        page: list[Raw] = []
        size = 0
        for definition in self._listed[start : start + _PAGE]:
            size += len(definition)
            if page and size > _PAGE_BYTES:
                break
            page.append(Raw(definition))
        found: dict[str, Any] = {"resultType": "complete", "tools": page, "ttlMs": _TTL_MS, "cacheScope": "public"}
        if start + len(page) < len(self._listed):
            found["nextCursor"] = str(start + len(page))
        return result_frame(number, _encode(found))

    # ------------------------------------------------------------ a call

    async def _call(self, number: int, params: Mapping[str, Raw]) -> bytes:
        name = read_text(params.get("name"))
        tool = self._tools.get(name)
        if tool is None:
            return error_frame(number, INVALID_PARAMS, f"Unknown tool: {name[:100]}")
        result = await self._result(tool, params.get("arguments") or Raw(b"{}"))
        if len(result) > self._response_bytes:
            said = f"Plugin {self._plugin}: the result of {name} has more than {self._response_bytes} bytes."
            raise ToolAnswerTooLarge(said, plugin=self._plugin)
        return result_frame(number, result)

    async def _result(self, tool: Tool, given: Raw) -> bytes:
        """The result of a call. Raises PluginFailed."""
        try:
            fields = read_fields(given)
            arguments: dict[str, Any] = _decode(given)
        except (InvalidFrame, msgspec.DecodeError, RecursionError):
            return refused("Wrong arguments: they are no JSON object.")
        inputs, output = self._judges(tool)
        complaint = inputs.complaint(arguments) if inputs is not None else ""
        if complaint:
            return refused(f"Wrong arguments: {complaint}. Nothing was sent to the API; correct them and call again.")
        try:
            reply = await self._api.client.call(tool, arguments, fields)
        except BadArgument as error:
            return refused(f"Wrong arguments: {error}. Nothing was sent to the API; correct them and call again.")
        return result_of(
            reply, tool.operation.words, output, lambda answer: next_page(tool.paging, arguments, reply.links, answer)
        )

    def _judges(self, tool: Tool) -> tuple[Schema | None, Schema | None]:
        """What a tool's arguments and its structured content are held to."""
        found = self._schemas.get(tool.name)
        if found is None:
            definition = _definition.decode(tool.definition)
            found = schema_of(bytes(definition.input_schema)), schema_of(tool.output) if tool.output else None
            self._schemas[tool.name] = found
            if len(self._schemas) > _KEPT:
                self._schemas.popitem(last=False)
        else:
            self._schemas.move_to_end(tool.name)
        return found


class _Definition(msgspec.Struct):
    input_schema: Raw = msgspec.field(name="inputSchema")


_definition = msgspec.json.Decoder(_Definition)
