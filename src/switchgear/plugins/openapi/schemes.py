"""How an API knows who calls: its security schemes, and the secrets that they need (OpenAPI 3.2, section 4.30)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from switchgear.core.structs import Frozen
from switchgear.plugins.openapi.loading import Tree
from switchgear.plugins.openapi.mistakes import Mistakes, Unusable, below
from switchgear.plugins.openapi.references import References

Kind = Literal["apiKey", "basic", "bearer", "client_credentials"]
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
MOST: Final = 50


class Scheme(Frozen, frozen=True):
    """One way of saying who calls. ``where`` and ``field`` are of an apiKey; ``token_url`` and ``scopes`` of client credentials.

    ``secrets`` are the names of what it needs.
    """

    name: str
    kind: Kind
    secrets: tuple[str, ...]
    description: str = ""
    where: Literal["header", "query", "cookie"] = "header"
    field: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()


Requirement = Mapping[str, tuple[str, ...]]
"""The schemes that together let somebody in, by name, each with the scopes that are needed. Empty: anybody."""


def read_schemes(given: object, references: References, mistakes: Mistakes) -> dict[str, Scheme]:
    """The schemes of a document that can be used; mistakes in the others are noted."""
    found: dict[str, Scheme] = {}
    for name, each in given.items() if isinstance(given, dict) else ():
        place = below("#/components/securitySchemes", name)
        if len(found) >= MOST or not name or len(name) > 200:
            mistakes.add(place, f"is not read: at most {MOST}, with names of at most 200 characters")
            continue
        try:
            node, at = references.followed(each, place)
            found[name] = _scheme(name, node, at, {secret for one in found.values() for secret in one.secrets})
        except Unusable as fault:
            mistakes.note(fault.mistake)
    return found


def _scheme(name: str, node: object, place: str, taken: set[str]) -> Scheme:
    if not isinstance(node, dict):
        raise Unusable(place, "is no object")
    kind = node.get("type")
    told = node.get("description")
    description = told[:1000] if isinstance(told, str) else ""

    def secrets(*parts: str) -> tuple[str, ...]:
        return tuple(_secret(name, part, taken) for part in parts)

    if kind == "apiKey":
        where, field = node.get("in"), node.get("name")
        if where not in ("header", "query", "cookie"):
            raise Unusable(below(place, "in"), "is none of header, query, cookie")
        if (
            not isinstance(field, str)
            or not 0 < len(field) <= 200
            or (where != "query" and not _TOKEN.fullmatch(field))
        ):
            raise Unusable(below(place, "name"), "is no name of what carries the key")
        return Scheme(name, "apiKey", secrets(""), description, where, field)
    if kind == "http":
        return _http(Scheme(name, "basic", secrets("username", "password"), description), node, place, secrets(""))
    if kind == "oauth2":
        return _oauth(
            Scheme(name, "bearer", secrets(""), description), node, place, secrets("client_id", "client_secret")
        )
    if kind == "openIdConnect":
        return Scheme(name, "bearer", secrets(""), description)
    raise Unusable(below(place, "type"), "is none of apiKey, http, oauth2, openIdConnect")


def _http(basic: Scheme, node: Tree, place: str, secrets: tuple[str, ...]) -> Scheme:
    how = node.get("scheme")
    how = how.lower() if isinstance(how, str) else ""
    if how == "basic":
        return basic
    if how == "bearer":
        return Scheme(basic.name, "bearer", secrets, basic.description)
    raise Unusable(below(place, "scheme"), "is neither basic nor bearer, which are the ones that can be used")


def _oauth(otherwise: Scheme, node: Tree, place: str, secrets: tuple[str, ...]) -> Scheme:
    """Tokens that we get ourselves where that needs no person; else one that somebody puts in."""
    flows = node.get("flows")
    flow = flows.get("clientCredentials") if isinstance(flows, dict) else None
    if not isinstance(flow, dict):
        return otherwise
    url, scopes = flow.get("tokenUrl"), flow.get("scopes")
    if not isinstance(url, str) or not url or len(url) > 2048:
        raise Unusable(below(place, "flows", "clientCredentials", "tokenUrl"), "is missing")
    named = (
        tuple(each for each in scopes if each.isascii() and each.isprintable() and " " not in each)
        if isinstance(scopes, dict)
        else ()
    )
    return Scheme(otherwise.name, "client_credentials", secrets, otherwise.description, token_url=url, scopes=named)


def _secret(scheme: str, part: str, taken: set[str]) -> str:
    """The name of a setting for a secret (declaration.SETTING), of no other scheme."""
    plain = _NOT_PLAIN.sub("_", scheme).strip("_") or "secret"
    whole = f"{plain[:40]}_{part}" if part else plain[:40]
    name, number = whole, 2
    while name in taken:
        name, number = f"{whole}_{number}", number + 1
    return name


def read_requirements(
    given: object, place: str, schemes: Mapping[str, Scheme], mistakes: Mistakes
) -> tuple[Requirement, ...]:
    """The ways in that can be used. Raises Unusable where there are ways, and none can."""
    if not isinstance(given, list):
        raise Unusable(place, "is no list")
    found: list[Requirement] = []
    for number, each in enumerate(given[:50]):
        at = below(place, number)
        if not isinstance(each, dict) or len(each) > MOST:
            mistakes.add(at, "is no object of a few schemes")
        elif missing := [name for name in each if name not in schemes]:
            mistakes.add(below(at, missing[0]), "is no security scheme that can be used")
        else:
            found.append({name: _scopes(scopes) for name, scopes in each.items()})
    if given and not found:
        raise Unusable(place, "names no way in that can be used")
    return tuple(found)


def _scopes(given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        return ()
    return tuple(
        each
        for each in given[:100]
        if isinstance(each, str) and each.isascii() and each.isprintable() and " " not in each
    )
