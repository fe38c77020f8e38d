"""Hands that have a keyboard and no mouse: going from stop to stop, and seeing at each where one is."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

_SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return false;
  const label = at.closest("label") ?? at.labels?.[0];
  const shown = at.getBoundingClientRect().width > 4 ? at : (label ?? at);  // a hidden input has its label drawn
  const box = shown.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const free = points.some(([x, y]) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top !== null && (shown.contains(top) || top.contains(shown));
  });
  const around = [at, ...(label ? [label, ...label.querySelectorAll("*")] : [])];
  for (let one = at.parentElement, up = 0; one && up < 3; one = one.parentElement, up += 1) around.push(one);
  const marked = around.some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  });
  return free && marked;
}"""
"""Whether what has the focus shows it (WCAG 2.4.7), and is not wholly covered by something else (WCAG 2.4.11)."""

_MOST = 90


async def seen(page: Page) -> None:
    """What has the focus can be seen, and that it has it."""
    await page.wait_for_function(_SEEN)


async def to(page: Page, stop: Locator) -> None:
    """Go on by the tabulator key until ``stop`` has the focus, which can be seen."""
    await expect(stop).to_be_visible()
    for _ in range(_MOST):
        await page.keyboard.press("Tab")
        if await stop.evaluate("stop => stop === document.activeElement"):
            await seen(page)
            return
    raise AssertionError(f"{stop} is not among the next {_MOST} stops.")


async def use(page: Page, stop: Locator, key: str = "Enter") -> None:
    """Go there, and press a key."""
    await to(page, stop)
    await page.keyboard.press(key)


async def type_into(page: Page, stop: Locator, text: str) -> None:
    """Go there, and type instead of what is there."""
    await to(page, stop)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)


async def arrived(page: Page, title: str) -> None:
    """A page is there, and its heading has the focus."""
    await expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_focused()


async def come(page: Page, path: str = "/", title: str = "Overview") -> None:
    """Load a page: the focus is at its beginning, as of every document."""
    await page.goto(path)
    await expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()


async def go(page: Page, letter: str, title: str) -> None:
    """Come to the overview, and go to a page by its letter."""
    await come(page)
    await expect(page.get_by_role("navigation").get_by_role("link", name=title, exact=True)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press(letter)
    await arrived(page, title)
