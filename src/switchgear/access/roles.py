"""What may be done, in words: scopes, which keys have, and roles, which people have. The one table of roles stands here.

Which scope a request of the admin API takes is the other table: ``edge/admin/security.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from switchgear.config.sign_in import Role

CALL: Final = "call"
"""Call models and tools."""
ADMIN_READ: Final = "admin:read"
"""Look at everything that the admin API shows."""
OWN: Final = "own"
"""Have keys and conversations of one's own."""
ADMIN: Final = "admin"
"""Change everything but who may what."""
OWNER: Final = "owner"
"""Say who may what: roles, who signs in, whose plugins are trusted."""

SCOPES: Final = (CALL, ADMIN_READ, OWN, ADMIN, OWNER)

SCOPES_OF: Final[dict[Role, tuple[str, ...]]] = {
    "viewer": (ADMIN_READ,),
    "developer": (CALL, ADMIN_READ, OWN),
    "admin": (CALL, ADMIN_READ, OWN, ADMIN),
    "owner": (CALL, ADMIN_READ, OWN, ADMIN, OWNER),
}
"""The scopes of a role, least role first."""

_INCLUDED: Final[dict[str, tuple[str, ...]]] = {ADMIN: (ADMIN_READ, OWN), OWNER: (ADMIN, ADMIN_READ, OWN)}
"""Scopes that go with another one."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)


def whole(scopes: Iterable[str]) -> frozenset[str]:
    """``scopes`` with those that they include."""
    given = tuple(scopes)
    return frozenset(given).union(*(_INCLUDED.get(scope, ()) for scope in given))


def role_of(scopes: frozenset[str]) -> Role | None:
    """The highest role whose right over the admin API these whole scopes have; None where they have none.

    A key that calls nothing may be an admin all the same: ``call`` is not looked at.
    """
    found: Role | None = None
    for role in ROLES:
        if scopes.issuperset(set(SCOPES_OF[role]) - {CALL}):
            found = role
    return found


def highest(roles: Iterable[Role]) -> Role | None:
    """The one of them that may most; None of none."""
    return max(roles, key=ROLES.index, default=None)
