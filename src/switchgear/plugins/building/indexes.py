"""Where packages come from: what pip and npm of this machine are configured to use, asked of themselves."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import ipaddress
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from switchgear.core.errors import PluginNotInstalled
from switchgear.core.structs import Frozen
from switchgear.plugins import targets
from switchgear.plugins.building.interpreters import Interpreters
from switchgear.plugins.sandbox import disk
from switchgear.providers import guard

_SECONDS: Final = 60.0
MOST_CACHED: Final = 2 << 30
_AUTHORITIES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)
"""Where systems keep the certificates of authorities, in one file."""
_DEFAULT: Final = re.compile(r"\(default\s+(https?://[^\s)]+)\)")
_SETTING: Final = re.compile(r"(?P<section>[^=\s]+?)\.(?P<key>[\w-]+)=(?P<value>.*)")
_PORTS: Final = {"http": 80, "https": 443}
_PASSED: Final = ("trusted-host", "no-index", "default-timeout", "timeout", "retries", "prefer-binary")
_UV_DEFAULT: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_UV_MORE: Final = ("UV_INDEX", "UV_EXTRA_INDEX_URL")


class Source(Frozen, frozen=True):
    """An index as installers are told it: variables, files of this machine that it is, or needs, and texts that may not be shown.

    ``urls`` are its pages on the network, their passwords included.
    """

    env: Mapping[str, str]
    urls: tuple[str, ...]
    files: tuple[Path, ...]
    hidden: tuple[str, ...]


class Indexes:
    """Those of this machine.

    ``cache``: the folder of this gateway in which installers keep what they fetched, ``most_cached`` bytes of it.
    """

    def __init__(
        self, cache: Path, environ: Mapping[str, str] | None = None, *, most_cached: int = MOST_CACHED
    ) -> None:
        self.cache = cache
        self.most_cached = most_cached
        self._users = 0
        self.interpreters = Interpreters()
        self._environ = os.environ if environ is None else environ
        self._python: Source | None = None
        self.file_hosts: dict[str, tuple[str, ...]] = {}
        """Where an index, by its URL, has its files: ``https://host`` of each, as its own pages say."""

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Something is installed meanwhile. A cache that has grown too large is emptied once nothing is."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                await asyncio.get_running_loop().run_in_executor(None, _emptied, self.cache, self.most_cached)

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables that say something about indexes, among others."""
        return self._environ

    async def python(self) -> Source:
        """pip's. Raises PluginNotInstalled where there is no pip, or one that cannot be asked."""
        if self._python is None:
            pip = pip_program()
            listed = await asked((sys.executable, "-I", str(pip), "config", "list"), self._environ)
            described = await asked((sys.executable, "-I", str(pip), "download", "--help"), self._environ)
            self._python = python_source(listed, described, self._environ)
        return self._python


def _emptied(cache: Path, most: int) -> None:
    """Remove a cache that is larger than ``most`` bytes, or cannot be measured."""
    if not cache.is_dir():
        return
    try:
        size = disk.measure(cache, most + 1)
    except disk.Unreadable:
        size = most + 1
    if size > most:
        shutil.rmtree(cache, ignore_errors=True)


def pip_program() -> Path:
    """pip, as a folder or a file that Python runs: of the gateway's own environment, or the one that comes with Python.

    Raises PluginNotInstalled where there is none.
    """
    found = importlib.util.find_spec("pip")
    if found is not None and found.submodule_search_locations:
        return Path(next(iter(found.submodule_search_locations)))
    bundled = importlib.util.find_spec("ensurepip")
    for place in (bundled.submodule_search_locations or []) if bundled else []:
        for wheel in sorted(Path(place, "_bundled").glob("pip-*.whl"), reverse=True):
            return wheel / "pip"
    raise PluginNotInstalled("There is no pip to install Python packages with.", hint="Install pip for the gateway.")


async def asked(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """What a program of this machine answers. Raises PluginNotInstalled when it does not."""
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=quiet, stdout=asyncio.subprocess.PIPE, stderr=quiet, env=dict(environ), cwd="/"
        )
    except OSError as error:
        raise PluginNotInstalled(f"{command[0]} cannot be run: {error.strerror}.") from error
    try:
        out, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise PluginNotInstalled(f"{command[0]} does not say how it is configured.") from error
    if process.returncode != 0:
        raise PluginNotInstalled(f"{command[0]} does not say how it is configured (status {process.returncode}).")
    return out.decode("utf-8", "replace")


