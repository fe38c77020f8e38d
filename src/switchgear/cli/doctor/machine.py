"""Examines the machine: installed engines, the clock, the limit of open files, memory."""

from __future__ import annotations

import importlib.util
import resource
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

import switchgear
from switchgear.cli import tables
from switchgear.cli.doctor.finding import Finding, broken, doubt, ok
from switchgear.config.schema import EMBEDDED_MODEL, Settings
from switchgear.providers.local import embedded

_FILES_FOR_MANY: Final = 8192
_FILES_FOR_FEW: Final = 1024
_MODEL_MEMORY: Final = 300 * 1024 * 1024
_DAY: Final = 86_400


def engines(settings: Settings, store_url: str) -> Iterator[Finding]:
    """Whether the optional packages that this configuration needs are installed."""
    if settings.local.enabled:
        yield from _embedded()
    if store_url.startswith("postgres"):
        yield _package("PostgreSQL", "asyncpg", "postgres")
    if settings.observe.otlp_endpoint:
        yield _package("tracing", "opentelemetry.sdk", "otel")


def _embedded() -> Iterator[Finding]:
    missing = embedded.available()
    for name, text in missing.items():
        if text and name == EMBEDDED_MODEL:
            yield broken("embedded model", text, "Or switch it off: enabled = false under [local].")
        elif text:
            yield doubt("embedded model", text, f"{name} stays unavailable until then.")
    if not any(missing.values()):
        yield ok("embedded model", f"{', '.join(missing)} installed")
    free = psutil.virtual_memory().available
    if free < _MODEL_MEMORY:
        yield doubt(
            "memory", f"{tables.size(free)} available: little for the embedded model.", "It needs about 250 MiB."
        )


def _package(what: str, module: str, extra: str) -> Finding:
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # the package around it is missing
        found = False
    if found:
        return ok(what, "installed")
    return broken(what, f"{what} needs a package that is not installed.", f'pip install "switchgear[{extra}]"')


def clock(now: float | None = None) -> Finding:
    """Whether the clock can be right: it cannot show a time before this package was installed."""
    moment = time.time() if now is None else now
    installed = Path(switchgear.__file__).stat().st_mtime
    shown = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
    if moment < installed - _DAY:
        return broken(
            "clock", f"The clock says {shown}, which is in the past.", "Set it: expiry, logs and TLS rely on it."
        )
    return ok("clock", shown)


def skew(area: str, seconds: float) -> Iterator[Finding]:
    """What a difference of ``seconds`` between this clock and a provider's means."""
    if abs(seconds) > 60:
        way = "behind" if seconds > 0 else "ahead of"
        yield doubt("clock", f"The clock is {abs(seconds):,.0f} s {way} that of {area}.", "Set it, by NTP if possible.")


def open_files() -> Finding:
    """Whether many connections can be open at once: two a call, one on each side."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= _FILES_FOR_MANY:
        return ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"at most {soft:,}")
    calls = max((soft - 100) // 2, 0)
    text = f"At most {soft:,} may be open, which is enough for about {calls:,} calls at once."
    to = _FILES_FOR_MANY if hard == resource.RLIM_INFINITY else min(hard, _FILES_FOR_MANY)
    return (broken if soft < _FILES_FOR_FEW // 4 else doubt)(
        "open files", text, f"ulimit -n {max(to, soft)} before the start."
    )


def proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Proxies that calls to providers go through."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        if environ.get(name):
            yield ok("proxy", f"{name} is set: calls to providers go through it, except NO_PROXY")
            return
