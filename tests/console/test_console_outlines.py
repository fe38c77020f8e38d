"""What a screen reader is told of every page: its landmarks, headings, and controls by name (ARIA snapshots).

The outlines are kept in ``outlines/``. After a change that is meant: ``SWITCHGEAR_OUTLINES=write`` before pytest, and read
the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from samples import routes
from visits import Visits, settled

from switchgear.testing import served

KEPT = Path(__file__).with_name("outlines")
_SHOWN = re.compile(
    r"^(\s*)- (banner|navigation|main|complementary|region|search|form|dialog|heading|columnheader|tab|button|textbox|"
    r"searchbox|combobox|checkbox|switch|radio|slider|spinbutton|table|grid|treegrid|log)\b(.*)$"
)
_VARIES = (
    (re.compile(r"\b(?:key|req|ses|usr|conv)_\w+"), "ID"),
    (re.compile(r"(?<!level=)\d[\d.,:]*(?:\s?(?:ms|s|min|h|%|KB|MB))?"), "N"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"), "DAY"),
)


def outline(snapshot: str) -> str:
    """The lines of a snapshot that tell of structure and controls, without what changes from one run to the next."""
    lines: list[str] = []
    for line in snapshot.splitlines():
        found = _SHOWN.match(line)
        if found is None:
            continue
        told = f"{found[2]}{found[3]}".rstrip(":")
        for varies, word in _VARIES:
            told = varies.sub(word, told)
        if not lines or lines[-1] != told:
            lines.append(told)
    return "\n".join(lines) + "\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(
    browser: Browser, furnished: tuple[served, dict[str, str]]
) -> AsyncIterator[tuple[Page, dict[str, str]]]:
    """One window for all pages, and their addresses."""
    gateway, addresses = furnished
    visits = Visits(browser, gateway)
    yield await visits.page("owner", reduced_motion="reduce"), addresses
    await visits.end()


@pytest.mark.parametrize("route", [route for route in routes() if route != "/kit"])  # whose parts load and run for ever
async def test_a_page_says_what_is_on_it(desk: tuple[Page, dict[str, str]], route: str) -> None:
    page, addresses = desk
    await page.goto(addresses[route])
    await settled(page)
    main = page.get_by_role("main")
    assert await main.count() == 1
    assert await page.get_by_role("heading", level=1).count() == 1
    told = outline(await main.aria_snapshot())
    assert ": ''" not in told
    kept = KEPT / f"{route.strip('/').replace('/', '-').replace('$', '') or 'overview'}.txt"
    if os.environ.get("SWITCHGEAR_OUTLINES") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(told)
    assert told == kept.read_text()
