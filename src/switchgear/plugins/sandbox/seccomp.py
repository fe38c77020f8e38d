"""The filter of system calls that a confined process runs under, as a classic BPF program for seccomp(2).

What is not named is allowed, so that ordinary servers run; what is named is what leads out of a sandbox (other namespaces, mounts, other
processes' memory), what programs of the network do not need (raw, UNIX and other sockets), and the parts of the kernel with the worst record
(io_uring, bpf, userfaultfd, keys). Numbers that the kernels of this list's time do not know are answered with ENOSYS, as an older
kernel would. Another ABI than the native 64-bit one ends the process.

Source: linux/seccomp.h, linux/audit.h, linux/bpf_common.h; arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND: Final = 0x54  # BPF_ALU | BPF_AND | BPF_K
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERROR: Final = 0x00050000

_NUMBER_AT: Final = 0  # offsets in struct seccomp_data
_ARCHITECTURE_AT: Final = 4
_X32: Final = 0x40000000
_NEWEST: Final = 462
"""mseal, of Linux 6.10: what is newer was not judged."""


class Architecture(NamedTuple):
    """``audit`` is the AUDIT_ARCH number; ``column`` the one of the table of system calls."""

    audit: int
    column: int


ARCHITECTURES: Final = {"x86_64": Architecture(0xC000003E, 0), "aarch64": Architecture(0xC00000B7, 1)}
"""Where there is a filter, by the name that ``uname -m`` gives."""

_NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    # accounting, modules, restarting and other things of an administrator
    "acct": (163, 89),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "init_module": (175, 105),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    # clocks and names of the machine
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "settimeofday": (164, 170),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    # namespaces and mounts
    "chroot": (161, 51),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "pivot_root": (155, 41),
    "setns": (308, 268),
    "umount2": (166, 39),
    "unshare": (272, 97),
    # files by handles, which know no folders
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # other processes
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    # keys, which no namespace keeps apart
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "request_key": (249, 218),
    # parts of the kernel with a record
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "ioperm": (173, None),
    "iopl": (172, None),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
}
"""Refused with EPERM. The number on x86_64, and the one on aarch64."""

_UNKNOWN: Final[dict[str, tuple[int | None, int | None]]] = {
    "clone3": (435, 435),  # its flags are behind a pointer, where no filter sees them; libraries go on with clone
    "openat2": (437, 437),  # so are its flags and modes; libraries go on with openat
    "fchmodat2": (452, 452),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "memfd_secret": (447, 447),
}
"""Refused with ENOSYS, as if the kernel did not have them: programs know what to do then."""


class _Test(NamedTuple):
    """Whether argument ``argument``, its low 32 bits under ``mask``, is among ``values`` (``is``) or none of them (``not``), or whether
    it has one of their bits (``has``) or none (``lacks``; both with one value).
    """

    argument: int
    kind: Literal["is", "not", "has", "lacks"]
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


class _Rule(NamedTuple):
    """The calls ``numbers`` are refused with ``error`` when all ``tests`` hold."""

    numbers: tuple[int | None, int | None]
    error: int
    tests: tuple[_Test, ...]


_INET: Final = (2, 10)
_UNIX: Final = (1,)
_STREAM, _DATAGRAM, _PACKETS = 1, 2, 5
_TYPE: Final = 0xF
_TCP_OR_UDP: Final = (0, 6, 17)
_NEW_NAMESPACES: Final = (0x7E020000,)
_THREAD: Final = (0x00010000,)
_CREATES: Final = (0x00400040,)  # O_CREAT, __O_TMPFILE
_SET_ID: Final = (0o6000,)
_TERMINAL_INPUT: Final = (0x5412, 0x541C, 0x5423)  # TIOCSTI, TIOCLINUX, TIOCSETD
_ORDINARY: Final = (0, 0xFFFFFFFF)  # PER_LINUX, and asking

_CLONE: Final = (56, 220)
_SOCKET: Final = (41, 198)
_SOCKETPAIR: Final = (53, 199)

_RULES: Final = (
    _Rule(_SOCKET, errno.EAFNOSUPPORT, (_Test(0, "not", _INET),)),
    _Rule(_SOCKET, errno.EPERM, (_Test(1, "not", (_STREAM, _DATAGRAM), _TYPE),)),
    _Rule(_SOCKET, errno.EPROTONOSUPPORT, (_Test(2, "not", _TCP_OR_UDP),)),
    # A pair is how event loops wake themselves; one of datagrams could be sent to sockets that others have bound.
    _Rule(_SOCKETPAIR, errno.EAFNOSUPPORT, (_Test(0, "not", _UNIX),)),
    _Rule(_SOCKETPAIR, errno.EPERM, (_Test(1, "not", (_STREAM, _PACKETS), _TYPE),)),
    _Rule(_CLONE, errno.EPERM, (_Test(0, "has", _NEW_NAMESPACES),)),
    _Rule((135, 92), errno.EPERM, (_Test(0, "not", _ORDINARY),)),  # personality
    _Rule((16, 29), errno.EPERM, (_Test(1, "is", _TERMINAL_INPUT),)),  # ioctl
    # Files that run as their owner, left in a folder that the host sees too.
    _Rule((90, None), errno.EPERM, (_Test(1, "has", _SET_ID),)),  # chmod
    _Rule((91, 52), errno.EPERM, (_Test(1, "has", _SET_ID),)),  # fchmod
    _Rule((268, 53), errno.EPERM, (_Test(2, "has", _SET_ID),)),  # fchmodat
    _Rule((85, None), errno.EPERM, (_Test(1, "has", _SET_ID),)),  # creat
    _Rule((2, None), errno.EPERM, (_Test(1, "has", _CREATES), _Test(2, "has", _SET_ID))),  # open
    _Rule((257, 56), errno.EPERM, (_Test(2, "has", _CREATES), _Test(3, "has", _SET_ID))),  # openat
    _Rule((133, None), errno.EPERM, (_Test(1, "has", _SET_ID),)),  # mknod
    _Rule((259, 33), errno.EPERM, (_Test(2, "has", _SET_ID),)),  # mknodat
)

_NO_PROCESSES: Final = (
    _Rule((57, None), errno.EPERM, ()),  # fork
    _Rule((58, None), errno.EPERM, ()),  # vfork
    _Rule(_CLONE, errno.EPERM, (_Test(0, "lacks", _THREAD),)),
)
_OWN_PROCESSORS: Final = (_Rule((203, 122), errno.EPERM, ()),)  # sched_setaffinity


def native() -> Architecture | None:
    """The architecture that this process runs on; None if there is no filter for it."""
    return ARCHITECTURES.get(platform.machine()) if struct.calcsize("P") == 8 else None


def program(architecture: Architecture, *, processes: bool = True, affinity: bool = True) -> bytes:
    """The filter, as an array of ``struct sock_filter``.

    ``processes``: whether others may be started (threads always may be); ``affinity``: whether the process may choose its processors.
    """
    column = architecture.column
    rules = [*_RULES]
    if not processes:
        rules += _NO_PROCESSES
    if not affinity:
        rules += _OWN_PROCESSORS
    return (
        b"".join(_head(architecture))
        + b"".join(_flat(_NUMBERS, column, errno.EPERM))
        + b"".join(_flat(_UNKNOWN, column, errno.ENOSYS))
        + b"".join(_rule(rule, number) for rule in rules if (number := rule.numbers[column]) is not None)
        + _step(_RETURN, _ALLOW)
    )


def everything() -> bytes:
    """A filter that allows every call."""
    return _step(_RETURN, _ALLOW)


def _head(architecture: Architecture) -> Iterable[bytes]:
    yield _step(_LOAD, _ARCHITECTURE_AT)
    yield _step(_EQUAL, architecture.audit, 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER_AT)
    yield _step(_AT_LEAST, _X32, 0, 1)
    yield _step(_RETURN, _KILL)
    yield _step(_AT_LEAST, _NEWEST + 1, 0, 1)
    yield _step(_RETURN, _ERROR | errno.ENOSYS)


def _flat(calls: dict[str, tuple[int | None, int | None]], column: int, error: int) -> Iterable[bytes]:
    for numbers in calls.values():
        if (number := numbers[column]) is not None:
            yield _step(_EQUAL, number, 0, 1)
            yield _step(_RETURN, _ERROR | error)


def _rule(rule: _Rule, number: int) -> bytes:
    """The steps of one rule; the call's number is in the accumulator before them and after them."""
    tests = [_test(test) for test in rule.tests]
    left = sum(map(len, tests)) + 1  # steps from the one behind the first to the one behind the refusal
    steps = [_step(_EQUAL, number, 0, left)]
    for test in tests:
        for code, value, then, otherwise in test:
            left -= 1
            steps.append(_step(code, value, left if then < 0 else then, left if otherwise < 0 else otherwise))
    steps.append(_step(_RETURN, _ERROR | rule.error))
    steps.append(_step(_LOAD, _NUMBER_AT))
    return b"".join(steps)


def _test(test: _Test) -> list[tuple[int, int, int, int]]:
    """Steps of a test: code, value, and how many to leave out if it holds and if not; -1 is the end of the rule."""
    steps = [(_LOAD, 16 + 8 * test.argument, 0, 0)]
    if test.mask != 0xFFFFFFFF:
        steps.append((_AND, test.mask, 0, 0))
    match test.kind:
        case "is":
            last = len(test.values) - 1
            steps += [(_EQUAL, each, last - at, -1 if at == last else 0) for at, each in enumerate(test.values)]
        case "not":
            steps += [(_EQUAL, each, -1, 0) for each in test.values]
        case "has":
            steps.append((_ANY_BIT, test.values[0], 0, -1))
        case "lacks":
            steps.append((_ANY_BIT, test.values[0], -1, 0))
    return steps


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
