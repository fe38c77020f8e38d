"""The life of a plugin in the console: sent, signed or not, upgraded, taken back, granted less, configured, watched, removed."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_bundles import bundle, install, removed
from playwright.async_api import Locator, Page, expect
from visits import Told, Visits

from switchgear.plugins.signing_keys import SigningKey
from switchgear.testing import served

SLOW = 60_000
"""Milliseconds that what the gateway and a plugin do together may take on a busy machine."""
NAME = "keeper"
GROWER = "grower"
"""One that has several versions: an older one is not installed again without a word."""
SERVER = """
import json, os, pathlib, sys

KEPT = pathlib.Path(os.environ.get("SWITCHGEAR_DATA") or os.environ["HOME"]) / "count"

def say(number, result):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": number, "result": result}) + "\\n")
    sys.stdout.flush()

for line in sys.stdin:
    asked = json.loads(line)
    number, method = asked.get("id"), asked["method"]
    if method == "initialize":
        info = {"name": "keeper", "version": "VERSION"}
        say(number, {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info})
    elif method == "tools/list":
        say(number, {"tools": [{"name": "count", "description": "Counts.", "inputSchema": {"type": "object"}}]})
    elif method == "tools/call":
        count = int(KEPT.read_text()) + 1 if KEPT.exists() else 1
        KEPT.write_text(str(count))
        token = os.environ.get("TOKEN", "")
        print("counted to", count, "with", token, file=sys.stderr, flush=True)
        said = f"VERSION counts {count} {os.environ.get('UNIT')}, token of {len(token)}"
        say(number, {"content": [{"type": "text", "text": said}]})
