"""``/mcp`` as the configuration file has it: whose access tokens are taken there, beside the gateway's own keys."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from switchgear.config.fields import IssuerURL, Mistake, SecretReference, Section, Text, WebURL

_SCOPE: Final = r"^[\x21\x23-\x5b\x5d-\x7e]+$"
_Scope = Annotated[str, Field(pattern=_SCOPE, max_length=256)]
_Texts = Annotated[tuple[Text, ...], Field(strict=False, max_length=100)]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
USUAL_ALGORITHMS: Final[tuple[Algorithm, ...]] = ("RS256", "PS256", "ES256", "ES384", "EdDSA")


class TokenKeySettings(Section):
    """Whose tokens stand for a key. All that is said has to fit."""

    key: Text = Field(
        description="The key of the gateway, by its name or id, whose tools and limits hold.", examples=["engineers"]
    )
    subject: Text | None = Field(None, description="Pattern of the token's sub.", examples=["svc-*"])
    client: Text | None = Field(None, description="Pattern of its client_id.", examples=["claude-*"])
    group: Text | None = Field(None, description="Pattern of one of its groups.", examples=["engineering"])


class IntrospectionSettings(Section):
    """Asking the authorization server what a token is, where tokens are opaque (RFC 7662)."""

    client_id: Text = Field(description="The client that the gateway is there.", examples=["switchgear"])
    client_secret: SecretReference = Field(description="Its secret.", examples=["env:MCP_CLIENT_SECRET"], repr=False)
    url: WebURL | None = Field(None, description="Where to ask; as the server's metadata says when left out.")
    cache: float = Field(
        30.0, ge=0, le=300, description="Seconds for which an answer holds, and a revoked token still opens."
    )


class IssuerSettings(Section):
    """An authorization server whose access tokens are taken at /mcp."""

    issuer: IssuerURL = Field(
        description="Its issuer identifier, exactly as its metadata and tokens have it.",
        examples=["https://login.example.com"],
    )
    audiences: _Texts = Field(
        (),
        description="What tokens have to be for; the URL of /mcp, of what lies below it, or public_url, when left out.",
        examples=[["https://gateway.example.com/mcp"]],
    )
    algorithms: Annotated[tuple[Algorithm, ...], Field(strict=False, min_length=1)] = Field(
        USUAL_ALGORITHMS, description="Signatures that are accepted."
    )
    jwks_url: WebURL | None = Field(
        None,
        description="Where its keys are; as its metadata says when left out.",
        examples=["https://login.example.com/jwks"],
    )
    any_type: bool = Field(
        False,
        description="Take tokens whose typ is not at+jwt (RFC 9068), as some servers make them. Their audience alone tells them from others then.",
    )
    key_claim: Text | None = Field(
        None, description="A claim that names the key, which comes before keys.", examples=["switchgear_key"]
    )
    groups_claim: Text = Field("groups", description="The claim with groups: a list, or words with spaces between.")
    keys: Annotated[tuple[TokenKeySettings, ...], Field(strict=False, max_length=1000)] = Field(
        (),
        description="Which key tokens stand for; the first entry that fits counts, and a token that none fits opens nothing.",
        examples=[[{"group": "engineering", "key": "engineers"}, {"key": "everybody"}]],
    )
    introspection: IntrospectionSettings | None = Field(
        None,
        description="Asks for every token that is no JWT; such are not taken when left out.",
        examples=[{"client_id": "switchgear", "client_secret": "env:MCP_CLIENT_SECRET"}],
    )

    @model_validator(mode="after")
    def _mapped(self) -> IssuerSettings:
        if not self.keys and self.key_claim is None:
            raise Mistake("says of no token which key it stands for.", 'Add keys = [{ key = "NAME" }], or key_claim.')
        return self


class McpOAuthSettings(Section):
    """/mcp as an OAuth 2.1 protected resource. It takes server.public_url, which tokens are for."""

    issuers: Annotated[tuple[IssuerSettings, ...], Field(strict=False, min_length=1, max_length=20)] = Field(
        description="Authorization servers whose access tokens are taken.",
        examples=[[{"issuer": "https://login.example.com", "keys": [{"key": "everybody"}]}]],
    )
    scopes: Annotated[tuple[_Scope, ...], Field(strict=False, max_length=100)] = Field(
        (), description="Scopes that a token has to have; clients are told of them.", examples=[["mcp"]]
    )
    clock_skew: float = Field(30.0, ge=0, le=300, description="Seconds that the clocks of servers may be apart.")


class McpSettings(Section):
    """The endpoint /mcp."""

    oauth: McpOAuthSettings | None = Field(
        None,
        description="Access tokens that are taken beside the gateway's keys; none when left out.",
        examples=[{"issuers": [{"issuer": "https://login.example.com", "keys": [{"key": "everybody"}]}]}],
    )
