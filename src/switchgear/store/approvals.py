"""Calls of tools that wait, or waited, for a person to approve them. What they are called with is encrypted.

An approval is of a key, a tool and a digest: of exactly one call, or of the tool, for every call until it ends. Times are milliseconds
since the epoch. What has ended is told as "expired" from that moment on, without a write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    and_,
    case,
    delete,
    desc,
    func,
    insert,
    literal,
    select,
    tuple_,
)
from sqlalchemy import update as update_rows

from switchgear.core.errors import ApprovalNotPending, NotFound, TooManyApprovals
from switchgear.core.ids import new_id
from switchgear.store import plugin_tables
from switchgear.store.engine import Database
from switchgear.store.late_sealing import LateSealer
from switchgear.store.pages import cursor_of, position

ApprovalState = Literal["pending", "approved", "denied", "expired", "used"]
KEPT_MS: Final = 30 * 86_400_000
"""How long a decision can be looked at after it ended."""
_OPEN: Final = ("pending", "approved", "denied")
_approvals = plugin_tables.plugin_approvals
_columns = _approvals.c


class Asking(msgspec.Struct, frozen=True):
    """What a call is: whose, of what, and with what. ``digest`` tells whether another one is the same."""

    key_id: str
    plugin: str
    tool: str
    digest: str
    arguments: str


class Approval(msgspec.Struct, frozen=True):
    """One call that a person was asked about. ``arguments`` is JSON; empty when it was stored under another secret.

    ``expires_at`` is until when it can be decided on, and then how long the decision holds.
    """

    id: str
    at: int
    plugin: str
    tool: str
    key_id: str
    digest: str
    arguments: str
    state: ApprovalState
    decided_at: int | None
    decided_by: str
    expires_at: int
    reason: str


class Decision(msgspec.Struct, frozen=True):
    """What a person decided. ``digest`` replaces that of the call when more than this call is approved."""

    approved: bool
    at: int
    by: str
    expires_at: int
    reason: str = ""
    digest: str | None = None


class ApprovalPage(msgspec.Struct, frozen=True):
    """Approvals, newest first; ``before`` is the cursor of the next, older page, or None at the end."""

    approvals: list[Approval]
    before: str | None


class ApprovalStore:
    """Reads and changes approvals. Every method raises StoreUnavailable; one that names an approval also NotFound."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._sealer = LateSealer(secret)

    async def find(self, key_id: str, plugin: str, tool: str, digests: Sequence[str], now: int) -> Approval | None:
        """What holds now for a call with one of ``digests``: approved before pending before denied."""
        rank = case((_columns.state == "approved", 0), (_columns.state == "pending", 1), else_=2)
        asked = (
            select(_approvals)
            .where(
                _columns.key_id == key_id,
                _columns.plugin == plugin,
                _columns.tool == tool,
                _columns.digest.in_(digests),
                _columns.state.in_(_OPEN),
                _columns.expires_at > now,
            )
            .order_by(rank, desc(_columns.at))
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(asked)).first()
        return None if row is None else self._read(row, now)

    async def ask(self, asking: Asking, now: int, expires_at: int, most: int) -> Approval:
        """Enter a call that waits. Raises TooManyApprovals when ``most`` calls of the key wait already.

        On PostgreSQL calls of the same moment do not see each other, so that a few more can get through.
        """
        waiting = select(func.count()).where(
            _columns.key_id == asking.key_id, _columns.state == "pending", _columns.expires_at > now
        )
        approval_id = new_id("apr")
        row = {
            **msgspec.structs.asdict(asking),
            "id": approval_id,
            "at": now,
            "arguments": self._sealer.seal(_under(approval_id), asking.arguments),
            "state": "pending",
            "decided_at": None,
            "decided_by": "",
            "expires_at": expires_at,
            "reason": "",
        }
        async with self._database.write() as connection:
            if (await connection.execute(waiting)).scalar_one() >= most:
                raise TooManyApprovals(f"{most} calls of this key wait for a person already.", retry_after=60)
            await connection.execute(insert(_approvals).values(row))
        return Approval(**{**row, "arguments": asking.arguments})

    async def use(self, approval_id: str, now: int) -> bool:
        """Use the approval of one call up; False when another call was first, or it does not hold any more."""
        held = and_(_columns.id == approval_id, _columns.state == "approved", _columns.expires_at > now)
        async with self._database.write() as connection:
            return bool((await connection.execute(update_rows(_approvals).where(held).values(state="used"))).rowcount)

    async def give_back(self, approval_id: str, now: int) -> None:
        """Let an approval that was used up be used again, as long as it holds."""
        held = and_(_columns.id == approval_id, _columns.state == "used", _columns.expires_at > now)
        async with self._database.write() as connection:
            await connection.execute(update_rows(_approvals).where(held).values(state="approved"))

    async def decide(self, approval_id: str, decision: Decision) -> Approval:
        """Enter what a person decided of a call that waits; an approval that was not used yet can be denied all the same.

        Raises ApprovalNotPending for one that is decided, used or expired.
        """
        open_states = ("pending",) if decision.approved else ("pending", "approved")
        held = and_(_columns.id == approval_id, _columns.state.in_(open_states), _columns.expires_at > decision.at)
        values: dict[str, Any] = {
            "state": "approved" if decision.approved else "denied",
            "decided_at": decision.at,
            "decided_by": decision.by,
            "expires_at": decision.expires_at,
            "reason": decision.reason,
        }
        if decision.digest is not None:
            values["digest"] = decision.digest
        async with self._database.write() as connection:
            changed = await connection.execute(update_rows(_approvals).where(held).values(values))
            row = (await connection.execute(select(_approvals).where(_columns.id == approval_id))).first()
        found = self._found(row, approval_id, decision.at)
        if not changed.rowcount:
            raise ApprovalNotPending(f"Approval {approval_id} is {found.state}, and cannot be decided on any more.")
        return found

    async def get(self, approval_id: str, now: int) -> Approval:
        """The approval with this id."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(_approvals).where(_columns.id == approval_id))).first()
        return self._found(row, approval_id, now)

    async def list(
        self, now: int, *, state: ApprovalState | None = None, limit: int = 100, before: str | None = None
    ) -> ApprovalPage:
        """Up to ``limit`` approvals, newest first, older than the cursor ``before``. Raises RequestError for a bad one."""
        conditions = [] if state is None else [_in_state(state, now)]
        if before is not None:
            at, approval_id = position(before)
            conditions.append(tuple_(_columns.at, _columns.id) < tuple_(literal(at, BigInteger), literal(approval_id)))
        asked = (
            select(_approvals)
            .where(and_(True, *conditions))
            .order_by(desc(_columns.at), desc(_columns.id))
            .limit(limit + 1)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(asked)).all()
        found = [self._read(row, now) for row in rows[:limit]]
        more = len(rows) > limit and found
        return ApprovalPage(found, cursor_of(found[-1].at, found[-1].id) if more else None)

    async def prune(self, now: int) -> int:
        """Forget what ended ``KEPT_MS`` ago; how many they were."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(_approvals).where(_columns.expires_at <= now - KEPT_MS))
        return gone.rowcount

    def _found(self, row: Row[Any] | None, approval_id: str, now: int) -> Approval:
        if row is None:
            raise NotFound(
                f'No approval has the id "{approval_id[:64]}".', hint="switchgear plugin approvals lists them."
            )
        return self._read(row, now)

    def _read(self, row: Row[Any], now: int) -> Approval:
        values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        values["arguments"] = self._sealer.open(_under(row.id), row.arguments) or ""
        if row.state in {"pending", "approved"} and row.expires_at <= now:
            values["state"] = "expired"
        return Approval(**values)


def _under(approval_id: str) -> str:
    """What the arguments are sealed under, which is no name of anything else that is."""
    return f"approval {approval_id}"


def _in_state(state: ApprovalState, now: int) -> ColumnElement[bool]:
    if state == "expired":
        return and_(_columns.state.in_(("pending", "approved")), _columns.expires_at <= now)
    if state in {"pending", "approved"}:
        return and_(_columns.state == state, _columns.expires_at > now)
    return _columns.state == state
