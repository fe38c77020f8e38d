"""Calls that wait for a client's answers between two of its requests.

A client of 2026-07-28 is asked by a result, ``input_required``, and sends its request again with the answers; a server of the older
revisions asks during the call and waits. So the call is held meanwhile, for a time, and the state that the client brings back tells which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from switchgear.access.keys import Key
from switchgear.core.errors import InvalidJSON, SwitchgearError
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.tokens import Signer
from switchgear.edge.mcp.turn import NEEDS, Turn
from switchgear.pipeline.asker import Asker
from switchgear.plugins.mcp.asking import Declined
from switchgear.plugins.mcp.frames import METHOD_NOT_FOUND, InvalidFrame, read_fields, read_text

HOLD_SECONDS: Final = 300.0
MOST_HELD: Final = 1000
MOST_OF_A_KEY: Final = 8
"""Each takes one of the places that a plugin has for calls at once."""
GONE: Final = "What was asked is not waited for any more: call again without it."
_BUSY: Final = -32603
_encode = msgspec.json.Encoder().encode


class State(Frozen, frozen=True):
    """What a client brings back: the worker that holds the call, which one, whose it is, and what was called."""

    node: str
    number: str
    key: str
    about: str


_state = msgspec.json.Decoder(State)


class _Question:
    __slots__ = ("future", "method", "params")

    def __init__(self, method: str, params: Raw, future: asyncio.Future[bytes]) -> None:
        self.method = method
        self.params = params
        self.future = future


class HeldCall(Asker):
    """A call whose server may ask. ``turn`` is the client's request of the moment."""

    def __init__(self, turn: Turn, state: State, may_wait: Callable[[], bool]) -> None:
        self.turn = turn
        self.state = state
        self.task: asyncio.Task[Raw] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.questions: dict[str, _Question] = {}
        self.asked = asyncio.Event()
        self._may_wait = may_wait
        self._numbers = 0

    @property
    def key(self) -> Key:
        """Whose call it is."""
        return self.turn.key

    async def ask(self, method: str, params: Raw) -> bytes:
        """Put a question into the result of the client's request. Raises Declined."""
        ability = NEEDS.get(method)
        if ability is None or not self.turn.can(ability):
            self.turn.lacking = ability or ""
            raise Declined(METHOD_NOT_FOUND, f"The client does not do {method[:100]}.")
        if not self._may_wait():
            raise Declined(_BUSY, "Too many calls wait for answers of clients.")
        self._numbers += 1
        number = f"q{self._numbers}"
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.questions[number] = _Question(method, params.copy(), future)
        self.asked.set()
        try:
            return await future
        finally:
            self.questions.pop(number, None)

    def tell(self, method: str, params: Raw) -> None:
        """Pass on what belongs to the call while a request of the client is open."""
        self.turn.tell(method, params)

    def progressed(self, params: bytes) -> None:
        """Pass on progress under the token of the request that is open."""
        token = self.turn.message.progress_token
        if token:
            fields = read_fields(params)
            fields["progressToken"] = Raw(token)
            self.turn.progressed(msgspec.json.encode(fields))

    def answer(self, responses: Raw | None) -> None:
        """Take the client's answers; what it does not answer stays asked."""
        try:
            given = read_fields(responses) if responses is not None else {}
        except InvalidFrame:
            raise InvalidJSON("inputResponses must be an object.", param="inputResponses") from None
        for number, response in given.items():
            question = self.questions.get(number)
            if question is not None and not question.future.done():
                question.future.set_result(bytes(response))


