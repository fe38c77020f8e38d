"""From what is stored of a plugin to what it is now: its permissions filled in and capped, its definitions read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from switchgear.core.errors import InvalidManifest, InvalidSettings
from switchgear.plugins.installed import NOTHING_OFFERED, Installed, PluginKind, Setup, State
from switchgear.plugins.manifest import Manifest, Setting, read_manifest
from switchgear.plugins.openapi import choices
from switchgear.plugins.openapi.reach import with_base
from switchgear.plugins.permissions import Permissions, PluginLimits
from switchgear.plugins.pins import decode
from switchgear.plugins.policy import Policy
from switchgear.plugins.settings import fill_permissions
from switchgear.plugins.shelf import Shelf
from switchgear.store.plugins import Plugin, PluginVersion


class Described(msgspec.Struct, frozen=True):
    """What is kept of a plugin without a manifest: how it calls itself, and of an API the document and the secrets it takes, by name,
    with what they are for.
    """

    title: str = ""
    description: str = ""
    document: str = ""
    secrets: Mapping[str, str] = {}


def installed_of(plugin: Plugin, versions: Sequence[PluginVersion], shelf: Shelf, policy: Policy) -> Installed:
    """The plugin as it is now. What cannot be read any more makes it ``failed``, with the reason."""
    current = next((each for each in versions if each.version == plugin.version), None)
    if current is None:
        return _broken(plugin, shelf, f"its version {plugin.version} is not in the store")
    try:
        return restored(plugin, current, shelf, policy)
    except (msgspec.MsgspecError, ValueError, InvalidManifest, InvalidSettings) as error:
        return _broken(plugin, shelf, f"what is stored of it cannot be used: {error}")


def restored(plugin: Plugin, version: PluginVersion, shelf: Shelf, policy: Policy) -> Installed:
    """A version of the plugin. Raises MsgspecError, ValueError, InvalidManifest, InvalidSettings."""
    setup = msgspec.convert(plugin.setup, Setup)
    kind = cast("PluginKind", plugin.kind)
    manifest = read_manifest(version.document.encode()) if kind == "bundle" else None
    told = Described() if manifest is not None else msgspec.json.decode(version.document, type=Described)
    return Installed(
        name=plugin.name,
        version=version.version,
        kind=kind,
        source=version.source,
        state=cast("State", plugin.state),
        reason=plugin.reason,
        previous=plugin.previous,
        folder=shelf.version(plugin.name, version.version, version.digest),
        data=shelf.data(plugin.name),
        digest=version.digest,
        publisher=version.key_id,
        title=told.title if manifest is None else manifest.display_name or manifest.name,
        description=told.description if manifest is None else manifest.description,
        manifest=manifest,
        document=told.document.encode(),
        asks=asked_settings(kind, manifest, told.secrets),
        permissions=policy.permitted(_filled(setup, kind, manifest)),
        limits=policy.limited(limits_of(setup, manifest)),
        setup=setup,
        offer=decode(version.offer.encode()) if version.offer else NOTHING_OFFERED,
        pinned=bool(version.offer),
        installed_at=version.installed_at,
    )


def limits_of(setup: Setup, manifest: Manifest | None) -> PluginLimits:
    """The limits that were chosen, else those that the manifest asks for."""
    if setup.limits is not None:
        return setup.limits
    return manifest.limits if manifest is not None else PluginLimits()


def asked_settings(kind: PluginKind, manifest: Manifest | None, secrets: Mapping[str, str]) -> Mapping[str, Setting]:
    """What a person may fill in for a plugin, by name. ``secrets`` are those of an API."""
    if manifest is not None:
        return manifest.user_config
    if kind != "openapi":
        return {}
    own = {name: Setting("string", name.replace("_", " "), told, sensitive=True) for name, told in secrets.items()}
    return {**choices.SETTINGS, **own}


def missing_settings(setup: Setup, asked: Mapping[str, Setting]) -> list[str]:
    """Names of settings that are required and have no value."""
    there = {*setup.settings, *setup.secrets}
    return [name for name, each in asked.items() if each.required and name not in there]


def _filled(setup: Setup, kind: PluginKind, manifest: Manifest | None) -> Permissions:
    if kind == "openapi":
        return with_base(setup.granted, setup.settings)
    return setup.granted if manifest is None else fill_permissions(setup.granted, setup.settings)


def _broken(plugin: Plugin, shelf: Shelf, reason: str) -> Installed:
    return Installed(
        name=plugin.name,
        version=plugin.version,
        kind=cast("PluginKind", plugin.kind),
        source="",
        state="failed",
        reason=reason,
        folder=shelf.version(plugin.name, plugin.version, ""),
        data=shelf.data(plugin.name),
        previous=plugin.previous,
    )
