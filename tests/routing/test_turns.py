"""Whose turn it is among the deployments of a model."""

from __future__ import annotations

from random import Random
from typing import Any, cast

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ProviderAuthenticationFailed, ProviderError, ProviderRateLimited
from switchgear.routing.deployment import Deployment
from switchgear.routing.health import DeploymentHealth
from switchgear.routing.rules import RouteRules
from switchgear.routing.turns import Turns

NOW = 1000.0


class Named:
    """A provider that is only a name."""

    kind = "openai"
    stream_usage = True
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name


def deployment(name: str) -> Deployment:
    health = DeploymentHealth(f"{name}/m", clock=lambda: NOW, random=Random(1))
    return Deployment(cast("Any", Named(name)), "m", None, health, 1)


def turns(*names: str, attempts: int = 2, draws: float = 0.0) -> Turns:
    return Turns([deployment(name) for name in names], RouteRules(attempts=attempts), lambda: draws)


def fails(order: Turns, now: float, error: ProviderError | None = None) -> str:
    """Whose turn it is, which fails."""
    turn = order.next(now)
    assert turn is not None
    order.failed(turn, error or ProviderError("failed"), now)
    return turn.deployment.provider.name


def test_everybody_has_a_turn_before_anybody_has_a_second_one_however_short_the_pause() -> None:
    order = turns("a", "b", "c", attempts=3)
    assert [fails(order, NOW) for _ in range(9)] == list("abcabcabc")
    assert order.next(NOW) is None
    assert order.pause(NOW) is None


def test_whoever_asks_to_wait_is_waited_for_and_others_go_on() -> None:
    order = turns("a", "b")
    assert fails(order, NOW, ProviderRateLimited("later", retry_after=2.0)) == "a"
    assert [fails(order, NOW) for _ in range(2)] == list("bb")
    assert order.next(NOW) is None
    assert order.pause(NOW) == 2.0
    assert fails(order, NOW + 2.0) == "a"


def test_who_would_fail_again_has_one_turn() -> None:
    order = turns("a", "b")
    assert fails(order, NOW, ProviderAuthenticationFailed("no")) == "a"
    assert [fails(order, NOW) for _ in range(2)] == list("bb")
    assert order.next(NOW) is None
