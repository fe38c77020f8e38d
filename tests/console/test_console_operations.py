"""What an operator does in the console, with something behind it: breakers, routes, the cache, batches, secrets, sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Locator, Page, expect
from visits import Told, Visits, settled

from switchgear.testing import Close, Gate, ReadBody, ScriptedProvider, served

PROVIDER = "shaky"
"""A provider of this module's own: what becomes of it is of no matter to other tests."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedProvider]:
    with ScriptedProvider.in_thread(models=("gamma", "delta")) as running:
        yield running


@pytest.fixture
def admin(gateway: served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {gateway.key}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def shaky(admin: httpx.Client, upstream: ScriptedProvider) -> Iterator[str]:
    """The provider of this module, until the test is over."""
    body = {"kind": "openai", "base_url": upstream.base_url, "models": ["gamma", "delta"]}
    admin.put(f"/api/providers/{PROVIDER}", json=body).raise_for_status()
    yield PROVIDER
    for model in ("gamma", "delta"):
        admin.post(f"/api/health/{PROVIDER}/{model}/reset")
    admin.delete(f"/api/providers/{PROVIDER}")


def ask(client: httpx.Client, model: str, text: str = "Name a river") -> httpx.Response:
    return client.post("/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": text}]})


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def question(page: Page) -> Locator:
    """What is asked before a deed; notices have the same role."""
    return page.locator(".dialog__content[role=alertdialog]")


async def confirm(page: Page, deed: str) -> None:
    """Press the button of a question that has been asked."""
    await question(page).get_by_role("button", name=deed).click()
    await expect(question(page)).to_have_count(0)


async def chosen(page: Page, label: str, text: str) -> None:
    """Choose the option of a list that the text, typed into its field, leaves."""
    await page.get_by_role("combobox", name=label).focus()
    # the list goes when the page moves under it, as it does on the way to the field; that is known a frame later
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


# ------------------------------------------------------------ providers and models


async def test_a_breaker_that_opened_is_told_with_its_reason_and_reset_from_the_page(
    page: Page, admin: httpx.Client, upstream: ScriptedProvider, shaky: str
) -> None:
    assert ask(admin, f"{shaky}/gamma").status_code == 200
    for model in ("gamma", "delta"):  # which never answered
        for _ in range(5):
            upstream.fail(500, {"error": {"message": "The turbine is stuck."}}, model=model)
            assert ask(admin, f"{shaky}/{model}").status_code >= 500
    await page.goto("/providers")
    await expect(page.get_by_role("row", name=re.compile(shaky))).to_contain_text("breaker open")
    await page.goto(f"/providers/{shaky}")
    gamma, delta = (page.locator(".deployments__one").filter(has_text=name) for name in ("gamma", "delta"))
    await expect(delta).to_contain_text("open: no calls go there")
    await expect(gamma).to_contain_text("open: no calls go there")
    await gamma.get_by_text("History", exact=True).click()
    await expect(gamma.locator(".deployments__history")).to_contain_text("closed → open")
    await gamma.get_by_role("button", name="Reset breaker").click()
    await confirm(page, "Reset breaker")
    await expect(gamma).to_contain_text("healthy")
    await expect(gamma.get_by_role("button", name="Reset breaker")).to_have_count(0)
    assert ask(admin, f"{shaky}/gamma").status_code == 200


async def test_a_provider_is_tested_changed_and_removed_and_is_gone_from_the_list_at_once(
    page: Page, admin: httpx.Client, shaky: str
) -> None:
    await page.goto("/providers")
    await expect(page.get_by_role("row", name=re.compile(shaky))).to_be_visible()
    await page.get_by_role("link", name=shaky, exact=True).click()
    await page.get_by_role("button", name="Test", exact=True).click()
    await expect(page.get_by_text("It answered")).to_be_visible()
    await expect(page.get_by_text("2 models", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Change", exact=True).click()
    models = page.get_by_role("combobox", name="Models").or_(page.get_by_role("textbox", name="Models")).first
    await models.fill("epsilon")
    await models.press("Enter")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name=shaky, exact=True)).to_be_visible()
    await expect(page).to_have_url(re.compile(f"/providers/{shaky}$"))
    assert admin.get(f"/api/providers/{shaky}").json()["settings"]["models"] == ["gamma", "delta", "epsilon"]
    await page.get_by_role("button", name="Remove", exact=True).click()
    await confirm(page, "Remove provider")
    await expect(page.get_by_role("heading", level=1, name="Providers")).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("scripted"))).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile(shaky))).to_have_count(0)


