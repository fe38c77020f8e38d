"""What clients keep for us and bring back, signed: any worker can read it, and nobody can make it up or change it.

Sessions of the older revisions (``Mcp-Session-Id``), what a client is to bring with its answers (``requestState``), ids of tasks.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final, Literal

import msgspec

from switchgear.core.structs import Frozen

Kind = Literal["session", "state", "task"]
LONGEST: Final = 6000
"""Characters of a token that is looked at."""
_MAC: Final = 18  # bytes: 144 bits, and no padding
_encode = msgspec.json.Encoder().encode


class ClientSession(Frozen, frozen=True):
    """A client that was greeted with ``initialize``: what was agreed, whose it is, until when (s since 1970), at which plugin's path.

    ``capabilities`` is the JSON object that it sent, or what of that is known if it was long.
    """

    id: str
    revision: str
    key: str
    until: int
    plugin: str
    capabilities: str


class Signer:
    """Signs with a key that only this gateway's workers have. ``pepper`` is the gateway's."""

    def __init__(self, pepper: bytes) -> None:
        self._key = hmac.digest(pepper, b"switchgear mcp tokens", sha256)

    def sign(self, kind: Kind, said: bytes) -> str:
        """``said`` as a token, readable to everybody who holds it: base64url without padding and a dot."""
        return f"{_text(said)}.{_text(self._mac(kind, said))}"

    def read(self, kind: Kind, token: str) -> bytes | None:
        """What a token says; None for one that was not made here."""
        said, dot, mac = token.rpartition(".")
        if not dot or len(token) > LONGEST:
            return None
        plain, given = _bytes(said), _bytes(mac)
        if plain is None or given is None or not hmac.compare_digest(given, self._mac(kind, plain)):
            return None
        return plain

    def _mac(self, kind: Kind, said: bytes) -> bytes:
        return hmac.digest(self._key, b"%b\0%b" % (kind.encode(), said), sha256)[:_MAC]


_session = msgspec.json.Decoder(ClientSession)


class Sessions:
    """Sessions as tokens: ten thousand of them take no memory."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def token(self, session: ClientSession) -> str:
        """What the client sends with all it says from now on."""
        return self._signer.sign("session", _encode(session))

    def read(self, token: str, key: str, plugin: str, now: float) -> ClientSession | None:
        """The session, if it is one of this key and path that has not ended by itself."""
        said = self._signer.read("session", token)
        if said is None:
            return None
        try:
            session = _session.decode(said)
        except msgspec.DecodeError:  # of another version of the gateway
            return None
        return session if session.key == key and session.plugin == plugin and session.until > now else None


class TaskIds:
    """Ids of tasks as clients know them: they name the plugin, and belong to the key that made the task."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def given(self, key: str, plugin: str, own: str) -> str:
        """The id for a client of a task that its plugin calls ``own``."""
        return self._signer.sign("task", _encode((plugin, own, key)))

    def read(self, key: str, given: str) -> tuple[str, str] | None:
        """The plugin and its own id; None for what is no task of this key."""
        said = self._signer.read("task", given)
        try:
            plugin, own, whose = msgspec.json.decode(said or b"null", type=tuple[str, str, str])
        except msgspec.DecodeError:
            return None
        return (plugin, own) if whose == key else None


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else None
    except (binascii.Error, ValueError):
        return None
