"""URLs of a sign-in: which resource a plugin is, where documents about it are, and what may be asked at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

from switchgear.config.checks import is_loopback
from switchgear.core.errors import PluginLoginFailed
from switchgear.core.structs import Frozen
from switchgear.providers.guard import PublicOnly, Resolve

_PORTS: Final = {"http": 80, "https": 443}
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_LONGEST: Final = 8192


class Remote(Frozen, frozen=True):
    """A remote plugin by its name, and where it is. ``private``: a person allowed its host although that is no public one."""

    plugin: str
    url: str
    private: bool = False


def guard_for(remote: Remote, private: Collection[str] = ()) -> Resolve:
    """The guard for all that is asked because a plugin says so: public addresses, what ``private`` lets in (host names, addresses and
    networks), and the plugin's own host where that is allowed to be private.
    """
    host = urlsplit(remote.url).hostname or ""
    own = () if not remote.private else (*_LOOPBACK, host) if is_loopback(host) else (host,)
    return PublicOnly(private=(*private, *own))


def canonical(url: str) -> str:
    """The resource identifier of a server by its URL (RFC 8707 section 2): scheme and host in lower case, no fragment, no bare slash."""
    parts = urlsplit(url)
    path = "" if parts.path == "/" else parts.path
    return f"{origin(url)}{path}{'?' if parts.query else ''}{parts.query}"


def origin(url: str) -> str:
    """Scheme, host and port, the port left out where it is the scheme's own."""
    parts = urlsplit(url)
    scheme, host, port = _origin(parts)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port == _PORTS.get(scheme) else f"{scheme}://{shown}:{port}"


def covers(resource: str, url: str) -> bool:
    """Whether a token for ``resource`` may be sent to ``url``: the same origin, and the path of it or one below."""
    try:
        wide, narrow = urlsplit(resource), urlsplit(url)
        if _origin(wide) != _origin(narrow):
            return False
    except ValueError:
        return False
    if wide.query or wide.fragment:
        return canonical(resource) == canonical(url)
    above = wide.path.rstrip("/")
    return narrow.path == wide.path or narrow.path.rstrip("/") == above or narrow.path.startswith(above + "/")


def resource_documents(url: str) -> list[str]:
    """Where a server's protected-resource metadata may be, in the order to try (RFC 9728 section 3.1; MCP, Authorization)."""
    path = urlsplit(url).path.rstrip("/")
    root = f"{origin(url)}/.well-known/oauth-protected-resource"
    return [root + path, root] if path else [root]


def server_documents(issuer: str) -> list[str]:
    """Where an authorization server's metadata may be, in the order to try (RFC 8414 sections 3.1 and 5, OpenID Connect Discovery 1.0)."""
    path = urlsplit(issuer).path.rstrip("/")
    root = origin(issuer)
    found = [f"{root}/.well-known/oauth-authorization-server{path}", f"{root}/.well-known/openid-configuration{path}"]
    return [*found, f"{root}{path}/.well-known/openid-configuration"] if path else found


def check(plugin: str, url: str, what: str, near: str) -> str:
    """``url`` when it may be asked, as ``what``, on behalf of the plugin at ``near``. Raises PluginLoginFailed.

    https, except that what is on this machine may name what is on this machine as well, and an address its own.
    """
    try:
        parts = urlsplit(url)
        fine = (
            parts.scheme in _PORTS
            and bool(parts.hostname)
            and parts.port != 0
            and parts.username is None
            and url.isascii()
            and url.isprintable()
            and not set(url) & set(' "<>\\^`{|}')
            and not parts.fragment
            and len(url) <= _LONGEST
        )
    except ValueError:
        fine, parts = False, urlsplit("")
    if not fine:
        said = f"Plugin {plugin} names {what} that is no usable URL."
        raise PluginLoginFailed(said, plugin=plugin)
    if parts.scheme != "https" and not _plain_is_fine(parts, urlsplit(near)):
        said = f"Plugin {plugin} names {what} at {parts.netloc[:200]} that is not https://, where secrets would travel open."
        raise PluginLoginFailed(said, plugin=plugin)
    return url


def _plain_is_fine(parts: SplitResult, near: SplitResult) -> bool:
    host, own = parts.hostname or "", near.hostname or ""
    return near.scheme == "http" and (host == own or (is_loopback(host) and is_loopback(own)))


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