async def test_a_model_is_tested_and_its_call_tells_why_it_went_there(
    page: Page, admin: httpx.Client, upstream: ScriptedProvider, shaky: str
) -> None:
    behind = [{"provider": shaky, "model": "gamma"}, {"provider": shaky, "model": "delta"}]
    admin.put("/api/models/explained", json={"deployments": behind}).raise_for_status()
    upstream.fail(500, {"error": {"message": "The turbine is stuck."}}, model="gamma")
    await page.goto("/models/explained")
    await page.get_by_role("button", name="Test", exact=True).click()
    await expect(page.get_by_text("It answered")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^req_")).click()
    await expect(page.get_by_role("heading", level=1, name="Call of explained")).to_be_visible()
    why = region(page, "Why it went there")
    await expect(why).to_contain_text(f"{shaky}/gamma")
    await expect(why).to_contain_text(f"{shaky}/delta")
    steps = page.get_by_role("list", name="What happened").get_by_role("listitem")
    await expect(steps.filter(has_text=f"{shaky}/gamma").first).to_contain_text("The turbine is stuck.")
    await expect(steps.filter(has_text=f"{shaky}/delta").last).to_contain_text("ok")
    admin.delete("/api/models/explained").raise_for_status()


async def test_the_files_of_an_embedded_model_are_read_and_compared(page: Page) -> None:
    await page.goto("/models/smollm2")
    await page.get_by_role("button", name="Pull").click()
    await expect(page.get_by_text("The files are whole.")).to_be_visible()


async def test_how_calls_of_an_alias_are_tried_waited_for_and_kept_is_set_in_its_form(
    page: Page, admin: httpx.Client, told: Told
) -> None:
    told.expect("status of 400")
    behind = {"provider": "scripted", "model": "alpha", "max_output": 100}
    admin.put("/api/models/tuned", json={"deployments": [behind]}).raise_for_status()
    await page.goto("/models/tuned/edit")

    def field(name: str) -> Locator:
        return page.get_by_role("textbox", name=name, exact=True)

    tries, cache = (page.locator("summary", has_text=words) for words in ("Tries and waiting", "Cache"))
    await tries.click()
    await field("Tries of each deployment").fill("3")
    await field("Wait for the first token").fill("2.5")
    await field("Whole call").fill("120")
    await page.get_by_text("Ask a second deployment while the first is silent").click()
    await field("Silent for").fill("1.5")
    await cache.click()
    await page.get_by_role("button", name=re.compile("^As the gateway’s settings say")).click()
    await page.get_by_role("option", name="Kept, and given again").click()
    await field("Given again for").fill("60")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="tuned")).to_be_visible()
    facts = page.locator("main dl").first
    await expect(facts).to_contain_text("3 of each deployment")
    await expect(facts).to_contain_text("2.50 s for the first token, 120 s in all")
    await expect(facts).to_contain_text("answers are kept, 60 s long")
    kept = admin.get("/api/models/tuned").json()["settings"]
    assert kept["retry"]["attempts"] == 3
    assert kept["timeouts"]["first_token"] == 2.5
    assert kept["hedge"] == {"after": 1.5}
    assert kept["cache"]["ttl"] == 60
    assert kept["deployments"][0]["max_output"] == 100

    await page.get_by_role("button", name="Remove", exact=True).click()
    await confirm(page, "Remove alias")
    await expect(page.get_by_role("row", name=re.compile("^fast "))).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^tuned "))).to_have_count(0)


# ------------------------------------------------------------ cache, batches, secrets, MCP, sessions


