"""A tool server in a process, spoken to in lines over its pipes (MCP, Transports, stdio).

The pipes are read and written without streams in between: one system call a frame when there is no pressure.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from switchgear.core.errors import PluginUnavailable, ToolAnswerTooLarge
from switchgear.plugins.mcp.channel import Outgoing, Receiver
from switchgear.plugins.mcp.frames import LineCutter
from switchgear.plugins.mcp.talk import Talk

HIGH_WATER: Final = 256 * 1024
"""Bytes that wait for the server before callers are made to wait."""
MOST_UNREAD: Final = 8 * 1024 * 1024
"""Bytes that wait for the server before what nobody waits for is dropped: a server that asks and never reads would fill memory."""
MOST_DROPPED: Final = 8 * 1024 * 1024
"""Bytes of one line beyond its limit that are passed over, where the limit itself is less: what goes on then never ends."""
WORDS: Final = 50
"""Lines of standard error that are kept, each cut to ``LONGEST_WORD`` characters."""
LONGEST_WORD: Final = 2000

_READ: Final = 64 * 1024
_READ_LITTLE: Final = 4 * 1024
"""Bytes that are read at once of a server that talks too much."""
_ENVELOPE: Final = 4096
"""Bytes of a frame besides its result."""


class Process(Protocol):
    """A running process with three pipes, whose non-blocking ends are handed over: who reads them closes them."""

    @property
    def stdin(self) -> int:
        """File descriptor to write to."""

    @property
    def stdout(self) -> int:
        """File descriptor to read frames from."""

    @property
    def stderr(self) -> int:
        """File descriptor to read what is written for people from."""

    @property
    def reason(self) -> str:
        """Why the gateway ended it, as the end of a sentence that begins with the plugin; empty if it did not."""

    async def wait(self) -> int:
        """The exit status once it ended; negative for a signal."""

    async def stop(self, grace_seconds: float) -> None:
        """End it and all that it started, by force after ``grace_seconds``."""


class StdioChannel:
    """A channel over a process's pipes. ``response_bytes`` caps a result; ``on_words`` gets each line of standard error."""

    def __init__(
        self, plugin: str, process: Process, response_bytes: int, on_words: Callable[[str], None] | None = None
    ) -> None:
        self._plugin = plugin
        self._process = process
        self._response_bytes = response_bytes
        self._loop = asyncio.get_running_loop()
        self._receiver: Receiver | None = None
        self._cutter = LineCutter(response_bytes + _ENVELOPE, self._on_line, self._on_oversized)
        self._words: deque[str] = deque(maxlen=WORDS)
        self._on_words = on_words
        self._errors = LineCutter(4 * LONGEST_WORD, self._on_error_line, self._on_long_error_line)
        self._talk = Talk()
        self._error_talk = Talk()
        self._unsent = bytearray()
        self._drained: asyncio.Event | None = None
        self._reading = self._writing = self._listening = True
        self._ended: asyncio.Task[None] | None = None
        self._stopped = ""
        self._told = False

    # ------------------------------------------------------------ Channel

    @property
    def under_pressure(self) -> bool:
        """Whether more than ``HIGH_WATER`` bytes wait for the server."""
        return len(self._unsent) > HIGH_WATER

    def start(self, receiver: Receiver) -> None:
        """Begin to receive."""
        self._receiver = receiver
        self._loop.add_reader(self._process.stdout, self._readable)
        self._loop.add_reader(self._process.stderr, self._readable_error)

    def send(self, frame: bytes, call: Outgoing | None = None) -> None:
        """Write a line; what the pipe does not take now waits, and of that what nobody waits for is dropped at ``MOST_UNREAD``."""
        if not self._writing:
            return
        unsent = self._unsent
        if unsent:
            if call is not None or len(unsent) < MOST_UNREAD:
                unsent += frame
            return
        try:
            sent = os.write(self._process.stdin, frame)
        except BlockingIOError:
            sent = 0
        except OSError:  # it closed its input: what it still writes is read, and its end follows
            self._stop_writing()
            return
        if sent < len(frame):
            unsent += frame[sent:]
            self._loop.add_writer(self._process.stdin, self._writable)

    def give_up(self, call: Outgoing, frame: bytes) -> None:  # noqa: ARG002 - the frame says it all here
        """Tell the server."""
        self.send(frame)

    def agreed(self, revision: str) -> None:
        """Nothing depends on it here."""

    def last_words(self) -> tuple[str, ...]:
        """The last lines of standard error, oldest first."""
        return tuple(self._words)

    async def drain(self) -> None:
        """Wait until the server took nearly all of what was sent, or is gone."""
        while self._writing and self.under_pressure:
            if self._drained is None:
                self._drained = asyncio.Event()
            await self._drained.wait()

    async def close(self, grace_seconds: float) -> None:
        """Close the server's input, wait for it to end, and end it by force after ``grace_seconds``."""
        self._stopped = self._stopped or "it was stopped"
        self._stop_writing()
        try:
            await self._process.stop(grace_seconds)
            if self._ended is not None:
                await asyncio.wait([self._ended])
        finally:
            self._finish(self._stopped)

    # ------------------------------------------------------------ the pipes

    def _readable(self) -> None:
        """Called by the loop when frames, or the end, can be read."""
        try:
            data = os.read(self._process.stdout, _READ_LITTLE if self._talk.much else _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._stop_reading()
            self._ended = self._loop.create_task(self._end())
            return
        self._cutter.feed(data)
        if self._cutter.dropped and self._goes_on(len(data)):
            return
        if pause := self._talk.pause(self._loop.time()):
            self._loop.remove_reader(self._process.stdout)
            self._loop.call_later(pause, self._read_on)

    def _goes_on(self, size: int) -> bool:
        """Whether a line that is dropped is so long that the process was ended for it; ``size`` bytes of it came now."""
        self._talk.heard(1, size)
        most = self._response_bytes + max(self._response_bytes, MOST_DROPPED)
        if self._cutter.dropped <= most:
            return False
        self._stop_reading()
        self._ended = self._loop.create_task(self._cut_off(f"it wrote more than {most} bytes without ending the line"))
        return True

    def _read_on(self) -> None:
        if self._reading:
            self._loop.add_reader(self._process.stdout, self._readable)

    def _readable_error(self) -> None:
        """Called by the loop when what is written for people, or the end, can be read."""
        try:
            data = os.read(self._process.stderr, _READ_LITTLE if self._error_talk.much else _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._stop_listening()
            return
        self._errors.feed(data)
        if self._errors.dropped:
            self._error_talk.heard(1, len(data))
        if pause := self._error_talk.pause(self._loop.time()):
            self._loop.remove_reader(self._process.stderr)
            self._loop.call_later(pause, self._listen_on)

    def _listen_on(self) -> None:
        if self._listening:
            self._loop.add_reader(self._process.stderr, self._readable_error)

    def _writable(self) -> None:
        """Called by the loop when the pipe takes more."""
        unsent = self._unsent
        try:
            with memoryview(unsent)[: 4 * _READ] as part:
                sent = os.write(self._process.stdin, part)
        except BlockingIOError:
            return
        except OSError:
            self._stop_writing()
            return
        del unsent[:sent]
        if not unsent:
            self._unsent = bytearray()
            self._loop.remove_writer(self._process.stdin)
        if self._drained is not None and not self.under_pressure:
            self._drained.set()
            self._drained = None

    def _on_line(self, line: bytes) -> None:
        if self._receiver is not None:
            self._talk.heard(self._receiver.frame(line), len(line))

    def _on_oversized(self, call: int | None) -> None:
        self._talk.heard(1, self._response_bytes)
        if self._receiver is not None:
            said = f"Plugin {self._plugin} answered with more than {self._response_bytes} bytes."
            self._receiver.failed(call, ToolAnswerTooLarge(said, plugin=self._plugin))

    def _on_error_line(self, line: bytes) -> None:
        self._error_talk.heard(1, len(line))
        text = line.decode("utf-8", "replace").rstrip()
        text = "".join(character if character.isprintable() else " " for character in text[:LONGEST_WORD])
        self._words.append(text)
        if self._on_words is not None:
            self._on_words(text)

    def _on_long_error_line(self, _call: int | None) -> None:
        self._on_error_line(b"(a line too long to show)")

    # ------------------------------------------------------------ the end

    async def _end(self) -> None:
        """The output ended: so does the process, of itself or not, and then its status is known."""
        try:
            async with asyncio.timeout(1.0):
                status = await self._process.wait()
            reason = (
                f"its process was ended by signal {-status}"
                if status < 0
                else f"its process ended with status {status}"
            )
        except TimeoutError:
            reason = "it closed its output"
        await self._process.stop(1.0)
        if self._process.reason:
            reason = f"it {self._process.reason}"
        self._finish(self._stopped or reason)

    async def _cut_off(self, reason: str) -> None:
        """End the process, which does nothing but write."""
        await self._process.stop(1.0)
        self._finish(self._stopped or reason)

    def _finish(self, reason: str) -> None:
        """Close what is open, and tell the receiver, once."""
        self._stop_writing()
        if self._listening:
            self._readable_error()  # its last words may not have been read
        self._stop_listening()
        self._stop_reading()
        if not self._told and self._receiver is not None:
            self._told = True
            self._receiver.closed(reason)

    def _stop_writing(self) -> None:
        if self._writing:
            self._writing = False
            if self._unsent:
                self._loop.remove_writer(self._process.stdin)
                self._unsent = bytearray()
            os.close(self._process.stdin)
            if self._drained is not None:
                self._drained.set()

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._process.stdout)
            os.close(self._process.stdout)

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._process.stderr)
            os.close(self._process.stderr)


