"""Examines what speaks over the network: the port, the running gateway, the providers."""

from __future__ import annotations

import asyncio
import errno
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx

from switchgear import __version__
from switchgear.app.ports import owner_of
from switchgear.cli import tables
from switchgear.cli.client import Api, Running, connected, find, running
from switchgear.cli.doctor.finding import Finding, broken, doubt, ok
from switchgear.cli.doctor.machine import skew
from switchgear.cli.where import Where
from switchgear.config.schema import ServerSettings
from switchgear.core.errors import SwitchgearError

_SECONDS: Final = 5.0


async def gateway(where: Where, server: ServerSettings | None) -> AsyncIterator[Finding]:
    """The gateway when one runs; otherwise whether its port is free."""
    found = find(where)
    if found is None:
        if server is not None:
            yield port(server.host, server.port)
        if (where.folder() / "server.json").exists():
            yield doubt(
                "gateway",
                "The last gateway was ended before it could tidy up.",
                "Nothing to do; the next start does it. If it was not you, look for the reason in its log.",
            )
        return
    try:
        async with running(where) as api:
            status = await api.get("/api/status")
    except SwitchgearError as error:
        yield broken("gateway", f"{error.message} Its process is {found.pid or 'elsewhere'}.", error.advice)
        return
    for finding in _status(found, status):
        yield finding


def port(host: str, number: int) -> Finding:
    """Whether the port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return broken(
                    "port", f"Port {number} is taken by another process{owner_of(number)}.", f"Try --port {number + 1}."
                )
            reason = (error.strerror or str(error)).lower()
            return broken(
                "port", f"{host}:{number} cannot be listened on: {reason}.", "Change server.host or server.port."
            )
    return ok("port", f"{number} is free; no gateway runs on this data folder")


def _status(found: Running, status: dict[str, Any]) -> Iterator[Finding]:
    process = f", pid {found.pid}" if found.pid else ""
    yield ok(
        "gateway",
        f"{found.url}{process}, {tables.size(status['memory_bytes'])}, up since {tables.moment(status['started_at'])}",
    )
    if status["version"] != __version__:
        yield doubt(
            "gateway", f"It runs version {status['version']}, this command is {__version__}.", "Restart the gateway."
        )
    store = status["store"]
    if store["state"] != "ready":
        yield broken("gateway", f"It cannot use its database: {store['reason']}", "Its log says more.")
    if store["usage_state"] != "ok" or store["usage_lost"]:
        yield doubt(
            "usage",
            f"{store['usage_pending']:,} records of calls wait to be written, {store['usage_spooled']:,} on disk "
            f"({tables.size(store['usage_spool_bytes'])}), {store['usage_lost']:,} were lost.",
            "See that the database can be written and keeps up; its log says more.",
        )
    for model in status["embedded"]:
        if model["state"] == "failed":
            yield broken(
                "embedded model",
                f"{model['name']} failed: {model['reason']}",
                f"switchgear models test {model['name']}",
            )
        elif model["state"] == "restarting":
            yield doubt(
                "embedded model", f"{model['name']} is being restarted: {model['reason']}", "Wait, then look again."
            )
        elif model["state"] == "ready":
            yield ok("embedded model", f"{model['name']} is ready")


async def providers(where: Where, names: list[str], *, store_ready: bool) -> AsyncIterator[Finding]:
    """Whether each provider is in reach and takes its key.

    Asked through the running gateway, else in this process. Where the store cannot be opened without changing it
    (``store_ready``), an empty one is used for the moment: the configuration's providers are examined all the same.
    """
    if find(where) is None and not store_ready:
        with tempfile.TemporaryDirectory(prefix="switchgear-doctor-") as folder:
            elsewhere = replace(where, data_dir=Path(folder))
            async for finding in _ask_each(elsewhere, names):
                yield finding
        return
    async for finding in _ask_each(where, names):
        yield finding


async def _ask_each(where: Where, names: list[str]) -> AsyncIterator[Finding]:
    try:
        async with connected(where, first_key=lambda _: None) as api:
            known = [each for each in await api.every("/api/providers") if each["kind"] != "embedded"]
            for told in await asyncio.gather(*(_ask(api, each) for each in known)):
                yield told
            for name in sorted(set(names) - {each["name"] for each in known}):
                yield doubt("provider", f'The gateway does not know "{name}" yet.', "switchgear config reload")
    except SwitchgearError as error:
        yield broken("providers", f"They could not be asked: {error.message}", error.advice)


async def _ask(api: Api, provider: dict[str, Any]) -> Finding:
    name = provider["name"]
    if provider["state"] == "failed":
        return broken("provider", f'"{name}" cannot be used: {provider["reason"]}', "switchgear check")
    result = await api.ask("POST", f"/api/providers/{name}/test")
    if result["ok"]:
        return ok("provider", f'"{name}" answers, {tables.milliseconds(result["latency_ms"])}')
    error = result["error"] or {}
    advice = str(error.get("hint") or "").replace(": switchgear doctor", ".")  # that is us
    if error.get("code") == "not_supported":  # it may be all right: there is nothing to ask it without a model
        return doubt("provider", str(error.get("message")), advice)
    return broken("provider", str(error.get("message") or f'"{name}" does not answer.'), advice)


async def clocks(addresses: list[tuple[str, str]]) -> AsyncIterator[Finding]:
    """How this clock compares with those of providers, by the Date of any answer of theirs (RFC 9110 section 6.6.1)."""
    async with httpx.AsyncClient(timeout=_SECONDS) as http:
        for name, url in addresses[:3]:
            try:
                answer = await http.head(url)
                theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
            except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
                continue
            for finding in skew(f'provider "{name}"', theirs - time.time()):
                yield finding
