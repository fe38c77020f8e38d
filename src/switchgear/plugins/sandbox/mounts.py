"""The files that a confined process sees: a root of its own, with little in it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from switchgear.core.errors import PluginNotStarted
from switchgear.plugins.sandbox.launch import Launch

_MIB: Final = 1 << 20
_SCRATCH: Final = 64 * _MIB
"""Bytes of ``/tmp``, and of ``/dev/shm``; they are memory."""

USER: Final = 1000
"""The user and the group inside, whoever runs the gateway."""

ETC: Final[dict[str, bytes]] = {
    "passwd": b"plugin:x:1000:1000::/data:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "group": b"plugin:x:1000:\nnogroup:x:65534:\n",
    "hosts": b"127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files dns\n",
    "resolv.conf": b"",  # names are resolved by the proxy alone
}
"""Files made for the inside."""

_CERTIFICATES: Final = (
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/etc/ssl/openssl.cnf",
    "/usr/lib/ssl",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/ca-trust/extracted",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/share/pki",
)
_SYSTEM: Final = ("/etc/ld.so.cache", "/etc/localtime", "/etc/os-release", "/etc/alternatives", "/usr/share/zoneinfo")
_NEVER: Final = ("/proc", "/dev", "/sys")
"""What shows other processes or devices is not granted by way of files."""

_OWN: Final = frozenset({"proc", "dev", "sys", "tmp", "plugin", "data", "deps", "cache"})


def arguments(launch: Launch, private: Sequence[Path], etc: dict[str, int]) -> list[str]:
    """The options of bubblewrap that make the root.

    ``private``: folders that are seen inside only as ``/plugin`` and ``/data``, whatever is granted. ``etc``: descriptors to read the
    files of ``ETC`` from. Raises PluginNotStarted for a grant that cannot be given.
    """
    options = ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"]
    options += ["--perms", "1777", "--size", str(_SCRATCH), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108 - of the inside
    options += ["--perms", "1777", "--size", str(_SCRATCH), "--tmpfs", "/tmp"]  # noqa: S108 - of the inside
    for name, descriptor in etc.items():
        options += ["--perms", "0444", "--ro-bind-data", str(descriptor), f"/etc/{name}"]
    options += _system(launch)
    for runtime in launch.runtimes:
        options += ["--ro-bind", str(runtime), str(runtime)]
    options += _grants(launch, private)
    options += ["--ro-bind", str(launch.code), "/plugin", "--bind", str(launch.data), "/data"]
    options += _installed(launch)
    return [*options, "--remount-ro", "/", "--chdir", launch.cwd]


def _installed(launch: Launch) -> Iterator[str]:
    """What was installed for the plugin, or is being; Node looks for its packages in every folder above a file, and so at the top too."""
    if launch.deps is not None:
        mode = "--bind" if launch.data in launch.deps.parents else "--ro-bind"
        yield from (mode, str(launch.deps), "/deps")
        if (launch.deps / "node_modules").is_dir():
            yield from ("--symlink", "/deps/node_modules", "/node_modules")
    if launch.cache is not None:
        yield from ("--bind", str(launch.cache), "/cache")


def _system(launch: Launch) -> Iterator[str]:
    """The libraries of this machine, and its programs if the plugin may start some."""
    places = ["/usr"] if launch.permissions.subprocesses else _libraries()
    for place in places:
        yield from ("--ro-bind-try", place, place)
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        top = Path("/", name)
        if top.is_symlink():
            yield from ("--symlink", str(top.readlink()), str(top))
        elif launch.permissions.subprocesses and top.exists():
            yield from ("--ro-bind", str(top), str(top))
    for shared in (*_SYSTEM, *_CERTIFICATES):
        if not (launch.permissions.subprocesses and shared.startswith("/usr/")):
            yield from ("--ro-bind-try", shared, shared)


def _libraries() -> list[str]:
    """Folders of shared libraries: those of this architecture alone where a system keeps them apart, as Debian does."""
    own = f"{platform.machine()}-linux-gnu"
    apart = [place for place in (f"/usr/lib/{own}", f"/lib/{own}") if Path(place).is_dir()]
    known = [*apart, "/usr/lib64", "/lib64"] if apart else ["/usr/lib", "/usr/lib64", "/lib", "/lib64"]
    return [place for place in known if Path(place).is_dir() and not _linked(place)]


def _linked(place: str) -> bool:
    """Whether the folder's first step is a link, so that it is seen at another path."""
    return Path("/", Path(place).parts[1]).is_symlink()


def _grants(launch: Launch, private: Sequence[Path]) -> Iterator[str]:
    hidden = [os.path.realpath(path) for path in private]
    modes = dict.fromkeys(launch.permissions.read, "--ro-bind") | dict.fromkeys(launch.permissions.write, "--bind")
    for path, mode in sorted(modes.items()):
        for place in _children() if path == "/" else (path,):
            source = os.path.realpath(place)
            _check(launch.name, path, source, hidden)
            yield from (mode, source, place)
            for each in hidden:
                if inside(each, source):
                    seen = place + each.removeprefix(source)
                    yield from ("--tmpfs", seen, "--remount-ro", seen)


def _children() -> list[str]:
    return sorted(entry.path for entry in os.scandir("/") if entry.name not in _OWN and not entry.is_symlink())


def _check(name: str, granted: str, source: str, hidden: Sequence[str]) -> None:
    if not Path(source).exists():
        raise PluginNotStarted(
            f'Plugin "{name}" may use {granted}, which is not there.', plugin=name, hint="Make it, or revoke the grant."
        )
    if any(inside(source, never) for never in _NEVER):
        raise PluginNotStarted(
            f'Plugin "{name}" was granted {granted}: nothing under {", ".join(_NEVER)} is given to plugins.',
            plugin=name,
            hint="Revoke the grant.",
        )
    if any(inside(source, each) for each in hidden):
        raise PluginNotStarted(
            f'Plugin "{name}" was granted {granted}, which is a folder of the gateway\'s own.',
            plugin=name,
            hint="Revoke the grant.",
        )


def inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it, both without links."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
