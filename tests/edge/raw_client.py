"""An HTTP/1.1 client that sends exactly the bytes it is told to, and reads answers strictly."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any, NamedTuple, Self


class Answer(NamedTuple):
    """One answer; ``chunked`` tells how its body was framed."""

    status: int
    headers: dict[str, str]
    body: bytes
    chunked: bool

    @property
    def error(self) -> dict[str, Any]:
        """The error object of OpenAI's envelope."""
        found: dict[str, Any] = json.loads(self.body)["error"]
        return found


class RawClient:
    """One connection to a port of 127.0.0.1. Reads give up after ``patience`` seconds."""

    def __init__(self, port: int, *, patience: float = 15.0, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(patience)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """Close with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send_until_refused(self, piece: bytes, most: int) -> int:
        """Send ``piece`` again and again, ``most`` bytes at most, until the peer takes no more; what it took."""
        sent = 0
        try:
            while sent < most:
                self.socket.sendall(piece)
                sent += len(piece)
        except (ConnectionError, TimeoutError):
            pass
        return sent

    def answer(self, *, head_only: bool = False) -> Answer:
        """The next answer on the connection; the bytes of one after it are kept."""
        status, headers = self.head()
        if status == 100:
            return Answer(100, headers, b"", chunked=False)
        if head_only:
            return Answer(status, headers, b"", chunked=False)
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(iter(self.chunk, b"")), chunked=True)
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(int(headers["content-length"])), chunked=False)
        return Answer(status, headers, self.rest(), chunked=False)

    def head(self) -> tuple[int, dict[str, str]]:
        lines = self._until(b"\r\n\r\n").split(b"\r\n")
        fields = [line.decode("latin-1").split(": ", 1) for line in lines[1:] if line]
        names = [name for name, _ in fields]
        assert len(names) == len(set(names)), f"a header twice: {names}"
        return int(lines[0].split()[1]), dict(fields)

    def chunk(self) -> bytes:
        """The next chunk; nothing for the last one."""
        size = int(self._until(b"\r\n"), 16)
        data = self._exactly(size)
        assert self._exactly(2) == b"\r\n"
        return data

    def rest(self) -> bytes:
        """Everything until the peer closes or resets."""
        try:
            while self._more():
                pass
        except ConnectionError:
            pass
        data, self._buffer = self._buffer, b""
        return data

    def closed(self) -> bool:
        """Whether the peer closes the connection without another byte."""
        return self.rest() == b""

    def read_about(self, size: int) -> int:
        """Take at least ``size`` bytes, whatever they are; how many it were."""
        taken = len(self._buffer)
        self._buffer = b""
        while taken < size and self._more():
            taken += len(self._buffer)
            self._buffer = b""
        return taken

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            assert self._more(), f"closed after {self._buffer!r}"
        data, _, self._buffer = self._buffer.partition(mark)
        return data + mark

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            assert self._more(), f"closed {size - len(self._buffer)} bytes early"
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _more(self) -> bool:
        data = self.socket.recv(65_536)
        self._buffer += data
        return bool(data)


def post(
    path: str, body: bytes, key: str, *, version: str = "1.1", fields: str = "", length: int | None = None
) -> bytes:
    """A POST as bytes; ``length`` declares another length than the body's."""
    size = len(body) if length is None else length
    return (
        f"POST {path} HTTP/{version}\r\nhost: x\r\nauthorization: Bearer {key}\r\n{fields}"
        f"content-type: application/json\r\ncontent-length: {size}\r\n\r\n"
    ).encode() + body


def chat_body(model: str, text: str = "Hi", **fields: Any) -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}]} | fields).encode()


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began