class PlainProcess:
    """A process without a sandbox. Made by ``start_process``."""

    def __init__(self, process: asyncio.subprocess.Process, stdin: int, stdout: int, stderr: int) -> None:
        self._process = process
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.reason = ""

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self._process.pid

    async def wait(self) -> int:
        """The exit status once it ended; negative for a signal."""
        return await self._process.wait()

    async def stop(self, grace_seconds: float) -> None:
        """Wait, then ask it to end, then end it and its group (MCP, Lifecycle, Shutdown); half of the time for each."""
        for signal in (0, 15):
            if self._process.returncode is None:
                if signal:
                    self._signal(signal)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(grace_seconds / 2):
                        await self._process.wait()
        self._signal(9)  # also what it started and left
        await self._process.wait()

    def _signal(self, signal: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal)


async def start_process(
    plugin: str, argv: Sequence[str], env: Mapping[str, str], folder: str | None = None
) -> PlainProcess:
    """Start a program with pipes, in a process group of its own. Raises PluginUnavailable when it cannot be."""
    (their_in, ours_in), (ours_out, their_out), (ours_err, their_err) = os.pipe(), os.pipe(), os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=their_in, stdout=their_out, stderr=their_err, env=env, cwd=folder, start_new_session=True
        )
    except (OSError, ValueError) as error:
        for descriptor in (ours_in, ours_out, ours_err):
            os.close(descriptor)
        why = getattr(error, "strerror", None) or str(error)
        raise PluginUnavailable(
            f"Plugin {plugin} cannot be started: {argv[0]}: {why}.", plugin=plugin, cause=str(error)
        ) from error
    finally:
        for descriptor in (their_in, their_out, their_err):
            os.close(descriptor)
    for descriptor in (ours_in, ours_out, ours_err):
        os.set_blocking(descriptor, False)
    return PlainProcess(process, ours_in, ours_out, ours_err)
