"""Takes the pictures of the console that README and docs show: ``make shots`` → docs/images/console-*.png.

A gateway of its own with a scripted provider, a few calls of which one failed, and the pages in a real browser. With
``--all FOLDER`` every page at 360, 768, 1440 and 2560 pixels in light and dark, or in the themes that are named after
it (``--all FOLDER warm high-contrast-dark``), to be looked at.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "console"), str(ROOT / "tests")]

import chromium  # noqa: E402 - beside this file
from playwright.async_api import Browser, Page, async_playwright, expect  # noqa: E402
from samples import samples  # noqa: E402
from visits import Visits, settled  # noqa: E402

import console  # noqa: E402
from conftest import CONFIG, PROVIDER_KEY  # noqa: E402
from switchgear.testing import ScriptedProvider, served  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PICTURES = (
    ("overview", "/", "light"),
    ("chat", "/chat", "dark"),
    ("call", "/calls/$id", "light"),
    ("providers", "/providers", "dark"),
)
WIDTHS = (360, 768, 1440, 2560)
ANSWER = """Two ways, by whether you want the list itself changed:

```python
names.reverse()           # in place
backwards = names[::-1]   # a new list
```

| way | changes the list | gives |
| --- | --- | --- |
| `reverse()` | yes | nothing |
| `[::-1]` | no | a list |

To only walk through it, **`reversed(names)`** reads it from back to front."""


async def picture(page: Page, target: Path) -> None:
    """What the window shows."""
    await page.screenshot(path=target, animations="disabled", caret="hide")
    print(target)


async def converse(page: Page, provider: ScriptedProvider) -> None:
    """Have something to see in the chat."""
    provider.reply(ANSWER)
    await page.get_by_role("textbox", name="Message").fill("How do I reverse a list in Python?")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("back to front.").last).to_be_visible()
    await page.wait_for_timeout(500)  # what is highlighted comes a moment later


async def take(
    browser: Browser, gateway: served, provider: ScriptedProvider, folder: Path | None, themes: Sequence[str]
) -> None:
    """Take the pictures of the docs, or all of them into ``folder``."""
    visits = Visits(browser, gateway)
    addresses = await samples(gateway)
    shots = [(name, path, scheme, 1440) for name, path, scheme in PICTURES if path in addresses]
    if folder is not None:
        shots = [
            (
                f"{path.strip('/').replace('/', '-').replace('$', '') or 'overview'}-{theme}-{width}",
                path,
                theme,
                width,
            )
            for path in addresses
            for theme in themes
            for width in WIDTHS
        ]
    for name, path, theme, width in shots:
        scheme = "dark" if theme.endswith("dark") else "light"
        context = await visits.context("owner", color_scheme=scheme, viewport={"width": width, "height": 900})
        await context.add_cookies([{"name": "switchgear_theme", "value": theme, "url": gateway.url}])
        page = await context.new_page()
        await page.goto(addresses[path])
        await settled(page)
        if name == "chat":
            await converse(page, provider)
        await picture(page, folder / f"{name}.png" if folder is not None else IMAGES / f"console-{name}.png")
        await context.close()
    await visits.end()


async def main() -> int:
    """Take them; 0 when all are there."""
    folder = Path(sys.argv[2]) if sys.argv[1:2] == ["--all"] else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    if console.outdated():
        console.build(lambda _share, _what: None)
    with ScriptedProvider.in_thread(api_key=PROVIDER_KEY, models=("alpha", "beta")) as provider:
        config = CONFIG.format(url=provider.base_url) + "[local]\nenabled = false\n"
        with served(config, env={"TEST_PROVIDER_KEY": PROVIDER_KEY}, start_timeout=120) as gateway:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.chromium(), args=["--no-sandbox"])
                await take(browser, gateway, provider, folder, sys.argv[3:] or ("light", "dark"))
                await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