"""
SETTINGS = {
    "unit": {"type": "string", "title": "Unit", "description": "What it counts.", "default": "sheep"},
    "token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True},
}
ASKED = {"network": ["api.example.com:443", "b.example.com:443"], "secrets": ["token"]}


def made(version: str = "1.0.0", name: str = NAME, **fields: Any) -> bytes:
    """The plugin, in this version."""
    command = {"command": "python", "args": ["${__dirname}/server/main.py"]}
    command |= {"env": {"UNIT": "${user_config.unit}", "TOKEN": "${user_config.token}"}}  # type: ignore[dict-item]
    more = {
        "server": {"type": "python", "entry_point": "server/main.py", "mcp_config": command},
        "user_config": SETTINGS,
        "_meta": {"dev.switchgear": {"permissions": ASKED}},
    }
    return bundle(name, SERVER.replace("VERSION", version), version, **(more | fields))


def file_of(content: bytes, name: str = "keeper.mcpb") -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def place(gateway: served) -> Iterator[served]:
    """The gateway, without the plugin before and after."""
    removed(gateway, NAME)
    yield gateway
    removed(gateway, NAME)


@pytest.fixture
def keeper(place: served) -> served:
    """The gateway, with the plugin."""
    install(place, made(), secrets={"token": "hush-hush"})
    return place


async def sent(page: Page, file: Any) -> None:
    """Choose a file on the page that installs."""
    await page.goto("/plugins/install")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose a file").click()
    await (await chooser.value).set_files([file])


async def dropped(page: Page, *places: Path) -> None:
    """Drop files or folders on the page that installs."""
    zone = await page.locator(".plugins__drop").bounding_box()
    assert zone is not None
    browser = await page.context.new_cdp_session(page)
    at = {"x": zone["x"] + 20, "y": zone["y"] + 20}
    data = {"items": [], "files": [str(each) for each in places], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        await browser.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


async def counted(page: Page, said: str, name: str = NAME) -> None:
    """What its tool says now."""
    await page.goto(f"/plugins/{name}?tab=tools&tool=count")
    await page.get_by_role("button", name="Call it").click()
    await expect(page.get_by_role("region", name="Answer")).to_contain_text(said, timeout=SLOW)


def state(page: Page) -> Locator:
    return page.get_by_role("term").filter(has_text="State").locator("xpath=following-sibling::dd[1]")


async def test_a_bundle_is_dropped_and_what_nobody_signed_is_installed_only_when_that_is_said(
    place: served, page: Page, tmp_path: Path
) -> None:
    install(place, made())  # skips where there is no sandbox
    removed(place, NAME)
    file = tmp_path / "keeper.mcpb"
    file.write_bytes(made())
    await page.goto("/plugins/install")
    await dropped(page, file)
    await expect(page.get_by_role("heading", name=f"Install {NAME}")).to_be_visible(timeout=SLOW)
    button = page.get_by_role("button", name="Install it", exact=True)
    await expect(button).to_be_disabled()
    await expect(page.get_by_text("It can be installed once what has to be said is said.")).to_be_visible()
    await page.get_by_text("Nobody I trust signed it.").click()
    await button.click()
    await expect(page.get_by_text(f"{NAME} is installed")).to_be_visible(timeout=SLOW)
    await counted(page, "1.0.0 counts 1 sheep")


async def test_a_folder_is_dropped_and_packed_without_what_is_none_of_its(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "in-a-folder"
    with zipfile.ZipFile(io.BytesIO(made(name="in-a-folder"))) as packed:
        packed.extractall(folder)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "con.js").write_text("a name that no bundle may have")
    await page.goto("/plugins/install")
    await dropped(page, folder)
    await expect(page.get_by_role("heading", name="Install in-a-folder")).to_be_visible(timeout=SLOW)
    await page.get_by_role("button", name="Do not install it").click()
    await expect(page.get_by_role("heading", name="Install a plugin")).to_be_visible()
    (folder / "manifest.json").unlink()
    await dropped(page, folder)
    await expect(page.get_by_role("alert")).to_contain_text("There is no manifest.json in in-a-folder.")


async def test_what_cannot_be_installed_is_told_in_words(page: Page, told: Told, tmp_path: Path) -> None:
    told.expect("400", "422")
    outside = io.BytesIO()
    with zipfile.ZipFile(outside, "w") as hostile:
        hostile.writestr("manifest.json", "{}")
        hostile.writestr("../../evil.py", "import os")
    refused = [
        ("empty.mcpb", b"", "empty"),
        ("notes.mcpb", b"only text", "no zip archive"),
        ("evil.mcpb", outside.getvalue(), "evil.py"),
        ("broken.mcpb", bundle("Not A Name", "", user_config=7), "manifest"),
        ("data.json", b'{"mcpServers": {}}', "OpenAPI"),
        ("page.yaml", b"<html>", "OpenAPI"),
    ]
    for name, content, word in refused:
        await sent(page, file_of(content, name))
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("It cannot be installed.", timeout=SLOW)
        await expect(alert).to_contain_text(word)
    for letter in "ab":
        (tmp_path / letter).write_text(letter)
    await dropped(page, tmp_path / "a", tmp_path / "b")
    await expect(page.get_by_role("alert")).to_contain_text("Drop one thing")


async def test_a_version_comes_and_goes_and_what_it_kept_stays_until_that_is_removed_too(
    gateway: served, page: Page
) -> None:
    install(gateway, made(name=GROWER), secrets={"token": "hush-hush"})
    await counted(page, "1.0.0 counts 1 sheep, token of 9", GROWER)
    await sent(
        page,
        file_of(made("2.0.0", GROWER, _meta={"dev.switchgear": {"permissions": ASKED | {"read": ["/srv/shared"]}}})),
    )
    await expect(page.get_by_text("in the place of 1.0.0")).to_be_visible(timeout=SLOW)
    await expect(page.get_by_text("New in this version")).to_be_visible()
    await page.get_by_role("checkbox", name="/srv/shared").press("Space")
    await page.get_by_text("Nobody I trust signed it.").click()
    await page.get_by_role("button", name="Upgrade to 2.0.0").click()
    await expect(page.get_by_text(f"{GROWER} is installed")).to_be_visible(timeout=SLOW)
    await counted(page, "2.0.0 counts 2 sheep, token of 9", GROWER)
    await page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("grid", name="Versions")
    await expect(versions.get_by_role("row").filter(has_text="2.0.0")).to_contain_text("in use")
    await page.get_by_role("button", name="Go back to 1.0.0").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Use it").click()
    await expect(versions.get_by_role("row").filter(has_text="1.0.0")).to_contain_text("in use", timeout=SLOW)
    await counted(page, "1.0.0 counts 3 sheep", GROWER)
    for kept, said in ((True, "1.0.0 counts 4 sheep"), (False, "1.0.0 counts 1 sheep")):
        await page.get_by_role("button", name="More", exact=True).click()
        await page.get_by_role("menuitem", name="Remove the plugin").click()
        dialog = page.get_by_role("alertdialog")
        remove = dialog.get_by_role("button", name="Remove plugin")
        if not kept:
            await dialog.get_by_text("Remove what it kept too").click()
            await expect(remove).to_be_disabled()
            await dialog.get_by_role("textbox").fill(GROWER)
        await remove.click()
        await expect(page.get_by_role("heading", name="Plugins", exact=True)).to_be_visible(timeout=SLOW)
        await asyncio.to_thread(install, gateway, made(name=GROWER), downgrade=True)
        await counted(page, said, GROWER)
    await page.goto("about:blank")
    removed(gateway, GROWER)


async def test_permissions_are_granted_in_part_and_taken_away_later(keeper: served, page: Page) -> None:
    await page.goto(f"/plugins/{NAME}?tab=permissions")
    holds = page.get_by_role("region", name="What holds now")
    await expect(holds).to_contain_text("b.example.com")
    await page.get_by_role("checkbox", name="Reach b.example.com on port 443.").press("Space")
    await page.get_by_role("checkbox", name='Use the secret setting "token".').press("Space")
    await page.get_by_text("Grant something besides").click()
    hosts = page.get_by_role("textbox", name="Hosts")
    await hosts.fill("c.example.com:8443")
    await hosts.press("Enter")
    await page.get_by_role("button", name="Save permissions").click()
    await expect(holds).to_contain_text("c.example.com", timeout=SLOW)
    await expect(holds).not_to_contain_text("b.example.com")
    await counted(page, "counts 1 sheep, token of 0")
    await page.get_by_role("tab", name="Permissions").click()
    await expect(page.get_by_role("checkbox", name="Reach b.example.com on port 443.")).not_to_be_checked()
    await page.get_by_role("button", name="Take everything away").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Take everything away").click()
    await expect(holds).to_contain_text("Nothing: it computes, and that is all.", timeout=SLOW)
    await expect(page.get_by_role("checkbox", name="Reach api.example.com on port 443.")).not_to_be_checked()


async def test_settings_are_saved_and_a_secret_is_written_and_never_read(keeper: served, page: Page) -> None:
    answers: list[str] = []

    async def noted(response: Any) -> None:
        if "/api/plugins" in response.url and response.request.method != "DELETE":
            answers.append(response.url)
            assert "a-new-secret" not in await response.text()

    await page.goto(f"/plugins/{NAME}?tab=configuration")
    token = page.get_by_role("textbox", name="Token")
    await expect(token).to_have_value("")
    await expect(token).to_have_attribute("type", "password")
    save = page.get_by_role("button", name="Save settings")
    await expect(save).to_be_disabled()
    await page.get_by_role("textbox", name="Unit").fill("goats")
    await token.fill("a-new-secret")
    async with page.expect_response("**/configure") as answer:
        await save.click()
    await noted(await answer.value)
    await expect(page.get_by_text("Settings saved")).to_be_visible(timeout=SLOW)
    await expect(token).to_have_value("")
    await counted(page, "counts 1 goats, token of 12")
    await page.get_by_role("tab", name="Log").click()
    log = page.get_by_role("list", name="Log")
    await expect(log).to_contain_text("counted to 1 with", timeout=SLOW)
    await expect(log).not_to_contain_text("a-new-secret")
    await page.get_by_role("radio", name="Process").press("Space")
    await expect(log).not_to_contain_text("counted to 1")
    await expect(log).to_contain_text("process")
    assert answers


async def test_states_are_seen_by_others_at_once_and_frames_as_they_pass(
    keeper: served, visits: Visits, page: Page
) -> None:
    other = await visits.page()
    await other.goto(f"/plugins/{NAME}?tab=traffic")
    await other.get_by_role("button", name="Watch").click()
    await expect(other.get_by_text("No frame has passed yet.")).to_be_visible()
    await counted(page, "counts 1 sheep")
    frames = other.get_by_role("grid", name="Frames")
    asked = frames.get_by_role("row").filter(has_text="to it").filter(has_text="tools/call")
    await asked.get_by_text("tools/call", exact=True).click()
    drawer = other.get_by_role("dialog", name="Frame")
    await expect(drawer).to_contain_text('"name": "count"')
    await other.keyboard.press("Escape")
    await other.get_by_role("button", name="Pause").click()
    await other.get_by_role("tab", name="Overview").click()
    await expect(state(other)).to_have_text("enabled")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Disable").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("textbox", name="Reason").fill("too many sheep")
    await dialog.get_by_role("button", name="Disable it").click()
    await expect(state(other)).to_have_text("disabled", timeout=SLOW)
    await expect(other.get_by_text("too many sheep")).to_be_visible()
    await expect(page.get_by_text("It is disabled: enable it first.")).to_be_visible()
    await expect(page.get_by_role("button", name="Call it")).to_be_disabled()
    await page.get_by_role("button", name="Enable").click()
    await expect(state(other)).to_have_text("enabled", timeout=SLOW)
    await counted(page, "counts 2 sheep")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Remove what it kept").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove what it kept").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0, timeout=SLOW)
    await counted(page, "counts 1 sheep")


async def test_a_publisher_is_trusted_by_an_owner_revoked_and_forgotten(visits: Visits, told: Told) -> None:
    told.expect("400")
    key = str(SigningKey.new().public)
    page = await visits.page("owner")
    await page.goto("/plugins/trust")
    await page.get_by_role("button", name="Trust a key").first.click()
    dialog = page.get_by_role("dialog", name="Trust a publisher’s key")
    await dialog.get_by_role("textbox", name="Name").fill("Acme of a test")
    await dialog.get_by_role("textbox", name="Key").fill("ed25519:short")
    await dialog.get_by_role("button", name="Trust it").click()
    await expect(dialog.get_by_role("textbox", name="Key")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_role("textbox", name="Key").fill(key)
    await dialog.get_by_role("button", name="Trust it").click()
    row = page.get_by_role("grid", name="Publishers’ keys").get_by_role("row").filter(has_text="Acme of a test")
    await expect(row).to_contain_text("trusted")
    for deed, after in (("Revoke", "revoked stolen"), ("Forget", "")):
        await row.get_by_role("button", name="Actions").click()
        await page.get_by_role("menuitem", name=deed).click()
        asked = page.get_by_role("alertdialog")
        if deed == "Revoke":
            await asked.get_by_role("textbox", name="Reason").fill("stolen")
        await asked.get_by_role("button", name=f"{deed} key").click()
        await expect(asked).to_have_count(0)
        if after:
            await expect(row).to_contain_text(after)
    await expect(row).to_have_count(0)