async def test_the_cache_tells_of_its_hits_and_forgets_the_answers_of_one_model(
    page: Page, admin: httpx.Client, upstream: ScriptedProvider, shaky: str
) -> None:
    behind = [{"provider": shaky, "model": "delta"}]
    admin.put("/api/models/keeping", json={"deployments": behind, "cache": {"ttl": 600}}).raise_for_status()
    asked = len(upstream.requests)
    first, second = ask(admin, "keeping", "the same"), ask(admin, "keeping", "the same")
    assert first.json()["choices"] == second.json()["choices"]
    assert len(upstream.requests) == asked + 1
    await page.goto("/cache")
    await expect(page.get_by_text("By the same question")).to_be_visible()
    await expect(region(page, "How calls were answered")).not_to_contain_text("By the same question0")
    await page.get_by_role("textbox", name="Model").fill("keeping")
    await page.get_by_role("button", name="Forget…").click()
    await expect(question(page)).to_contain_text("of the model keeping")
    await confirm(page, "Forget them")
    await expect(page.get_by_text("Forgotten: 1 answer in this worker")).to_be_visible()
    ask(admin, "keeping", "the same")
    assert len(upstream.requests) == asked + 2
    await page.goto(f"/calls/{second.headers['x-request-id']}")
    await expect(page.get_by_text("hit", exact=True).first).to_be_visible()
    admin.delete("/api/models/keeping").raise_for_status()


def batch(client: httpx.Client, *lines: Any) -> str:
    """Begin a batch of these bodies, or texts that are no lines; its id."""
    rows = [
        one
        if isinstance(one, str)
        else json.dumps({"custom_id": f"line-{place}", "method": "POST", "url": "/v1/chat/completions", "body": one})
        for place, one in enumerate(lines)
    ]
    file = client.post("/v1/files", data={"purpose": "batch"}, files={"file": ("in.jsonl", "\n".join(rows))}).json()
    wish = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    made = client.post("/v1/batches", json=wish)
    made.raise_for_status()
    return str(made.json()["id"])


def line(model: str, text: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}]}


async def test_a_batch_is_followed_to_its_end_and_its_answers_are_taken_away_as_a_file(
    page: Page, admin: httpx.Client, upstream: ScriptedProvider, shaky: str
) -> None:
    upstream.fail(400, {"error": {"message": "The river is too long."}}, model="gamma")
    made = batch(admin, line(f"{shaky}/delta", "one"), line(f"{shaky}/gamma", "two"), line(f"{shaky}/delta", "three"))
    await page.goto("/batches")
    await page.get_by_role("link", name=made).click()
    await expect(page.get_by_text("completed", exact=True)).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("3 of 3, 1 failed (100 %)")).to_be_visible()
    facts = page.locator("main dl")
    for term, name, text in (
        ("Answers", "answers", "three"),
        ("Lines not answered", "errors", "The river is too long."),
        ("Input", "input", "line-2"),
    ):
        row = facts.locator("div").filter(has=page.locator("dt", has_text=re.compile(f"^{term}$")))
        async with page.expect_download() as download:
            await row.get_by_role("link").click()
        file = await download.value
        assert file.suggested_filename == f"{made}-{name}.jsonl"
        assert text in (await file.path()).read_text()


async def test_a_batch_with_a_line_that_is_none_says_which_and_one_under_way_is_cancelled(
    page: Page, admin: httpx.Client, upstream: ScriptedProvider, shaky: str
) -> None:
    wrong = batch(admin, line(f"{shaky}/delta", "one"), "{not a line")
    await page.goto(f"/batches/{wrong}")
    await expect(region(page, "Errors").get_by_text("Line 2:")).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("button", name="Cancel the batch")).to_have_count(0)

    gate = Gate()
    upstream.plan(ReadBody(), gate, Close(), model="delta")
    waiting = batch(admin, line(f"{shaky}/delta", "held"))
    await page.goto(f"/batches/{waiting}")
    await expect(page.get_by_text("0 of 1 (0 %)")).to_be_visible(timeout=30_000)
    await page.get_by_role("button", name="Cancel the batch").click()
    await confirm(page, "Cancel the batch")
    gate.open()
    await expect(page.get_by_text("cancelled", exact=True)).to_be_visible(timeout=30_000)


