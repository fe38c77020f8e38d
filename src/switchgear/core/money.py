"""Money: US dollars as whole nano-dollars (1e-9 USD), exact in sums."""

from __future__ import annotations

from typing import Final

NANO: Final = 1_000_000_000
"""Nano-dollars in a dollar."""


def nano_dollars(usd: float) -> int:
    """An amount in dollars as it is counted."""
    return round(usd * NANO)


def shown(nano: int) -> str:
    """An amount for people: at least cents, at most millionths (``$0.05``, ``$12.345678``)."""
    cents = f"{nano / NANO:.6f}"
    whole, _, fraction = cents.partition(".")
    return f"${whole}.{fraction.rstrip('0').ljust(2, '0')}"
