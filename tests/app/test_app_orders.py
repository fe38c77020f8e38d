"""What is handed from process to process arrives as it was."""

from __future__ import annotations

from switchgear.app.orders import Orders, Plan, Told, pack_told, unpack_told


def test_a_plan_is_taken_over_whole_and_once() -> None:
    plan = Plan(
        workers=3,
        listener=5,
        lock=6,
        options={"data_dir": "/d", "config": None, "overrides": {"server.port": 1}},
        text="é = 1",
        local=None,
        drain=1.5,
        url="http://x",
        key="sk-sg-secret",
        log=("info", "json"),
        dev=False,
        worker=["python"],
    )
    descriptor = plan.hand_over()
    taken = Plan.taken(descriptor)
    assert (taken.text, taken.key, tuple(taken.log), taken.options) == (plan.text, plan.key, plan.log, plan.options)


def test_orders_carry_what_was_counted_before() -> None:
    orders = Orders(1, 5, 6, {"data_dir": "/d"}, None, None, tell=True, models="{}", counted=b"\x00\xff" * 9)
    assert Orders.unpacked(orders.packed()) == orders


def test_what_workers_answer_is_told_apart() -> None:
    rows = [
        Told(1, "ready", "", 7, 0, 1.5, b"\x00a"),
        Told(2, "restarting", "é", 0, 3, 2.5),
        Told(3, "ready", "", 9, 0, 3.5, b"b"),
    ]
    assert unpack_told(pack_told(rows)) == rows
    assert unpack_told(pack_told([])) == []
