"""What servers ask of clients of the older revisions: sent on the stream of the request that it belongs to, answered by a POST of its own.

MCP 2025-11-25, Streamable HTTP. The answer may come to another worker, and finds its way by the id, which names the one that asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.access.keys import Key
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.message import Message
from switchgear.edge.mcp.tokens import ClientSession
from switchgear.edge.mcp.turn import Turn
from switchgear.plugins.mcp.asking import Declined
from switchgear.plugins.mcp.frames import read_fault

ANSWER_SECONDS: Final = 600.0
"""How long people take to answer at most."""
MOST_OF_A_KEY: Final = 32
"""Questions of one key that wait; the calls that they belong to take places of their plugins."""
_INTERNAL: Final = -32603
_encode = msgspec.json.Encoder().encode


class ClientAnswer(Frozen, frozen=True):
    """A client's answer on its way: ``result`` or ``error``, and who sent it."""

    number: str
    whose: str
    result: bytes = b""
    error: bytes = b""


class _Open(Frozen, frozen=True):
    future: asyncio.Future[bytes]
    whose: str


class Questions:
    """Those that wait for an answer. ``node`` names this worker; ``elsewhere`` takes answers for others, by their name."""

    def __init__(self, node: str, elsewhere: Callable[[str, ClientAnswer], None]) -> None:
        self._node = node
        self._elsewhere = elsewhere
        self._open: dict[str, _Open] = {}
        self._numbers = 0

    async def ask(self, turn: Turn, method: str, params: Raw) -> bytes:
        """The client's answer, a JSON object. Raises Declined."""
        if sum(one.whose.startswith(f"{turn.key.id}/") for one in self._open.values()) >= MOST_OF_A_KEY:
            raise Declined(_INTERNAL, "Too many calls wait for answers of this client.")
        self._numbers += 1
        number = f"{self._node}.{self._numbers}"
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        frame = b'{"jsonrpc":"2.0","id":%b,"method":%b,"params":%b}' % (_encode(number), _encode(method), params)
        if not turn.sink.push(frame):
            raise Declined(_INTERNAL, "The client takes no requests on this call.")
        self._open[number] = _Open(future, whose(turn.key, turn.session))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await future
        except TimeoutError:
            raise Declined(_INTERNAL, f"The client did not answer within {ANSWER_SECONDS:.0f} s.") from None
        except asyncio.CancelledError:
            turn.push("notifications/cancelled", b'{"requestId":%b}' % _encode(number))
            raise
        finally:
            del self._open[number]

    def answered(self, message: Message, key: Key, session: ClientSession | None) -> None:
        """Take a client's answer, for whichever worker; one to nothing that was asked is dropped."""
        try:
            number = msgspec.json.decode(message.id, type=str)
        except msgspec.DecodeError:
            return
        answer = ClientAnswer(number, whose(key, session), bytes(message.result), bytes(message.error))
        node = number.rpartition(".")[0]
        if node == self._node:
            self.arrived(answer)
        elif node:
            self._elsewhere(node, answer)

    def arrived(self, answer: ClientAnswer) -> None:
        """Take an answer to a question of this worker. Only who was asked can answer."""
        asked = self._open.get(answer.number)
        if asked is None or asked.future.done() or asked.whose != answer.whose:
            return
        if answer.error:
            fault = read_fault(Raw(answer.error))
            asked.future.set_exception(Declined(int(fault.code), fault.message[:1000], bytes(fault.data)))
        elif answer.result.startswith(b"{"):
            asked.future.set_result(answer.result)
        else:
            asked.future.set_exception(Declined(_INTERNAL, "The client's answer is no object."))


def whose(key: Key, session: ClientSession | None) -> str:
    """Who may answer what this one was asked."""
    return f"{key.id}/{session.id if session is not None else ''}"
