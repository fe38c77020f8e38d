"""What a plugin may do beyond computing: asked by its manifest, granted by a person, capped by the operator.

All of it is data; the sandbox and the runtime enforce it.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from msgspec.structs import asdict

from switchgear.core.money import nano_dollars, shown
from switchgear.core.periods import Per
from switchgear.core.structs import Frozen
from switchgear.plugins.targets import Target, parse

_MIB: Final = 1 << 20
_LENGTHS: Final[dict[Per, int]] = {"day": 1, "week": 2, "month": 3}
T = TypeVar("T")
_SETTING: Final = re.compile(r"\$\{user_config\.(?P<name>[A-Za-z0-9_.-]{1,64})\}(?P<rest>(?:/[^/]+)*)")


class Sampling(Frozen, frozen=True):
    """Asking models through the gateway: ``models`` are globs of names, ``usd`` what that may cost in a ``per``."""

    models: tuple[str, ...]
    usd: float
    per: Per = "month"


class Permissions(Frozen, frozen=True):
    """What is allowed; nothing, unless it is said.

    ``network``: targets (``targets.parse``), a port always written. ``read``, ``write``: absolute paths of the host, or
    ``${user_config.NAME}`` until the setting is filled in; writing includes reading. ``environment``: names of variables of the gateway.
    ``secrets``: names of sensitive settings. In what allows (not in what asks), ``*`` in a name of the latter two matches anything.
    """

    network: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    sampling: Sampling | None = None
    subprocesses: bool = False


NOTHING: Final = Permissions()


class PluginLimits(Frozen, frozen=True):
    """What a plugin may use: memory and disk in MiB, ``cpus`` in cores, ``seconds`` a call may take, ``response_bytes`` its result."""

    memory_mb: int = 512
    processes: int = 64
    cpus: float = 1.0
    disk_mb: int = 512
    calls_per_minute: int = 600
    concurrency: int = 16
    seconds: float = 60
    response_bytes: int = 4 * _MIB


def words(permissions: Permissions) -> list[str]:
    """One sentence for each thing that is allowed, as a person reads it before installing; empty when nothing is.

    Whatever the permissions hold, the sentences are printable text of one line each.
    """
    sentences = [_reach(parse(each)) for each in permissions.network]
    sentences += [f"Read {_path(each)}." for each in permissions.read]
    sentences += [f"Read and change {_path(each)}." for each in permissions.write]
    sentences += [f"See the gateway's environment variable {each}." for each in permissions.environment]
    sentences += [f'Use the secret setting "{each}".' for each in permissions.secrets]
    if (sampling := permissions.sampling) is not None:
        cost = shown(nano_dollars(sampling.usd))
        sentences.append(f"Ask the models {', '.join(sampling.models)} for up to {cost} a {sampling.per}.")
    if permissions.subprocesses:
        sentences.append("Start other programs inside its sandbox.")
    return [_printable(each) for each in sentences]


def faults(permissions: Permissions) -> list[tuple[str, str, str]]:
    """What is wrong with permissions that somebody wrote: the field, the text, and the end of a sentence that begins with it."""
    found: list[tuple[str, str, str]] = []
    for text in permissions.network:
        try:
            parse(text)
        except ValueError as error:
            found.append(("network", text, str(error)))
    for field, paths in (("read", permissions.read), ("write", permissions.write)):
        found += [(field, path, fault) for path in paths if (fault := path_fault(path))]
    found += [
        ("environment", name, "is no name of a variable") for name in permissions.environment if not name.isidentifier()
    ]
    return found


def granted(asked: Permissions, allowed: Permissions) -> Permissions:
    """What both allow: a person grants a part of what is asked, and a policy caps what was granted, in the same way.

    Never more than either. Where an overlap has no form of its own (globs of models that cross), it is left out.
    """
    write = _both(asked.write, allowed.write, _holds)
    read = _both((*asked.read, *asked.write), (*allowed.read, *allowed.write), _holds)
    return Permissions(
        network=tuple(
            str(each) for each in _both(map(parse, asked.network), map(parse, allowed.network), Target.covers)
        ),
        read=tuple(each for each in read if not any(_holds(outer, each) for outer in write)),
        write=write,
        environment=_both(asked.environment, allowed.environment, _matches),
        secrets=_both(asked.secrets, allowed.secrets, _matches),
        sampling=_sampling(asked.sampling, allowed.sampling),
        subprocesses=asked.subprocesses and allowed.subprocesses,
    )


def joined(one: Permissions, other: Permissions) -> Permissions:
    """What either allows, each thing once: what an operator grants besides what is asked. Sampling is of ``other`` if it has any."""
    return Permissions(
        network=_once(one.network + other.network),
        read=_once(one.read + other.read),
        write=_once(one.write + other.write),
        environment=_once(one.environment + other.environment),
        secrets=_once(one.secrets + other.secrets),
        sampling=other.sampling or one.sampling,
        subprocesses=one.subprocesses or other.subprocesses,
    )


def capped(limits: PluginLimits, most: PluginLimits) -> PluginLimits:
    """The smaller of each."""
    caps = asdict(most)
    return PluginLimits(**{name: min(value, caps[name]) for name, value in asdict(limits).items()})


def setting_of(path: str) -> tuple[str, str] | None:
    """The setting that a path of permissions waits for and what follows behind it; None for a path that waits for none."""
    found = _SETTING.fullmatch(path)
    return (found["name"], found["rest"]) if found else None


def path_fault(path: str) -> str:
    """What is wrong with a path of permissions, as the end of a sentence that begins with it; ``""`` when nothing is."""
    if not path.isprintable():
        return "has characters that cannot be shown"
    waits = setting_of(path)
    path = waits[1] or "/" if waits else path
    if path == "/":
        return ""
    if not path.startswith("/"):
        return "is not absolute; begin it with / or ${user_config.NAME}"
    if path.endswith("/") or "//" in path:
        return "has a slash too many"
    if _stepping(path):
        return "has . or .. for a step"
    return 'has "${" in it; only ${user_config.NAME} at its beginning is known' if "${" in path else ""


def _stepping(path: str) -> bool:
    return any(step in {".", ".."} for step in path.split("/"))


def _reach(target: Target) -> str:
    if target.host == "*":
        return f"Reach any public host on port {target.port}."
    if target.host.startswith("*."):
        return f"Reach every host under {target.host[2:]} on port {target.port}."
    what = f"the private address {target.host}" if target.private else target.host
    return f"Reach {what} on port {target.port}."


def _path(path: str) -> str:
    waits = setting_of(path)
    if waits is None:
        return "every file there is" if path == "/" else path
    name, rest = waits
    return f'{rest[1:]} in what you choose as "{name}"' if rest else f'what you choose as "{name}"'


def _both(asked: Iterable[T], allowed: Iterable[T], covers: Callable[[T, T], bool]) -> tuple[T, ...]:
    """What is in both, in the order of what is asked: of two where one covers the other, the smaller one."""
    allowing = tuple(allowed)

    def smaller() -> Iterator[T]:
        for each in asked:
            if any(covers(outer, each) for outer in allowing):
                yield each
            else:
                yield from (inner for inner in allowing if covers(each, inner))

    return _once(smaller())


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _holds(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies in it."""
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _matches(pattern: str, name: str) -> bool:
    """Whether a pattern matches a name, or everything that ``name`` matches if it is a pattern itself; False when in doubt."""
    if pattern in {name, "*"}:
        return True
    if any(sign in name for sign in "*?[") and ("[" in name or any(sign in pattern for sign in "?[")):
        return False
    return fnmatch.fnmatchcase(name, pattern)


def _sampling(asked: Sampling | None, allowed: Sampling | None) -> Sampling | None:
    if asked is None or allowed is None:
        return None
    models = _both(asked.models, allowed.models, _matches)
    if not models:
        return None
    # What is not spent in the longer period is not spent in a shorter one either.
    return Sampling(models, min(asked.usd, allowed.usd), max(asked.per, allowed.per, key=_LENGTHS.__getitem__))


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
