"""Encryption at rest: AES-256-GCM under a key derived by HKDF-SHA256 from the installation's secret (RFC 5869)."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12


class Sealer:
    """Seals values under names. A sealed value is one version byte, 12 of nonce, the ciphertext and its tag."""

    def __init__(self, secret: bytes) -> None:
        derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"switchgear store secrets 1")
        self._cipher = AESGCM(derive.derive(secret))

    def seal(self, name: str, value: str) -> bytes:
        """``value`` encrypted so that it opens under ``name`` only."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, value.encode(), name.encode())

    def open(self, name: str, sealed: bytes) -> str | None:
        """The value that was sealed under ``name``; None when the secret or name is another, or bytes changed."""
        if sealed[:1] != _VERSION:
            return None
        try:
            return self._cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], name.encode()).decode()
        except (InvalidTag, ValueError):
            return None


def fingerprint(secret: bytes) -> str:
    """Tells two secrets apart and says nothing else of them: an HMAC of a constant, in hex."""
    return hmac.new(secret, b"switchgear backup fingerprint 1", hashlib.sha256).hexdigest()
