"""Bad days: the gateway goes away, a session ends, there is no network or a slow one, a provider fails. Nothing typed is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from chats import FIELD, answers, asked, opened, stream
from playwright.async_api import Browser, Locator, Page, Request, Route, expect
from visits import Visits, told_in_words

from switchgear.testing import Close, Gate, ReadBody, ScriptedProvider, Send, chat_chunk, http1, served, sse

CONFIG = """
[log]
level = "error"

[retry]
attempts = 1

[providers.frail]
base_url = "{url}"
api_key = "env:FRAIL_KEY"
models = [{models}]
"""
MODELS = ("restart", "session", "offline", "slow", "broken", "limited", "failing")
"""One for each test: what fails rests, and nobody else's does."""
GONE = "net::ERR_"
"""What a browser says of a gateway that goes away, in one of many ways."""


@pytest.fixture(scope="module")
def frail() -> Iterator[ScriptedProvider]:
    """A provider that only these tests ask."""
    with ScriptedProvider.in_thread(api_key="frail", models=MODELS) as running:
        yield running


@pytest.fixture(scope="module")
def restless(site: None, frail: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[served]:
    """A gateway that may be stopped and started again: it is these tests' own."""
    folder: Path = tmp_path_factory.mktemp("restless") / "data"
    config = CONFIG.format(url=frail.base_url, models=", ".join(f'"{one}"' for one in MODELS))
    with served(config, data_dir=folder, env={"FRAIL_KEY": "frail"}) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def stays(browser: Browser, restless: served) -> AsyncIterator[Visits]:
    """Opens pages of the restless gateway, and closes them."""
    visits = Visits(browser, restless)
    yield visits
    await visits.end()
    problems = visits.told.unexpected()
    if problems:
        pytest.fail(told_in_words(problems), pytrace=False)


def rest(*texts: str) -> bytes:
    """The end of a streamed answer."""
    return http1.chunk(sse([chat_chunk(text) for text in texts])) + http1.LAST_CHUNK


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name=FIELD)


def problem(page: Page, text: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=text)


async def test_an_answer_whose_gateway_restarts_is_kept_and_tried_again(
    stays: Visits, restless: served, frail: ScriptedProvider
) -> None:
    stays.told.expect(GONE)
    page = await stays.page()
    await opened(page, "frail/restart")
    gate = Gate()
    frail.plan(ReadBody(), Send(stream("Half ", "an answer")), gate, Close(), model="restart")
    await asked(page, "Tell me all")
    await expect(answers(page)).to_contain_text("Half an answer")
    await field(page).fill("and what was typed meanwhile")
    restless.kill()
    gate.open()
    await expect(answers(page)).to_contain_text("The connection broke off before the answer ended. What came is kept.")
    await expect(page.get_by_role("status").filter(has_text="The gateway cannot be reached.")).to_be_visible()
    await expect(problem(page, "The gateway has not kept the last answer yet. This browser has it.")).to_be_visible()
    await expect(answers(page)).to_contain_text("Half an answer")
    restless.start()
    await expect(problem(page, "has not kept")).to_have_count(0)
    await expect(page.get_by_role("status").filter(has_text="The gateway cannot be reached.")).to_have_count(0)
    await page.reload()
    await expect(answers(page)).to_contain_text("Half an answer")
    await expect(field(page)).to_have_value("and what was typed meanwhile")
    frail.reply("The whole answer.", model="restart")
    await answers(page).get_by_role("button", name="Try again").first.click()
    await expect(answers(page)).to_contain_text("The whole answer.")
    await expect(page.get_by_role("group", name="Branches")).to_contain_text("2 of 2")


async def key_of(restless: served, user: str) -> str:
    """A key that signs a user in."""
    headers = {"authorization": f"Bearer {restless.key}"}
    async with httpx.AsyncClient(base_url=restless.url, headers=headers, timeout=60) as api:
        made = await api.post("/api/keys", json={"name": f"{user}'s", "user": user, "scopes": ["call", "admin"]})
    made.raise_for_status()
    return str(made.json()["key"])


async def end_session(page: Page, restless: served) -> None:
    """What an administrator, or time, does to a session."""
    ended = await page.context.request.post("/api/sign-out", headers={"origin": restless.url})
    assert ended.ok


async def sign_in_again(page: Page, key: str) -> None:
    """Over the page that stays as it is."""
    again = page.get_by_role("dialog", name="Your session is over")
    await again.get_by_role("textbox", name="Key").fill(key)
    await again.get_by_role("button", name="Sign in with the key").click()
    await expect(again).to_have_count(0)


