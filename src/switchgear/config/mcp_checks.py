"""Access tokens that could be for nobody, or come from anybody."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from switchgear.config.checks import Finding, is_loopback
from switchgear.config.problems import Place, path_text, quoted
from switchgear.config.schema import Settings


def mcp_findings(settings: Settings) -> Iterator[Finding]:
    """Tokens without an URL that they are for; authorization servers that are there twice, or reached without TLS."""
    oauth = settings.mcp.oauth
    if oauth is None:
        return
    if settings.server.public_url is None:
        yield Finding(
            ("mcp", "oauth"),
            "mcp.oauth needs the URL that access tokens are for.",
            'Set public_url = "https://…" under [server]: the gateway as clients reach it.',
        )
    asked = [index for index, each in enumerate(oauth.issuers) if each.introspection is not None]
    for index in asked[1:]:
        path: Place = ("mcp", "oauth", "issuers", index, "introspection")
        told = f"{path_text(path)} would have tokens of one authorization server shown to another: nobody sees whose they are."
        yield Finding(path, told, "Leave introspection to one of them.")
    seen: set[str] = set()
    for index, each in enumerate(oauth.issuers):
        path = ("mcp", "oauth", "issuers", index, "issuer")
        parts = urlsplit(each.issuer)
        if each.issuer in seen:
            yield Finding(
                path, f"{path_text(path)} = {quoted(each.issuer)} is there already.", "Leave one of them out."
            )
        elif parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            told = (
                f"{path_text(path)} = {quoted(each.issuer)} is reached without TLS, where anybody could answer for it."
            )
            yield Finding(path, told, "Use https://.")
        seen.add(each.issuer)
