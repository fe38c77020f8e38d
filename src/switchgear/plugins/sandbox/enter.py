"""Run by itself, as a process: makes a listening socket inside the namespaces of a confined process and hands it back.

A process of one thread is needed, because a process of several cannot enter a user namespace (setns(2)); so this file imports nothing
of the package and little else (``socket`` and ``typing`` would double the time this takes), and is run by path. Descriptor 0 is a
UNIX socket: the process id comes in by it, the socket goes out.

A gateway of root also has the device files inside made read-only here: there they belong to the user who runs the plugin.
"""

import _socket
import ctypes
import errno
import fcntl
import os
import sys

NEW_USER = 0x10000000
NEW_NETWORK = 0x40000000
NEW_MOUNTS = 0x00020000
GET_USER_NAMESPACE = 0xB701  # NS_GET_USERNS, ioctl_ns(2)
FREE_BIND = 15  # IP_FREEBIND: the address is bound before the loopback interface is up
READ_ONLY = 0x1 | 0x2 | 0x20 | 0x1000  # MS_RDONLY, MS_NOSUID, MS_REMOUNT, MS_BIND
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def main() -> None:
    """Serve one request."""
    channel = _socket.socket(fileno=0)
    asked = channel.recv(64).split()
    if not asked:
        return
    process, port = int(asked[0]), int(asked[1])
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        namespace = os.open(f"/proc/{process}/ns/net", os.O_RDONLY)
        enter(libc, fcntl.ioctl(namespace, GET_USER_NAMESPACE), NEW_USER)
        enter(libc, namespace, NEW_NETWORK)
        listener = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        listener.setsockopt(_socket.IPPROTO_IP, FREE_BIND, 1)
        listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except OSError as error:
        channel.sendall(f"{error.strerror} ({error.errno})".encode())
        return
    channel.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, listener.fileno().to_bytes(4, sys.byteorder))])
    listener.close()
    if channel.recv(64):  # asked a second time: the root inside is made by now
        channel.sendall(protect_devices(libc, process).encode())


def protect_devices(libc: ctypes.CDLL, process: int) -> str:
    """Make the device files inside read-only, which leaves the devices as they are. What went wrong, or ``+``."""
    try:
        enter(libc, os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY), NEW_MOUNTS)
    except OSError as error:
        return f"{error.strerror} ({error.errno})"
    for device in DEVICES:
        place = f"/dev/{device}".encode()
        if libc.mount(b"none", place, None, READ_ONLY, None) != 0 and ctypes.get_errno() != errno.ENOENT:
            return f"{device}: {os.strerror(ctypes.get_errno())}"
    return "+"


def enter(libc: ctypes.CDLL, namespace: int, kind: int) -> None:
    """Enter a namespace. Raises OSError."""
    if libc.setns(namespace, kind) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
