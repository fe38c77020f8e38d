"""Files for keys: which provider keeps them or the gateway itself, whose they are, and a record of what was done.

A provider knows one account, ours. Whose a file is stands in the store: a key sees, fetches and deletes its own, an admin key
those of all. A file for a batch is the gateway's own unless a provider is named.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from inspect import isawaitable
from typing import Literal

import msgspec

from switchgear.access.keys import Key
from switchgear.access.roles import ADMIN, CALL
from switchgear.core.errors import (
    InternalError,
    NotFound,
    NotSupported,
    RequestError,
    StoreUnavailable,
    SwitchgearError,
)
from switchgear.pipeline.call import ModelCall
from switchgear.pipeline.limited import Limited
from switchgear.pipeline.own_files import OwnFiles, file_object
from switchgear.pipeline.record import Recorder
from switchgear.providers.base import Answer, Upload
from switchgear.providers.files import FileObject, KeepsFiles
from switchgear.routing.directory import Deployment, Directory
from switchgear.store.files import FilePage, Files, KeptFile

_HINT = "Name it in the header x-switchgear-provider, or in the query field provider."


class FileQuery(msgspec.Struct, frozen=True):
    """Which files a list is to have. ``after`` is the id that the page before ended with."""

    limit: int
    after: str = ""
    order: Literal["asc", "desc"] = "desc"
    purpose: str = ""
    provider: str = ""


class FileCalls:
    """What can be done with files. ``directory`` gives the providers as they are now, ``own`` keeps the gateway's files.

    The methods take calls that are authenticated, and raise SwitchgearError; ``recorded`` is the context they belong in, and
    ``admitted`` within it, once the key is known. ``limited`` counts them.
    """

    def __init__(
        self,
        directory: Callable[[], Directory],
        kept: Files,
        own: OwnFiles,
        recorder: Recorder,
        limited: Limited | None = None,
    ) -> None:
        self._limited = limited
        self._directory = directory
        self._kept = kept
        self._own = own
        self._recorder = recorder

    @asynccontextmanager
    async def admitted(self, call: ModelCall) -> AsyncIterator[None]:
        """Count the call by its key's limits while it goes on. Raises LimitReached."""
        taken = self._limited.admit(call) if self._limited is not None else None
        if isawaitable(taken):
            taken = await taken
        try:
            yield
        finally:
            if taken is not None:
                taken.release()

    @contextmanager
    def recorded(self, call: ModelCall) -> Iterator[None]:
        """Record what becomes of the call. Nothing is recorded of one without a key."""
        try:
            yield
        except SwitchgearError as error:
            refused = call.deployment is None and not isinstance(error, StoreUnavailable)
            self._ended(call, "refused" if refused else "failed", error.http_status, error.code)
            raise
        except asyncio.CancelledError:
            self._ended(call, "abandoned", 499, "client_closed_request")
            raise
        self._ended(call, "ok", 200, "")

    def _ended(
        self, call: ModelCall, outcome: Literal["ok", "failed", "refused", "abandoned"], status: int, code: str
    ) -> None:
        if call.key is not None and not call.recorded:
            call.outcome, call.status, call.error = outcome, status, code
            self._recorder.publish(call)

    # ------------------------------------------------------------ what can be done

    async def upload(self, call: ModelCall, form: Upload, filename: str, provider: str) -> bytes:
        """Send a file to the provider of that name, or the only one there is; what it says of the file."""
        key = _key(call)
        host = self._chosen(call, provider)
        told, document = await host.files.upload(form)
        kept = _kept(told, key.id, host.name, filename)
        keeping = asyncio.ensure_future(self._keep(host, kept))
        await asyncio.shield(keeping)  # a client that leaves now must not leave a file behind that is nobody's
        return document

    async def keep(
        self, call: ModelCall, filename: str, content: AsyncIterable[bytes], expires_after: Callable[[], int | None]
    ) -> bytes:
        """Keep the input of a batch here; the file's object. ``expires_after`` gives seconds when the content is through.

        Raises RequestTooLarge, and whatever ``content`` raises.
        """
        kept = await self._own.keep(_key(call), filename.replace("\0", ""), content, expires_after)
        return msgspec.json.encode(file_object(kept))

    async def list(self, call: ModelCall, query: FileQuery) -> FilePage:
        """The key's files."""
        return await self._kept.list(
            _owner(_key(call)),
            _now(),
            limit=query.limit,
            after=query.after,
            order=query.order,
            purpose=query.purpose,
            provider=query.provider,
        )

    async def get(self, call: ModelCall, file_id: str, provider: str) -> bytes:
        """What the provider says of a file."""
        kept = await self._find(call, file_id, provider)
        if not kept.provider:
            return msgspec.json.encode(file_object(kept))
        host = self._host_of(call, kept)
        try:
            return await host.files.get(file_id)
        except NotFound:
            await self._kept.forget(file_id, host.name)
            raise

    async def delete(self, call: ModelCall, file_id: str, provider: str) -> bytes:
        """Delete a file; what the provider says to that. One that it does not have any more is deleted too.

        One that other keys have too is taken off this key's list, and stays at the provider.
        """
        kept = await self._find(call, file_id, provider)
        owner = _owner(_key(call))
        gone = msgspec.json.encode({"id": file_id, "object": "file", "deleted": True})
        if not kept.provider:
            await self._own.delete(kept)
            return gone
        host = self._host_of(call, kept)
        if owner is not None and await self._kept.release(file_id, host.name, owner):
            return gone
        try:
            said = await host.files.delete(file_id)
        except NotFound:
            said = gone
        await self._kept.forget(file_id, host.name)
        return said

    async def content(self, call: ModelCall, file_id: str, provider: str, limit: int) -> Answer:
        """A file's content as the provider sends it, at most ``limit`` bytes."""
        kept = await self._find(call, file_id, provider)
        if not kept.provider:
            return self._own.content(kept)
        host = self._host_of(call, kept)
        try:
            return await host.files.content(file_id, limit)
        except NotFound:
            await self._kept.forget(file_id, host.name)
            raise

    # ------------------------------------------------------------ whose and where

    async def _find(self, call: ModelCall, file_id: str, provider: str) -> KeptFile:
        """The file, which the key may see. Raises NotFound, RequestError."""
        return await self._kept.get(file_id, _owner(_key(call)), _now(), provider=provider)

    def _host_of(self, call: ModelCall, kept: KeptFile) -> KeepsFiles:
        """The provider that keeps a file. Raises NotFound."""
        host = self._directory().providers.get(kept.provider)
        if not isinstance(host, KeepsFiles):
            raise NotFound(
                f'The file "{kept.id}" is at provider {kept.provider}, which this gateway does not have any more.',
                hint="Set the provider up again under that name.",
            )
        call.deployment = Deployment(host, "", None)
        return host

    def _chosen(self, call: ModelCall, name: str) -> KeepsFiles:
        """The provider of that name, or the only one that the key may use. Raises RequestError."""
        key = _key(call)
        directory = self._directory()
        hosts = [
            provider
            for provider in directory.providers.values()
            if isinstance(provider, KeepsFiles) and _may_use(key, provider.name, directory)
        ]
        names = ", ".join(host.name for host in hosts)
        if name:
            hosts = [host for host in hosts if host.name == name]
        if not hosts:
            if name and names:
                raise RequestError(
                    f'No provider "{name[:64]}" keeps files for this key.', param="provider", hint=f"These do: {names}."
                )
            raise NotSupported("No provider keeps files for this key.", hint="Set up one with OpenAI's Files API.")
        if len(hosts) > 1:
            raise RequestError(f"Several providers keep files: {names}.", param="provider", hint=_HINT)
        call.deployment = Deployment(hosts[0], "", None)
        return hosts[0]

    async def _keep(self, host: KeepsFiles, kept: KeptFile) -> None:
        try:
            await self._kept.keep(kept)
        except StoreUnavailable:
            with suppress(SwitchgearError):  # the first error is the one to tell
                await host.files.delete(kept.id)
            raise


def _key(call: ModelCall) -> Key:
    """The key of an authenticated call. Raises PermissionDenied when it may only administer."""
    if call.key is None:
        raise InternalError("The gateway met a defect of its own.", cause="a call without a key")
    if ADMIN not in call.key.scopes:
        call.key.require(CALL)
    return call.key


def _owner(key: Key) -> str | None:
    return None if ADMIN in key.scopes else key.id


def _may_use(key: Key, provider: str, directory: Directory) -> bool:
    """Whether the key may call anything at the provider."""
    if key.any_model or key.may_call(f"{provider}/*"):
        return True
    models = (directory.find(name) for name in directory.names(key.may_call))
    return any(one.provider.name == provider for model in models if model is not None for one in model.deployments)


def _kept(told: FileObject, key_id: str, provider: str, filename: str) -> KeptFile:
    return KeptFile(
        id=told.id.replace("\0", ""),
        provider=provider,
        key_id=key_id,
        filename=(told.filename or filename).replace("\0", ""),
        purpose=(told.purpose or "").replace("\0", ""),
        bytes=told.bytes or 0,
        created_at=_now(),
        expires_at=told.expires_at * 1000 if told.expires_at else None,
    )


def _now() -> int:
    return int(time.time() * 1000)
