"""Signing in: sessions that open a key for a time, and the one-time links that begin some of them.

Whoever signs in with a key has that key in their session, with all that holds for it, for as long as it holds. A user has a key of the
console's own, which nobody can present: what it may do is what the user's role says at the time. So a limit of a key or a user holds in
all of their sessions together, and what ends a key or a user ends their sessions.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from switchgear.access.attempts import Attempts
from switchgear.access.keys import SESSION_PREFIX, Key, Keyring, hash_secret, new_secret
from switchgear.access.roles import ROLES, SCOPES_OF
from switchgear.config.limits import UserSettings
from switchgear.config.sign_in import Role, SignInSettings
from switchgear.core.errors import AuthenticationError, NotFound, SignInFailed, StoreUnavailable
from switchgear.core.ids import new_id
from switchgear.core.secrets import Secret
from switchgear.core.structs import Frozen
from switchgear.store.keys import Key as StoredKey
from switchgear.store.sessions import Session
from switchgear.store.sign_in_links import SignInLink
from switchgear.store.store import Store

_DAY: Final = 86_400_000
_MINUTE: Final = 60_000
_SELDOM: Final = 20
"""A session is written again when a twentieth of its idle time has passed: not at each request."""
_LONGEST_AGENT: Final = 200
_LINK_BYTES: Final = 16
_NOBODY: Final = "nobody"
"""What a user was before who came with the role that a server gave."""
MOST_SESSIONS: Final = 100
"""Sessions that open one key; with one more the oldest ends. Every process has all of them in memory."""


class Browser(Frozen, frozen=True):
    """Where somebody signs in from, as far as they tell."""

    ip: str = ""
    agent: str = ""


class Opened(Frozen, frozen=True):
    """A session that began: ``token`` goes into the cookie."""

    token: Secret
    session: Session
    key: Key


class Link(Frozen, frozen=True):
    """A one-time link. ``expires_at`` is milliseconds since the epoch."""

    token: Secret
    expires_at: int


class Newcomer(Frozen, frozen=True):
    """A user whom somebody vouches for. ``subject`` is who they are there, ``role`` what that gives them here, if anything; ``otherwise`` what
    they are if nobody here knows them, None for somebody who is not let in then.
    """

    user: str
    subject: str
    role: Role | None
    otherwise: Role | None
    team: str = ""


class SignIn:
    """Begins and ends sessions. ``settings`` and ``users`` give those that hold now; ``refresh`` makes changes known everywhere.

    Every method raises StoreUnavailable.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        pepper: bytes,
        attempts: Attempts,
        settings: Callable[[], SignInSettings],
        users: Callable[[], Mapping[str, UserSettings]],
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._pepper = pepper
        self.attempts = attempts
        self._settings = settings
        self._users = users
        self._refresh = refresh

    async def with_key(self, key: str, browser: Browser) -> Opened:
        """Begin a session that opens ``key``. Raises SignInFailed, TooManyAttempts."""
        async with self.attempts.one(browser.ip):
            try:
                found = self._keyring.authenticate(key.strip().encode(), time.time())
            except AuthenticationError as error:
                raise SignInFailed(error.message, hint="Check the key, or sign in another way.") from error
            if found.session is not None:
                raise SignInFailed("What was sent is no key.", hint="Check the key, or sign in another way.")
        return await self._begun(found.id, found.user, "key", browser)

    async def with_link(self, link: str, browser: Browser) -> Opened:
        """Begin the session that a one-time link is for; it is used up. Raises SignInFailed, TooManyAttempts."""
        async with self.attempts.one(browser.ip):
            hashed = hash_secret(self._pepper, b"link " + link.strip().encode())
            found = await self._store.sign_in_links.take(hashed, _now())
            if found is None:
                raise SignInFailed("This link was used already, or is too old.")
            if found.user:
                return await self.as_user(found.user, "link", browser)
        role = next(each for each in ROLES if each == found.role)
        key_id = await self._console_key("", role)
        return await self._begun(key_id, "", "link", browser)

    async def as_user(self, user: str, by: str, browser: Browser) -> Opened:
        """Begin a session of a user whom somebody vouches for. Raises SignInFailed for one who is unknown or disabled."""
        defined = self._users().get(user)
        if defined is None or defined.disabled:
            raise SignInFailed(f'The user "{user}" may not sign in here.', hint="Ask an admin of this gateway.")
        return await self._begun(await self._console_key(user, None), user, by, browser)

    async def vouched_for(self, who: Newcomer, browser: Browser) -> Opened:
        """Begin a session of a user whom an OpenID Connect server vouches for; who is new is defined by it. Raises SignInFailed."""
        known = self._users().get(who.user)
        if known is None and who.role is None and who.otherwise is None:
            raise SignInFailed(f'The user "{who.user}" is not known here.', param="refused")
        if known is not None and known.subject not in (None, who.subject):
            raise SignInFailed(f'Somebody else has the name "{who.user}" here.', param="refused")
        if known is not None and known.disabled:
            raise SignInFailed(f'The user "{who.user}" may not sign in here.', param="refused")
        stored = {row.name: row.content for row in await self._store.users.all()}
        if known is None or who.user in stored:
            after = _entry(who, stored.get(who.user))
            gone = who.role is None and who.otherwise is None and after.get("role_before") == _NOBODY
            if gone:
                await self._store.sessions.end_of_user(who.user)
            if gone or after != stored.get(who.user):
                await self._store.users.put(who.user, after)
                await self._refresh()
            if gone:
                raise SignInFailed(f'The user "{who.user}" is not known here any more.', param="refused")
        return await self.as_user(who.user, "oidc", browser)

    async def make_link(self, user: str, role: Role, by: str) -> Link:
        """A link that signs in ``user``, or whoever has it as ``role`` where that is empty. ``by`` is who makes it."""
        if user and user not in self._users():
            raise NotFound(f'There is no user "{user}".', hint=f"Define them first: switchgear users set {user}")
        token = secrets.token_hex(_LINK_BYTES)
        now = _now()
        until = now + int(self._settings().link_minutes * _MINUTE)
        hashed = hash_secret(self._pepper, b"link " + token.encode())
        await self._store.sign_in_links.add(SignInLink(hashed, user, "" if user else role, now, until, by))
        return Link(Secret(token), until)

    async def keep_alive(self, key: Key) -> None:
        """Prolong the session that ``key`` came with, if it is used after a while; not while the store is away, and that is no trouble."""
        session = key.session
        if session is None:
            return
        settings, now = self._settings(), _now()
        idle = int(settings.idle_days * _DAY)
        until = min(now + idle, session.created_at + int(settings.absolute_days * _DAY))
        if until - session.expires_at > min(idle // _SELDOM, _DAY):
            with suppress(StoreUnavailable):
                await self._store.sessions.prolong(session.id, until)
                await self._refresh()

    async def mine(self, key: Key) -> list[Session]:
        """The sessions that go on of whoever has ``key``, newest first."""
        return [one for one in await self.everybodys() if _is_of(one, key)]

    async def everybodys(self) -> list[Session]:
        """Every session that goes on, newest first."""
        now = _now()
        on = [one for one in await self._store.sessions.all() if one.expires_at > now]
        return sorted(on, key=lambda one: (one.created_at, one.id), reverse=True)

    async def end(self, session_id: str, key: Key) -> None:
        """End one of those of whoever has ``key``. Raises NotFound."""
        if all(one.id != session_id for one in await self.mine(key)):
            raise NotFound(f'None of your sessions has the id "{session_id[:64]}".', hint="GET /api/me/sessions.")
        await self.end_any(session_id)

    async def end_any(self, session_id: str) -> None:
        """End a session, whosever it is."""
        await self._store.sessions.end(session_id)
        await self._refresh()

    async def _begun(self, key_id: str, user: str, by: str, browser: Browser) -> Opened:
        settings, now = self._settings(), _now()
        token = new_secret(SESSION_PREFIX)
        life = int(min(settings.idle_days, settings.absolute_days) * _DAY)
        session = Session(
            id=new_id("ses"),
            hash=hash_secret(self._pepper, token.reveal().encode()),
            key_id=key_id,
            user=user,
            by=by,
            created_at=now,
            expires_at=now + life,
            ip=browser.ip,
            agent=browser.agent[:_LONGEST_AGENT],
        )
        await self._store.sessions.add(session)
        of_key = [one for one in await self._store.sessions.all() if one.key_id == key_id and one.id != session.id]
        for one in of_key[: max(0, len(of_key) + 1 - MOST_SESSIONS)]:
            await self._store.sessions.end(one.id)
        await self._refresh()
        return Opened(token, session, self._keyring.authenticate(token.reveal().encode(), time.time()))

    async def _console_key(self, user: str, role: Role | None) -> str:
        """The id of the key that sessions of ``user``, or of ``role`` without a name, open. It is always the same."""
        whose = f"user:{user}" if user else f"role:{role}"
        key_id = f"key_{hashlib.sha256(whose.encode()).hexdigest()[:20]}"
        if self._keyring.known(key_id) is None:
            row = StoredKey(
                id=key_id,
                name=f"console of {user}" if user else f"console ({role})",
                models=("*",),
                scopes=SCOPES_OF[role] if role is not None else (),  # a user's are those of their role at the time
                created_at=_now(),
                expires_at=None,
                revoked_at=None,
                created_by="console",
                secrets=(),
                user=user,
                console=True,
            )
            await self._store.keys.console(row)
        return key_id


def _entry(who: Newcomer, held: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is kept of a user whom a server vouches for, of whom ``held`` was kept.

    The role that it gives holds as long as it gives one. Then the one from before holds again; who came with it is as who is new.
    """
    fresh: dict[str, Any] = {"role": who.otherwise or "viewer"} | ({"team": who.team} if who.team else {})
    after = {**(held or fresh), "subject": who.subject}
    if who.role is not None:
        after.setdefault("role_before", held.get("role", "viewer") if held is not None else _NOBODY)
        after["role"] = who.role
    elif after.get("role_before") == _NOBODY:
        after["role"] = who.otherwise or "viewer"
    elif "role_before" in after:
        after["role"] = after.pop("role_before")
    return after


def _is_of(session: Session, key: Key) -> bool:
    return session.key_id == key.id or (key.personal and session.user == key.user)


def _now() -> int:
    return time.time_ns() // 1_000_000
