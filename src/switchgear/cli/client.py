"""The admin API as commands call it: of the running gateway, or in this process when none runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import psutil

from switchgear.cli import screen
from switchgear.cli.where import Where
from switchgear.config.checks import is_loopback
from switchgear.config.paths import data_folder
from switchgear.core.errors import (
    DataFolderUnusable,
    GatewayNotRunning,
    MissingKey,
    ProviderError,
    StartupError,
    SwitchgearError,
    UsageError,
    every_error,
)

_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 630.0
"""A little more than the gateway's own limit on a call."""

_PIECE: Final = 1 << 18
_INSIDE: Final = "http://localhost"


@dataclass(frozen=True)
class Running:
    """A gateway that runs: where, and which process it is when that is known."""

    url: str
    pid: int | None = None


class Api:
    """Asks the admin API. Every method raises the error that the gateway answered, or GatewayNotRunning."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self.url = url

    async def get(self, path: str, **query: str | int | list[str] | None) -> Any:
        """What is at ``path``; parameters that are ``None`` are left out."""
        return await self.ask("GET", path, query={name: value for name, value in query.items() if value is not None})

    async def every(self, path: str, **query: str | int | list[str] | None) -> list[dict[str, Any]]:
        """All entries of a list, page by page."""
        found: list[dict[str, Any]] = []
        before: str | None = None
        while True:
            page = await self.get(path, **query, before=before)
            found += page["data"]
            before = page.get("next")
            if before is None:
                return found

    async def ask(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, str | int | list[str]] | None = None
    ) -> Any:
        """The JSON of the answer; ``None`` where it has none."""
        with self._translated():
            answer = await self._http.request(method, path, json=body, params=dict(query or {}))
            _raise_for(answer)
            return answer.json() if answer.content else None

    @asynccontextmanager
    async def stream(self, method: str, path: str, body: Any = None) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of an answer as they come."""
        with self._translated():
            async with self._http.stream(method, path, json=body) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    _raise_for(answer)
                yield answer.aiter_lines()

    async def send_file(self, path: str, file: Path, fields: Mapping[str, str]) -> Any:
        """Send a file in a form; the JSON of the answer. Raises UsageError for one that cannot be read."""
        try:
            handle = file.open("rb")
        except OSError as error:
            reason = (error.strerror or "an error of the disk").lower()
            raise UsageError(f"{file} cannot be read: {reason}.") from error
        with handle, self._translated():
            answer = await self._http.post(path, data=dict(fields), files={"file": (file.name, handle)})
            _raise_for(answer)
            return answer.json()

    async def send_bytes(self, path: str, file: Path, query: Mapping[str, str]) -> Any:
        """Send a file as it is; the JSON of the answer. Raises UsageError for one that cannot be read."""
        try:
            handle = file.open("rb")
        except OSError as error:
            reason = (error.strerror or "an error of the disk").lower()
            raise UsageError(f"{file} cannot be read: {reason}.") from error
        fields = {"content-type": "application/octet-stream"}

        async def pieces() -> AsyncIterator[bytes]:
            while piece := await asyncio.to_thread(handle.read, _PIECE):
                yield piece

        with handle, self._translated():
            answer = await self._http.post(path, params=dict(query), content=pieces(), headers=fields)
            _raise_for(answer)
            return answer.json()

    async def content(self, path: str) -> AsyncIterator[bytes]:
        """An answer's bytes as they come."""
        with self._translated():
            async with self._http.stream("GET", path) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                    _raise_for(answer)
                async for piece in answer.aiter_raw():
                    yield piece

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise GatewayNotRunning(f"No gateway answers at {self.url}.", cause=repr(error)) from error
        except httpx.TimeoutException as error:
            raise GatewayNotRunning(f"The gateway at {self.url} did not answer in time.", cause=repr(error)) from error
        except httpx.HTTPError as error:
            raise StartupError(f"The gateway at {self.url} broke off its answer.", cause=repr(error)) from error
        except ValueError as error:  # what should have been JSON
            raise StartupError(
                f"What answers at {self.url} is not Switchgear.", hint="Check --url.", cause=repr(error)
            ) from error


@asynccontextmanager
async def connected(
    where: Where, *, first_key: Callable[[str], None] | None = None, apart: bool = False
) -> AsyncIterator[Api]:
    """The admin API of the running gateway, or of the data folder when none runs. Raises SwitchgearError.

    A data folder that is not there yet is an error, unless there is a ``first_key``: then it comes to be, and that is
    told its admin key. ``apart`` leaves the configuration's providers and models out where no gateway runs: they may
    refer to a secret that is about to be kept.
    """
    running = find(where)
    if running is not None:
        async with reaching(where, running) as api:
            yield api
    else:
        async with _in_process(where, first_key, apart=apart) as api:
            yield api


@asynccontextmanager
async def running(where: Where) -> AsyncIterator[Api]:
    """The running gateway. Raises GatewayNotRunning when there is none."""
    found = find(where)
    if found is None:
        raise GatewayNotRunning(f"No gateway runs on the data folder {where.folder()}.")
    async with reaching(where, found) as api:
        yield api


def find(where: Where) -> Running | None:
    """The gateway that was named, or the one that runs on the data folder; whether it answers is another matter."""
    named = where.gateway()
    if named:
        try:
            parts = urlsplit(named)
            valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise UsageError(f'"{named}" is not the address of a gateway.', hint="Write it like http://127.0.0.1:4100.")
        return Running(named)
    return noticed(where)