async def test_a_session_that_ends_takes_neither_what_is_typed_nor_what_is_answered(
    stays: Visits, restless: served, frail: ScriptedProvider
) -> None:
    stays.told.expect("401")
    page = await stays.page()
    key = await key_of(restless, "ada")
    await opened(page, "frail/session")
    gate = Gate()
    frail.plan(ReadBody(), Send(stream("It goes on ")), gate, Send(rest("to its end.")), model="session")
    await asked(page, "Speak")
    await expect(answers(page)).to_contain_text("It goes on")
    await field(page).fill("half a ")
    await end_session(page, restless)
    gate.open()
    await expect(problem(page, "The gateway has not kept the last answer yet.")).to_be_visible()
    await sign_in_again(page, key)
    await expect(problem(page, "has not kept")).to_have_count(0)
    await expect(answers(page)).to_contain_text("It goes on to its end.")
    await expect(field(page)).to_have_value("half a ")

    await field(page).press_sequentially("thought")
    await end_session(page, restless)
    await field(page).press("Control+Enter")
    await sign_in_again(page, key)
    await expect(problem(page, "It was not sent, and is still here.")).to_be_visible()
    await expect(field(page)).to_have_value("half a thought")
    await field(page).press("Control+Enter")
    await expect(answers(page).last).to_contain_text("half a thought")
    await expect(field(page)).to_have_value("")
    await expect(problem(page, "It was not sent")).to_have_count(0)


async def test_without_a_network_one_is_told_and_what_is_written_waits(stays: Visits, frail: ScriptedProvider) -> None:
    stays.told.expect("ERR_INTERNET_DISCONNECTED")
    page = await stays.page()
    await opened(page, "frail/offline")
    await page.context.set_offline(True)
    away = page.get_by_role("status").filter(has_text="The gateway cannot be reached.")
    await expect(away).to_contain_text("It is tried again by itself; what you typed is kept.")
    await field(page).fill("written on a train")
    await field(page).press("Control+Enter")
    await expect(problem(page, "It was not sent, and is still here.")).to_be_visible()
    await expect(field(page)).to_have_value("written on a train")
    await page.context.set_offline(False)
    await expect(away).to_have_count(0)
    await page.reload()
    await expect(field(page)).to_have_value("written on a train")
    await expect(page.get_by_role("combobox", name="Model")).to_have_value("frail/offline")
    await field(page).press("Control+Enter")
    await expect(answers(page)).to_contain_text("written on a train")
    assert len([one for one in frail.requests if one.json["model"] == "offline"]) == 1


class Held:
    """Requests of a page that wait until they are let go: a network as slow as a test needs it."""

    def __init__(self, method: str = "") -> None:
        self.method = method
        self.asked: list[Request] = []
        self.gate = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        if self.method in ("", route.request.method):
            self.asked.append(route.request)
            await self.gate.wait()
        await route.continue_()


async def test_on_a_slow_network_nothing_is_sent_twice_and_what_is_typed_meanwhile_stays(
    stays: Visits, frail: ScriptedProvider
) -> None:
    page = await stays.page()
    await opened(page, "frail/slow")
    slow = Held("POST")
    await page.route("**/api/conversations", slow)
    await field(page).fill("only once")
    send = page.get_by_role("button", name="Send")
    await send.dblclick()
    await field(page).press("Control+Enter")
    await expect(page.get_by_text("Sending…")).to_be_visible()
    await field(page).press_sequentially("the next thought")
    slow.gate.set()
    await expect(answers(page)).to_contain_text("only once")
    await expect(page).to_have_url(re.compile("/chat/conv_"))
    await expect(field(page)).to_have_value("the next thought")
    await expect(field(page)).to_be_focused()
    assert len(slow.asked) == 1
    assert [one.json["messages"] for one in frail.requests if one.json["model"] == "slow"] == [
        [{"role": "user", "content": "only once"}]
    ]

    history = Held("GET")
    await page.route("**/api/conversations/*/messages*", history)
    await page.reload()
    await expect(page.get_by_text("Loading the chat")).to_be_attached()
    await field(page).press("Control+Enter")
    history.gate.set()
    await expect(answers(page).last).to_contain_text("the next thought")
    await expect(page.locator("li.chat-message--question")).to_have_count(2)
    assert [one["content"] for one in frail.requests[-1].json["messages"]] == [
        "only once",
        "only once",
        "the next thought",
    ]


