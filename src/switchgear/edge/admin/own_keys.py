"""Who may give what to a key, and have which: an admin any but an owner's, everybody else their own and nothing beyond themselves.

A key can be no way to more than its maker has: rotating one shows its new secret. Nor is it a way to what is another's alone, as their
conversations are: only an owner, who can make a link for anybody, has the secret of a key that stands for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switchgear.access.keys import Key
from switchgear.access.roles import ADMIN, OWN, OWNER, whole
from switchgear.core.errors import Conflict, PermissionDenied
from switchgear.store.keys import Key as StoredKey

MOST_OWN: Final = 50
"""Keys that somebody may have who only makes their own: each is counted apart where limits hold for keys."""


def check_given(maker: Key, row: StoredKey, before: StoredKey | None = None) -> None:
    """Raise PermissionDenied for a key that ``maker`` may not make, or make of what it was ``before``, or have the secret of."""
    if ADMIN in maker.scopes:
        if OWNER in row.scopes:
            maker.require(OWNER)
        return
    _check_whose(maker, row)
    allowed = {_holding(before)} if before is not None else set()
    if _holding(row) not in allowed and (
        (row.team, row.limits) != (maker.team, maker.limits) or row.priority > maker.priority
    ):
        raise PermissionDenied(
            "A key of one's own has the team and the limits of its maker, and is no more urgent.",
            hint="Leave them out, or ask an admin.",
        )
    more = sorted(whole(row.scopes) - maker.scopes)
    if more:
        raise PermissionDenied(f'A key of one\'s own cannot have the scope "{more[0]}", which its maker has not.')
    for what, asked, held in (("model", row.models, maker.models), ("tool", row.tools, maker.tools)):
        beyond = _beyond(asked, held)
        if beyond:
            raise PermissionDenied(f'A key of one\'s own cannot have the {what} "{beyond}", which its maker has not.')
    same_end = before is not None and before.expires_at == row.expires_at
    if not same_end and maker.expires_at is not None and (row.expires_at is None or row.expires_at > maker.expires_at):
        raise PermissionDenied("A key of one's own ends no later than its maker.", hint="Give an earlier expires_at.")


def check_secret(maker: Key, row: StoredKey, before: StoredKey | None = None) -> None:
    """Raise PermissionDenied for a key that stands for somebody else, where ``maker`` gets its secret, or may have it of ``before``."""
    if not _stands_for_another(maker, row) or OWNER in maker.scopes:
        return
    if before is None or before.user != row.user or not _stands_for_another(maker, before):
        raise PermissionDenied(
            f'With this key its holder would be "{row.user}", conversations and all: only an owner makes one for others.',
            hint='Leave out the scopes "own" and "admin", or let them make it themselves.',
        )


def check_had(maker: Key, row: StoredKey) -> None:
    """Raise PermissionDenied for a key that ``maker`` may not end."""
    if ADMIN not in maker.scopes:
        _check_whose(maker, row)
    elif OWNER in row.scopes:
        maker.require(OWNER)


def check_number(maker: Key, there: Iterable[Key]) -> None:
    """Raise Conflict where somebody who makes their own keys has enough."""
    own = sum(key.user == maker.user and not key.console and not key.revoked for key in there)
    if ADMIN not in maker.scopes and own >= MOST_OWN:
        raise Conflict(f"You have {own} keys.", hint="Revoke one that you do not use any more.")


def _stands_for_another(maker: Key, row: StoredKey) -> bool:
    return row.user not in ("", maker.user) and OWN in whole(row.scopes)


def _check_whose(maker: Key, row: StoredKey) -> None:
    if not maker.user:
        raise PermissionDenied(
            "This key is nobody's, and has no keys of its own.", hint="Ask an admin for a key that names you."
        )
    if row.user != maker.user:
        raise PermissionDenied("This is not a key of yours.", hint="Only an admin changes keys of others.")


def _holding(row: StoredKey) -> tuple[object, ...]:
    return row.team, row.limits, row.priority


def _beyond(asked: Iterable[str], held: Iterable[str]) -> str:
    """A pattern that ``held`` has not, word by word; empty where there is none."""
    there = set(held)
    return "" if "*" in there else next((each for each in asked if each not in there), "")
