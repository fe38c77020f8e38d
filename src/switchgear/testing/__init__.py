"""Public testing kit: a scripted provider, an upstream that misbehaves on demand, and a served gateway.

Everything listens on 127.0.0.1 on a port the system chooses, speaks over real sockets and needs nothing but what
Switchgear itself needs. See ``docs/reference/testing.md``.
"""

from . import faults, http1
from .batch_provider import BatchProvider
from .connection import Connection, PeerGone
from .listener import unused_port
from .provider import ScriptedProvider
from .request import BadRequest, Request
from .served import ServeFailed, served
from .shapes import chat_chunk, chat_completion, chat_stream, error_body, sse, tokens, tool_call
from .steps import (
    Close,
    Delay,
    Gate,
    HalfClose,
    Plan,
    ReadBody,
    Repeat,
    Reset,
    Send,
    Stall,
    Step,
    Trickle,
    Tunnel,
)
from .upstream import FaultUpstream

__all__ = [
    "BadRequest",
    "BatchProvider",
    "Close",
    "Connection",
    "Delay",
    "FaultUpstream",
    "Gate",
    "HalfClose",
    "PeerGone",
    "Plan",
    "ReadBody",
    "Repeat",
    "Request",
    "Reset",
    "ScriptedProvider",
    "Send",
    "ServeFailed",
    "Stall",
    "Step",
    "Trickle",
    "Tunnel",
    "chat_chunk",
    "chat_completion",
    "chat_stream",
    "error_body",
    "faults",
    "http1",
    "served",
    "sse",
    "tokens",
    "tool_call",
    "unused_port",
]
