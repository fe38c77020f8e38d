"""Opens the shared state that a URL names."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from switchgear.config.fields import Mistake
from switchgear.config.state import valkey_address
from switchgear.core.errors import ExtraMissing, StateUnusable
from switchgear.state.base import OnLoss, State
from switchgear.state.counters import epoch_ms
from switchgear.state.memory import MemoryState


class StateOptions(msgspec.Struct, frozen=True):
    """How a shared state is used; the section [state] tells of each.

    ``least_members`` is among how many processes limits are divided at least while the state is lost. ``clock_ms`` (ms
    since 1970) takes the place of the server's time, for tests that turn it.
    """

    on_loss: OnLoss = "local"
    timeout: float = 0.25
    ca_file: Path | None = None
    prefix: str = "switchgear"
    least_members: int = 1
    clock_ms: Callable[[], int] | None = None


_DEFAULTS: Final = StateOptions()


def _nobody(_event: object) -> None:
    """Hears no events."""


async def open_state(
    url: str, options: StateOptions = _DEFAULTS, *, publish: Callable[[object], None] = _nobody
) -> State:
    """The state at ``url``, connected but not started: ``memory:`` is this process's own, ``valkey://…`` is shared.

    ``publish`` is given the events StateLost and StateRecovered. Raises StateUnusable and ExtraMissing. A server that
    does not answer is no reason to with on_loss "local": the state begins as lost then.
    """
    try:
        address = valkey_address(url)
    except Mistake as mistake:
        raise StateUnusable(f"state.url {mistake.message}", hint=mistake.advice) from None
    if address is None:
        return MemoryState(options.clock_ms or epoch_ms)
    if importlib.util.find_spec("redis") is None:
        raise ExtraMissing('A Valkey needs the package redis: pip install "switchgear[valkey]"')
    from switchgear.state.valkey.link import Access  # noqa: PLC0415 - an optional engine
    from switchgear.state.valkey.state import ValkeyState  # noqa: PLC0415 - an optional engine

    ca_file = str(options.ca_file) if options.ca_file else None
    access = Access(options.timeout, address.tls, ca_file, address.username, address.password, address.db)
    state = ValkeyState(
        address,
        access,
        options.prefix,
        options.on_loss,
        publish,
        least_members=options.least_members,
        clock=options.clock_ms,
    )
    await state.open()
    return state
