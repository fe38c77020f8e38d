"""Tool calls that come in fragments, put together however a server cut them.

OpenAI numbers the calls of an answer and names id and function in the first fragment of each. Others leave out the number, give
every call the number 0, repeat id and name in every fragment or cut the name as well, and write arguments as an object.

A call is told of once its name must be whole: with its first arguments, or when something else begins.
"""

from __future__ import annotations

import msgspec

from switchgear.core.canonical import Event, ReasoningSigned, Signature, ToolCallBegin, ToolCallDelta
from switchgear.core.ids import new_id
from switchgear.dialects.chat.answer import Call, text_of
from switchgear.dialects.chat.thoughts import google_signature

_LONGEST_TRIED = 256 * 1024
"""Characters of arguments beyond which a call is not tried for being whole."""
_decode = msgspec.json.Decoder(msgspec.Raw).decode
_encode = msgspec.json.Encoder().encode


class _Begun:
    """One call of the answer. ``index`` is the part it is, -1 while it is held."""

    __slots__ = ("custom", "given", "held", "id", "index", "name", "pieces", "signature")

    def __init__(self, name: str, *, given: bool, custom: bool) -> None:
        self.id = name
        self.given = given
        self.name = ""
        self.custom = custom
        self.index = -1
        self.pieces: list[str] = []
        self.held: list[str] = []
        self.signature: Signature | None = None

    def whole(self) -> bool:
        """Whether its arguments are complete as they are."""
        if not self.pieces[-1].rstrip().endswith("}"):
            return False
        text = "".join(self.pieces)
        if len(text) > _LONGEST_TRIED:
            return False
        try:
            _decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            return False
        return True


class ToolStream:
    """The tool calls of one streamed answer of ``provider``. ``next_index`` is the index of the part that begins next."""

    __slots__ = ("_by_number", "_ids", "_last", "_provider", "_signed", "any", "next_index")

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._by_number: dict[int, _Begun] = {}
        self._ids: dict[str, _Begun] = {}
        self._last: _Begun | None = None
        self._signed: dict[str, Signature] = {}
        self.any = False
        self.next_index = 0

    def sign(self, name: str, signature: Signature) -> bool:
        """Keep a signature for the call of this id; False when that has been told of already."""
        call = self._ids.get(name)
        if call is not None and call.index >= 0:
            return False
        self._signed[name] = signature
        return True

    def feed(self, fragments: list[Call], events: list[Event]) -> None:
        """Take the fragments of one chunk."""
        for position, fragment in enumerate(fragments):
            custom = fragment.custom is not None or fragment.type == "custom"
            if custom:
                name = text_of(fragment.custom.name) if fragment.custom is not None else ""
                arguments = fragment.custom.input if fragment.custom is not None else None
            else:
                name = text_of(fragment.function.name) if fragment.function is not None else ""
                arguments = fragment.function.arguments if fragment.function is not None else None
            call = self._find(fragment, name, position)
            if call is None:
                call = self._new(fragment, events, custom=custom)
            elif not call.given and call.index < 0:
                self._identify(call, text_of(fragment.id))
            if fragment.extra_content is not None:
                self._attach(call, fragment.extra_content)
            self._add(call, name, arguments, events)

    def settle(self, events: list[Event]) -> None:
        """Tell of a call that is held: something else begins."""
        if self._last is not None and self._last.index < 0 and self._last.name:
            self._begin(self._last, events)

    def finish(self, events: list[Event]) -> None:
        """The answer ends: a call without arguments gets the empty object."""
        self.settle(events)
        for call in self._ids.values():
            if call.index >= 0 and not call.pieces and not call.custom:
                call.pieces.append("{}")
                events.append(ToolCallDelta(call.index, "{}"))

    # ------------------------------------------------------------ which call a fragment is of

    def _find(self, fragment: Call, name: str, position: int) -> _Begun | None:
        """The call a fragment continues, None for one that begins another."""
        number = fragment.index
        given = text_of(fragment.id)
        if isinstance(number, int):
            call = self._by_number.get(number)
            if call is None or not name:
                return call
            if given and call.given and given != call.id:
                return None
            return None if not given and call.pieces and call.whole() else call
        if given in self._ids:
            return self._ids[given]
        last = self._last
        if last is None or not name:
            return last
        if given or position or (last.pieces and (name != last.name or last.whole())):
            return None
        return last

    def _new(self, fragment: Call, events: list[Event], *, custom: bool) -> _Begun:
        self.settle(events)
        given = text_of(fragment.id)
        given = "" if given in self._ids else given
        call = _Begun(given or new_id("call"), given=given != "", custom=custom)
        self._ids[call.id] = self._last = call
        if isinstance(fragment.index, int):
            self._by_number[fragment.index] = call
        self.any = True
        return call

    def _identify(self, call: _Begun, given: str) -> None:
        """Give a call the id that came for it, unless another one has it."""
        if given and given not in self._ids:
            del self._ids[call.id]
            call.id, call.given = given, True
            self._ids[given] = call

    # ------------------------------------------------------------ what it adds

    def _attach(self, call: _Begun, extra: object) -> None:
        if call.index < 0 and (value := google_signature(extra)):
            call.signature = Signature(self._provider, value)

    def _add(self, call: _Begun, name: str, arguments: object, events: list[Event]) -> None:
        if call.index < 0 and name and name != call.name:
            call.name = name if name.startswith(call.name) else call.name + name
        if arguments is None or arguments == "":
            return
        text = arguments if isinstance(arguments, str) else _encode(arguments).decode()
        call.pieces.append(text)
        if call.index < 0:
            call.held.append(text)
            if call.name:
                self._begin(call, events)
        else:
            events.append(ToolCallDelta(call.index, text))

    def _begin(self, call: _Begun, events: list[Event]) -> None:
        signature = call.signature or self._signed.pop(call.id, None)
        if signature is not None:
            events.append(ReasoningSigned(self.next_index, signature))
            self.next_index += 1
        call.index = self.next_index
        self.next_index += 1
        events.append(ToolCallBegin(call.index, call.id, call.name, call.custom))
        if call.held:
            events.append(ToolCallDelta(call.index, "".join(call.held)))
            call.held = []
