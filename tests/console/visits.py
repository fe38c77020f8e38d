"""A visit to the console in a real browser: a page that is signed in, and what it must not do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from switchgear.testing import served

HERE = "127.0.0.1"
USERS = {"owner": "olga", "admin": "ada", "developer": "dan", "viewer": "vera"}
"""Who has which role."""
_SCHEMES_WITHOUT_A_HOST = frozenset({"data", "blob", "about"})


@dataclass
class Told:
    """What a page has said and asked for that it should not have; ``expected`` are parts of messages that a test provokes."""

    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(
        default_factory=lambda: ["/api/me/preferences/", "/api/usage/", "status of 409 (Conflict)"]
    )
    """What Chromium writes to the console and is as it should be: a preference that was never saved and the cost of a call that
    is not recorded yet are 404; a message that is kept once more, since a reload took its first answer, is 409."""

    def expect(self, *parts: str) -> None:
        """Messages with one of ``parts`` are what the test is about: a refused call is written to the console by the browser itself."""
        self.expected += parts

    def unexpected(self) -> list[str]:
        """What was said and not expected."""
        return [each for each in self.problems if not any(part in each for part in self.expected)]

    def listen(self, page: Page) -> None:
        """Note errors of the page's console (violations of its content security policy among them) and its defects."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            where = message.location.get("url", "")
            self.problems.append(f"console: {message.text} ({where})")

    def asked(self, request: Request) -> None:
        """Note a request that leaves the machine."""
        target = urlsplit(request.url)
        if target.scheme not in _SCHEMES_WITHOUT_A_HOST and target.hostname != HERE:
            self.problems.append(f"asked elsewhere: {request.url}")


class Visits:
    """Opens pages of ``gateway`` in ``browser``, each in a context of its own, signed in as the role that is asked for."""

    def __init__(self, browser: Browser, gateway: served) -> None:
        self._browser = browser
        self._gateway = gateway
        self._contexts: list[BrowserContext] = []
        self.told = Told()

    async def context(self, role: str | None = "admin", **options: Any) -> BrowserContext:
        """A browser context, signed in as ``role``, or not with ``None``. ``options`` are Playwright's."""
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await self._browser.new_context(
            base_url=self._gateway.url, locale="en-GB", timezone_id="Europe/Berlin", **options
        )
        self._contexts.append(context)
        context.set_default_timeout(15_000)
        context.on("page", self.told.listen)
        context.on("request", self.told.asked)
        if role is not None:
            await sign_in(context, self._gateway, role)
        return context

    async def page(self, role: str | None = "admin", **options: Any) -> Page:
        """A page in a context of its own, signed in as ``role``."""
        return await (await self.context(role, **options)).new_page()

    async def end(self) -> None:
        """Close every page."""
        for context in self._contexts:
            await context.close()


async def sign_in(context: BrowserContext, gateway: served, role: str) -> None:
    """Sign ``context`` in as the user of that role, by a one-time link."""
    headers = {"authorization": f"Bearer {gateway.key}"}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers, timeout=60) as api:
        user = USERS[role]
        (await api.put(f"/api/users/{user}", json={"role": role})).raise_for_status()
        made = await api.post("/api/sign-in/links", json={"user": user})
        made.raise_for_status()
    link = parse_qs(urlsplit(made.json()["url"]).query)["link"][0]
    answer = await context.request.post("/api/sign-in/link", data={"link": link}, headers={"origin": gateway.url})
    if not answer.ok:
        raise AssertionError(f"{role} could not sign in: {await answer.text()}")


async def settled(page: Page) -> None:
    """Wait until a page shows what it has to show. The kit shows what loads for ever."""
    await expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=20_000)
    if urlsplit(page.url).path != "/kit":
        await expect(page.locator("[aria-busy=true], .loading")).to_have_count(0, timeout=20_000)
    await page.evaluate("document.fonts.ready.then(() => null)")


def told_in_words(problems: Iterable[str]) -> str:
    """What went wrong in a page, a line each."""
    return "The page said or asked for what it should not have:\n" + "\n".join(json.dumps(each) for each in problems)
