"""Where an API is: the servers that a document names, and the one that is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import InvalidSettings
from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.mistakes import Mistakes, below

_VARIABLE: Final = re.compile(r"\{([^{}]{1,100})\}")
_LONGEST: Final = 2048


class Variable(Frozen, frozen=True):
    """A part of a server's URL that is chosen: what it is otherwise, and what it may be (anything, if nothing is named)."""

    default: str
    choices: tuple[str, ...] = ()


class Server(Frozen, frozen=True):
    """A server: a URL, perhaps relative to the document's, with variables in braces."""

    url: str
    variables: Mapping[str, Variable] = {}


def read_servers(given: object, place: str, mistakes: Mistakes) -> tuple[Server, ...]:
    """The servers in a list, those that can be used; mistakes in the others are noted."""
    if given is None:
        return ()
    if not isinstance(given, list):
        mistakes.add(place, "is no list")
        return ()
    found = []
    for number, each in enumerate(given[:100]):
        at = below(place, number)
        url = each.get("url") if isinstance(each, dict) else None
        if not isinstance(url, str) or len(url) > _LONGEST or not url.isprintable():
            mistakes.add(below(at, "url"), "is no URL")
            continue
        variables = {}
        given_variables = each.get("variables")
        for name in dict.fromkeys(_VARIABLE.findall(url)):
            one = given_variables.get(name) if isinstance(given_variables, dict) else None
            variables[name] = _variable(one, below(at, "variables", name), mistakes)
        found.append(Server(url, variables))
    return tuple(found)


def _variable(given: Any, place: str, mistakes: Mistakes) -> Variable:
    default = given.get("default") if isinstance(given, dict) else None
    if not isinstance(default, str | int | float) or isinstance(default, bool):
        mistakes.add(place, "has no default; it has to be filled in")
        default = ""
    choices = given.get("enum") if isinstance(given, dict) else None
    return Variable(
        str(default),
        tuple(str(each) for each in choices if isinstance(each, str | int)) if isinstance(choices, list) else (),
    )


def base_of(
    servers: tuple[Server, ...], given: str = "", document_url: str = "", variables: Mapping[str, str] | None = None
) -> str:
    """The URL that paths are put behind, without a slash at its end: what was ``given``, else the first server's.

    A relative one is resolved against ``document_url``. Raises InvalidSettings.
    """
    url = given or _filled(servers[0] if servers else Server("/"), variables or {})
    if document_url:
        url = resolved(document_url, url)
    parts = parts_of(url)
    if parts is None:
        raise InvalidSettings(
            f'"base_url": the API is at {quoted(url)}, which is no http:// or https:// URL with a host and no user name.',
            hint="Set base_url to where the API is.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def parts_of(url: str) -> SplitResult | None:
    """The parts of a URL that can be asked; None for one that cannot."""
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and parts.username is None
        )
    except ValueError:
        return None
    if (
        not usable
        or not url.isascii()
        or not url.isprintable()
        or set(url) & set(' *{}<>"\\^`|')
        or len(url) > _LONGEST
    ):
        return None
    return parts


def resolved(base: str, url: str) -> str:
    """A URL, against ``base`` where it is relative (RFC 3986 section 5); empty for one that makes no sense."""
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def port_of(parts: SplitResult) -> int:
    """The port of a URL, its scheme's where it names none."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def _filled(server: Server, values: Mapping[str, str]) -> str:
    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        variable = server.variables.get(name, Variable(""))
        value = values.get(name, variable.default)
        if variable.choices and value not in variable.choices:
            raise InvalidSettings(
                f'"server_variables": {name} = {quoted(value)} is not possible. {nearest(value, variable.choices)}'
            )
        if not value and name not in values:
            raise InvalidSettings(
                f'"server_variables": {name} is not filled in.', hint=f"Set it, as in {name}=VALUE, or base_url."
            )
        return value

    return _VARIABLE.sub(value_of, server.url)
