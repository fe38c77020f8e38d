"""Requests signed for Amazon Web Services (Signature Version 4).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from switchgear.core.secrets import Secret

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


class AmazonKeys(msgspec.Struct, frozen=True):
    """Credentials of an account: an access key, and a session's token where they are temporary."""

    access_key: str
    secret_key: Secret
    session_token: Secret | None = None


class AmazonSigner:
    """Signs requests to one service in one region. The key that signs is derived once a day."""

    def __init__(self, keys: AmazonKeys, region: str, service: str) -> None:
        self._keys = keys
        self._region = region
        self._service = service
        self._day = ""
        self._key = b""

    def sign(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None, at: datetime | None = None
    ) -> dict[str, str]:
        """The headers that sign a POST of ``body`` to ``url``, ``headers`` (lower-case names) among what is signed.

        ``at`` is now when left out. The path of ``url`` is encoded as it is sent.
        """
        moment = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        parts = urlsplit(url)
        added = {"x-amz-date": moment}
        if self._keys.session_token:
            added["x-amz-security-token"] = self._keys.session_token.reveal()
        signed = sorted({"host": parts.netloc, **(headers or {}), **added}.items())
        names = ";".join(name for name, _ in signed)
        fields = "".join(f"{name}:{value.strip()}\n" for name, value in signed)
        digest = hashlib.sha256(body).hexdigest()
        # every service but S3 signs the path encoded a second time
        canonical = f"POST\n{quote(parts.path or '/', safe='/-_.~')}\n{parts.query}\n{fields}\n{names}\n{digest}"
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self._key_of(moment[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
        credential = f"{self._keys.access_key}/{scope}"
        added["authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        return added

    def _key_of(self, day: str) -> bytes:
        if day != self._day:
            key = f"AWS4{self._keys.secret_key.reveal()}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day, self._key = day, key
        return self._key
