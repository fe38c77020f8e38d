"""The health of every deployment, kept while configurations come and go."""

from __future__ import annotations

from switchgear.routing.health import DeploymentHealth


class Board:
    """One DeploymentHealth for each deployment that was ever named, by its id (``provider/model``)."""

    def __init__(self) -> None:
        self._known: dict[str, DeploymentHealth] = {}

    def of(self, deployment_id: str) -> DeploymentHealth:
        """The health of that deployment."""
        known = self._known.get(deployment_id)
        if known is None:
            known = self._known[deployment_id] = DeploymentHealth(deployment_id)
        return known
