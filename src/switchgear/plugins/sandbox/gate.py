"""What a confined process waits at before it begins: the filter of its system calls, of which it gets one byte and, at the end, the rest.

Bubblewrap reads the filter last. If the gateway ends before the rest is sent, what was read is no filter, and bubblewrap ends without having
started anything; with a plain ``--block-fd`` it would go on. The pipe has room for one byte's page: that there is room again says that
bubblewrap has made everything else.
"""

from __future__ import annotations

import fcntl
import os
from typing import Final

from switchgear.plugins.sandbox.readiness import writable

_PAGE: Final = 4096
_SET_SIZE: Final = 1031  # F_SETPIPE_SZ


class Gate:
    """A closed gate. ``inner`` is the descriptor for bubblewrap, to be closed here once it has it."""

    def __init__(self, program: bytes) -> None:
        if len(program) > _PAGE:
            raise ValueError("the filter is longer than a page")
        self._program = program
        self.inner, self._outer = os.pipe()
        fcntl.fcntl(self._outer, _SET_SIZE, _PAGE)
        os.set_blocking(self._outer, False)
        os.write(self._outer, program[:1])

    async def reached(self) -> None:
        """Wait until bubblewrap stands at it, or is gone."""
        await writable(self._outer)

    def open(self) -> None:
        """Let it begin. Raises OSError when it is gone."""
        os.write(self._outer, self._program[1:])
        self.close()

    def close(self) -> None:
        """Shut it for good, unless it was opened. Closing twice is nothing."""
        if self._outer >= 0:
            os.close(self._outer)
            self._outer = -1
