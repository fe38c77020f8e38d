"""Public keys of publishers: ed25519 (RFC 8032), told by the sha256 of the key, written as one line or as PEM (RFC 8410)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from switchgear.core.structs import Frozen

PREFIX: Final = "ed25519:"
LONGEST: Final = 16_384
"""Characters of a file with a key."""
_PEM: Final = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
_INFO: Final = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes in the DER of an ed25519 key (RFC 8410, section 4), which has one form only."""
_SHORT: Final = 16


class PublicKey(Frozen, frozen=True):
    """A public key: 32 bytes."""

    raw: bytes

    @property
    def id(self) -> str:
        """The sha256 of the key, in hex."""
        return hashlib.sha256(self.raw).hexdigest()

    def __str__(self) -> str:
        return PREFIX + base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the owner of the key signed ``message`` so."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - cryptography is slow to import
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_public(text: str) -> PublicKey:
    """The public key in ``text``: ``ed25519:…``, what may stand behind it left aside, or PEM.

    Raises ValueError with what is wrong, as the end of a sentence that begins with the text.
    """
    if len(text) > LONGEST:
        raise ValueError("is too long for a key")
    if "-----BEGIN" in text:
        return _from_pem(text)
    written = text.split(maxsplit=1)[:1]
    encoded = written[0].removeprefix(PREFIX) if written and written[0].startswith(PREFIX) else ""
    raw = _decoded(encoded + "=" * (-len(encoded) % 4), b"-_", f"is no public key; one begins with {PREFIX}")
    if len(raw) != 32:
        raise ValueError(f"is no public key; one begins with {PREFIX} and has 43 characters behind it")
    return PublicKey(raw)


def short(key_id: str) -> str:
    """An id as people compare it: its first 16 digits in groups of four."""
    return " ".join(key_id[at : at + 4] for at in range(0, min(len(key_id), _SHORT), 4))


def _from_pem(text: str) -> PublicKey:
    if "PRIVATE KEY" in text:
        raise ValueError("is a private key, which nobody else should see; give the public one")
    body = text.strip()
    if not (body.startswith(_PEM[0]) and body.endswith(_PEM[1])):
        raise ValueError("is no public key in PEM")
    body = "".join(body.removeprefix(_PEM[0]).removesuffix(_PEM[1]).split())
    der = _decoded(body, b"+/", "is no public key in PEM")
    if len(der) != len(_INFO) + 32 or not der.startswith(_INFO):
        raise ValueError("is a public key of another kind; ed25519 is taken")
    return PublicKey(der[len(_INFO) :])


def _decoded(text: str, signs: bytes, otherwise: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=signs, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(otherwise) from error
