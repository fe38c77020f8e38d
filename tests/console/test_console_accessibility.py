"""Every page, in every theme and mode, judged by axe-core (WCAG 2.2 A and AA, and its best practices).

One window goes from page to page, as a person does, and is changed in place. What depends on structure alone is asked
once a page; what depends on colours and sizes in every theme and mode.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from samples import NOBODY, routes
from visits import Visits, settled

from switchgear.testing import served

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
JUDGE = Path(__file__).with_name("judge.js")
WIDE, NARROW = (1280, 800), (320, 800)
SEEN = ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"]
"""Rules whose verdict depends on how the page is shown."""


@dataclass(frozen=True)
class Mode:
    """A way to look at a page: what the system asks for, the width in CSS pixels, the scale a reader chose."""

    name: str
    media: dict[str, str] = field(default_factory=dict)
    size: tuple[int, int] = WIDE
    scale: int = 1


MODES = (
    Mode("as it is"),
    Mode("more contrast", {"contrast": "more"}),
    Mode("forced colours", {"forced_colors": "active"}),
    Mode("reduced motion", {"reduced_motion": "reduce"}),
    Mode("320 px", size=NARROW),
    Mode("200 %", scale=2),
)
_MEDIA = {"contrast": "no-preference", "forced_colors": "none", "reduced_motion": "no-preference"}


LEAVE = """path => {
  if (location.pathname === path) return;
  for (const heading of document.querySelectorAll("h1")) heading.dataset.left = "";
  history.pushState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
"""Navigates, and marks what is left, so that the next page is not taken for shown while this one still is."""


@dataclass
class Desk:
    """The window, what stands for the parts of addresses, and the themes."""

    page: Page
    visits: Visits
    addresses: dict[str, str]
    themes: list[dict[str, Any]]

    async def open(self, route: str) -> str:
        """Navigate as a link does; the address."""
        address = self.addresses[route]
        await self.page.evaluate(LEAVE, address)
        await expect(self.page.locator("h1[data-left]")).to_have_count(0)
        await settled(self.page)
        return address

    async def look(self, mode: Mode) -> None:
        """Change the window to ``mode``."""
        await self.page.emulate_media(**{**_MEDIA, **mode.media})
        await self.page.set_viewport_size({"width": mode.size[0], "height": mode.size[1]})
        await self.page.evaluate("s => document.documentElement.style.setProperty('--scale', String(s))", mode.scale)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(browser: Browser, furnished: tuple[served, dict[str, str]]) -> AsyncIterator[Desk]:
    """One window for all pages."""
    gateway, addresses = furnished
    visits = Visits(browser, gateway)
    context = await visits.context("owner", reduced_motion="no-preference")
    for script in (AXE, JUDGE):
        await context.add_init_script(path=script)
    page = await context.new_page()
    await page.goto("/")
    await settled(page)
    listed = await (await context.request.get("/api/themes")).json()
    themes = [each for each in listed["data"] if each["source"] == "shipped" and each["name"] != "system"]
    # nothing moves while it is judged: half of a fade has another contrast
    await page.evaluate(
        """() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
      document.adoptedStyleSheets.push(sheet);
    }"""
    )
    await page.evaluate("themes => judge.load(themes)", themes)
    yield Desk(page, visits, addresses, themes)
    await visits.end()


class Findings:
    """What is wrong with a page: each thing once, with where it was seen."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def note(self, where: str, found: list[list[str]]) -> None:
        """Take what was found in one way to look at the page."""
        for what, why in found:
            self._found.setdefault(what, []).append(f"{where}: {why}")

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        lines = (f"- {what}\n    {ways[0]}\n    seen in {len(ways)} ways" for what, ways in self._found.items())
        return "\n".join(lines)


@pytest.mark.parametrize("route", routes())
async def test_a_page_is_for_everybody(desk: Desk, route: str) -> None:
    desk.visits.told.problems.clear()
    await desk.look(MODES[0])
    address = await desk.open(route)
    page, findings = desk.page, Findings()
    for mode in MODES:
        await desk.look(mode)
        if mode.size == NARROW or mode.scale == 2 or mode is MODES[0]:
            findings.note(mode.name, await page.evaluate("judge.ask(null)"))
        for theme in desk.themes:
            await page.evaluate("name => judge.wear(name)", theme["name"])
            findings.note(f"{mode.name}, {theme['name']}", await page.evaluate("rules => judge.ask(rules)", SEEN))
        if mode.size == NARROW:
            findings.note(mode.name, await page.evaluate("judge.overflow()"))
    if findings:
        pytest.fail(f"{address}\n{findings}", pytrace=False)
    if NOBODY not in address:
        assert not desk.visits.told.unexpected()
