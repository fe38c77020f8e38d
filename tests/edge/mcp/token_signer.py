"""Access tokens as an authorization server signs them, and as somebody else would."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.oauth_server import Answer, OAuthServer

NOW = 1_800_000_000.0
URL = "https://gateway.example"


class Signer:
    """A server's key, published under a name."""

    def __init__(self, name: str = "one", algorithm: str = "RS256", bits: int = 2048) -> None:
        self.name = name
        self.algorithm = algorithm
        self.private: Any
        if algorithm == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        elif algorithm.startswith("ES"):
            self.private = ec.generate_private_key(ec.SECP256R1())
        else:
            self.private = rsa.generate_private_key(65537, bits)

    @property
    def jwk(self) -> dict[str, Any]:
        made = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        return {**made, "kid": self.name, "use": "sig"}

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, claims: dict[str, Any], **header: Any) -> bytes:
        headers = {"typ": "at+jwt", "kid": self.name, **header}
        headers = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers).encode()


def claims_of(server: OAuthServer, **changes: Any) -> dict[str, Any]:
    usual = {
        "iss": server.issuer,
        "aud": f"{URL}/mcp",
        "sub": "ann",
        "client_id": "claude",
        "exp": int(NOW) + 300,
        "iat": int(NOW),
        "jti": "1",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def publish(server: OAuthServer, *signers: Signer, **more: Any) -> None:
    server.instead["/jwks"] = Answer(200, {"keys": [each.jwk | more for each in signers]})


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> bytes:
    parts = [{"alg": algorithm, "typ": "at+jwt"}, claims]
    return b".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in parts) + b"."
