"""The section [state] of the configuration file, and what its URL may be."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec
from pydantic import AfterValidator, Field

from switchgear.config.fields import PRIVATE, FilePath, Mistake, Section
from switchgear.config.references import parse_reference

_ADVICE: Final = (
    'Write "memory:", "valkey://host:6379/0", "valkeys://…" for TLS, or "valkey+cluster://host:6379,host:6379".'
)
_SCHEMES: Final = {
    "valkey": (False, False),
    "valkeys": (True, False),
    "valkey+cluster": (False, True),
    "valkeys+cluster": (True, True),
}
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_PORT: Final = 6379


class ValkeyAddress(msgspec.Struct, frozen=True):
    """Where a Valkey is, as its URL says. ``hosts`` are pairs of host and port; a cluster needs one of its nodes."""

    hosts: tuple[tuple[str, int], ...]
    tls: bool = False
    cluster: bool = False
    username: str | None = None
    password: str | None = None
    db: int = 0

    def __repr__(self) -> str:
        return f"ValkeyAddress({self.words})"

    @property
    def words(self) -> str:
        """The address in sentences, without user and password."""
        hosts = ", ".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"The Valkey cluster at {hosts}" if self.cluster else f"Valkey at {hosts}"


def valkey_address(url: str) -> ValkeyAddress | None:
    """What ``url`` says; None for ``memory:``. Raises Mistake, which never quotes the URL."""
    if url == "memory:":
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Mistake("is not a URL.", _ADVICE) from None
    if parts.scheme not in _SCHEMES or not url.startswith(f"{parts.scheme}://"):
        raise Mistake("is not a state we know.", _ADVICE)
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Mistake("is not a URL.", "Write special characters of a password as %XX.")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise Mistake("must not have a query or a fragment.", "Write # and ? of a password as %23 and %3F.")
    tls, cluster = _SCHEMES[parts.scheme]
    account, _, hosts = parts.netloc.rpartition("@")
    username, _, password = account.partition(":")
    found = tuple(_host(one) for one in hosts.split(","))
    if len(found) > 1 and not cluster:
        raise Mistake("names several hosts, which only a cluster has.", "Write valkey+cluster:// for a cluster.")
    db = parts.path.removeprefix("/")
    if db and not (db.isdigit() and len(db) <= 4):
        raise Mistake("must end in the number of a database, or nothing.", 'Write it like "valkey://host:6379/0".')
    if cluster and int(db or 0):
        raise Mistake("names a database, and a cluster has one alone.", "Leave the number out.")
    return ValkeyAddress(found, tls, cluster, unquote(username) or None, unquote(password) or None, int(db or 0))


def _host(text: str) -> tuple[str, int]:
    found = _HOST.match(text)
    rest = text[found.end() :] if found else ""
    if found is None or (rest and not rest.startswith(":")):
        raise Mistake("must name a host.", _ADVICE)
    port = rest[1:] if rest else str(_PORT)
    if not (port.isdigit() and len(port) <= 5 and 0 < int(port) <= 65535):
        raise Mistake("must have a port from 1 to 65535.", _ADVICE)
    return found.group().strip("[]"), int(port)


def check_state_url(text: str) -> str:
    """``text`` when it is the URL of a state we know; raises Mistake when it is not."""
    valkey_address(text)
    return text


def _state_url(text: str) -> str:
    parsed = parse_reference(text)
    if parsed is None:
        return check_state_url(text)
    if parsed.kind == "secret":
        raise Mistake("cannot be a secret of the store.", "Use env:NAME or file:PATH.")
    return text


StateURL = Annotated[str, AfterValidator(_state_url)]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]+$", max_length=64)]


class StateSettings(Section):
    """What several processes share: limits, breakers, cache, who runs. One process alone needs nothing here."""

    url: StateURL = Field(
        "memory:",
        description=(
            '"memory:" is this process\'s own; "valkey://user:password@host:6379/0" a Valkey server, "valkeys://…" one '
            'with TLS, "valkey+cluster://host:6379,host:6379" a cluster. More than one process needs a Valkey. '
            "A reference may stand here, for a URL with a password."
        ),
        repr=False,
        json_schema_extra=PRIVATE,
    )
    on_loss: Literal["local", "refuse"] = Field(
        "local",
        description=(
            'What happens while Valkey does not answer: "local" goes on, each process with its part of every limit; '
            '"refuse" answers calls under a limit with 503.'
        ),
    )
    timeout: float = Field(
        0.25, ge=0.01, le=10, description="Seconds without an answer after which Valkey counts as lost."
    )
    ca_file: FilePath | None = Field(
        None,
        description="PEM file of the certificate authorities to trust for valkeys://; the system's when left out.",
        examples=["tls/ca.pem"],
    )
    prefix: Prefix = Field(
        "switchgear", description="What every key in Valkey begins with; gateways of one prefix share everything."
    )
