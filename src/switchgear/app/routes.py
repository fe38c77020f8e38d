"""From settings as written to the rules by which calls are routed."""

from __future__ import annotations

from switchgear.config.health import HealthSettings
from switchgear.config.models import AliasSettings
from switchgear.config.routes import RetryDefaults
from switchgear.routing.breaker import BreakerRules
from switchgear.routing.rules import RouteRules


def rules_of(alias: AliasSettings | None, defaults: RetryDefaults) -> RouteRules:
    """The rules of ``alias``; without one those of a model that is called by its provider's name."""
    retry = alias.retry if alias is not None and alias.retry is not None else defaults
    rules = RouteRules(retry.attempts, retry.backoff, retry.longest_pause)
    if alias is None:
        return rules
    return RouteRules(
        attempts=retry.attempts,
        backoff=retry.backoff,
        longest_pause=retry.longest_pause,
        total=alias.timeouts.total,
        first_token=alias.timeouts.first_token,
        between_tokens=alias.timeouts.between_tokens,
        recovery=alias.stream_recovery,
        hedge=(alias.hedge.after or 0.0) if alias.hedge is not None else None,
        fallbacks=alias.fallbacks,
        context_fallbacks=alias.context_fallbacks,
        content_fallbacks=alias.content_fallbacks,
    )


def breaker_rules(settings: HealthSettings) -> BreakerRules:
    """When breakers open and how they close."""
    return BreakerRules(
        settings.errors,
        settings.rate,
        settings.calls,
        settings.window,
        settings.pause,
        settings.longest_pause,
        settings.recovery,
        settings.longest_limit,
    )
