"""What the console costs a reader: how soon pages show, how much they move, how long they make one wait.

A gateway with a scripted provider and a real Chromium, with the browser's own instruments (PerformanceObserver: largest
contentful paint, layout shift, event timing, long tasks). Loading is measured at a quarter of the processor's speed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright, expect

from switchgear.testing import ScriptedProvider, served

from .processes import BenchError

ROOT = Path(__file__).resolve().parents[2]
KEY = "the-provider's-own-key"
CONFIG = """
[local]
enabled = false
[log]
level = "warning"
[providers.scripted]
base_url = "{url}"
api_key = "env:TEST_PROVIDER_KEY"
models = ["alpha"]
"""
PAGES = ("/", "/calls", "/usage", "/keys", "/models", "/providers", "/chat")
THROTTLE, LOADS = 4, 3
MESSAGES, TOKENS, TOKENS_A_SECOND, ROWS = 1_000, 1_000, 200, 100_000
SENTENCE = "A sentence with **bold** words and `code`, as answers have them. "
INSTRUMENTS = """
window.seen = { lcp: 0, cls: 0, inp: 0, task: 0 };
const watch = (type, take, more = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (each) => (seen.lcp = each.startTime));
watch("layout-shift", (each) => (seen.cls += each.hadRecentInput ? 0 : each.value));
watch("event", (each) => each.interactionId && (seen.inp = Math.max(seen.inp, each.duration)), { durationThreshold: 16 });
watch("longtask", (each) => (seen.task = Math.max(seen.task, each.duration)));
"""


@dataclass(frozen=True)
class Figure:
    """One number: ``most`` is the budget of facts/console.md, in the same unit."""

    what: str
    value: float
    most: float
    unit: str

    def __str__(self) -> str:
        mark = "✓" if self.value <= self.most else "✗"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {self.most:g} {self.unit} | {mark} |"


@dataclass
class Bench:
    """A browser that is signed in, and the gateway it looks at."""

    context: BrowserContext
    gateway: served
    provider: ScriptedProvider

    async def page(self, *, slow: int = 1) -> Page:
        """A page with instruments, on a processor ``slow`` times as slow."""
        page = await self.context.new_page()
        if slow > 1:
            session = await self.context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        return page


async def _settled(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=60_000)
    await expect(page.locator("[aria-busy=true], .loading")).to_have_count(0, timeout=60_000)
    await page.wait_for_timeout(500)  # what is painted last is told a moment later


async def _seen(page: Page) -> dict[str, float]:
    found: dict[str, float] = await page.evaluate("({...seen})")
    return found


async def loading(bench: Bench) -> AsyncIterator[Figure]:
    """Opening each page anew, at a quarter of the speed."""
    for path in PAGES:
        lcp, cls = [], []
        for _ in range(LOADS):
            page = await bench.page(slow=THROTTLE)
            await page.goto(path)
            await _settled(page)
            found = await _seen(page)
            lcp.append(found["lcp"] / 1000)
            cls.append(found["cls"])
            await page.close()
        yield Figure(f"largest paint of {path}, {THROTTLE} × throttled", median(lcp), 1.2, "s")
        yield Figure(f"layout shift of {path}", max(cls), 0.02, "")


async def interacting(bench: Bench) -> AsyncIterator[Figure]:
    """The slowest of a handful of interactions: palette, typing, leaving it, and each page's link."""
    page = await bench.page()
    await page.goto("/")
    await _settled(page)
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    await expect(palette).to_be_visible(timeout=60_000)
    await page.keyboard.type("prov", delay=60)
    while await palette.count():  # the first key empties its field
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(200)
    for path in PAGES[1:]:
        link = page.locator(f'nav a[href="{path}"]').first
        if await link.count():
            await link.click()
            await _settled(page)
    found = await _seen(page)
    await page.close()
    yield Figure("slowest interaction", found["inp"], 100, "ms")


