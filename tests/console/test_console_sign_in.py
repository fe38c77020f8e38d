"""Coming in: by link and by key, again when a session ends, and what people of each role find under People."""

from __future__ import annotations

import httpx
from playwright.async_api import expect
from visits import Told, Visits

from switchgear.testing import served


def api_of(gateway: served) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {gateway.key}"}, timeout=60)


async def link_for(gateway: served, **body: str) -> str:
    async with api_of(gateway) as api:
        made = await api.post("/api/sign-in/links", json=body)
    made.raise_for_status()
    return str(made.json()["url"].partition("?link=")[2])


async def test_a_link_opens_the_console_and_leaves_the_address(visits: Visits, told: Told, gateway: served) -> None:
    told.expect("401")
    page = await visits.page(None)
    link = await link_for(gateway)
    await page.goto(f"/account?link={link}")
    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert page.url == f"{gateway.url}/account"
    await expect(page.get_by_text("This one")).to_be_visible()

    other = await visits.page(None)
    await other.goto(f"/?link={link}")
    await expect(other.get_by_role("alert")).to_contain_text("This link was used already, or is too old.")
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "link" not in other.url


async def test_a_key_leads_to_the_page_that_was_asked_for(visits: Visits, told: Told, gateway: served) -> None:
    told.expect("401")
    page = await visits.page(None)
    await page.goto("/audit")
    key = page.get_by_role("textbox", name="Key")
    await key.fill("nonsense")
    await key.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not one of this gateway's keys")
    await key.fill(gateway.key)
    await key.press("Enter")
    await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    await expect(
        page.get_by_role("gridcell", name="session.begin").or_(page.get_by_text("session.begin")).first
    ).to_be_visible()


async def test_what_was_typed_stays_when_the_session_ends(visits: Visits, told: Told, gateway: served) -> None:
    told.expect("401")
    page = await visits.page("owner")
    await page.goto("/people")
    await page.get_by_role("button", name="Add a user").click()
    form = page.get_by_role("dialog", name="Add a user")
    await form.get_by_role("textbox", name="Name").fill("newcomer")
    ended = await page.context.request.post("/api/sign-out", headers={"origin": gateway.url})
    assert ended.ok
    await form.get_by_role("button", name="Save").click()
    again = page.get_by_role("dialog", name="Your session is over")
    await again.get_by_role("textbox", name="Key").fill(gateway.key)
    await again.get_by_role("button", name="Sign in with the key").click()
    await expect(again).to_have_count(0)
    await expect(form.get_by_role("textbox", name="Name")).to_have_value("newcomer")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(page.get_by_text("newcomer", exact=True).first).to_be_visible()


async def test_an_owner_gives_a_role_and_a_link(visits: Visits, told: Told, gateway: served) -> None:
    told.expect("401")
    async with api_of(gateway) as api:
        (await api.put("/api/users/ines", json={"role": "viewer"})).raise_for_status()
    page = await visits.page("owner")
    await page.goto("/people")
    row = page.get_by_role("row").filter(has_text="ines")
    await row.dblclick()
    form = page.get_by_role("dialog", name="Change ines")
    await form.get_by_text("Developer", exact=True).click()
    await form.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("developer")
    link = await link_for(gateway, user="ines")
    other = await visits.page(None)
    await other.goto(f"/account?link={link}")
    await expect(other.get_by_text("Developer: calls models")).to_be_visible()


async def test_a_viewer_is_shown_nothing_that_would_be_refused(visits: Visits) -> None:
    page = await visits.page("viewer")
    await page.goto("/people")
    await expect(page.get_by_text("Your role may look at this")).to_be_visible()
    await expect(page.get_by_role("button", name="Add a user")).to_have_count(0)


async def test_signing_out_leads_to_the_door(visits: Visits, told: Told) -> None:
    told.expect("401")
    page = await visits.page("viewer")
    await page.goto("/account")
    await page.get_by_role("button", name="You and this console").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_an_admin_signs_somebody_out(visits: Visits, told: Told, gateway: served) -> None:
    told.expect("401")
    async with api_of(gateway) as api:
        (await api.put("/api/users/nora", json={"role": "viewer"})).raise_for_status()
    other = await visits.page(None)
    await other.goto(f"/account?link={await link_for(gateway, user='nora')}")
    await expect(other.get_by_text("nora").first).to_be_visible()
    page = await visits.page("admin")
    await page.goto("/people")
    await page.get_by_role("tab", name="Signed in").click()
    row = page.get_by_role("row").filter(has_text="nora")
    await expect(row).to_contain_text("a one-time link")
    await row.get_by_role("button").last.click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(row).to_have_count(0)
    await other.goto("/account")
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
