"""Keys: made once, kept as keyed hashes, looked up in memory on every call."""

from __future__ import annotations

import hmac
import re
import secrets
import string
from collections.abc import Collection, Iterable, Mapping
from fnmatch import translate
from hashlib import sha256
from typing import Final

from switchgear.access.roles import CALL, OWN, SCOPES_OF, whole
from switchgear.config.limits import UserSettings
from switchgear.core.errors import (
    ExpiredKey,
    MalformedKey,
    MissingKey,
    PermissionDenied,
    RevokedKey,
    SessionEnded,
    UnknownKey,
)
from switchgear.core.secrets import Secret
from switchgear.plugins.sight import Sight
from switchgear.store.keys import Key as StoredKey
from switchgear.store.sessions import Session

PREFIX: Final = "sk-sg-"
_SECRET_LENGTH: Final = 40  # of 62 characters: 238 bits
_ALPHABET: Final = string.ascii_letters + string.digits
_FORM = re.compile(rb"sk-sg-[0-9A-Za-z]{40}")
_REMEMBERED_MODELS: Final = 1024
_BLOCK: Final = 64
"""Bytes of a block of SHA-256."""

SESSION_PREFIX: Final = "ss-sg-"
"""How the token of a session begins."""

COOKIE: Final = "switchgear_session"
"""How the name of the cookie begins that a session is in."""

CLI_KEY_NAME: Final = "cli"
FIRST_START: Final = "first start"
"""Name and maker of the CLI's own key, by which it is told from others."""


def new_secret(prefix: str = PREFIX) -> Secret:
    """A new key, or token of a session, as the client will send it. It is shown once; only its hash is kept."""
    return Secret(prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH)))


def hash_secret(pepper: bytes, token: bytes) -> bytes:
    """The keyed hash (HMAC-SHA256) by which a key is stored and found."""
    return hmac.digest(pepper, token, "sha256")


class Key:
    """What a key may do, and whose it is. Made from its row; never changed.

    ``user`` is how the row's user is defined, if they are: a key of a user who is disabled opens nothing, and what sessions of a user
    open may do what the user's role says. ``session`` is the one that the request came with; a session has all else of its key.
    ``tools`` are patterns of plugins and their tools, ``sight`` what they let it see: nothing without the scope ``call``. ``tenant`` is who shares what is kept of answers: the key's team, or the key alone where it has none.
    """

    __slots__ = (
        "_known", "_pattern", "any_model", "console", "disabled", "expires_at", "id", "limits", "models", "name", "priority", "revoked",
        "scopes", "session", "sight", "team", "tenant", "tools", "user",
    )  # fmt: skip

    def __init__(self, row: StoredKey, user: UserSettings | None = None, session: Session | None = None) -> None:
        self.id = row.id
        self.name = row.name
        self.models = tuple(row.models)
        self.expires_at = row.expires_at
        self.revoked = row.revoked_at is not None
        self.team = row.team
        self.user = row.user
        self.console = row.console
        self.session = session
        self.disabled = user is not None and user.disabled
        scopes: Iterable[str] = row.scopes
        if row.console and row.user:
            self.disabled = user is None or user.disabled
            self.team = user.team if user is not None else ""
            scopes = SCOPES_OF[user.role] if user is not None else ()
        self.scopes = whole(scopes)
        self.priority = row.priority
        self.limits = row.limits
        self.tenant = f"team:{self.team}" if self.team else f"key:{row.id}"
        self.tools = tuple(row.tools)
        self.sight = Sight(self.tools if CALL in self.scopes else ())
        self.any_model = CALL in self.scopes and "*" in row.models
        patterns = self.models if CALL in self.scopes else ()
        self._pattern = re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")
        self._known: dict[str, bool] = {}

    def may_call(self, model: str) -> bool:
        """Whether the key's scope includes the model, by the name the client uses. Patterns are globs (``openai/*``)."""
        if self.any_model:
            return True
        allowed = self._known.get(model)
        if allowed is None:
            allowed = self._pattern.match(model) is not None
            if len(self._known) < _REMEMBERED_MODELS:
                self._known[model] = allowed
        return allowed

    @property
    def personal(self) -> bool:
        """Whether it stands for its user in what is theirs alone: conversations, preferences, sessions. One that only calls does not."""
        return self.user != "" and (self.console or OWN in self.scopes)

    def require(self, scope: str) -> None:
        """Raise PermissionDenied unless the key has ``scope``."""
        if scope in self.scopes:
            return
        raise PermissionDenied(f'This key does not have the scope "{scope}".')


class _KeyedHash:
    """``hash_secret`` of one pepper, begun once: the two hashes of RFC 2104 that the pepper goes into are copied, not made anew."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, pepper: bytes) -> None:
        block = (pepper if len(pepper) <= _BLOCK else sha256(pepper).digest()).ljust(_BLOCK, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def of(self, token: bytes) -> bytes:
        """The hash of ``token``."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(token)
        outer.update(inner.digest())
        return outer.digest()