def noticed(where: Where) -> Running | None:
    """The gateway that left its notice in the data folder and still lives."""
    try:
        notice = json.loads((where.folder() / "server.json").read_text("utf-8"))
        found = Running(str(notice["url"]), int(notice["pid"]))
        return found if psutil.pid_exists(found.pid or 0) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@asynccontextmanager
async def reaching(where: Where, found: Running) -> AsyncIterator[Api]:
    """The admin API of a gateway that was found."""
    host = urlsplit(found.url).hostname or ""
    async with httpx.AsyncClient(
        base_url=found.url,
        headers={"authorization": f"Bearer {key_for(where, found)}"},
        timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
        trust_env=not is_loopback(host),  # a proxy has no business between two processes of one machine
    ) as http:
        yield Api(http, found.url)


def key_for(where: Where, found: Running) -> str:
    """SWITCHGEAR_KEY, else the CLI's own key, which goes to the gateway of its own data folder alone."""
    given = where.environ.get("SWITCHGEAR_KEY", "").strip()
    if given:
        return given
    own = noticed(where)
    if own is None or own.url != found.url:
        raise MissingKey(f"No key for {found.url}.", hint="Put one into the environment variable SWITCHGEAR_KEY.")
    return own_key(where)


def own_key(where: Where) -> str:
    """The CLI's own key in the data folder. Raises DataFolderUnusable."""
    path = where.folder() / "cli.key"
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "it is not text").lower()
        raise DataFolderUnusable(
            f"{path} cannot be read: {reason}.", hint="Run this as the gateway's user, or set SWITCHGEAR_KEY."
        ) from error


@asynccontextmanager
async def _in_process(where: Where, first_key: Callable[[str], None] | None, *, apart: bool) -> AsyncIterator[Api]:
    if first_key is None:
        _refuse_nothing(where)
    from switchgear.app.gateway import Options, offline  # noqa: PLC0415 - slow to import, needed when nothing runs
    from switchgear.edge.admin.api import build  # noqa: PLC0415 - the same
    from switchgear.observe import logs  # noqa: PLC0415 - the same

    control = logs.configure("debug" if where.debug else "warning", "pretty")
    try:
        async with AsyncExitStack() as stack:
            options = Options(data_folder(where.data_dir, where.environ), where.file(), where.environ)
            if apart:
                options = Options(options.data_dir, None, options.environ, _store_alone(where))
            gateway = await stack.enter_async_context(offline(options, control))
            if gateway.first_key is not None:
                (first_key or show_first_key)(gateway.first_key.reveal())
            http = await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(build(gateway), raise_app_exceptions=where.debug),
                    base_url=_INSIDE,
                    headers={"authorization": f"Bearer {own_key(where)}"},
                    timeout=None,  # noqa: S113 - nothing travels over a network
                )
            )
            yield Api(http, _INSIDE)
    finally:
        control.close()


def _store_alone(where: Where) -> dict[str, object]:
    """The settings that say where the store is and what seals it. Raises ConfigInvalid."""
    from switchgear.cli.located import locate  # noqa: PLC0415 - slow to import, needed when nothing runs

    located, file = locate(where), where.file()
    overrides: dict[str, object] = {"store.url": located.url}
    secret = located.settings.server.secret
    if secret is not None:
        kind, _, name = secret.partition(":")
        beside = kind == "file" and file is not None and not name.startswith("~")
        overrides["server.secret"] = f"file:{file.parent.absolute() / name}" if beside and file else secret
    return overrides


def _refuse_nothing(where: Where) -> None:
    """Raise DataFolderUnusable when there is no data to look at: looking must not make any."""
    from switchgear.cli.located import locate  # noqa: PLC0415 - slow to import, needed when nothing runs

    located = locate(where)
    if not located.folder.exists() or not located.exists:
        missing = located.file if located.folder.exists() else located.folder
        raise DataFolderUnusable(
            f"No Switchgear data in {missing}.", hint="Check --data-dir, or make it with: switchgear serve"
        )


def show_first_key(key: str) -> None:
    """Tell a person the admin key of a data folder that just came to be."""
    screen.note(f"This data folder is new. Its admin key, shown now and never again: {key}")


def _raise_for(answer: httpx.Response) -> None:
    """Raise the error that an answer tells of (RFC 9457 from the admin API, OpenAI's form from ``/v1``)."""
    if answer.status_code < 400:
        return
    try:
        told = answer.json()
    except ValueError:
        told = None
    raise error_of(told if isinstance(told, dict) else {}, answer.status_code)


def error_of(told: Mapping[str, Any], status: int) -> SwitchgearError:
    """The error as it was before it travelled: the same class, message and hint."""
    inner = told.get("error")
    if isinstance(inner, Mapping):
        told = {"detail": inner.get("message"), "code": inner.get("code")}
    kind = next((each for each in every_error() if each.code == told.get("code")), None)
    message = str(told.get("detail") or f"The gateway answered with status {status}.")
    hint = str(told.get("hint") or "")
    if kind is None:
        return (ProviderError if status == 502 else SwitchgearError)(message, hint=hint)
    return kind(message, hint=hint)
