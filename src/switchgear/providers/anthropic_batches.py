"""Anthropic's Message Batches (https://platform.claude.com/docs/en/api/creating-message-batches)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from switchgear.core.errors import InternalError
from switchgear.providers.account import Account
from switchgear.providers.base import Answer, Outgoing
from switchgear.providers.batches import LARGEST_RESULTS, NativeBatch, NativeResult, Spool, SpooledBody, read_told

_PAGE: Final = 100
_MOST_PAGES: Final = 20
_SLACK: Final = 300.0
"""Seconds by which the provider's clock may be behind."""
_CODES: Final = {"canceled": "batch_cancelled", "expired": "batch_expired"}
_STATUSES: Final = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""https://platform.claude.com/docs/en/api/errors."""
T = TypeVar("T")


class _Counts(msgspec.Struct):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class _Batch(msgspec.Struct):
    id: str
    processing_status: str
    request_counts: _Counts
    created_at: datetime
    cancel_initiated_at: str | None = None


class _Batches(msgspec.Struct):
    data: list[_Batch]
    has_more: bool = False
    last_id: str | None = None


class _Error(msgspec.Struct):
    type: str = ""


class _Failure(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


class _Result(msgspec.Struct):
    type: str
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct):
    custom_id: str
    result: _Result


class _Request(msgspec.Struct):
    custom_id: str
    params: msgspec.Raw


_batch = msgspec.json.Decoder(_Batch).decode
_list = msgspec.json.Decoder(_Batches).decode
_line = msgspec.json.Decoder(_Line).decode
_failure = msgspec.json.Decoder(_Failure).decode
_encode = msgspec.json.Encoder().encode


class AnthropicBatches:
    """The batches of one account. They are made with their requests, and bear no mark of whose they are until they end."""

    frame = (b'{"requests":[', b",", b"]}")

    def __init__(self, account: Account) -> None:
        self._account = account

    def takes(self, outgoing: Outgoing) -> bool:
        """Whether lines may ask for this."""
        return outgoing.dialect == "messages" and not outgoing.headers

    def line(self, name: str, outgoing: Outgoing) -> bytes:
        """One request."""
        return _encode(_Request(name, msgspec.Raw(outgoing.body)))

    async def upload(self, spool: Spool) -> str:  # noqa: ARG002 - the protocol's
        """Nothing is sent before."""
        return ""

    async def create(self, spool: Spool | None, upload: str, outgoing: Outgoing, token: str) -> NativeBatch:  # noqa: ARG002 - the protocol's
        """Make a batch of the requests."""
        if spool is None:
            raise InternalError("A batch at this provider needs its requests.")
        body = SpooledBody(spool, "application/json")
        with await self._account.upload("/messages/batches", body, once=True) as answer:
            return self._told(await answer.body())

    async def find(self, upload: str, token: str, since: float, lines: int) -> list[NativeBatch]:  # noqa: ARG002 - the protocol's
        """Batches with as many requests that were made since then; their results tell whether they are the one."""
        found: list[NativeBatch] = []
        after = ""
        for _ in range(_MOST_PAGES):
            path = f"/messages/batches?limit={_PAGE}" + (f"&after_id={quote(after, safe='')}" if after else "")
            page = self._read(_list, await self._account.fetch(path))
            found += [
                _shown(one)
                for one in page.data
                if _total(one.request_counts) == lines and one.created_at.timestamp() >= since - _SLACK
            ]
            old = not page.data or page.data[-1].created_at.timestamp() < since - _SLACK
            after = page.last_id or ""
            if old or not page.has_more or not after:
                break
        return found

    async def get(self, batch_id: str) -> NativeBatch:
        """How the batch is now."""
        return self._told(await self._account.fetch(f"/messages/batches/{quote(batch_id, safe='')}"))

    async def cancel(self, batch_id: str) -> None:
        """Ask for its end."""
        head = self._account.head(b"POST", f"/messages/batches/{quote(batch_id, safe='')}/cancel")
        with await self._account.post(head, b"{}") as answer:
            await answer.body()

    async def fetch(self, where: str) -> Answer:
        """The results of the batch."""
        return await self._account.ask(b"GET", where, LARGEST_RESULTS)

    def result(self, line: bytes) -> NativeResult | None:
        """What a line of the results says."""
        if not line.strip():
            return None
        told = self._read(_line, line)
        kind = told.result.type
        if kind == "succeeded":
            return NativeResult(told.custom_id, 200, bytes(told.result.message))
        if kind == "errored":
            failure = self._read(_failure, bytes(told.result.error))
            return NativeResult(told.custom_id, _STATUSES.get(failure.error.type, 500), bytes(told.result.error))
        return NativeResult(told.custom_id, 0, code=_CODES.get(kind, "batch_failed"))

    async def forget(self, upload: str, batch: NativeBatch) -> None:
        """Batches are the provider's to keep, for 29 days."""

    # ------------------------------------------------------------ what is told

    def _told(self, body: bytes) -> NativeBatch:
        return _shown(self._read(_batch, body))

    def _read(self, decode: Callable[[bytes], T], body: bytes) -> T:
        return read_told(decode, body, self._account.name, "Anthropic's")


def _total(counts: _Counts) -> int:
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


def _shown(told: _Batch) -> NativeBatch:
    counts = told.request_counts
    ended = told.processing_status == "ended"
    details: dict[str, Any] = {}
    if ended:
        details["results"] = (f"/messages/batches/{quote(told.id, safe='')}/results",)
        details["how"] = "cancelled" if counts.canceled else "expired" if counts.expired else ""
    failed = counts.errored + counts.canceled + counts.expired
    return NativeBatch(told.id, "ended" if ended else "running", completed=counts.succeeded, failed=failed, **details)