async def _conversation(bench: Bench) -> str:
    """A conversation of ``MESSAGES``, together some 50,000 tokens; its id."""
    request = bench.context.request
    about = {"title": f"{MESSAGES} messages", "settings": {"models": ["scripted/alpha"]}}
    made = await (await request.post("/api/conversations", data=about)).json()
    before = None
    for number in range(MESSAGES):
        role = "user" if number % 2 == 0 else "assistant"
        content = [{"type": "text", "text": f"Message {number}: {SENTENCE * 3}"}]
        body = {"parent_id": before, "role": role, "content": content, "model": "scripted/alpha"}
        answer = await request.post(f"/api/conversations/{made['id']}/messages", data=body)
        if not answer.ok:
            raise BenchError(f"A message was refused: {await answer.text()}")
        before = (await answer.json())["id"]
    return str(made["id"])


async def chatting(bench: Bench) -> AsyncIterator[Figure]:
    """Opening a chat of 1,000 messages, and an answer of 200 tokens a second that comes while all of it is shown."""
    chat = await _conversation(bench)
    page = await bench.page()
    opened = []
    for _ in range(LOADS):
        await page.goto("/chat")
        await _settled(page)
        opened.append(await page.evaluate(OPEN_CHAT, [f"/chat/{chat}", f"Message {MESSAGES - 1}:"]))
    yield Figure(f"opening a chat of {MESSAGES:,} messages", median(opened), 300, "ms")
    messages = page.locator(".chat-message")
    while await messages.count() < MESSAGES:
        shown = await messages.count()
        await page.get_by_role("button", name="Show earlier messages").click()
        await expect(messages.nth(shown)).to_be_attached(timeout=60_000)
    await page.wait_for_timeout(500)
    bench.provider.reply(chunks=[f"word{number} " for number in range(TOKENS)], delay=1 / TOKENS_A_SECOND)
    await page.get_by_role("textbox", name="Message").fill("Go on")
    await page.evaluate("seen.task = 0")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text(f"word{TOKENS - 1}").last).to_be_visible(timeout=60_000)
    found = await _seen(page)
    await page.close()
    yield Figure(f"longest task while {TOKENS_A_SECOND} tokens/s come into it", found["task"], 50, "ms")


OPEN_CHAT = """([path, last]) => new Promise((done, fail) => {
  const began = performance.now();
  const look = () => {
    const now = performance.now() - began;
    const message = [...document.querySelectorAll(".chat-message")].at(-1);
    if (message?.textContent.includes(last)) requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    else if (now > 60_000) fail(new Error("The chat did not open within a minute."));
    else requestAnimationFrame(look);
  };
  history.pushState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
  look();
})"""
"""From following the link until the last message was painted, in milliseconds."""


def _many_calls(gateway: served) -> None:
    """Have the store hold ``ROWS`` calls: copies of the one that was made."""
    with sqlite3.connect(gateway.data_dir / "switchgear.db", timeout=30) as database:
        while not database.execute("SELECT 1 FROM usage").fetchone():
            time.sleep(0.1)  # the call that was made is recorded a moment after its answer
        columns = [row[1] for row in database.execute("PRAGMA table_info(usage)")]
        values = {name: f'"{name}"' for name in columns}
        values["id"] = "'req_' || printf('%026d', n)"
        values["at"] = '"at" - n'
        shown = [values[name] for name in columns]
        listed = ", ".join(f'"{name}"' for name in columns)
        database.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS}) "
            f"INSERT INTO usage ({listed}) SELECT {', '.join(shown)} FROM numbers, (SELECT * FROM usage LIMIT 1)"
        )


