"""System calls that lead out of a sandbox. Each attempt gets further without the filter, which the tests show."""

from __future__ import annotations

import asyncio
import os
import platform
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from cell import Cell, outside

from switchgear.plugins.permissions import Permissions
from switchgear.plugins.sandbox import seccomp

PROGRAMS = Permissions(subprocesses=True)

TRY = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(number, *arguments)
    return "done" if answer >= 0 else errno.errorcode[ctypes.get_errno()]
def attempt(act):
    try:
        act()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]
"""


def attack(text: str) -> str:
    return TRY + textwrap.dedent(text)


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Leaves the layer out from now on."""
    return lambda: monkeypatch.setattr(seccomp, "program", lambda *_, **__: seccomp.everything())


async def test_sockets_of_the_host_in_granted_folders_cannot_be_connected_to(
    cell: Cell, tmp_path: Path, unfiltered: Callable[[], None]
) -> None:
    path = tmp_path / "shared" / "daemon.sock"
    path.parent.mkdir()
    server = await asyncio.start_unix_server(lambda _, writer: writer.close(), path)
    granted = Permissions(write=(str(path.parent),))
    connect = attack(f"print(attempt(lambda: socket.socket(socket.AF_UNIX).connect({str(path)!r})))")
    try:
        assert (await cell.run(connect, granted)).out.strip() == "EAFNOSUPPORT"
        unfiltered()
        assert (await cell.run(connect, granted)).out.strip() == "done"
    finally:
        server.close()


async def test_datagrams_cannot_be_sent_to_sockets_of_the_host_through_a_pair(
    cell: Cell, tmp_path: Path, unfiltered: Callable[[], None]
) -> None:
    (tmp_path / "shared").mkdir()
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        path = str(tmp_path / "shared" / "log.sock")
        daemon.bind(path)
        granted = Permissions(write=(str(tmp_path / "shared"),))
        send = attack(
            f"print(attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', {path!r})))"
        )
        assert (await cell.run(send, granted)).out.strip() == "EPERM"
        unfiltered()
        assert (await cell.run(send, granted)).out.strip() == "done"