class HeldCalls:
    """The calls that this worker, ``node``, holds."""

    def __init__(self, node: str, signer: Signer) -> None:
        self._node = node
        self._signer = signer
        self._held: dict[str, HeldCall] = {}
        self._of_keys: dict[str, int] = {}
        self._numbers = 0

    def state_of(self, turn: Turn) -> State | None:
        """The state that a request brings back, if it is one of ours: then the call goes on. Raises InvalidJSON for another's."""
        token = read_text(turn.message.fields.get("requestState"))
        said = self._signer.read("state", token) if token else None
        if said is None:
            return None
        state = _state.decode(said)
        if state.key != turn.key.id or state.about != _about(turn):
            raise InvalidJSON("This requestState belongs to another request.", param="requestState")
        return state

    async def begin(self, turn: Turn, send: Callable[[HeldCall], Awaitable[Raw]]) -> bytes:
        """The result of a call that ``send`` makes, or what is asked of the client first. Raises SwitchgearError."""
        state = State(self._node, "", turn.key.id, _about(turn))
        held = HeldCall(turn, state, lambda: self._room(turn.key.id))
        held.task = asyncio.ensure_future(send(held))
        return await self._until_it_asks(held)

    async def resume(self, turn: Turn, state: State) -> bytes:
        """The same with the client's answers. Raises InvalidJSON when nothing is held any more."""
        held = self._held.get(state.number)
        if held is not None:
            held.turn = turn
        return await self.go_on(state, turn.message.fields.get("inputResponses"))

    async def go_on(self, state: State, responses: Raw | None) -> bytes:
        """The same for a client that is at another worker."""
        held = self._held.get(state.number)
        if held is None:
            raise InvalidJSON(GONE, param="requestState")
        held.answer(responses)
        self._release(held)
        return await self._until_it_asks(held)

    def holds(self, state: State) -> bool:
        """Whether this is the worker that holds it."""
        return state.node == self._node

    def close(self) -> None:
        """End everything that is held."""
        for held in list(self._held.values()):
            self._give_up(held)

    async def _until_it_asks(self, held: HeldCall) -> bytes:
        task = held.task
        if task is None:
            raise SwitchgearError("Nothing is held.")
        held.asked.clear()
        if any(not question.future.done() for question in held.questions.values()):
            held.asked.set()  # it was not all answered
        asked = asyncio.ensure_future(held.asked.wait())
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)  # what is asked in the same breath
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            asked.cancel()
        if task.done():
            return bytes(task.result())
        self._hold(held)  # under another number each time: an answer counts once
        return self._input_required(held)

    def _input_required(self, held: HeldCall) -> bytes:
        asked = b",".join(
            b'%b:{"method":%b,"params":%b}' % (_encode(number), _encode(one.method), one.params)
            for number, one in held.questions.items()
            if not one.future.done()
        )
        state = _encode(self._signer.sign("state", _encode(held.state)))
        return b'{"resultType":"input_required","inputRequests":{%b},"requestState":%b}' % (asked, state)

    # ------------------------------------------------------------ room and time

    def _room(self, key: str) -> bool:
        return len(self._held) < MOST_HELD and self._of_keys.get(key, 0) < MOST_OF_A_KEY

    def _hold(self, held: HeldCall) -> None:
        key = held.state.key
        self._numbers += 1
        held.state = replace(held.state, number=str(self._numbers))
        self._held[held.state.number] = held
        self._of_keys[key] = self._of_keys.get(key, 0) + 1
        held.timer = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._give_up, held)
        if held.task is not None:
            held.task.add_done_callback(_looked_at)

    def _release(self, held: HeldCall) -> None:
        if self._held.pop(held.state.number, None) is None:
            return
        key = held.state.key
        left = self._of_keys[key] - 1
        if left:
            self._of_keys[key] = left
        else:
            del self._of_keys[key]
        if held.timer is not None:
            held.timer.cancel()

    def _give_up(self, held: HeldCall) -> None:
        """Nobody came with answers."""
        self._release(held)
        if held.task is not None:
            held.task.cancel()


def _about(turn: Turn) -> str:
    fields = turn.message.fields
    return f"{turn.plugin} {turn.message.method} {read_text(fields.get('name') or fields.get('uri'))}"


def _looked_at(task: asyncio.Task[Raw]) -> None:
    """A call that ended while nobody waited is not a mistake that was forgotten."""
    if not task.cancelled():
        task.exception()