async def test_a_search_that_is_slow_does_not_take_the_place_of_a_newer_one(stays: Visits) -> None:
    page = await stays.page()
    await opened(page, "frail/slow")
    await asked(page, "a heron stands in the reeds")
    await expect(answers(page)).to_contain_text("a heron stands")
    old = Held()
    await page.route("**/api/conversations?search=zzz*", old)
    search = page.get_by_role("searchbox", name="Search chats")
    await search.fill("zzz")
    await expect(page.get_by_text("Loading chats")).to_be_attached()
    await search.fill("heron reeds")
    hit = page.locator(".chat-list__hit")
    await expect(hit.first).to_contain_text("heron")
    async with page.expect_response("**/api/conversations?search=zzz*"):
        old.gate.set()
    await expect(hit.first).to_contain_text("heron")


async def test_a_question_whose_answer_is_lost_on_its_way_is_there_once(stays: Visits) -> None:
    stays.told.expect("ERR_FAILED")
    page = await stays.page()
    await opened(page, "frail/slow")
    await asked(page, "begin")
    await expect(answers(page)).to_have_count(1)
    await expect(page.get_by_role("button", name="Send")).to_be_visible()

    async def arrives_and_nobody_hears(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/conversations/*/messages", arrives_and_nobody_hears, times=1)
    await field(page).fill("did it arrive?")
    await field(page).press("Control+Enter")
    await expect(problem(page, "It was not sent, and is still here.")).to_be_visible()
    await field(page).press("Control+Enter")
    await expect(answers(page).last).to_contain_text("did it arrive?")
    await page.reload()
    await expect(page.locator("li.chat-message--question")).to_have_count(2)
    await expect(page.get_by_role("group", name="Branches")).to_have_count(0)


async def test_words_that_were_changed_stay_when_they_cannot_be_sent(stays: Visits) -> None:
    stays.told.expect("503")
    page = await stays.page()
    await opened(page, "frail/slow")
    await asked(page, "first words")
    await expect(answers(page)).to_contain_text("first words")
    await expect(page.get_by_role("button", name="Send")).to_be_visible()
    away = {"status": 503, "json": {"detail": "The store is away.", "code": "store_unavailable"}}
    await page.route("**/api/conversations/*/messages", lambda route: route.fulfill(**away), times=1)
    await page.get_by_role("button", name="Edit and ask anew").press("Enter")
    edited = page.get_by_role("textbox", name="Your question")
    await edited.fill("better words")
    await edited.press("Control+Enter")
    await expect(problem(page, "It was not sent, and is still here. The store is away.")).to_be_visible()
    await expect(edited).to_have_value("better words")
    await expect(answers(page)).to_contain_text("first words")
    await edited.press("Control+Enter")
    await expect(answers(page)).to_contain_text("better words")


async def test_a_provider_that_breaks_off_or_limits_says_what_to_do_next(
    stays: Visits, frail: ScriptedProvider
) -> None:
    stays.told.expect("429", "502", "503")
    page = await stays.page()
    await opened(page, "frail/broken")
    frail.plan(ReadBody(), Send(stream("A beginning")), Close(), model="broken")
    await asked(page, "Tell")
    answer = answers(page)
    await expect(answer).to_contain_text("A beginning")
    await expect(answer).to_contain_text("Cut off")
    await expect(answer.locator(".chat-failure")).to_contain_text("Try again")
    await expect(answer.get_by_role("button", name="Go on from here")).to_be_visible()

    await opened(page, "frail/limited")
    frail.fail(429, headers={"retry-after": "30"}, model="limited")
    await asked(page, "Much too much")
    await expect(answer).to_contain_text("No answer")
    await expect(answer.locator(".chat-failure")).to_contain_text(
        re.compile(r"Your question is kept: try again from \d\d:\d\d:\d\d on\.")
    )
    await expect(answer.locator(".chat-failure")).not_to_contain_text("retry-after")
    await expect(answer.get_by_role("button", name="Try again").first).to_be_visible()

    await opened(page, "frail/failing")
    frail.fail(500, model="failing")
    await asked(page, "Fail")
    await expect(answer.locator(".chat-failure")).to_contain_text("Try again")
    await answer.get_by_role("button", name="Try again").first.click()
    await expect(answer.last).to_contain_text("Fail")
    await expect(page.get_by_role("group", name="Branches")).to_contain_text("2 of 2")
