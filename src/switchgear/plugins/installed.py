"""One plugin as it is set up now: which version, what a person chose for it, and what that version may do and offers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from switchgear.core.structs import Frozen
from switchgear.plugins.manifest import Manifest, Setting
from switchgear.plugins.offer import Offer
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits
from switchgear.plugins.settings import Value

PluginKind = Literal["bundle", "remote", "openapi"]
"""What stands behind it: a program in a bundle, a server elsewhere, an API that is described by an OpenAPI document."""
State = Literal["discovered", "installed", "enabled", "disabled", "failed", "quarantined"]
Transport = Literal["http", "sse"]
USUAL_LIMITS: Final = PluginLimits()
NOTHING_OFFERED: Final = Offer()
LOGIN_FIRST: Final = "needs a login"
"""Why a remote plugin waits whose server wants somebody to sign in."""


class Setup(Frozen, frozen=True):
    """What a person chose for a plugin, as it is stored. ``granted`` may still have settings to fill in.

    ``private``: the host of ``url`` was seen to have an address that is not public, and a person
    installed it so. ``headers``: names of secrets that are sent as HTTP fields to a remote server, by the field. ``arguments``: put behind the command's.
    ``choices``: which operations of an API are tools. ``secrets``: names of sensitive settings that have a value,
    changed last at ``secrets_at`` (ms since 1970).
    """

    granted: Permissions = NOTHING
    limits: PluginLimits | None = None
    settings: Mapping[str, Value] = {}
    secrets: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    url: str = ""
    transport: Transport = "http"
    private: bool = False
    headers: Mapping[str, str] = {}
    choices: Mapping[str, Any] = {}
    secrets_at: int = 0


class Installed(Frozen, frozen=True):
    """A plugin. ``permissions`` and ``limits`` are those that hold: granted, filled in, and capped by the operator.

    ``folder`` is the version's own (``bundle`` and ``deps`` are in it), ``data`` the plugin's, which outlives versions. ``digest`` names the
    content (sha256 in hex), ``publisher`` the key that signed it. ``offer`` are the definitions that were accepted; ``pinned`` tells
    whether anybody saw them yet. ``manifest`` is None where there is no bundle, ``document`` the OpenAPI document where there is one,
    ``asks`` what a person may fill in.
    """

    name: str
    version: str
    kind: PluginKind
    source: str
    state: State
    folder: Path
    data: Path
    reason: str = ""
    previous: str = ""
    digest: str = ""
    publisher: str = ""
    title: str = ""
    description: str = ""
    manifest: Manifest | None = None
    document: bytes = b""
    asks: Mapping[str, Setting] = {}
    permissions: Permissions = NOTHING
    limits: PluginLimits = USUAL_LIMITS
    setup: Setup = Setup()
    offer: Offer = NOTHING_OFFERED
    pinned: bool = False
    installed_at: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other plugins and from other contents of its own: name, and version with the beginning of the digest."""
        return self.name, f"{self.version}-{self.digest[:12]}" if self.digest else self.version
