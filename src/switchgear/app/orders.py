"""What is handed from process to process: the plan to the supervisor, orders to a worker, answers of all workers to one.

Only the standard library is used here: the supervisor is meant to stay small.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True)
class Plan:
    """What the supervisor works with. ``listener`` and ``lock`` are descriptors: of the socket, and of the folder's lock.

    ``options`` are for the workers: where their files are and what the command line gave; ``text`` is the configuration
    file as it was checked. ``local`` are the settings of the embedded models, if there are any. ``drain`` is in seconds.
    ``key`` is the first admin key, to be shown once. ``log`` is level and format; with ``dev`` the configuration file is
    watched. ``worker`` is the command that starts a worker.
    """

    workers: int
    listener: int
    lock: int
    options: dict[str, Any]
    text: str | None
    local: dict[str, Any] | None
    drain: float
    url: str
    key: str | None
    log: tuple[str, str]
    dev: bool
    worker: list[str]

    def hand_over(self) -> int:
        """A descriptor of memory that holds it, open in the program that takes this one's place."""
        descriptor = os.memfd_create("switchgear-plan", 0)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(json.dumps(asdict(self)).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.set_inheritable(descriptor, True)
        return descriptor

    @classmethod
    def taken(cls, descriptor: int) -> Plan:
        """The plan that was handed over; the descriptor is closed, and the secret in it is gone with it."""
        with os.fdopen(descriptor, "rb") as file:
            return cls(**json.loads(file.read()))


@dataclass(frozen=True)
class Orders:
    """What a worker is told at its start.

    ``number`` counts from 1; ``tell`` is whether it prints the banner. ``models`` is what the supervisor tells of the
    embedded models, ``counted`` what a worker of that number had counted before it ended (both empty where there is nothing).
    """

    number: int
    listener: int
    loads: int
    options: dict[str, Any]
    text: str | None
    key: str | None
    tell: bool
    models: str
    counted: bytes = b""

    def packed(self) -> bytes:
        """As bytes."""
        document = {name: value for name, value in asdict(self).items() if name != "counted"}
        head = json.dumps(document).encode()
        return _LENGTH.pack(len(head)) + head + self.counted

    @classmethod
    def unpacked(cls, packed: bytes) -> Orders:
        """What ``packed`` made."""
        end = _LENGTH.size + _LENGTH.unpack_from(packed)[0]
        return cls(**json.loads(packed[_LENGTH.size : end]), counted=packed[end:])


@dataclass(frozen=True)
class Told:
    """One worker, as the supervisor sees it, and what it answered, if it did.

    ``state`` is starting, ready, restarting, draining or silent; ``reason`` says why it is not ready. ``pid`` is 0 while there is
    no process, ``since`` seconds since the epoch.
    """

    number: int
    state: str
    reason: str
    pid: int
    restarts: int
    since: float
    body: bytes = b""


def pack_told(rows: Sequence[Told]) -> bytes:
    """``rows`` as bytes."""
    heads = []
    for row in rows:
        head = asdict(row)
        head["body"] = len(row.body)
        heads.append(head)
    encoded = json.dumps(heads).encode()
    return _LENGTH.pack(len(encoded)) + encoded + b"".join(row.body for row in rows)


def unpack_told(packed: bytes) -> list[Told]:
    """What ``pack_told`` made."""
    at = _LENGTH.size + _LENGTH.unpack_from(packed)[0]
    rows = []
    for head in json.loads(packed[_LENGTH.size : at]):
        length = head.pop("body")
        rows.append(Told(**head, body=packed[at : at + length]))
        at += length
    return rows
