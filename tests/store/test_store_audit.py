"""The audit log."""

from __future__ import annotations

from switchgear.store.audit import AuditFilter
from switchgear.store.store import Store


async def test_entries_come_back_newest_first_and_in_the_order_they_were_made(store: Store) -> None:
    made = [
        await store.audit.append(
            at=1000, actor="key_a", action="key.create", target=f"key_{number}", detail={"n": number}
        )
        for number in range(5)
    ]
    page = await store.audit.list(limit=3)
    assert page.entries == made[:1:-1]
    assert (await store.audit.list(limit=3, before=page.before)).entries == made[1::-1]


async def test_the_log_of_one_target(store: Store) -> None:
    wanted = await store.audit.append(at=1, actor="cli", action="provider.put", target="openai", ip="127.0.0.1")
    await store.audit.append(at=2, actor="cli", action="provider.put", target="other")
    page = await store.audit.list(of=AuditFilter(target="openai"))
    assert (page.entries, page.before) == ([wanted], None)
