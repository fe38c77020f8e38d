"""Rates as Anthropic's clients read them.

Source: https://platform.claude.com/docs/en/api/rate-limits#response-headers.
"""

from __future__ import annotations

import time

from switchgear.core.rates import Rates


def rate_headers(rates: Rates) -> bytes:
    """The ``anthropic-ratelimit-…`` lines; resets are moments in RFC 3339."""
    lines = b""
    for name, rate in ((b"requests", rates.requests), (b"tokens", rates.tokens)):
        if rate is not None:
            # Whole seconds, rounded up: who waits until then finds room.
            at = time.gmtime(-(-(rates.at_ms + rate.reset_ms) // 1000))
            moment = b"%04d-%02d-%02dT%02d:%02d:%02dZ" % at[:6]
            lines += b"anthropic-ratelimit-%b-limit: %d\r\nanthropic-ratelimit-%b-remaining: %d\r\n" % (
                name, rate.limit, name, rate.remaining,
            )  # fmt: skip
            lines += b"anthropic-ratelimit-%b-reset: %b\r\n" % (name, moment)
    return lines
