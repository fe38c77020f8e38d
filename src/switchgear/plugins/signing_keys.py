"""Private keys of publishers: ed25519 (RFC 8032), kept as PEM (PKCS 8) in a file of their owner's."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from switchgear.plugins.public_keys import LONGEST, PublicKey, short


class SigningKey:
    """A private key. It shows itself to nobody but ``write``."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def new(cls) -> SigningKey:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> SigningKey:
        """The key in a file (PEM, PKCS 8). Raises OSError, and ValueError with the end of a sentence that begins with the path."""
        with path.open("rb") as file:
            text = file.read(LONGEST)
        try:
            key = serialization.load_pem_private_key(text, None)
        except TypeError as error:
            raise ValueError("is encrypted with a passphrase, which is not supported") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ValueError("holds no private key in PEM") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("holds a key of another kind; ed25519 is taken")  # noqa: TRY004 - it is what was written that is wrong
        return cls(key)

    def write(self, path: Path) -> None:
        """Write it to a new file that its owner alone may read. Raises OSError; FileExistsError where there is one."""
        text = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - it is opened already
            file.write(text)
            file.flush()
            os.fsync(descriptor)

    def sign(self, message: bytes) -> bytes:
        """The signature of ``message``: 64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({short(self.public.id)}…)"