async def scrolling(bench: Bench) -> AsyncIterator[Figure]:
    """A log of 100,000 calls: opening it, and the longest task while it is read from its first row to its last."""
    _many_calls(bench.gateway)
    page = await bench.page()
    opened = []
    for _ in range(LOADS):
        await page.goto("/keys")
        await _settled(page)
        opened.append(await page.evaluate(OPEN_LOG))
    yield Figure(f"opening a log of {ROWS:,} calls", median(opened), 1_000, "ms")
    grid = page.get_by_role("grid", name="Calls")
    await page.evaluate("seen.task = 0")
    reached, most = 0, 0
    while reached < ROWS:
        at, shown = await grid.evaluate(SCROLL_ON)
        if at <= reached:
            raise BenchError(f"The log came to row {at} and no further.")
        reached, most = at, max(most, shown)
    found = await _seen(page)
    await page.close()
    yield Figure(f"longest task while {reached:,} calls are scrolled through", found["task"], 50, "ms")
    yield Figure("rows of it in the page at a time", most, 200, "")


OPEN_LOG = """() => new Promise((done, fail) => {
  const began = performance.now();
  const look = () => {
    const now = performance.now() - began;
    if (document.querySelectorAll('[role="grid"] [role="row"]').length > 10) requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    else if (now > 60_000) fail(new Error("The log did not open within a minute."));
    else requestAnimationFrame(look);
  };
  history.pushState({}, "", "/calls");
  dispatchEvent(new PopStateEvent("popstate"));
  look();
})"""
"""From following the link until the first rows were painted, in milliseconds."""
SCROLL_ON = """async (grid) => {
  const rows = () => [...grid.querySelectorAll('[role="row"][aria-rowindex]')].map((row) => Number(row.ariaRowIndex));
  const before = Math.max(...rows());
  const began = performance.now();
  let most = 0;
  for (let frame = 0; frame < 30 || (Math.max(...rows()) <= before && performance.now() - began < 30_000); frame++) {
    grid.scrollTop += grid.clientHeight * 3;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, rows().length);
  }
  return [Math.max(...rows()), most];
}"""
"""Thirty frames further down, three windows a frame; and on until there is more, where the next rows are still asked for."""


MEASURES: tuple[Callable[[Bench], AsyncIterator[Figure]], ...] = (loading, interacting, chatting, scrolling)


async def _sign_in(context: BrowserContext, gateway: served) -> None:
    """As a user of the gateway, who has conversations of their own."""
    async with httpx.AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}) as api:
        (await api.put("/api/users/olga", json={"role": "owner"})).raise_for_status()
        made = (await api.post("/api/sign-in/links", json={"user": "olga"})).raise_for_status()
        asked = {"model": "scripted/alpha", "messages": [{"role": "user", "content": "Hello"}]}
        (await api.post("/v1/chat/completions", json=asked)).raise_for_status()
    link = made.json()["url"].rpartition("link=")[2]
    answer = await context.request.post("/api/sign-in/link", data={"link": link}, headers={"origin": gateway.url})
    if not answer.ok:
        raise BenchError(f"Nobody could sign in: {await answer.text()}")


def _made(script: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "scripts" / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(done.stderr)
    return done.stdout.strip()


@asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    _made("setup.py", "console")
    browser_path = _made("chromium.py")
    with ScriptedProvider.in_thread(api_key=KEY, models=("alpha",)) as provider:
        config = CONFIG.format(url=provider.base_url)
        with served(config, env={"TEST_PROVIDER_KEY": KEY}, start_timeout=120) as gateway:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
                size: ViewportSize = {"width": 1440, "height": 900}
                context = await browser.new_context(base_url=gateway.url, viewport=size)
                await context.add_init_script(INSTRUMENTS)
                await _sign_in(context, gateway)
                yield Bench(context, gateway, provider)
                await browser.close()


async def _run(say: Callable[[str], None]) -> list[Figure]:
    figures: list[Figure] = []
    async with _bench() as bench:
        for measure in MEASURES:
            async for figure in measure(bench):
                figures.append(figure)
                say(str(figure))
    return figures


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Measure all there is, told as lines of a table. Raises BenchError."""
    say("| the console | measured | at most | |\n| --- | --- | --- | --- |")
    return asyncio.run(_run(say))
