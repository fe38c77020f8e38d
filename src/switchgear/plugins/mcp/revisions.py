"""The revisions of the Model Context Protocol that are spoken."""

from __future__ import annotations

from typing import Final

MODERN: Final = "2026-07-28"
"""Without a handshake and without a session: each request says all that it needs."""
HANDSHAKE: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Those with ``initialize``, oldest first."""
OFFERED: Final = HANDSHAKE[-1]
"""What a handshake begins with."""
