"""One gateway and one browser for all pages (of each xdist worker).

``page`` is a page of the console, signed in as an administrator; ``visits.page("viewer")`` one of another role. A test
fails when its page logs an error, breaks its content security policy or asks anything of another machine.
Tests are coroutines on the loop of the session, because the browser lives there.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect
from samples import samples
from visits import Told, Visits, told_in_words

from switchgear.testing import ScriptedProvider, served

ROOT = Path(__file__).resolve().parents[2]
PROVIDER_KEY = "the-provider's-own-key"
CONFIG = """
[log]
level = "warning"

[retry]
attempts = 1

[providers.scripted]
base_url = "{url}"
api_key = "env:TEST_PROVIDER_KEY"
models = ["alpha", "beta"]

[models.fast]
deployments = [{{ provider = "scripted", model = "alpha" }}]

[plugins]
approve_tools = ["weather__wipe"]
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the coroutines of this folder on the session's loop."""
    for item in items:
        if Path(__file__).parent in item.path.parents and _is_a_coroutine(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _is_a_coroutine(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function)


def _made(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; it is installed where there is none."""
    return _made("chromium.py")


@pytest.fixture(scope="session")
def site() -> None:
    """The console, built of the sources that are tested."""
    _made("setup.py", "console")


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedProvider]:
    """What stands behind the models ``alpha``, ``beta`` and ``fast``; it echoes unless a test scripts an answer."""
    with ScriptedProvider.in_thread(api_key=PROVIDER_KEY, models=("alpha", "beta")) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(site: None, provider: ScriptedProvider) -> Iterator[served]:
    """A gateway with the scripted provider and the embedded model."""
    with served(CONFIG.format(url=provider.base_url), env={"TEST_PROVIDER_KEY": PROVIDER_KEY}) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def furnished(site: None, provider: ScriptedProvider) -> AsyncIterator[tuple[served, dict[str, str]]]:
    """A gateway that no test changes, with something to see on every page, and the pages' addresses by their routes."""
    with served(CONFIG.format(url=provider.base_url), env={"TEST_PROVIDER_KEY": PROVIDER_KEY}) as running:
        yield running, await samples(running)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    expect.set_options(timeout=15_000)  # other tests keep the machine busy
    async with async_playwright() as playwright:
        # not the sandbox: it takes rights that containers and root do not give, and only our own pages are opened
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        running = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, gateway: served) -> AsyncIterator[Visits]:
    """Opens pages, and closes them."""
    opened = Visits(browser, gateway)
    yield opened
    await opened.end()
    problems = opened.told.unexpected()
    if problems:
        pytest.fail(told_in_words(problems), pytrace=False)


@pytest_asyncio.fixture(loop_scope="session")
async def page(visits: Visits) -> Page:
    """A page of an administrator; nothing is opened yet: ``await page.goto("/")``."""
    return await visits.page()


@pytest.fixture
def told(visits: Visits) -> Told:
    """What the pages say: ``told.expect("404")`` for what a test provokes."""
    return visits.told


@pytest.fixture(autouse=True)
def nothing_stays_scripted(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test scripted and nobody asked for is not the answer to the next one."""
    asked = request.getfixturevalue("provider") if "provider" in request.fixturenames else None
    yield
    if asked is not None:
        asked.forget()
