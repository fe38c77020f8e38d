"""Answers that are whole before they are given on: what a provider said, put into the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable


class HeldAnswer:
    """An answer with status 200 whose ``body`` is here already."""

    __slots__ = ("_body", "_content_type")

    status = 200

    def __init__(self, body: bytes, content_type: bytes = b"application/json") -> None:
        self._body = body
        self._content_type = content_type

    def header(self, name: bytes) -> bytes:
        """The content type; there are no other fields."""
        return self._content_type if name == b"content-type" else b""

    async def body(self) -> bytes:
        """The whole body."""
        return self._body

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        """Hand the body to ``sink`` at once. Raises what the sink raised."""
        sink(self._body)

    def pause(self) -> None:
        """Nothing more comes."""

    def resume(self) -> None:
        """Nothing more comes."""

    def hurry(self, seconds: float) -> None:
        """It has ended already."""

    def close(self) -> None:
        """Nothing is held but the body."""

    def __enter__(self) -> HeldAnswer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
