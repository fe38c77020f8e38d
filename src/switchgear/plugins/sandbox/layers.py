"""The layers of the sandbox, and which of them this machine has."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from switchgear.core.errors import SandboxUnavailable
from switchgear.core.structs import Frozen
from switchgear.plugins.sandbox import ceilings, seccomp
from switchgear.plugins.sandbox.bubblewrap import Bubblewrap
from switchgear.plugins.sandbox.control_groups import Hierarchies

LayerName = Literal["namespaces", "filesystem", "network", "seccomp", "ceilings"]
NAMES: Final[tuple[LayerName, ...]] = ("namespaces", "filesystem", "network", "seccomp", "ceilings")

_ACTIONS: Final = Path("/proc/sys/kernel/seccomp/actions_avail")


class Layer(Frozen, frozen=True):
    """``reason``: why it is absent, or how it is there when there is more than one way."""

    name: LayerName
    present: bool
    reason: str = ""


def layers(bubblewrap: Bubblewrap, hierarchies: Hierarchies) -> list[Layer]:
    """Every layer, from what was found out about this machine."""
    there = bubblewrap.program is not None
    network = bubblewrap.network if there else bubblewrap.reason
    return [
        Layer("namespaces", there, bubblewrap.reason),
        Layer("filesystem", there, bubblewrap.reason),
        Layer("network", not network, network),
        _seccomp(),
        _ceilings(hierarchies, there),
    ]


def check(found: list[Layer], accepted: frozenset[str]) -> None:
    """Raise SandboxUnavailable if one is absent that was not accepted to be."""
    absent = [layer for layer in found if not layer.present and layer.name not in accepted]
    if absent:
        told = "; ".join(f"{layer.name} ({layer.reason})" for layer in absent)
        raise SandboxUnavailable(f"This machine lacks of the sandbox: {told}.")


def _seccomp() -> Layer:
    if seccomp.native() is None:
        return Layer("seccomp", False, "there is no filter of system calls for this architecture")
    if not _ACTIONS.exists():
        return Layer("seccomp", False, "this kernel has no filters of system calls")
    return Layer("seccomp", True)


def _ceilings(hierarchies: Hierarchies, namespaced: bool) -> Layer:
    if lacking := ceilings.lacking(hierarchies.folders, namespaced):
        return Layer("ceilings", False, lacking)
    held = " and ".join(hierarchies.folders) if hierarchies.folders else "nothing"
    how = "control groups" if not hierarchies.reason else f"control groups hold {held}, limits of resources the rest"
    return Layer("ceilings", True, how)
