"""What goes wrong between the gateway and Valkey, in words: the one place where the client's errors are understood."""

from __future__ import annotations

import ssl
from typing import Final

from redis import exceptions


class Lost(Exception):
    """The server does not answer, or cannot do what it is for. The message is the reason, in words."""


class Misconfigured(Lost):
    """As it is set up, it never will: wrong password, certificate, database or kind of server."""


NONSENSE: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What it raises to take an answer for what it should be and is not."""

_WORDS: Final[dict[type[Exception], str]] = {
    exceptions.BusyLoadingError: "it is loading its data",
    exceptions.OutOfMemoryError: "it is out of memory",
    exceptions.ReadOnlyError: "it is a replica, which cannot be written",
    exceptions.ClusterDownError: "the cluster is down",
    exceptions.MasterDownError: "the link to its primary is down",
}
_SET_UP: Final[dict[type[Exception], str]] = {
    exceptions.AuthenticationError: "it refuses the user name or password of state.url",
    exceptions.NoPermissionError: "its access rules do not let this user run what the gateway needs",
}


def lost(error: BaseException) -> Lost:
    """``error`` of the client or the network as a reason."""
    if isinstance(error, Lost):
        return error
    for kinds, result in ((_SET_UP, Misconfigured), (_WORDS, Lost)):
        for kind, words in kinds.items():
            if isinstance(error, kind):
                return result(words)
    inner: BaseException | None = error
    while inner is not None:
        found = _of_the_network(inner)
        if found is not None:
            return found
        inner = inner.__cause__ or inner.__context__
    if isinstance(error, NONSENSE):
        return Lost("it answers like no Valkey")
    if isinstance(error, exceptions.ConnectionError):
        return Lost("it closed the connection")
    return Lost(f"it answers with an error: {str(error)[:200]}")


def _of_the_network(error: BaseException) -> Lost | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Misconfigured(f"its certificate is not trusted: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return Misconfigured("it does not speak TLS as valkeys:// asks for")
    if isinstance(error, TimeoutError | exceptions.TimeoutError):
        return Lost("it does not answer")
    if isinstance(error, ConnectionRefusedError):
        return Lost("it refuses connections")
    if isinstance(error, OSError) and error.strerror:
        return Lost(f"it cannot be reached: {error.strerror.lower()}")
    return None
