"""The shared state, opened as the configuration says."""

from __future__ import annotations

from collections.abc import Callable

from switchgear.config.references import Resolver
from switchgear.config.schema import Settings
from switchgear.state.base import State
from switchgear.state.state import StateOptions, open_state


async def opened_state(settings: Settings, resolver: Resolver, publish: Callable[[object], None]) -> State:
    """The state at ``state.url``, for as many processes at least as there are workers. Raises as ``open_state``."""
    state = settings.state
    workers = settings.server.workers
    options = StateOptions(state.on_loss, state.timeout, state.ca_file, state.prefix, least_members=workers)
    return await open_state(resolver.value(state.url).reveal(), options, publish=publish)
