"""Run by itself, as a process: becomes a plugin where there is no bubblewrap and the operator accepts that.

What is left: an end with the gateway's, no new privileges, an environment of its own, and the filter of system calls, which is read last and
to its end (see ``gate``); half a filter is none, and the plugin does not begin. Imports little, and nothing of the package.
"""

import ctypes
import json
import os
import sys

SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
SET_SECCOMP = 22  # PR_SET_SECCOMP
SET_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: what loses its parent below stays below
NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
FILTER = 2  # SECCOMP_MODE_FILTER
STEP = 8
KILL = 9


class Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def main() -> None:
    """Become what the first descriptor tells, once the second one is read to its end."""
    told, gate = int(sys.argv[1]), int(sys.argv[2])
    with os.fdopen(told, "rb") as file:
        launch = json.load(file)
    libc = ctypes.CDLL(None, use_errno=True)
    set_control(libc, SET_DEATH_SIGNAL, KILL)
    if os.getppid() != launch["parent"]:  # it ended before that was asked for
        return
    set_control(libc, NO_NEW_PRIVILEGES, 1)
    set_control(libc, SET_SUBREAPER, 1)
    os.setsid()
    os.chdir(launch["cwd"])
    with os.fdopen(gate, "rb", buffering=0) as file:
        steps = file.readall()
    if not steps or len(steps) % STEP:
        return
    if len(steps) > STEP:  # one step allows everything
        program = Program(len(steps) // STEP, steps)
        if libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program)) != 0:
            sys.exit("the filter of system calls is refused")
    try:
        os.execvpe(launch["argv"][0], launch["argv"], launch["env"])  # noqa: S606 - that is what this is for
    except OSError as error:
        sys.exit(f"{launch['argv'][0]}: {error.strerror}")


def set_control(libc: ctypes.CDLL, option: int, value: int) -> None:
    """Set something of this process. Ends it if that is refused."""
    if libc.prctl(option, value, 0, 0, 0) != 0:
        sys.exit(f"prctl {option}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
