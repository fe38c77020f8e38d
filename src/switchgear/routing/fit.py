"""Which deployments can answer a call at all, before a policy ranks them."""

from __future__ import annotations

from collections.abc import Sequence

from switchgear.core.structs import Leaf
from switchgear.routing.directory import Deployment
from switchgear.routing.select import Ask


class Fit(Leaf, gc=False):
    """Deployments that can answer, and those left out, each with the reason in a few words."""

    candidates: Sequence[Deployment]
    left_out: Sequence[tuple[Deployment, str]] = ()


def fitting(deployments: Sequence[Deployment], ask: Ask) -> Fit:
    """The deployments that have what ``ask`` needs; all of them where none has, so that the error says what is missing."""
    if len(deployments) == 1:
        return Fit(deployments)
    needed = _needs(ask)
    if not needed:
        return Fit(deployments)
    left_out = [(one, f"has no {what}") for one in deployments for what in needed if _lacks(one, what)]
    names = {id(one) for one, _ in left_out}
    able = [one for one in deployments if id(one) not in names]
    return Fit(able, left_out) if able else Fit(deployments)


def _needs(ask: Ask) -> list[str]:
    needed = []
    if ask.images:
        needed.append("vision")
    if "tools" in ask.fields or "functions" in ask.fields:
        needed.append("tools")
    return needed


def _lacks(deployment: Deployment, what: str) -> bool:
    """Whether it is known to lack that; of what is not known the best is thought."""
    able = deployment.capabilities
    return able.vision is False if what == "vision" else able.tools == "none"