async def test_a_secret_is_kept_given_another_value_and_removed_and_never_shown(
    page: Page, admin: httpx.Client
) -> None:
    await page.goto("/secrets")
    await page.get_by_role("button", name="Keep a secret").first.click()
    form = page.get_by_role("dialog", name="Keep a secret")
    await form.get_by_role("textbox", name="Name").fill("of-the-operator")
    await form.get_by_label("Value").fill("sk-first-value")
    await form.get_by_role("button", name="Keep it").click()
    row = page.get_by_role("row", name=re.compile("of-the-operator"))
    await expect(row).to_contain_text("secret:of-the-operator")
    await row.get_by_role("rowheader").focus()
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Give it another value").click()
    form = page.get_by_role("dialog", name="Another value for of-the-operator")
    await expect(form.get_by_label("Value")).to_be_focused()
    await page.keyboard.type("sk-second-value")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    content = await page.content()
    assert "sk-first-value" not in content
    assert "sk-second-value" not in content
    await row.get_by_role("rowheader").focus()
    await page.keyboard.press("Shift+F10")
    await page.get_by_role("menuitem", name="Remove").click()
    await expect(question(page)).to_contain_text("Nobody uses it.")
    await confirm(page, "Remove secret")
    await expect(row).to_have_count(0)
    assert "of-the-operator" not in [one["name"] for one in admin.get("/api/secrets").json()["data"]]


async def test_the_request_builder_asks_mcp_for_the_tool_that_the_body_names(
    page: Page, gateway: served, told: Told
) -> None:
    told.expect("status of 400")
    await page.goto("/developer")
    came = page.locator(".developer-came")
    await chosen(page, "Endpoint", "Discover")
    await page.get_by_role("textbox", name="Key (required)").fill(gateway.key)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(came).to_contain_text("serverInfo")
    await expect(came).to_contain_text("The answer is complete.")
    await chosen(page, "Endpoint", "Call a tool")
    body = page.get_by_role("textbox", name="Body")
    await expect(body).to_have_value(re.compile("time__get_current_time"))
    await body.fill((await body.input_value()).replace("time__get_current_time", "öfen__none"))
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(came).to_contain_text("öfen__none")
    await expect(came).not_to_contain_text("header")


async def test_sessions_are_listed_in_the_account_and_another_one_is_ended(
    visits: Visits, told: Told, gateway: served, admin: httpx.Client
) -> None:
    told.expect("401")
    admin.put("/api/users/sue", json={"role": "viewer"}).raise_for_status()
    pages = []
    for _ in range(2):
        context = await visits.context(None)
        made = admin.post("/api/sign-in/links", json={"user": "sue"}).json()["url"]
        link = parse_qs(urlsplit(made).query)["link"][0]
        answer = await context.request.post("/api/sign-in/link", data={"link": link}, headers={"origin": gateway.url})
        assert answer.ok
        pages.append(await context.new_page())
    here, there = pages
    await there.goto("/account")
    await settled(there)
    await here.goto("/account")
    rows = here.locator(".sessions__row")
    await expect(rows).to_have_count(2)
    await expect(rows.filter(has_text="This one")).to_have_count(1)
    await expect(rows.first).to_contain_text("Signed in with a one-time link")
    await here.get_by_role("button", name=re.compile("^Sign out: ")).click()
    await expect(rows).to_have_count(1)
    await there.reload()
    await expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


# ------------------------------------------------------------ a page that breaks


async def test_a_page_that_breaks_says_so_and_can_be_tried_again_while_the_rest_works(page: Page, told: Told) -> None:
    told.expect("TypeError", "Error")
    await page.route("**/api/limits", lambda route: route.fulfill(json={"data": [None]}))
    await page.goto("/limits")
    broken = page.get_by_role("heading", level=1, name="This page does not work")
    await expect(broken).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was changed at the gateway.")
    await page.get_by_role("navigation").get_by_role("link", name="Keys", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="Keys")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Limits & budgets").click()
    await expect(broken).to_be_visible()
    await page.unroute("**/api/limits")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", level=1, name="Limits & budgets")).to_be_visible()
    await expect(page.get_by_role("grid", name="Limits")).to_be_visible()


async def test_a_page_whose_program_does_not_come_says_so_and_the_rest_works(page: Page, told: Told) -> None:
    told.expect("404", "PageNotLoaded")
    await page.goto("/keys")
    await settled(page)
    await page.route("**/assets/Audit-*.js", lambda route: route.fulfill(status=404))
    await page.get_by_role("navigation").get_by_role("link", name="Audit log").click()
    await expect(page.get_by_role("heading", level=1, name="This page could not be loaded")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Batches").click()
    await expect(page.get_by_role("heading", level=1, name="Batches")).to_be_visible()
    await page.unroute("**/assets/Audit-*.js")
    await page.get_by_role("navigation").get_by_role("link", name="Audit log").click()
    await expect(page.get_by_role("heading", level=1, name="Audit log")).to_be_visible()
