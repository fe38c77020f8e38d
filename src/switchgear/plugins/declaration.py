"""What a manifest says to this gateway, under ``_meta["dev.switchgear"]``: permissions, limits and other plugins it needs.

The descriptions here are those of the published JSON Schema (``plugins.reference``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from switchgear.config.problems import nearest, quoted
from switchgear.core.periods import Per
from switchgear.core.structs import Frozen
from switchgear.plugins import targets, versions
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits, Sampling, path_fault, setting_of

NAMESPACE: Final = "dev.switchgear"
PLACE: Final = f'$._meta["{NAMESPACE}"]'
PLUGIN: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"
"""The form of a plugin's name here."""
SETTING: Final = r"^[A-Za-z0-9_.-]{1,64}$"
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"
_NAMES: Final = {"environment": re.compile(_VARIABLE), "secrets": re.compile(SETTING)}
_LONGEST_REASON: Final = 200
_GIB: Final = 1 << 30

Mistakes = Iterator[tuple[str, str]]
"""Places and what is wrong there, as the end of a sentence that begins with the place."""

Target = Annotated[
    str,
    Meta(
        max_length=300,
        description="A host and a port; `*.` in front stands for every host under a name, `*` for every public host.",
        examples=["api.example.com:443", "*.example.com:443", "*:443", "10.0.0.7:5432", "[2001:db8::1]:443"],
    ),
]
FilePath = Annotated[
    str,
    Meta(
        max_length=1024,
        description="An absolute path, or ${user_config.NAME} for what is chosen as that setting, with or without a path behind it.",
        examples=["/srv/documents", "${user_config.folder}", "${user_config.folder}/out"],
    ),
]


class AskedSampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models that it may ask through the gateway, and for how much."""

    models: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=256)], ...],
        Meta(min_length=1, max_length=32, description="Names or patterns of models.", examples=[["fast", "openai/*"]]),
    ]
    usd: Annotated[float, Meta(gt=0, le=1_000_000, description="What that may cost in a period, in US dollars.")]
    per: Annotated[Per, Meta(description="The period, by the calendar in UTC.")] = "month"


class AskedPermissions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the plugin asks for beyond computing. A person grants it before the plugin runs, in whole or in part."""

    network: Annotated[tuple[Target, ...], Meta(max_length=64, description="Where it may connect to.")] = ()
    read: Annotated[tuple[FilePath, ...], Meta(max_length=64, description="Files and folders that it may read.")] = ()
    write: Annotated[
        tuple[FilePath, ...], Meta(max_length=64, description="Files and folders that it may read and change.")
    ] = ()
    environment: Annotated[
        tuple[Annotated[str, Meta(pattern=_VARIABLE)], ...],
        Meta(max_length=64, description="Environment variables of the gateway that it may see."),
    ] = ()
    secrets: Annotated[
        tuple[Annotated[str, Meta(pattern=SETTING)], ...],
        Meta(max_length=64, description="Sensitive settings of `user_config` that it may use."),
    ] = ()
    sampling: AskedSampling | None = None
    subprocesses: Annotated[bool, Meta(description="Whether it may start other programs, inside its sandbox.")] = False


class AskedLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much the plugin needs, where that is not what plugins get anyway. The operator's limits hold besides."""

    memory_mb: Annotated[int, Meta(ge=16, le=1 << 20, description="Memory of all its processes, in MiB.")] = 512
    processes: Annotated[int, Meta(ge=1, le=4096, description="Processes and threads at once.")] = 64
    cpus: Annotated[float, Meta(ge=0.01, le=1024, description="Cores.")] = 1.0
    disk_mb: Annotated[int, Meta(ge=1, le=1 << 20, description="Its data folder, in MiB.")] = 512
    calls_per_minute: Annotated[int, Meta(ge=1, le=1_000_000, description="Calls that it takes in a minute.")] = 600
    concurrency: Annotated[int, Meta(ge=1, le=10_000, description="Calls that it takes at once.")] = 16
    seconds: Annotated[float, Meta(ge=0.1, le=86_400, description="What a call may take.")] = 60
    response_bytes: Annotated[int, Meta(ge=1024, le=_GIB, description="How large a result may be.")] = 4 << 20


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands under `_meta["dev.switchgear"]` in the manifest.json of an MCPB bundle."""

    permissions: AskedPermissions = AskedPermissions()
    limits: AskedLimits = AskedLimits()
    dependencies: Annotated[
        dict[Annotated[str, Meta(pattern=PLUGIN, max_length=64)], Annotated[str, Meta(max_length=256)]],
        Meta(
            max_length=32,
            description="Other plugins that it needs: their names, and ranges of versions as npm writes them.",
            examples=[{"time": "^2026.10", "git": ">=1.2 <3"}],
        ),
    ] = {}


class Declared(Frozen, frozen=True):
    """A declaration that was checked."""

    permissions: Permissions
    limits: PluginLimits
    dependencies: Mapping[str, versions.Range]


_PARTS: Final[tuple[tuple[tuple[str, ...], type[msgspec.Struct]], ...]] = (
    ((), Declaration),
    (("permissions",), AskedPermissions),
    (("permissions", "sampling"), AskedSampling),
    (("limits",), AskedLimits),
)


def read(content: object, settings: Mapping[str, tuple[str, bool]]) -> Declared | list[tuple[str, str]]:
    """What ``content`` declares, or every mistake in it: where, and what, as the end of a sentence that begins with the place.

    ``settings`` are the types of the manifest's settings and whether each is sensitive.
    """
    mistakes = list(_unknown(content))
    if mistakes:
        return mistakes
    try:
        asked = msgspec.convert(content, Declaration)
    except msgspec.ValidationError as error:
        return [worded(error, PLACE)]
    mistakes = [*_permission_mistakes(asked.permissions, settings), *_dependency_mistakes(asked.dependencies)]
    if mistakes:
        return mistakes
    fields = msgspec.structs.asdict(asked.permissions)
    if asked.permissions.sampling is not None:
        fields["sampling"] = Sampling(**msgspec.structs.asdict(asked.permissions.sampling))
    return Declared(
        Permissions(**fields),
        PluginLimits(**msgspec.structs.asdict(asked.limits)),
        {name: versions.parse_range(text) for name, text in asked.dependencies.items()},
    )


def implied(settings: Mapping[str, tuple[str, bool]]) -> Declared:
    """What a manifest asks for that declares nothing: the files that are chosen for it, and its own secrets."""
    files = tuple(f"${{user_config.{name}}}" for name, (kind, _) in settings.items() if kind in {"directory", "file"})
    secrets = tuple(name for name, (_, sensitive) in settings.items() if sensitive)
    return Declared(msgspec.structs.replace(NOTHING, write=files, secrets=secrets), PluginLimits(), {})


def worded(error: msgspec.ValidationError, root: str = "$") -> tuple[str, str]:
    """Where in the document ``error`` is, and what."""
    reason, _, place = str(error).rpartition(" - at ")
    if not reason:
        reason, place = str(error), ""
    reason = "".join(sign if sign.isprintable() else "\ufffd" for sign in reason)
    shown = reason if len(reason) <= _LONGEST_REASON else reason[:_LONGEST_REASON] + "…"
    where = place.removeprefix("`key` in ").strip("`").removeprefix("$")
    return root + where, f"is not valid: {shown[:1].lower()}{shown[1:]}"


def _unknown(content: object) -> Mistakes:
    for path, kind in _PARTS:
        part: Any = content
        for step in path:
            part = part.get(step) if isinstance(part, dict) else None
        known = kind.__struct_fields__
        for name in part if isinstance(part, dict) else ():
            if name not in known:
                yield f"{PLACE}{''.join('.' + step for step in path)}", f"has no {quoted(name)}. {nearest(name, known)}"


def _permission_mistakes(asked: AskedPermissions, settings: Mapping[str, tuple[str, bool]]) -> Mistakes:
    place = f"{PLACE}.permissions"
    for at, text in enumerate(asked.network):
        try:
            targets.parse(text)
        except ValueError as error:
            yield f"{place}.network[{at}]", f"{quoted(text)} {error}"
    for name, paths in (("read", asked.read), ("write", asked.write)):
        for at, path in enumerate(paths):
            fault = path_fault(path) or _setting_fault(path, settings)
            if fault:
                yield f"{place}.{name}[{at}]", f"{quoted(path)} {fault}"
    yield from _name_mistakes(asked, settings)


def _name_mistakes(asked: AskedPermissions, settings: Mapping[str, tuple[str, bool]]) -> Mistakes:
    place = f"{PLACE}.permissions"
    for name, form in _NAMES.items():
        for at, text in enumerate(getattr(asked, name)):
            if not form.fullmatch(text):  # a pattern of JSON Schema lets a line break pass at the end
                yield f"{place}.{name}[{at}]", f"{quoted(text)} is no name"
    sensitive = [name for name, (_, hidden) in settings.items() if hidden]
    for at, name in enumerate(asked.secrets):
        if name not in sensitive:
            yield f"{place}.secrets[{at}]", f"{quoted(name)} is no sensitive setting. {nearest(name, sensitive)}"
    for at, model in enumerate(asked.sampling.models if asked.sampling else ()):
        if not model.isprintable():
            yield f"{place}.sampling.models[{at}]", f"{quoted(model)} has characters that cannot be shown"


def _setting_fault(path: str, settings: Mapping[str, tuple[str, bool]]) -> str:
    waits = setting_of(path)
    if waits is None:
        return ""
    choosable = [name for name, (kind, _) in settings.items() if kind in {"directory", "file"}]
    if waits[0] in choosable:
        return ""
    return f"waits for no setting that is a directory or a file. {nearest(waits[0], choosable)}"


def _dependency_mistakes(dependencies: Mapping[str, str]) -> Mistakes:
    for name, text in dependencies.items():
        place = f"{PLACE}.dependencies[{quoted(name)}]"
        if not re.fullmatch(PLUGIN[1:-1], name):
            yield place, "is no name of a plugin"
        try:
            versions.parse_range(text)
        except ValueError as error:
            yield place, f"{quoted(text)} {error}"


def sentence(mistakes: Iterable[tuple[str, str]]) -> str:
    """Mistakes as one text, a sentence each."""
    return "\n".join(f"{place} {what.rstrip('.')}." for place, what in mistakes)
