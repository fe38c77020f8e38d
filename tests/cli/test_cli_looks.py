"""The banner, tables and colours."""

from __future__ import annotations

import contextlib
import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from switchgear import __version__
from switchgear.cli import banner, screen, tables
from switchgear.providers.catalogue import Catalog
from switchgear.testing import served

FACTS = banner.BannerFacts(
    version="0.1.0",
    url="http://127.0.0.1:4100",
    link="http://127.0.0.1:4100/?link=9f2c",
    key="sk-sg-shown",
    models=[("smollm2", "ready", 0.62)],
    found=[("OPENAI_API_KEY", "openai", "gpt-5-mini"), ("XAI_API_KEY", "xai", "")],
    config=None,
    notes=["Something to know."],
)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def tty(monkeypatch):
    """What is printed on a terminal while it is entered; in a fixture of its own, pytest would capture it."""
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return lambda: contextlib.redirect_stdout(Screen())


def test_the_banner_tells_what_a_person_needs(capsys):
    banner.render(FACTS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Switchgear 0.1.0 · http://127.0.0.1:4100"
    assert lines[1] == ""
    assert lines[2].split() == ["Open", "http://127.0.0.1:4100/?link=9f2c", "signs", "you", "in", "once"]
    del lines[2]
    assert lines[2].split() == ["Key", "sk-sg-shown", "shown", "now", "and", "never", "again"]
    assert lines[3].startswith("  Model     smollm2 (embedded, ready in 0.6 s)")
    assert lines[3].endswith("add yours: switchgear init")
    assert lines[4].startswith('  Found     OPENAI_API_KEY → provider "openai"')
    assert lines[4].endswith("call it as openai/gpt-5-mini")
    assert lines[5].endswith("call it as xai/MODEL")
    assert lines[6] == "  Note      Something to know."
    remarks = {
        line.index(text) for line, text in zip(lines[2:5], ("shown", "add", "call"), strict=True) if text in line
    }
    assert len(remarks) <= 2


def test_the_banner_of_a_later_start_shows_no_key(capsys):
    later = banner.BannerFacts("0.1.0", "http://h", None, None, [("smollm2", "failed", None)], [], Path("a.toml"), [])
    banner.render(later)
    shown = capsys.readouterr().out
    assert "Key" not in shown
    assert "Open      http://h   with: switchgear login-link" in shown
    assert "smollm2 (embedded, failed)" in shown
    assert "Config    a.toml" in shown
    assert "switchgear init" not in shown


def test_the_banner_is_coloured_on_a_terminal_unless_that_is_not_wanted(tty, monkeypatch):
    with tty() as shown:
        banner.render(FACTS)
    assert "\x1b[32msk-sg-shown\x1b[0m" in shown.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    with tty() as shown:
        banner.render(FACTS)
    assert "\x1b" not in shown.getvalue()


def test_a_dumb_terminal_gets_no_colours(tty, monkeypatch):
    with tty():
        assert screen.style("x", "red") == "\x1b[31mx\x1b[0m"
        monkeypatch.setenv("TERM", "dumb")
        assert screen.style("x", "red") == "x"


COLUMNS = (tables.Column("name", cut=True), tables.Column("calls", right=True))


def test_a_table_is_aligned(capsys):
    tables.show(COLUMNS, [("a", "1"), ("bcd", "1,000")], nothing="none")
    assert capsys.readouterr().out == " name  calls\n a         1\n bcd   1,000\n"


def test_an_empty_table_is_a_sentence(capsys):
    tables.show(COLUMNS, [], nothing="None yet.")
    assert capsys.readouterr().out == "None yet.\n"


def test_what_may_be_cut_gives_way_on_a_narrow_terminal(tty, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    with tty() as shown:
        tables.show(COLUMNS, [("x" * 100, "1,000")], nothing="")
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) == 40
    assert "…" in lines[1]
    assert lines[1].endswith("1,000")


def test_nothing_is_cut_where_a_program_reads(capsys):
    tables.show(COLUMNS, [("x" * 100, "1,000")], nothing="")
    assert "x" * 100 in capsys.readouterr().out


def test_wide_characters_keep_the_columns_aligned(capsys):
    tables.show(COLUMNS, [("東京", "1"), ("abcd", "2")], nothing="")
    _, first, second = capsys.readouterr().out.splitlines()
    assert first == " 東京      1"
    assert second == " abcd      2"


def test_a_cell_cannot_paint_on_the_terminal(capsys):
    tables.show(COLUMNS, [("\x1b[31mred\nnext\u202e", "1")], nothing="")
    assert capsys.readouterr().out.splitlines()[1] == " [31mred next      1"


@pytest.mark.parametrize(
    ("nano", "shown"),
    [(None, "–"), (0, "$0.00"), (1, "< $0.0001"), (3_100_000, "$0.0031"), (12_345_678_900_000, "$12,345.68")],
)
def test_money_is_shown_as_exactly_as_matters(nano, shown):
    assert tables.dollars(nano) == shown


def test_sizes_and_spans_are_shown_in_the_unit_that_fits():
    assert [tables.size(count) for count in (0, 2048, 5 * 2**20, 3 * 2**30)] == ["0 bytes", "2 KiB", "5 MiB", "3.0 GiB"]
    now = datetime.now(UTC)
    assert tables.away(None) == "never"
    assert tables.away((now + timedelta(days=3, minutes=1)).isoformat()) == "in 3 days"
    assert tables.away((now - timedelta(hours=1)).isoformat()) == "1 hour ago"
    assert tables.away(now.isoformat()) == "now"
    assert tables.away((now - timedelta(seconds=30)).isoformat()) == "now"
    assert tables.away((datetime.now(UTC) + timedelta(seconds=40)).isoformat()) in {
        f"in {left} s" for left in range(20, 41)
    }
    assert tables.moment(None) == "never"


def waited_for(gateway, text: str) -> str:
    deadline = time.monotonic() + 30
    while text not in gateway.output():
        assert time.monotonic() < deadline, gateway.output()
        time.sleep(0.02)
    return gateway.output()


def test_the_start_shows_the_banner_and_the_key_once(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    with served("[local]\nenabled = false\n", data_dir=tmp_path / "data") as gateway:
        lines = waited_for(gateway, "Found").splitlines()
    assert lines[0] == f"Switchgear {__version__} · {gateway.url}"
    assert sum("sk-sg-" in line for line in lines) == 1
    assert f"{gateway.url}/?link=" in lines[2]
    assert "shown now and never again" in lines[3]
    with served("[local]\nenabled = false\n", data_dir=tmp_path / "data") as again:
        assert "sk-sg-" not in waited_for(again, "Found")


@pytest.mark.parametrize("provider", sorted(banner._EXAMPLES))
def test_a_model_shown_as_an_example_is_one_that_the_catalogue_knows(provider):
    catalogue = Catalog.load()
    assert banner.example_model(provider) in catalogue.models(provider)
    assert catalogue.price(provider, banner.example_model(provider)) is not None
