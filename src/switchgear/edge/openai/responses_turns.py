"""One turn of a conversation that is kept here: what came before it, and what is kept of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

import msgspec

from switchgear.config.schema import ResponsesSettings
from switchgear.core.errors import (
    InternalError,
    NotFound,
    PreviousResponseNotFound,
    ProviderInvalidResponse,
    RequestTooLarge,
    StoreUnavailable,
)
from switchgear.dialects.responses.conversation import (
    array,
    history,
    identified,
    ids_in,
    kept_items,
    output_items,
    references,
    refuse_unfinished,
    resolved,
)
from switchgear.dialects.responses.document import response_id
from switchgear.edge.openai.responses_events import Overlay, readable, status_of
from switchgear.edge.openai.responses_requests import ResponseRequest
from switchgear.pipeline.call import ModelCall
from switchgear.store.responses import KeptResponse, Responses

_log = logging.getLogger(__name__)
_DAY = 86_400_000


class Turn(msgspec.Struct):
    """A request with the conversation it belongs to. ``own`` are the items of its input, references put in."""

    request: ResponseRequest
    key_id: str
    overlay: Overlay
    own: list[bytes]
    before: list[bytes]

    @property
    def items(self) -> list[bytes]:
        """The whole conversation; the request's own list where that is all."""
        return [*self.before, *self.own] if self.before else self.own


class Conversations:
    """Opens turns, and keeps them. ``keeping`` gives the settings as they are now."""

    def __init__(self, responses: Responses, keeping: Callable[[], ResponsesSettings]) -> None:
        self._responses = responses
        self._keeping = keeping

    async def open(self, call: ModelCall, request: ResponseRequest) -> Turn:
        """The turn that a request of an authenticated call is.

        Raises PreviousResponseNotFound, Conflict for a response that is not finished, RequestError for an item that is only referred to
        and not kept, RequestTooLarge, StoreUnavailable.
        """
        if call.key is None:
            raise InternalError("A turn needs a key.")
        key_id, now = call.key.id, now_ms()
        before = await self._before(request.previous_id, key_id, now) if request.previous_id is not None else []
        own = request.items
        if named := references(own):
            own = resolved(own, await self._named(named, before, key_id, now))
        overlay = Overlay(
            response_id(call.id), store=request.store, background=request.background, previous_id=request.previous_id
        )
        return Turn(request, key_id, overlay, own, before)

    async def _before(self, previous_id: str, key_id: str, now: int) -> list[bytes]:
        try:
            chain = await self._responses.chain(previous_id, key_id, now)
        except NotFound as error:
            raise PreviousResponseNotFound(error.message, param="previous_response_id") from error
        refuse_unfinished(previous_id, chain[-1].status)
        return history((kept.input, kept.document) for kept in chain)

    async def _named(self, named: Sequence[str], before: list[bytes], key_id: str, now: int) -> dict[str, bytes]:
        """The items with these ids, as far as they are kept for the key."""
        found = dict(identified(before, ""))
        if not all(one in found for one in named):
            holders = await self._responses.holding(named, key_id, now)
            for kept in {holder.id: holder for holder in holders.values()}.values():
                found |= identified([*kept_items(kept.input), *output_items(kept.document)], kept.id)
        return found

    def row(self, turn: Turn, document: bytes, *, alive_until: int | None = None) -> KeptResponse:
        """What is kept of a turn that is not finished."""
        now = now_ms()
        return KeptResponse(
            id=turn.overlay.id,
            key_id=turn.key_id,
            previous_id=turn.request.previous_id,
            created_at=now,
            expires_at=now + self._keeping().retention_days * _DAY,
            status="in_progress",
            model=turn.request.model,
            input=array(turn.own),
            document=document,
            alive_until=alive_until,
        )

    def check(self, row: KeptResponse) -> None:
        """Raise RequestTooLarge or ProviderInvalidResponse for what cannot be kept."""
        if not readable(row.document):
            raise ProviderInvalidResponse("The provider's response does not have the form it should have.")
        most = self._keeping().max_stored_bytes
        if row.size > most:
            raise RequestTooLarge(
                f"The response is too large to be kept: {row.size} bytes, and the limit is {most}.",
                param="store",
                hint="Send it with store: false.",
            )

    async def keep(self, turn: Turn, document: bytes) -> bool:
        """Keep a finished turn; whether it is kept now. One that cannot be is answered all the same, and says so."""
        row = self.row(turn, document)
        try:
            self.check(row)
            row = msgspec.structs.replace(row, status=status_of(document))
            await self._responses.keep(row, ids_of(row))
        except (ProviderInvalidResponse, RequestTooLarge, StoreUnavailable) as error:
            _log.warning("The response %s is not kept: %s", row.id, error)
            return False
        return True


def ids_of(row: KeptResponse) -> list[str]:
    """The ids of the items that a response holds."""
    return [*(name for name, _ in identified(kept_items(row.input), row.id)), *ids_in(row.document)]


def now_ms() -> int:
    """The time as the store has it."""
    return time.time_ns() // 1_000_000
