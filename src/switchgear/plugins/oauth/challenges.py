"""Challenges of HTTP authentication (RFC 9110 section 11.6.1): what a server that refuses us would accept."""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.structs import Frozen

_LONGEST: Final = 4096
_ITEM: Final = re.compile(
    r"""[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?""", re.ASCII
)
_ESCAPED: Final = re.compile(r"\\(.)")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
_MOST_SCOPES: Final = 100


class Challenge(Frozen, frozen=True):
    """What a bearer challenge says (RFC 6750 section 3, RFC 9728 section 5.1); empty where it says nothing."""

    error: str = ""
    scopes: tuple[str, ...] = ()
    resource_metadata: str = ""


def read_challenge(field: str) -> Challenge:
    """The bearer challenge in a WWW-Authenticate field, an empty one where there is none; what makes no sense is passed over."""
    told: dict[str, str] = {}
    bearer = False
    place = 0
    text = field[:_LONGEST]
    while (item := _ITEM.match(text, place)) is not None:
        place = item.end()
        name, quoted, plain = item.groups()
        if quoted is None and plain is None:
            if bearer:
                break  # the next challenge
            bearer = name.lower() == "bearer"
        elif bearer:
            told.setdefault(name.lower(), plain if quoted is None else _ESCAPED.sub(r"\1", quoted))
    return Challenge(told.get("error", ""), read_scopes(told.get("scope", "")), told.get("resource_metadata", ""))


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes in a list of them (RFC 6749 section 3.3), each once; what is no scope is left out."""
    return tuple(dict.fromkeys(each for each in text.split(" ") if _SCOPE.fullmatch(each)))[:_MOST_SCOPES]


def union(*several: tuple[str, ...]) -> tuple[str, ...]:
    """All scopes, each once, in the order in which they were asked for."""
    return tuple(dict.fromkeys(scope for each in several for scope in each))[:_MOST_SCOPES]
