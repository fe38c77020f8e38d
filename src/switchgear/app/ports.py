"""The listening socket, and who has it when it is taken."""

from __future__ import annotations

import errno
import socket

import psutil

from switchgear.config.schema import ServerSettings
from switchgear.core.errors import PortTaken, StartupError

BACKLOG = 2048


def bind(server: ServerSettings) -> socket.socket:
    """The listening socket, bound before anything is opened. Raises PortTaken or StartupError."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((server.host, server.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {server.port} is taken by another process{owner_of(server.port)}.",
                hint=f"Try --port {server.port + 1}." if server.port < 65535 else None,
            ) from error
        reason = (error.strerror or str(error)).lower()
        raise StartupError(
            f"Cannot listen on {server.host}:{server.port}: {reason}.", hint="Choose another with --host or --port."
        ) from error
    return listener


def owner_of(port: int) -> str:
    """Who listens on the TCP port, as far as this user may know: `` (pid 1, name)``, or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" (pid {connection.pid}, {psutil.Process(connection.pid).name()})"
    except (psutil.Error, OSError):
        return ""
    return ""