class Keyring:
    """Every key by its hash. ``load`` replaces the whole ring at once; reading needs no lock.

    ``pepper`` keys the hashes: a copy of the database alone does not tell whether a guessed key is right. ``cookie`` is the name of the
    cookie that sessions are in. Browsers keep cookies by host and not by port: gateways on one host need names of their own, and
    processes of one gateway the same.
    """

    def __init__(self, pepper: bytes) -> None:
        self._hash = _KeyedHash(pepper)
        self.cookie = f"{COOKIE}_{hash_secret(pepper, b'name of the cookie')[:4].hex()}"
        self._by_hash: dict[bytes, tuple[Key, int | None]] = {}
        self._by_id: dict[str, Key] = {}

    @property
    def keys(self) -> Collection[Key]:
        """Every key there is, those that open nothing any more too."""
        return self._by_id.values()

    def load(
        self,
        rows: Iterable[StoredKey],
        sessions: Iterable[Session] = (),
        users: Mapping[str, UserSettings] | None = None,
    ) -> None:
        """Take ``rows`` as all keys there are, ``sessions`` as all that open one of them, and ``users`` as they are defined."""
        ring: dict[bytes, tuple[Key, int | None]] = {}
        by_id: dict[str, Key] = {}
        by_row: dict[str, StoredKey] = {}
        defined = users or {}
        for row in rows:
            by_row[row.id] = row
            key = by_id[row.id] = Key(row, defined.get(row.user))
            for secret in row.secrets:
                ring[secret.hash] = (key, secret.expires_at)
        for session in sessions:
            opened = by_row.get(session.key_id)
            if opened is not None:
                ring[session.hash] = (Key(opened, defined.get(opened.user), session), session.expires_at)
        self._by_hash, self._by_id = ring, by_id

    def known(self, key_id: str) -> Key | None:
        """The key with this id, whether it can still be used or not."""
        return self._by_id.get(key_id)

    def by_id(self, key_id: str, now: float) -> Key:
        """The key with this id at ``now``, for work that goes on when its request is over.

        Raises UnknownKey, RevokedKey or ExpiredKey.
        """
        key = self._by_id.get(key_id)
        if key is None:
            raise UnknownKey("The key does not exist any more.")
        return _usable(key, now)

    def authenticate(self, token: bytes, now: float) -> Key:
        """The key that ``token`` is, at ``now`` (seconds since the epoch).

        Raises MissingKey, MalformedKey, UnknownKey, RevokedKey, ExpiredKey or SessionEnded.
        """
        found = self._by_hash.get(self._hash.of(token))
        if found is None:
            raise self._refusal(token)
        key, secret_expires_at = found
        if key.session is not None:
            return _in_session(key, key.session, now)
        if secret_expires_at is not None and secret_expires_at <= now * 1000 and not key.revoked:
            raise ExpiredKey(f'This secret of the key "{key.name}" was replaced and its overlap is over.')
        return _usable(key, now)

    def _refusal(self, token: bytes) -> MissingKey | MalformedKey | UnknownKey | SessionEnded:
        if not token or token.lower() == b"bearer":
            return MissingKey("The request has no key.")
        if token.startswith(SESSION_PREFIX.encode()):
            return SessionEnded("You are signed out here.")
        if _FORM.fullmatch(token) is None:
            return MalformedKey("What was sent as a key is not one of this gateway's keys.")
        return UnknownKey("No such key exists here.")


def _in_session(key: Key, session: Session, now: float) -> Key:
    """The key, if its session goes on at ``now``. Raises SessionEnded."""
    if session.expires_at <= now * 1000:
        raise SessionEnded("The session is over.")
    try:
        return _usable(key, now)
    except (RevokedKey, ExpiredKey) as error:
        raise SessionEnded(f"The session is over: {error.message[0].lower()}{error.message[1:]}") from error


def _usable(key: Key, now: float) -> Key:
    """The key, if it can be used at ``now``. Raises RevokedKey or ExpiredKey."""
    if key.revoked:
        raise RevokedKey(f'The key "{key.name}" was revoked.')
    if key.disabled:
        raise RevokedKey(f'The user "{key.user}" cannot use this gateway any more.')
    if key.expires_at is not None and key.expires_at <= now * 1000:
        raise ExpiredKey(f'The key "{key.name}" has expired.')
    return key


def token_from(authorization: bytes, api_key: bytes) -> bytes:
    """The key in a request's ``authorization: Bearer`` (RFC 6750 section 2.1) or ``x-api-key`` field."""
    if authorization[:7].lower() == b"bearer ":
        return authorization[7:].strip()
    return (authorization or api_key).strip()
