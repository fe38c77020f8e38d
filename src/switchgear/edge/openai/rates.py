"""Rates as OpenAI's clients read them.

Source: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers.
"""

from __future__ import annotations

from switchgear.core.rates import Rates


def rate_headers(rates: Rates) -> bytes:
    """The ``x-ratelimit-…`` lines; resets are spans such as ``1s``, ``6m0s`` and ``250ms``."""
    lines = b""
    requests, tokens = rates.requests, rates.tokens
    if requests is not None:
        lines = (
            b"x-ratelimit-limit-requests: %d\r\nx-ratelimit-remaining-requests: %d\r\nx-ratelimit-reset-requests: %b\r\n"
            % (requests.limit, requests.remaining, span(requests.reset_ms))
        )
    if tokens is not None:
        lines += (
            b"x-ratelimit-limit-tokens: %d\r\nx-ratelimit-remaining-tokens: %d\r\nx-ratelimit-reset-tokens: %b\r\n"
            % (tokens.limit, tokens.remaining, span(tokens.reset_ms))
        )
    return lines


def span(ms: int) -> bytes:
    """A time in milliseconds as OpenAI writes it."""
    if ms < 1000:
        return b"%dms" % ms
    minutes, rest = divmod(ms, 60_000)
    seconds, thousandths = divmod(rest, 1000)
    told = b"%ds" % seconds if not thousandths else (b"%d.%03d" % (seconds, thousandths)).rstrip(b"0") + b"s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return b"%dh%dm%b" % (hours, minutes, told)
    return b"%dm%b" % (minutes, told) if minutes else told
