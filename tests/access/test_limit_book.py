"""Who has which limits, by what the file and the store define."""

from __future__ import annotations

from datetime import datetime

import pytest
from limiting import key, limits

from switchgear.access.limit_book import Defined, LimitBook, Stored
from switchgear.access.limit_plan import Plan
from switchgear.access.limit_plan import plan as plan_of
from switchgear.config.limits import TeamSettings
from switchgear.core.periods import period

NOON = 1_795_608_000_000


def test_what_the_file_defines_wins_loudly() -> None:
    book = LimitBook(
        Defined({"a": limits(rpm=1)}, {"t": TeamSettings(limits="a")}, {}, {}),
        Stored(limits={"a": {"rpm": 2}, "b": {"rpm": 3}}, teams={"t": {}}, users={"u": {"limits": "b"}}),
    )
    assert {name: settings.rpm for name, settings in book.settings.items()} == {"a": 1, "b": 3}
    assert book.teams["t"].limits == "a"
    assert book.sources == {"limits.a": "file", "limits.b": "store", "teams.t": "file", "users.u": "store"}
    assert [note for note in book.notes if "hidden" in note] == [
        'Limits "a" of the store: hidden by the one of that name in the file.',
        'Team "t" of the store: hidden by the one of that name in the file.',
    ]


def test_a_stored_document_that_cannot_be_read_is_passed_over_and_told() -> None:
    book = LimitBook(Defined({}, {}, {}, {}), Stored(limits={"a": {"rpm": "many", "x": 1}}))
    assert book.settings == {}
    assert book.notes == ['Limits "a" of the store: left out, 2 fields are wrong.']


def test_whoever_names_limits_of_nobody_is_told() -> None:
    book = LimitBook(Defined({}, {}, {}, {"fast": "gone"}), Stored(teams={"t": {"limits": "gone"}}))
    assert [note.partition(",")[0] for note in book.notes] == [
        'teams.t names the limits "gone"',
        'models.fast names the limits "gone"',
    ]


def test_limits_that_a_wait_helps_least_come_first() -> None:
    book = LimitBook(
        Defined(
            {"default": limits(rpm=1, tpm=2, concurrency=3, budget={"usd": 4, "tokens": 5, "per": "week"})}, {}, {}, {}
        ),
        Stored(),
    )
    plan = plan_of(book.holders(key(), "fast"), NOON)
    assert isinstance(plan, Plan)
    assert [part.what for part in plan.parts] == ["usd", "tokens", "rpm", "concurrency", "tpm"]
    assert [part.check.name for part in plan.parts][:2] == ["usd:2026-W48", "tokens:2026-W48"]
    assert plan.until_ms == period("week", NOON).until


@pytest.mark.parametrize(
    ("per", "at", "name", "since", "until"),
    [
        ("day", "2026-11-25T12:00", "2026-11-25", "2026-11-25", "2026-11-26"),
        ("week", "2026-11-25T12:00", "2026-W48", "2026-11-23", "2026-11-30"),
        ("week", "2027-01-03T23:59", "2026-W53", "2026-12-28", "2027-01-04"),
        ("week", "2026-11-23T00:00", "2026-W48", "2026-11-23", "2026-11-30"),
        ("month", "2026-11-25T12:00", "2026-11", "2026-11-01", "2026-12-01"),
        ("month", "2026-12-31T23:59", "2026-12", "2026-12-01", "2027-01-01"),
        ("month", "2028-02-29T00:00", "2028-02", "2028-02-01", "2028-03-01"),
    ],
)
def test_periods_are_those_of_the_calendar_in_utc(per: str, at: str, name: str, since: str, until: str) -> None:
    def ms(text: str) -> int:
        return int(datetime.fromisoformat(text + "+00:00" if "T" in text else text + "T00:00+00:00").timestamp() * 1000)

    found = period(per, ms(at))  # type: ignore[arg-type]
    assert (found.name, found.since, found.until) == (name, ms(since), ms(until))


def test_the_limits_of_models_hold_for_calls_of_their_deployments_too() -> None:
    models, direct = {"fast": "a", "slow": "a"}, {"openai/m": ("fast", "slow"), "openai/n": ("slow",)}
    book = LimitBook(Defined({"a": limits(rpm=1)}, {}, {}, models, direct), Stored())
    for name, holders in {"fast": ["fast"], "openai/m": ["fast", "slow"], "openai/n": ["slow"], "openai/o": []}.items():
        assert [holder.name for holder in book.holders(key(), name)] == holders
