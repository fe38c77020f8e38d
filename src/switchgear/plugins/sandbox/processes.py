"""The processes of a sandbox, as the host's ``/proc`` shows them. They come and go while one looks."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MOST: Final = 4096
_ROUNDS: Final = 10
_PRIVATE: Final = re.compile(r"^(?:RssAnon|RssShmem):\s+(\d+) kB", re.MULTILINE)
_SHARE: Final = re.compile(r"^(?:Pss_Anon|Pss_Shmem):\s+(\d+) kB", re.MULTILINE)


def tree(first: int) -> list[int]:
    """The process and all below it, at most 4,096: those without a parent inside are children of the namespace's first process."""
    found = [first]
    for process in found:
        if len(found) >= _MOST:
            break
        found += children(process)
    return found


def children(process: int) -> list[int]:
    """The children of a process, of all of its threads; empty when it is gone."""
    found = []
    try:
        for thread in os.scandir(f"/proc/{process}/task"):
            found += [int(each) for each in Path(thread.path, "children").read_text().split()]
    except (OSError, ValueError):
        pass
    return found


def terminate(first: int) -> None:
    """Send SIGTERM to the children of a namespace's first process, which passes nothing on itself."""
    for child in children(first):
        try:
            descriptor = os.pidfd_open(child)
        except OSError:
            continue
        try:
            if child in children(first):  # still that one: a number may have gone to another process meanwhile
                signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        except OSError:
            pass
        finally:
            os.close(descriptor)


def kill(first: int) -> None:
    """Send SIGKILL to all below a process, until there is nobody who could start more."""
    for _ in range(_ROUNDS):
        found = tree(first)[1:]
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                continue
        if not found:
            return


def memory(processes: list[int], above: int) -> int:
    """Bytes that are the processes' own, shared memory included. What several share is counted once if the sum would be ``above``."""
    size = sum(_sum(process, "status", _PRIVATE) for process in processes)
    return size if size <= above else sum(_sum(process, "smaps_rollup", _SHARE) for process in processes)


def threads(processes: list[int]) -> int:
    """How many threads they have."""
    count = 0
    for process in processes:
        try:
            count += len(os.listdir(f"/proc/{process}/task"))  # noqa: PTH208 - names alone are wanted
        except OSError:
            continue
    return count


def deleted_files(processes: list[int], device: int) -> Iterator[tuple[int, int]]:
    """Inode and bytes on disk of files on ``device`` that have no name any more and are held open."""
    for process in processes:
        try:
            descriptors = list(os.scandir(f"/proc/{process}/fd"))
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                found = os.stat(descriptor.path)  # noqa: PTH116 - follows what is no ordinary link
            except OSError:
                continue
            if found.st_nlink == 0 and found.st_dev == device:
                yield found.st_ino, found.st_blocks * 512


def _sum(process: int, file: str, pattern: re.Pattern[str]) -> int:
    try:
        text = Path("/proc", str(process), file).read_text()
    except OSError:
        return 0
    return 1024 * sum(map(int, pattern.findall(text)))