def python_source(listed: str, described: str, environ: Mapping[str, str]) -> Source:
    """The index of ``pip config list``, else of uv's variables, else pip's own default, which its help names."""
    config = _pip_config(listed)
    default = _DEFAULT.search(re.sub(r"\s+", " ", described))
    index = config.get("index-url") or next((environ[name] for name in _UV_DEFAULT if environ.get(name)), "")
    index = index or (default[1] if default else "")
    more = config.get("extra-index-url", "").split()
    for name in _UV_MORE:
        more += [each.partition("=")[2] if re.match(r"\w+=", each) else each for each in environ.get(name, "").split()]
    links = config.get("find-links", "").split()
    env = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_RETRIES": "2",
    }
    env |= {f"PIP_{key.upper().replace('-', '_')}": config[key] for key in _PASSED if key in config}
    urls = [index, *more, *links]
    if config.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        urls = links
    else:
        env |= {"PIP_INDEX_URL": index, **({"PIP_EXTRA_INDEX_URL": " ".join(more)} if more else {})}
    if links:
        env["PIP_FIND_LINKS"] = " ".join(links)
    files = [place for url in urls for place in _local(url)]
    if certificates := config.get("cert", "") or _certificates(environ):
        env |= {"PIP_CERT": certificates, "SSL_CERT_FILE": certificates}
        files.append(Path(certificates))
    remote = tuple(url for url in urls if parts_of(url).scheme in _PORTS)
    hidden = [part for url in remote for part in passwords(url)]
    return Source(env, remote, tuple(dict.fromkeys(file for file in files if file.exists())), tuple(hidden))


def _certificates(environ: Mapping[str, str]) -> str:
    """The authorities that this machine trusts, where it was told which: pip's own are of its release, and know of no private index."""
    told = environ.get("SSL_CERT_FILE", "") or environ.get("REQUESTS_CA_BUNDLE", "")
    return next((each for each in (told, *_AUTHORITIES) if each and Path(each).is_file()), "")


def _pip_config(listed: str) -> dict[str, str]:
    """Settings that hold for an install: environment over command over everywhere (pip's documentation, Configuration)."""
    ranked: dict[str, tuple[int, str]] = {}
    ranks = {"global": 0, "download": 1, "install": 1, ":env:": 2}
    for line in listed.splitlines():
        found = _SETTING.fullmatch(line.strip())
        if found is None or found["section"] not in ranks:
            continue
        try:
            value = str(ast.literal_eval(found["value"]))
        except (ValueError, SyntaxError):
            continue
        rank = ranks[found["section"]]
        if rank >= ranked.get(found["key"], (0, ""))[0]:
            ranked[found["key"]] = (rank, value)
    return {key: value for key, (_, value) in ranked.items()}


def _local(url: str) -> Iterator[Path]:
    """The folder that an index is on this machine: with the folder it is in where that has its files (``simple`` beside ``files``)."""
    split = parts_of(url)
    if split.scheme in _PORTS or not url:
        return
    place = Path(unquote(split.path) if split.scheme == "file" else url)
    if not place.is_absolute():
        return
    place = place.parent if place.name == "simple" else place
    if place != Path("/"):
        yield place


def parts_of(url: str) -> SplitResult:
    """The parts of an index's URL. Raises PluginNotInstalled for what has none."""
    try:
        return urlsplit(url)
    except ValueError as error:
        raise PluginNotInstalled("A package index is configured with something that is no URL.") from error


def passwords(url: str) -> Iterator[str]:
    """What must not be shown of a URL."""
    split = parts_of(url)
    for part in (split.password, split.username if not split.password else None):
        if part:
            yield part
            if unquote(part) != part:
                yield unquote(part)


async def network(urls: Sequence[str], beside: Sequence[str] = ()) -> tuple[str, ...]:
    """Permissions to reach the hosts of ``urls``, also where they are private addresses: that is how this machine is set up.

    ``beside`` are hosts that the former name themselves; private addresses of theirs only where one of the former has such, too.
    Raises PluginNotInstalled for a URL without a host, or one whose name leads nowhere.
    """
    found: dict[str, None] = {}
    private = False
    for url in urls:
        name, addresses = await _reached(url)
        private = private or bool(addresses)
        found |= dict.fromkeys((name, *addresses))
    for url in beside:
        name, addresses = await _reached(url)
        found |= dict.fromkeys((name, *(addresses if private else ())))
    return tuple(found)


async def _reached(url: str) -> tuple[str, list[str]]:
    split = parts_of(url)
    host, port = _host_and_port(split)
    try:
        info = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        name = str(targets.parse(_target(host, port)))
    except (OSError, ValueError, UnicodeError) as error:
        raise PluginNotInstalled(f"The package index at {host}:{port} cannot be found.", cause=str(error)) from error
    addresses = dict.fromkeys(str(each[4][0]).partition("%")[0] for each in info)
    literal = _is_address(host)
    named = [
        _target(each, port) for each in addresses if not guard.public(each) and (literal or not guard.forbidden(each))
    ]
    return name, named


def _host_and_port(split: SplitResult) -> tuple[str, int]:
    try:
        port = split.port or _PORTS.get(split.scheme, 443)
    except ValueError:
        port = 0
    if not split.hostname or not port:
        raise PluginNotInstalled("A package index is configured with a URL that has no host.")
    return split.hostname, port


def _target(host: str, port: int) -> str:
    return f"[{ipaddress.ip_address(host)}]:{port}" if ":" in host else f"{host}:{port}"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
