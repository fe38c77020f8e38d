"""Files that a provider keeps, by OpenAI's Files API (https://platform.openai.com/docs/api-reference/files)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable
from urllib.parse import quote

import msgspec

from switchgear.core.errors import NotFound, NotSupported, ProviderError, ProviderInvalidResponse
from switchgear.providers.account import Account
from switchgear.providers.base import Answer, Provider, Upload

_ABSENT = frozenset({404, 405, 501})


class FileObject(msgspec.Struct, frozen=True):
    """What a provider says of a file. Times are seconds since the epoch."""

    id: str
    bytes: int | None = None
    filename: str | None = None
    purpose: str | None = None
    expires_at: int | None = None


_file = msgspec.json.Decoder(FileObject)


class ProviderFiles:
    """The files of one account. ``path`` makes the path of a request of what stands below the API's base.

    Every method raises ProviderError, and those that name a file NotFound when the provider has none under that id.
    """

    def __init__(self, account: Account, path: Callable[[str], str]) -> None:
        self._account = account
        self._path = path

    async def upload(self, form: Upload) -> tuple[FileObject, bytes]:
        """Send a file; what the provider says of it, read and as it came. Raises NotSupported where it takes none."""
        name = self._account.name
        try:
            with await self._account.upload(self._path("files"), form) as answer:
                body = await answer.body()
        except ProviderError as error:
            if error.upstream_status not in _ABSENT:
                raise
            raise NotSupported(
                f"Provider {name} keeps no files ({error.upstream_status}).",
                param="provider",
                hint="Name another in the header x-switchgear-provider.",
                cause=error.cause,
            ) from error
        try:
            return _file.decode(body), body
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderInvalidResponse(
                f"Provider {name} took a file and did not say under which id.", provider=name, cause=str(error)
            ) from error

    async def get(self, file_id: str) -> bytes:
        """What the provider says of a file."""
        with await self._ask(b"GET", file_id) as answer:
            return await answer.body()

    async def delete(self, file_id: str) -> bytes:
        """Delete a file; what the provider says to that."""
        with await self._ask(b"DELETE", file_id) as answer:
            return await answer.body()

    async def content(self, file_id: str, limit: int) -> Answer:
        """A file's content, at most ``limit`` bytes of it."""
        return await self._ask(b"GET", file_id, "/content", limit)

    async def _ask(self, method: bytes, file_id: str, below: str = "", limit: int | None = None) -> Answer:
        try:
            return await self._account.ask(method, self._path(f"files/{quote(file_id, safe='')}{below}"), limit)
        except ProviderError as error:
            if error.upstream_status != 404:
                raise
            raise NotFound(
                f'Provider {self._account.name} has no file "{file_id[:200]}" any more.',
                hint="GET /v1/files lists the files that were uploaded with this key.",
                cause=error.cause,
            ) from error


@runtime_checkable
class KeepsFiles(Provider, Protocol):
    """A provider that keeps files."""

    files: ProviderFiles
