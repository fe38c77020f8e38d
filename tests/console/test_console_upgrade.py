"""An upgrade of the gateway while its console is open: the new one is loaded, and nothing typed is lost."""

from __future__ import annotations

from playwright.async_api import Page, Route, expect
from visits import Told, settled

FIELDS = """addEventListener("DOMContentLoaded", () => {
  const form = document.createElement("form");
  form.innerHTML = `<label>First word <input name="name"></label>
    <label>Secret <input type="password" name="key"></label><label>Prompt <textarea></textarea></label>`;
  document.body.append(form);
})"""
"""Fields of a page that is loaded twice."""


async def serve_another_version(page: Page) -> None:
    """Have the page's own version be an old one: what it was loaded as is not what is served."""

    async def older(route: Route) -> None:
        answer = await route.fetch()
        body = (await answer.text()).replace(
            'name="switchgear-version" content="', 'name="switchgear-version" content="old'
        )
        await route.fulfill(response=answer, body=body)

    await page.route("**/*", lambda route: older(route) if route.request.is_navigation_request() else route.continue_())


async def opened(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def go(page: Page, path: str) -> None:
    """Navigate within the page."""
    await page.evaluate(
        "path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )


async def test_who_comes_back_to_an_open_page_is_told_of_a_new_version_and_keeps_what_was_typed(page: Page) -> None:
    await serve_another_version(page)
    await page.add_init_script(FIELDS)
    await opened(page)
    await page.get_by_label("First word").fill("a name")
    await page.get_by_label("Prompt").fill("a long prompt")
    await page.get_by_label("Secret").fill("sk-secret")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    notice = page.get_by_role("alertdialog", name="A new version of the console is here")
    await expect(notice).to_be_visible()
    async with page.expect_navigation():
        await notice.get_by_role("button", name="Load it").click()
    await expect(page.get_by_label("Prompt")).to_have_value("a long prompt")
    await expect(page.get_by_label("First word")).to_have_value("a name")
    await expect(page.get_by_label("Secret")).to_have_value("")
    assert "sk-secret" not in await page.evaluate("JSON.stringify(sessionStorage)")


async def test_a_page_whose_program_is_gone_after_an_upgrade_is_loaded_anew_once(page: Page, told: Told) -> None:
    told.expect("404", "PageNotLoaded")
    await serve_another_version(page)
    await opened(page)
    loads: list[str] = []
    page.on("domcontentloaded", lambda each: loads.append(each.url))
    await page.route("**/assets/*.js", lambda route: route.fulfill(status=404))
    async with page.expect_event("domcontentloaded"):
        await go(page, "/kit")
    await page.unroute_all()
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/kit")
    assert len(loads) == 2  # by itself, and ours


async def test_a_page_that_cannot_be_loaded_while_the_gateway_is_away_says_so_and_can_be_tried_again(
    page: Page, told: Told
) -> None:
    told.expect("ERR_INTERNET_DISCONNECTED", "PageNotLoaded", "Unable to preload")
    await opened(page)
    await settled(page)
    await page.context.set_offline(True)
    await go(page, "/kit")
    await expect(page.get_by_text("The gateway cannot be reached.").first).to_be_visible()
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Try again").first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
