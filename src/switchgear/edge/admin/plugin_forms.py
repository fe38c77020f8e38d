"""Plugins in the form in which the admin API shows and takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec
from msgspec.structs import asdict, replace

from switchgear.config.problems import quoted
from switchgear.core.errors import RequestError
from switchgear.core.nesting import nests_deeper
from switchgear.edge.admin.schemas import plugins as schemas
from switchgear.edge.admin.schemas.base import moment
from switchgear.edge.admin.schemas.plugin_tools import ToolDefinition
from switchgear.plugins.differences import changed
from switchgear.plugins.installed import Installed, Setup
from switchgear.plugins.manifest import Setting
from switchgear.plugins.naming import prefixed
from switchgear.plugins.offer import PROMPTS, RESOURCES, TOOLS, Definition, Offer
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits, Sampling, faults, joined, words
from switchgear.plugins.pins import Review
from switchgear.plugins.policy import Policy
from switchgear.plugins.proposals import Proposal, asks_more
from switchgear.plugins.restoring import limits_of
from switchgear.plugins.sources.discovery import Found
from switchgear.plugins.unit import RunStatus
from switchgear.store.plugins import PluginVersion

_DEEPEST: Final = 64
"""Levels of a schema that are shown as it is; beyond that it is its text alone."""
_FLAGS = {"unsigned": "unsigned", "downgrade": "downgrade", "publisher": "new_publisher"}


def shown(installed: Installed, status: RunStatus | None, policy: Policy) -> schemas.Plugin:
    """A plugin that is installed."""
    offer, manifest = installed.offer, installed.manifest
    return schemas.Plugin(
        name=installed.name,
        title=installed.title,
        description=installed.description,
        kind=installed.kind,
        state="failed" if status is not None and status.state == "failed" else installed.state,
        reason=status.reason if status is not None and status.state == "failed" else installed.reason,
        version=installed.version,
        previous=installed.previous,
        source=installed.source,
        digest=installed.digest,
        publisher=installed.publisher,
        url=installed.setup.url,
        permissions=permissions(installed.permissions),
        granted=permissions(installed.setup.granted),
        asked=permissions(joined(NOTHING if manifest is None else manifest.permissions, installed.setup.granted)),
        withheld=policy.withheld(installed.setup.granted),
        limits=schemas.Limits(**asdict(installed.limits)),
        settings=settings(installed.asks, installed.setup),
        tools=len(offer.of(TOOLS)),
        resources=len(offer.of(RESOURCES)),
        prompts=len(offer.of(PROMPTS)),
        process=None if status is None else process(status),
        installed_at=moment(installed.installed_at),
    )


def process(status: RunStatus) -> schemas.Process:
    """How a process is."""
    return schemas.Process(
        state=status.state,
        reason=status.reason,
        words=list(status.words),
        failures=status.failures,
        revision=status.revision,
        calls=status.calls,
    )


def proposed(proposal: Proposal, before: Installed | None, policy: Policy) -> schemas.Proposal:
    """Something that may be installed."""
    manifest = proposal.bundle.manifest if proposal.bundle is not None else None
    kept = proposal.kept
    return schemas.Proposal(
        id=kept.id,
        name=proposal.name,
        title=(manifest.display_name or manifest.name) if manifest is not None else kept.title,
        description=manifest.description if manifest is not None else kept.description,
        version=proposal.version,
        kind=kept.kind,
        source=kept.source,
        current=before.version if before is not None else "",
        trust=proposal.verdict.words,
        flags=[_FLAGS[each] for each in proposal.verdict.flags],
        asked=permissions(proposal.asked),
        granted=permissions(proposal.granted(before)),
        more=asks_more(proposal.asked, before),
        withheld=policy.withheld(proposal.asked),
        limits=schemas.Limits(**asdict(policy.limited(limits_of(kept.setup, manifest)))),
        settings=settings(proposal.asks, before.setup if before is not None else kept.setup),
        signs_in=kept.signs_in,
        headers=list(kept.wanted),
        needs={name: str(wanted) for name, wanted in manifest.dependencies.items()} if manifest is not None else {},
        tools=[each.name for each in manifest.tools] if manifest is not None else [],
        operations=dict(kept.operations),
    )


def discovered(found: Found, installed: str) -> schemas.FoundBundle:
    """A bundle that lies where bundles are looked for."""
    manifest = found.manifest
    return schemas.FoundBundle(
        name=found.name,
        version=manifest.version if manifest is not None else "",
        title=(manifest.display_name or manifest.name) if manifest is not None else "",
        description=manifest.description if manifest is not None else "",
        source=found.source,
        installed=installed,
        fault=found.fault,
    )


def permissions(found: Permissions) -> schemas.Permissions:
    """Permissions, with their sentences."""
    fields = msgspec.to_builtins(found)
    return schemas.Permissions(**fields, words=words(found))


def settings(asked: Mapping[str, Setting], setup: Setup) -> list[schemas.Setting]:
    """The settings of a plugin, and their values where anybody may see them."""
    return [
        schemas.Setting(
            name=name,
            type=each.type,
            title=each.title,
            description=each.description,
            required=each.required,
            sensitive=each.sensitive,
            multiple=each.multiple,
            default=None if each.sensitive else _value(each.default),
            min=each.min,
            max=each.max,
            set=name in setup.settings or name in setup.secrets,
            value=None if each.sensitive else _value(setup.settings.get(name)),
        )
        for name, each in asked.items()
    ]


def tools(plugin: str, offer: Offer) -> list[schemas.Tool]:
    """The tools of an offer."""
    found = []
    for each in offer.of(TOOLS).values():
        whole = tool(plugin, each)
        found.append(schemas.Tool(**{name: getattr(whole, name) for name in schemas.Tool.model_fields}))
    return found


def tool(plugin: str, found: Definition) -> ToolDefinition:
    """One tool with its schemas, as far as they can be read."""
    fields = _fields(found.document)
    return ToolDefinition(
        name=found.name,
        called=prefixed(plugin, found.name),
        title=_text(fields.get("title")),
        description=_text(fields.get("description")),
        destructive=found.destructive,
        input_schema=_schema(fields.get("inputSchema")),
        output_schema=_schema(fields.get("outputSchema")),
        definition=found.document.decode("utf-8", "backslashreplace"),
    )


def versions(rows: Iterable[PluginVersion], current: str, previous: str) -> list[schemas.Version]:
    """The versions of a plugin that are on the disk, newest first."""
    return [
        schemas.Version(
            version=each.version,
            digest=each.digest,
            publisher=each.key_id,
            source=each.source,
            installed_at=moment(each.installed_at),
            current=each.version == current,
            previous=each.version == previous,
        )
        for each in sorted(rows, key=lambda row: row.installed_at, reverse=True)
    ]


def reviewed(found: Review, before: Offer) -> schemas.Review:
    """How what a plugin offers stands to ``before``, which was accepted of it."""
    return schemas.Review(
        state=found.state,
        differences=list(found.differences),
        digest=found.digest,
        changes=[
            schemas.DefinitionChange(kind=each.kind, name=each.name, before=each.before, after=each.after)
            for each in changed(before, found.seen)
        ],
    )


def granted(body: schemas.PermissionsBody | None) -> Permissions | None:
    """What a body grants. Raises RequestError."""
    if body is None:
        return None
    sampling = body.sampling
    found = Permissions(
        network=tuple(body.network),
        read=tuple(body.read),
        write=tuple(body.write),
        environment=tuple(body.environment),
        secrets=tuple(body.secrets),
        sampling=None if sampling is None else Sampling(tuple(sampling.models), sampling.usd, sampling.per),
        subprocesses=body.subprocesses,
    )
    wrong = faults(found)
    if wrong:
        field, text, why = wrong[0]
        raise RequestError(f"{quoted(text)} {why}.", param=f"permissions.{field}")
    return found


def limited(body: schemas.LimitsBody | None, now: PluginLimits) -> PluginLimits | None:
    """The limits of a body, the others as they are ``now``."""
    if body is None:
        return None
    return replace(now, **{name: value for name, value in body.model_dump().items() if value is not None})


def _value(value: object) -> schemas.SettingValue:
    return list(value) if isinstance(value, tuple) else cast("schemas.SettingValue", value)


def _fields(document: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) else {}


def _schema(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) and not nests_deeper(value, _DEEPEST) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