@pytest.mark.parametrize("family", ["AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
async def test_families_of_sockets_that_servers_do_not_need_are_refused(
    cell: Cell, unfiltered: Callable[[], None], family: str
) -> None:
    make = attack(f"print(attempt(lambda: socket.socket(socket.{family}, socket.SOCK_RAW)))")
    assert (await cell.run(make)).out.strip() == "EAFNOSUPPORT"
    unfiltered()
    assert (await cell.run(make)).out.strip() in {"done", "EPERM", "EAFNOSUPPORT", "ESOCKTNOSUPPORT"}


async def test_raw_sockets_are_refused(cell: Cell) -> None:
    make = attack("print(attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)))")
    if os.geteuid() == 0:
        assert (await outside(make)).out.strip() == "done"
    assert (await cell.run(make)).out.strip() == "EPERM"


async def test_sockets_that_programs_need_are_there(cell: Cell) -> None:
    make = attack("""
        a, b = socket.socketpair()
        tcp = socket.create_server(("127.0.0.1", 0)); udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        socket.create_connection(tcp.getsockname())
        import asyncio; asyncio.run(asyncio.sleep(0))
        print("done")
    """)
    assert (await cell.run(make)).out.strip() == "done"


async def test_another_process_cannot_be_traced(cell: Cell, unfiltered: Callable[[], None]) -> None:
    trace = attack("""
        import signal, time
        child = os.fork()
        if child == 0:
            time.sleep(60)
        print("traced" if libc.ptrace(16, child, None, None) == 0 else errno.errorcode[ctypes.get_errno()])
        os.kill(child, signal.SIGKILL)
    """)
    assert (await cell.run(trace, PROGRAMS)).out.strip() == "EPERM"
    unfiltered()
    assert (await cell.run(trace, PROGRAMS)).out.strip() == "traced"


async def test_the_memory_of_the_first_process_cannot_be_written(cell: Cell) -> None:
    """It runs no code of the plugin and is filtered as well, so that taking it over would gain nothing; it cannot be anyway."""
    done = await cell.run(
        attack(
            "print(attempt(lambda: open('/proc/1/mem', 'r+b')), open('/proc/1/status').read().split('Seccomp:')[1].split()[0])"
        )
    )
    assert done.out.split()[-1] == "2"


MOUNT = attack("""
    flags = 0x10000000 | 0x00020000
    print("unshared" if libc.unshare(flags) == 0 else errno.errorcode[ctypes.get_errno()])
    print("mounted" if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 else errno.errorcode[ctypes.get_errno()])
""")


async def test_nothing_can_be_mounted_nor_other_namespaces_entered(cell: Cell, unfiltered: Callable[[], None]) -> None:
    assert (await outside(MOUNT)).out.split() == ["unshared", "mounted"]
    assert (await cell.run(MOUNT)).out.split() == ["EPERM", "EPERM"]
    unfiltered()  # the namespaces alone refuse it too, for other reasons
    assert (await cell.run(MOUNT)).out.split() == ["ENOSPC", "EPERM"]


CALLS = [
    ("io_uring_setup", "1, None", "ENOSYS"),
    ("bpf", "0, None, 0", "EPERM"),
    ("userfaultfd", "1", "EPERM"),
    ("perf_event_open", "None, 0, -1, -1, 0", "EPERM"),
    ("keyctl", "0, -3, 0", "EPERM"),
    ("setns", "0, 0", "EPERM"),
    ("process_vm_readv", "1, None, 0, None, 0, 0", "EPERM"),
    ("open_by_handle_at", "0, None, 0", "EPERM"),
    ("clone3", "None, 0", "ENOSYS"),
    ("openat2", "0, None, None, 0", "ENOSYS"),
    ("chroot", "None", "EPERM"),
    ("kexec_load", "0, 0, None, 0", "EPERM"),
]


async def test_calls_of_the_list_are_refused_whatever_they_ask(cell: Cell, unfiltered: Callable[[], None]) -> None:
    architecture = seccomp.native()
    assert architecture is not None
    numbers = {name: (seccomp._NUMBERS | seccomp._UNKNOWN)[name][architecture.column] for name, _, _ in CALLS}
    text = attack("\n".join(f"print(call({numbers[name]}, {arguments}))" for name, arguments, _ in CALLS))
    assert (await cell.run(text)).out.split() == [expected for _, _, expected in CALLS]
    unfiltered()
    assert (await cell.run(text)).out.split() != [expected for _, _, expected in CALLS]


async def test_a_call_that_nobody_judged_is_unknown(cell: Cell) -> None:
    assert (await cell.run(attack("print(call(463, 0), call(9999, 0))"))).out.split() == ["ENOSYS", "ENOSYS"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86 has a 32-bit interface beside")
async def test_calls_by_the_32_bit_interface_end_the_process(cell: Cell, unfiltered: Callable[[], None]) -> None:
    # mov eax, 20 (getpid); int 0x80; ret
    text = attack("""
        import mmap
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(bytes.fromhex("b814000000cd80c3"))
        run = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        print("ran", run() > 0, flush=True)
        os._exit(0)
    """)
    done = await cell.run(text)
    assert (done.status, done.out) == (-31, "")  # SIGSYS
    x32 = attack("call(0x40000000 | 39); print('ran')")
    assert (await cell.run(x32)).status == -31
    unfiltered()
    assert (await cell.run(x32)).out.strip() == "ran"


START = attack("print(attempt(lambda: __import__('subprocess').run(['/proc/self/exe', '-c', 'pass'], check=True)))")


async def test_programs_are_started_only_by_plugins_that_may(cell: Cell) -> None:
    assert (await cell.run(START)).out.strip() == "EPERM"
    assert (await cell.run(START, PROGRAMS)).out.strip() == "done"
    threads = "import threading; t = threading.Thread(target=print, args=('ran',)); t.start(); t.join()"
    assert (await cell.run(threads)).out.strip() == "ran"


def test_the_filter_of_either_architecture_is_a_program_that_the_kernel_takes() -> None:
    for architecture in seccomp.ARCHITECTURES.values():
        for processes in (True, False):
            steps = seccomp.program(architecture, processes=processes, affinity=processes)
            assert len(steps) % 8 == 0
            assert len(steps) <= 4096
            count = len(steps) // 8
            for at in range(count):
                code, then, otherwise = steps[8 * at], steps[8 * at + 2], steps[8 * at + 3]
                if code & 7 == 5:
                    assert at + 1 + max(then, otherwise) < count
            assert steps[-8] == 6
