"""Sign-ins that could not come back, or that anybody could answer for."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from switchgear.config.checks import Finding, is_loopback
from switchgear.config.problems import quoted
from switchgear.config.schema import Settings


def sign_in_findings(settings: Settings) -> Iterator[Finding]:
    """An OpenID Connect server without TLS, or without a URL that it leads back to."""
    oidc = settings.sign_in.oidc
    if oidc is None:
        return
    parts = urlsplit(oidc.issuer)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        yield Finding(
            ("sign_in", "oidc", "issuer"),
            f"sign_in.oidc.issuer = {quoted(oidc.issuer)} is reached without TLS, where anybody could answer for it.",
            "Use https://.",
        )
    if settings.server.public_url is None and not is_loopback(settings.server.host):
        yield Finding(
            ("sign_in", "oidc"),
            "sign_in.oidc needs the URL that browsers come back to.",
            'Set public_url = "https://…" under [server]: the gateway as browsers reach it.',
        )
