"""OpenAI's Batch API at a provider (https://platform.openai.com/docs/api-reference/batch), Azure's too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, TypeVar
from urllib.parse import quote

import msgspec

from switchgear.core.batches import LineMistake
from switchgear.core.errors import NotFound, ProviderError, ProviderInvalidResponse
from switchgear.providers.account import Account
from switchgear.providers.base import Answer, Operation, Outgoing
from switchgear.providers.batches import LARGEST_RESULTS, NativeBatch, NativeResult, Spool, SpooledForm, read_told
from switchgear.providers.files import ProviderFiles

_MARK: Final = "switchgear_batch"
_PAGE: Final = 100
_MOST_PAGES: Final = 20
_SLACK: Final = 300.0
"""Seconds by which the provider's clock may be behind."""
T = TypeVar("T")
_RUNNING: Final = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
_HOW: Final[dict[str, Literal["expired", "cancelled"]]] = {"expired": "expired", "cancelled": "cancelled"}
_URLS: Final = frozenset(
    {Operation.CHAT, Operation.RESPONSES, Operation.COMPLETION, Operation.EMBEDDING, Operation.MODERATION}
)


class _Mistake(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    line: int | None = None
    param: str | None = None


class _Mistakes(msgspec.Struct):
    data: list[_Mistake] | None = None


class _Counts(msgspec.Struct):
    completed: int = 0
    failed: int = 0


class _Batch(msgspec.Struct):
    id: str
    status: str
    input_file_id: str | None = None
    created_at: float = 0
    output_file_id: str | None = None
    error_file_id: str | None = None
    request_counts: _Counts | None = None
    errors: _Mistakes | None = None
    metadata: dict[str, str] | None = None


class _Batches(msgspec.Struct):
    data: list[_Batch]
    has_more: bool = False


class _Response(msgspec.Struct):
    status_code: int = 0
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Error(msgspec.Struct):
    code: str | None = None


class _Line(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: _Error | None = None


class _Request(msgspec.Struct):
    custom_id: str
    method: str
    url: str
    body: msgspec.Raw


_batch = msgspec.json.Decoder(_Batch).decode
_list = msgspec.json.Decoder(_Batches).decode
_line = msgspec.json.Decoder(_Line).decode
_encode = msgspec.json.Encoder().encode


class OpenAIBatches:
    """The batches of one account. ``path`` makes the path of a request of what stands below the API's base.

    ``root`` is what stands before the operation where lines name their endpoint.
    """

    frame = (b"", b"\n", b"\n")

    def __init__(self, account: Account, files: ProviderFiles, path: Callable[[str], str], root: str = "/v1") -> None:
        self._account = account
        self._files = files
        self._path = path
        self._root = root

    def takes(self, outgoing: Outgoing) -> bool:
        """Whether lines may ask for this."""
        return _operation(outgoing) in _URLS and not outgoing.headers

    def line(self, name: str, outgoing: Outgoing) -> bytes:
        """One line of the input file."""
        return _encode(_Request(name, "POST", f"{self._root}/{_operation(outgoing).value}", msgspec.Raw(outgoing.body)))

    async def upload(self, spool: Spool) -> str:
        """Upload the input file; its id."""
        told, _ = await self._files.upload(SpooledForm(spool, {"purpose": "batch"}, "switchgear.jsonl"))
        return told.id

    async def create(self, spool: Spool | None, upload: str, outgoing: Outgoing, token: str) -> NativeBatch:  # noqa: ARG002 - the protocol's
        """Make a batch of the input file."""
        asked = {
            "input_file_id": upload,
            "endpoint": f"{self._root}/{_operation(outgoing).value}",
            "completion_window": "24h",
            "metadata": {_MARK: token},
        }
        head = self._account.head(b"POST", self._path("batches"))
        named = b"idempotency-key: %b\r\n" % token.encode()
        with await self._account.post(head, _encode(asked), headers=named, once=True) as came:
            return self._told(await came.body())

    async def find(self, upload: str, token: str, since: float, lines: int) -> list[NativeBatch]:  # noqa: ARG002 - the protocol's
        """The batches of this input file."""
        found: list[NativeBatch] = []
        after = ""
        for _ in range(_MOST_PAGES):
            path = self._path("batches")
            path += f"{'&' if '?' in path else '?'}limit={_PAGE}" + (f"&after={quote(after, safe='')}" if after else "")
            page = self._read(_list, await self._account.fetch(path))
            found += [
                self._shown(one)
                for one in page.data
                if one.input_file_id == upload or (one.metadata or {}).get(_MARK) == token
            ]
            if found or not page.has_more or not page.data or page.data[-1].created_at < since - _SLACK:
                break
            after = page.data[-1].id
        return found

    async def get(self, batch_id: str) -> NativeBatch:
        """How the batch is now."""
        return self._told(await self._account.fetch(self._path(f"batches/{quote(batch_id, safe='')}")))

    async def cancel(self, batch_id: str) -> None:
        """Ask for its end."""
        head = self._account.head(b"POST", self._path(f"batches/{quote(batch_id, safe='')}/cancel"))
        with await self._account.post(head, b"{}") as answer:
            await answer.body()

    async def fetch(self, where: str) -> Answer:
        """The content of an output or error file."""
        try:
            return await self._files.content(where, LARGEST_RESULTS)
        except NotFound as error:
            raise ProviderInvalidResponse(
                f"Provider {self._account.name} has the results of a batch no more.", provider=self._account.name
            ) from error

    def result(self, line: bytes) -> NativeResult | None:
        """What a line of an output or error file says."""
        if not line.strip():
            return None
        told = self._read(_line, line)
        if told.response is not None and told.response.status_code:
            return NativeResult(told.custom_id, told.response.status_code, bytes(told.response.body))
        code = (told.error.code if told.error is not None else None) or "batch_failed"
        return NativeResult(told.custom_id, 0, code=code)

    async def forget(self, upload: str, batch: NativeBatch) -> None:
        """Delete the files."""
        for one in (upload, *batch.results):
            with suppress(ProviderError, NotFound):
                await self._files.delete(one)

    # ------------------------------------------------------------ what is told

    def _told(self, body: bytes) -> NativeBatch:
        return self._shown(self._read(_batch, body))

    def _read(self, decode: Callable[[bytes], T], body: bytes) -> T:
        return read_told(decode, body, self._account.name, "OpenAI's")

    def _shown(self, told: _Batch) -> NativeBatch:
        counts = told.request_counts or _Counts()
        said = (told.errors.data if told.errors is not None else None) or []
        mistakes = [
            LineMistake(one.code or "invalid_request", self._account.redact(one.message or ""), one.line, one.param)
            for one in said
        ]
        files = tuple(one for one in (told.output_file_id, told.error_file_id) if one)
        running = told.status in _RUNNING
        failed = told.status == "failed" and not files
        return NativeBatch(
            told.id,
            "running" if running else "failed" if failed else "ended",
            _HOW.get(told.status, ""),
            counts.completed,
            counts.failed,
            files,
            tuple(mistakes),
        )


def _operation(outgoing: Outgoing) -> Operation:
    """What a request asks the provider for."""
    if outgoing.dialect == "chat":
        return Operation.CHAT
    return Operation.RESPONSES if outgoing.dialect == "responses" else outgoing.operation
