"""Who listens on a port."""

from __future__ import annotations

import psutil


def owner_of(port: int) -> str:
    """Who listens on the TCP port, as far as this user may know: `` (pid 1, name)``, or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" (pid {connection.pid}, {psutil.Process(connection.pid).name()})"
    except (psutil.Error, OSError):
        return ""
    return ""
