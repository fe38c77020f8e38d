"""How what is kept of conversations is shown by the admin API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

import msgspec

from switchgear.core.money import NANO
from switchgear.edge.admin.schemas import conversations as schemas
from switchgear.edge.admin.schemas.base import moment
from switchgear.store.conversation_messages import Message
from switchgear.store.conversations import Conversation, Hit


def shown(held: Conversation, hit: Hit | None = None) -> schemas.Conversation:
    """A conversation as it is answered."""
    return schemas.Conversation(
        id=held.id,
        title=held.title,
        pinned=held.pinned,
        settings=msgspec.json.decode(held.settings),
        leaf=held.leaf,
        messages=held.messages,
        bytes=held.bytes,
        created_at=moment(held.created_at),
        updated_at=moment(held.updated_at),
        hit=None
        if hit is None
        else schemas.Hit(
            message_id=hit.message_id, text=hit.snippet.text, marks=[list(one) for one in hit.snippet.marks]
        ),
    )


def told(message: Message, siblings: Mapping[str, Sequence[str]]) -> schemas.Message:
    """A message as it is answered."""
    return schemas.Message(
        id=message.id,
        parent_id=message.parent_id,
        role=cast("schemas.Role", message.role),
        state=cast("schemas.State", message.state),
        content=msgspec.json.decode(message.content),
        model=message.model,
        params=msgspec.json.decode(message.params),
        usage=schemas.MessageUsage(**msgspec.json.decode(message.usage)),
        timings=schemas.Timings(**msgspec.json.decode(message.timings)),
        cost_usd=None if message.cost is None else f"{(Decimal(message.cost) / NANO).normalize():f}",
        call_id=message.call_id,
        beside=message.beside,
        created_at=moment(message.created_at),
        updated_at=moment(message.updated_at),
        siblings=list(siblings.get(message.id, ())),
    )
