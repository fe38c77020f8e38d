"""Approvals as the gateway has them: made of its store and state, by the rules of its configuration."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.config.plugins import PluginSettings
from switchgear.plugins.approvals import ApprovalRules, Approvals
from switchgear.state.base import State
from switchgear.store.store import Store


def approvals_of(store: Store, state: State, publish: Callable[[object], None], settings: PluginSettings) -> Approvals:
    """The approvals of a gateway."""
    return Approvals(store.approvals, state.channels, publish, approval_rules(settings))


def approval_rules(settings: PluginSettings) -> ApprovalRules:
    """What the configuration says of approvals."""
    single = {name: one.approve for name, one in settings.of.items() if one.approve is not None}
    return ApprovalRules(settings.approve, single, settings.approve_tools, settings.approve_wait)
