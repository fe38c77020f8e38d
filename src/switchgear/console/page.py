"""The console's one page: the built index.html with the reader's theme, and the rules a browser holds it to."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable
from html import escape
from typing import Final, NamedTuple

_HEAD: Final = '<html lang="en"'
_END_OF_HEAD: Final = "</head>"


class Sheet(NamedTuple):
    """A style sheet of a theme: its address on this server, and the media query it is for; every medium without one."""

    href: str
    media: str = ""


class Theme(NamedTuple):
    """What a page is shown in: the theme's name for ``data-theme``, and its style sheets."""

    name: str = "system"
    sheets: tuple[Sheet, ...] = ()


Themes = Callable[[str], Awaitable[Theme]]
"""The theme for the value of a reader's cookie, which is whatever a client has sent; for an unknown one the default."""


async def no_themes(_wanted: str) -> Theme:
    """The look the style sheet of the build has by itself."""
    return Theme()


class Page(NamedTuple):
    """``html`` and the content security policy it is sent with."""

    html: str
    policy: str


def dressed(built: str, version: str, theme: Theme) -> Page:
    """The page ``built`` in ``theme``.

    Its nonce is for the two style elements that React Aria makes (touch and overscroll rules): it reads it from the
    meta element, where no selector of a style sheet can see it (HTML, section 3.2.6.5 "Nonces").
    """
    nonce = base64.b64encode(secrets.token_bytes(16)).decode()
    links = "".join(
        f'<link rel="stylesheet" href="{escape(sheet.href)}"{f" media={_quoted(sheet.media)}" if sheet.media else ""}>'
        for sheet in theme.sheets
    )
    head = f'<meta property="csp-nonce" nonce="{nonce}"><meta name="switchgear-version" content="{escape(version)}">{links}'
    html = built.replace(_HEAD, f"{_HEAD} data-theme={_quoted(theme.name)}", 1).replace(
        _END_OF_HEAD, head + _END_OF_HEAD, 1
    )
    return Page(html, policy(f"'self' 'nonce-{nonce}'"))


def policy(styles: str) -> str:
    """A content security policy (CSP level 3): everything from here and nothing inline, but ``styles``."""
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        f"media-src 'self' data: blob:; manifest-src 'self'; style-src {styles}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'
