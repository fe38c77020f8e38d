"""How what is to be installed is named, everywhere the same.

    FOLDER                  an unpacked bundle                     registry:NAME[@VERSION]   an entry of the MCP registry
    FILE.mcpb, FILE.dxt     a bundle                               FILE.json                 a server.json of one's own
    pypi:NAME[EXTRAS][==V]  a Python package with an MCP server    https://HOST/…            a remote MCP server
    npm:NAME[@V]            a Node package with one                https://HOST/….mcpb       a bundle to download

Nothing is looked at while this is read: neither the disk nor the network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import SplitResult, urlsplit

from switchgear.config.problems import nearest, quoted
from switchgear.core.errors import InvalidSource
from switchgear.core.structs import Frozen
from switchgear.plugins.targets import never_dialled
from switchgear.providers import guard

SourceKind = Literal["folder", "file", "document", "pypi", "npm", "remote", "download", "registry"]
_LONGEST: Final = 2048
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_PYTHON: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)"
    r"(?P<extras>\[[A-Za-z0-9._-]+(?:,[A-Za-z0-9._-]+)*\])?"
    r"(?:==(?P<version>[0-9][A-Za-z0-9.!+_-]{0,99}))?"
)
"""PEP 508's names, and a version of PEP 440 but no range: what is installed is one version."""
_NODE: Final = re.compile(
    r"(?P<name>(?:@[a-z0-9][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*)(?:@(?P<version>[A-Za-z0-9][A-Za-z0-9.+_-]{0,99}))?"
)
"""Names of npm's registry (https://docs.npmjs.com/cli/configuring-npm/package-json#name); a version, or a tag such as ``latest``.

A name that begins with a hyphen would be an option to npm."""
_REGISTRY: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/[A-Za-z0-9._-]+)(?:@(?P<version>[A-Za-z0-9][A-Za-z0-9.+_-]{0,253}))?"
)
"""Names of the MCP registry: a domain backwards, and a name in it."""
_BUNDLES: Final = (".mcpb", ".dxt")


class Source(Frozen, frozen=True):
    """``name`` is a path, a package's name with its extras, an entry's name, or a URL; ``version`` is empty where any will do.

    ``str`` of it is its own form, which reads as the same source.
    """

    kind: SourceKind
    name: str
    version: str = ""

    def __str__(self) -> str:
        if self.kind == "pypi":
            return f"pypi:{self.name}" + (f"=={self.version}" if self.version else "")
        if self.kind in {"npm", "registry"}:
            return f"{self.kind}:{self.name}" + (f"@{self.version}" if self.version else "")
        return self.name


def parse_source(text: str) -> Source:
    """What ``text`` names. Raises InvalidSource with what is wrong with it; a password in a URL is not repeated."""
    text = text.strip()
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise InvalidSource("The source is empty, too long, or has characters that cannot be shown.")
    found = _SCHEME.fullmatch(text)
    if found is None or text.startswith(("./", "../", "/", "~")):
        return _path(text)
    scheme, rest = found[1].lower(), found[2]
    reader = _READERS.get(scheme)
    if reader is not None:
        return reader(rest)
    if scheme in {"http", "https"}:
        return _url(f"{scheme}:{rest}")
    raise InvalidSource(_unknown(scheme))


def _path(text: str) -> Source:
    lower = text.lower()
    if "\0" in text:
        raise InvalidSource("The path has a null character.")
    if lower.endswith(_BUNDLES):
        return Source("file", text)
    return Source("document" if lower.endswith(".json") else "folder", text)


def _python(rest: str) -> Source:
    found = _PYTHON.fullmatch(rest)
    if found is None:
        raise InvalidSource(
            f"{quoted(f'pypi:{rest}'[:200])} is no Python package; write pypi:NAME or pypi:NAME==1.2.3, one version and no range."
        )
    return Source("pypi", found["name"] + (found["extras"] or ""), found["version"] or "")


def _node(rest: str) -> Source:
    found = _NODE.fullmatch(rest)
    if found is None or len(found["name"]) > 214 or ".." in found["name"]:
        raise InvalidSource(
            f"{quoted(f'npm:{rest}'[:200])} is no Node package; write npm:NAME or npm:@SCOPE/NAME@1.2.3, one version and no range."
        )
    return Source("npm", found["name"], found["version"] or "")


def _registry(rest: str) -> Source:
    if rest.lower().endswith(".json"):
        return Source("document", rest)
    found = _REGISTRY.fullmatch(rest)
    if found is None or len(found["name"]) > 200:
        raise InvalidSource(
            f"{quoted(f'registry:{rest}'[:200])} is no entry of a registry; its names are like io.github.somebody/weather."
        )
    return Source("registry", found["name"], found["version"] or "")


_READERS: Final[dict[str, Callable[[str], Source]]] = {"pypi": _python, "npm": _node, "registry": _registry}


def _url(text: str) -> Source:
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = SplitResult("", "", "", "", ""), False
    if not usable or not text.isascii() or " " in text:
        raise InvalidSource("The URL has no host, or characters that no URL has.")
    if parts.username is not None or parts.password is not None:
        raise InvalidSource(
            "The URL has a user name in it, which would be seen wherever it is shown.",
            hint="Leave it out, and give what authorizes as a header of the plugin.",
        )
    host = (parts.hostname or "").rstrip(".")
    if never_dialled(host):
        raise InvalidSource(
            f"{quoted(host)} is a link-local or metadata address, which is never dialled.",
            hint="Name the server by another address of it.",
        )
    if parts.scheme == "http" and not unencrypted(host):
        raise InvalidSource(
            f"http:// is for this machine and private addresses alone, and {quoted(host)} is a name.",
            hint="Use https://, or the address itself.",
        )
    return Source("download" if parts.path.lower().endswith(_BUNDLES) else "remote", text.partition("#")[0])


def unencrypted(host: str) -> bool:
    """Whether what is sent to a host needs no encryption: it is this machine, or an address that is no public one."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return not guard.public(name) and not guard.forbidden(name)


def _unknown(scheme: str) -> str:
    if scheme in {"docker", "oci"}:
        return "Images of containers are not installed: plugins run in the gateway's own sandbox."
    if scheme.startswith("git"):
        return "Repositories are not installed: what is in them was not made to be installed. Clone it and name the folder."
    return f"{quoted(f'{scheme}:'[:40])} is no kind of source. {nearest(scheme, [*_READERS, 'https', 'openapi'])}"
