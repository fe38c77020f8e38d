"""What a setting may be: the types of the configuration file, with the words for what is wrong with a value."""

from __future__ import annotations

import ipaddress
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from switchgear.config.references import REFERENCE_PATTERN, parse_reference

PROVIDER_NAME: Final = r"^[a-z0-9][a-z0-9_-]*$"
ALIAS_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_SETTINGS_OF_THEIR_OWN: Final = {
    "api_key": "api_key",
    "base_url": "base_url",
    "api_base": "base_url",
    "timeout": "timeouts",
}
_FRAMING = frozenset(
    {"connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|password|cookie|credential", re.IGNORECASE)
_SECRET_PARAM = re.compile(r"(^|_)(key|token|secret|password|credentials?)(_|$)", re.IGNORECASE)
_DAY: Final = 86_400.0
MIB: Final = 1024 * 1024


class Mistake(ValueError):
    """A value that cannot be: ``message`` follows its path ("must be …"), ``advice`` says what to do."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def _reference(text: str) -> str:
    if parse_reference(text) is not None:
        return text
    if text.startswith(("env:", "file:", "secret:")):
        raise Mistake("is not a valid reference.", 'Write "env:NAME", "file:PATH" or "secret:NAME".')
    raise Mistake(
        "must be a reference, not the secret itself.",
        'Write "env:NAME", "file:PATH" or "secret:NAME", and keep the secret there.',
    )


def _outer_reference(text: str) -> str:
    """A reference that can be resolved before the store is open."""
    if text.startswith("secret:"):
        raise Mistake(
            "cannot be a secret of the store, which it is needed to open.",
            "Use env:NAME or file:PATH.",
        )
    return text


def _web_url(text: str, *, credentials: bool = False) -> str:
    advice = 'Write it like "https://host/path".'
    if not text.isascii() or not text.isprintable() or " " in text:
        raise Mistake("is not a URL.", advice)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Mistake("is not a URL.", advice) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise Mistake("must be an http:// or https:// URL with a host.", advice)
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise Mistake("must not have a query or a fragment.", advice)
    if parts.username is not None and not credentials:
        raise Mistake("must not hold a user name or password.", "Use api_key, or a header with a reference.")
    return text.rstrip("/")


def _issuer(text: str) -> str:
    """The identifier of an authorization server, which is compared as it is written, a slash at its end included (RFC 8414 section 2)."""
    _web_url(text)
    return text


def _proxy(text: str) -> str:
    return text if text == "none" else _web_url(text, credentials=True)


def _store_url(text: str) -> str:
    if parse_reference(text) is not None:
        return _outer_reference(text)
    return check_store_url(text)


def check_store_url(text: str) -> str:
    """``text`` when it is the URL of a store we know; raises Mistake when it is not."""
    if text == "sqlite:":
        return text
    if text.startswith("sqlite:"):
        path = text.removeprefix("sqlite:")
        if path.startswith("/") and not path.startswith("//") and "\0" not in path:
            return text
        raise Mistake("must be sqlite: and an absolute path.", 'Write it like "sqlite:/var/lib/switchgear.db".')
    advice = 'Write "sqlite:", "sqlite:/path" or "postgresql://user@host/database".'
    try:
        parts = urlsplit(text)
        named = parts.scheme == "postgresql" and parts.port != 0 and len(parts.path) > 1
    except ValueError:
        raise Mistake("is not a URL.", advice) from None
    if not named:
        raise Mistake("is not a store we know.", advice)
    return text


def _path(path: Path, info: ValidationInfo) -> Path:
    if str(path) in {"", "."} or "\0" in str(path):
        raise Mistake("is not a path to a file.")
    folder = (info.context or {}).get("folder")
    try:
        path = path.expanduser()
    except RuntimeError:
        raise Mistake("has a home folder that cannot be found.") from None
    return path if folder is None else Path(folder) / path


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_%-]+", text):
        raise Mistake("is not a host name or an IP address.", 'Write it like "127.0.0.1", "0.0.0.0" or "::1".')
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    """Every header's name and value; a value that is secret by the look of its name must be a reference."""
    if len({name.lower() for name in headers}) < len(headers):
        raise Mistake("gives one header twice.", "Upper and lower case make no difference in a header's name.")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise Mistake("holds a name that is not one of an HTTP header.", "Use letters, digits and hyphens.")
        if name.lower() in _FRAMING:
            raise Mistake(f"must not set {name.lower()}.", "The gateway sets it itself.")
        if value.startswith(("env:", "file:", "secret:")):
            _reference(value)
            continue
        if _SECRET_HEADER.search(name):
            raise Mistake(
                f"must give {name} as a reference, not the secret itself.",
                'Write "env:NAME", "file:PATH" or "secret:NAME", and keep the secret there.',
            )
        if not value.isascii() or not value.replace("\t", " ").isprintable() or value != value.strip():
            raise Mistake(f"must give {name} as one line of ASCII text.")
    return headers


def _param(value: object) -> object:
    """A parameter: text, a number, true or false."""
    if isinstance(value, bool | int | float | str):
        return value
    raise Mistake("must be text, a number, or true or false.")


def _params(params: dict[str, bool | int | float | str]) -> dict[str, bool | int | float | str]:
    """Every parameter's name and value; a value that is secret by the look of its name must be a reference."""
    for name, value in params.items():
        if name in _SETTINGS_OF_THEIR_OWN:
            raise Mistake(f"must not hold {name}.", f"There is a setting for it: {_SETTINGS_OF_THEIR_OWN[name]}.")
        if not isinstance(value, str):
            continue
        if value.startswith(("env:", "file:", "secret:")):
            _reference(value)
        elif _SECRET_PARAM.search(name):
            raise Mistake(
                f"must give {name} as a reference, not the secret itself.",
                'Write "env:NAME", "file:PATH" or "secret:NAME", and keep the secret there.',
            )
    return params


def _day(value: object) -> object:
    """A date as TOML has them, or as text (ISO 8601), as JSON has them."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Mistake("is not a date.", "Write it like 2027-01-31.")


def _network(text: str) -> str:
    """A host name, an IP address or a network in CIDR notation."""
    try:
        return str(ipaddress.ip_network(text, strict=False)) if "/" in text else _host(text).lower()
    except ValueError as error:
        if isinstance(error, Mistake):
            raise
        raise Mistake("is not a network.", 'Write it like "10.1.0.0/16".') from None


Param = Annotated[bool | int | float | str, BeforeValidator(_param)]
Params = Annotated[dict[str, Param], AfterValidator(_params)]
Day = Annotated[date, BeforeValidator(_day)]
Network = Annotated[str, AfterValidator(_network)]
OuterReference = Annotated[str, AfterValidator(_reference), AfterValidator(_outer_reference)]
SecretReference = Annotated[str, AfterValidator(_reference), Field(json_schema_extra={"pattern": REFERENCE_PATTERN})]
WebURL = Annotated[str, AfterValidator(_web_url), Field(json_schema_extra={"format": "uri"})]
IssuerURL = Annotated[str, AfterValidator(_issuer), Field(json_schema_extra={"format": "uri"})]
ProxyURL = Annotated[str, AfterValidator(_proxy)]
StoreURL = Annotated[str, AfterValidator(_store_url)]
FilePath = Annotated[Path, Field(strict=False), AfterValidator(_path)]
Host = Annotated[str, AfterValidator(_host)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]
Seconds = Annotated[float, Field(gt=0, le=_DAY)]
ProviderName = Annotated[str, Field(pattern=PROVIDER_NAME, max_length=64)]
AliasName = Annotated[str, Field(pattern=ALIAS_NAME, max_length=128)]
Text = Annotated[str, Field(min_length=1, max_length=512)]

PRIVATE: Final[dict[str, Any]] = {"x-private": True}
"""Marks a field whose value may hold a secret: it is in no message, log or repr."""


class Section(BaseModel):
    """A table of the file: frozen, typed strictly, without unknown keys, and silent about values in its errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False, validate_default=False
    )
