"""The console as the gateway serves it: its page, its files, and what a browser is told of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page

from switchgear.console.mount import Console
from switchgear.console.page import Sheet, Theme
from switchgear.console.site import Site
from switchgear.testing import served

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip, deflate, br, zstd"}
PAGE = '<!doctype html><html lang="en"><head><title>Switchgear</title></head><body></body></html>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-1.js").write_text("export {}")
    (tmp_path / "assets" / "index-1.js.br").write_bytes(b"brotli")
    (tmp_path / "assets" / "index-1.js.map").write_text("{}")
    return tmp_path


def of(console: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(console), base_url="http://127.0.0.1", headers=BROWSER)


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with of(Console(Site(built))) as opened:
        yield opened


async def test_the_page_is_the_same_for_every_address_of_the_console(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/", "/keys", "/calls/req_1", "/providers/a%2Fb")]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["etag"] for answer in answers} == {answers[0].headers["etag"]}
    assert answers[0].headers["cache-control"] == "no-store"


async def test_a_page_may_do_nothing_inline_and_ask_nobody_else(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]


async def test_the_nonce_is_another_one_each_time_and_that_of_the_policy(client: httpx.AsyncClient) -> None:
    nonces = []
    for _ in range(2):
        answer = await client.get("/")
        (nonce,) = re.findall(r'<meta property="csp-nonce" nonce="([^"]+)">', answer.text)
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


async def test_files_with_a_hash_last_and_come_compressed_to_who_takes_it(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/assets/index-1.js") as answer:
        body = b"".join([piece async for piece in answer.aiter_raw()])
    assert body == b"brotli"
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await client.get("/assets/index-1.js", headers={"accept-encoding": "br;q=0, gzip"})
    assert plain.text == "export {}"
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "path",
    ["/assets/index-0.js", "/assets/index-1.js.map", "/assets/index-1.js.br", "/assets/", "/assets/../index.html"],
)
async def test_what_is_not_a_file_of_this_build_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == (200 if ".." in path else 404)  # a client takes the dots out before it asks
    assert "immutable" not in answer.headers["cache-control"]


async def test_a_file_above_the_site_is_not_reached(built: Path) -> None:
    (built.parent / "secret.txt").write_text("secret")
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/assets/../../secret.txt", "headers": []}
    await Console(Site(built))(scope, None, send)
    assert sent[0]["status"] == 404


async def test_the_reader_s_theme_is_in_the_page_before_any_script_runs(built: Path) -> None:
    async def themes(wanted: str) -> Theme:
        return Theme(wanted, (Sheet("/themes/warm-1.css", '(min-width: 0) and "<'),))

    async with of(Console(Site(built), themes)) as client:
        answer = await client.get("/", headers={"cookie": 'a=b; switchgear_theme="><script>'})
    assert '<html lang="en" data-theme="&quot;&gt;&lt;script&gt;">' in answer.text
    assert '<link rel="stylesheet" href="/themes/warm-1.css" media="(min-width: 0) and &quot;&lt;">' in answer.text


async def test_a_console_that_is_not_built_says_how_and_is_served_once_it_is(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    async with of(Console(Site(folder))) as client:
        answer = await client.get("/")
        assert "make setup" in answer.text
        assert "sha256-" in answer.headers["content-security-policy"]
        built.joinpath("assets").rename(tmp_path / "a")
        folder.mkdir()
        (folder / "index.html").write_text(PAGE)
        assert (await client.get("/")).text.startswith('<!doctype html><html lang="en" data-theme="system"')


async def test_a_new_build_is_another_version(built: Path) -> None:
    async with of(Console(Site(built))) as client:
        before = await client.head("/")
        (built / "new.html").write_text(PAGE + "<!-- new -->")
        (built / "new.html").rename(built / "index.html")
        after = await client.head("/")
    assert before.headers["etag"] != after.headers["etag"]
    assert before.text == ""


async def test_programs_are_answered_by_the_api_and_not_with_a_page(gateway: served) -> None:
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        for path in ("/api/nothing", "/v1/nothing", "/mcp/nothing", "/.well-known/nothing", "/nothing"):
            answer = await client.get(path, headers={"accept": "*/*"})
            assert answer.status_code in {401, 404}, path
            assert "html" not in answer.headers.get("content-type", ""), path
        assert (await client.post("/keys", headers=BROWSER, json={})).status_code in {401, 404, 405}
        assert (await client.post("/")).status_code == 405
        head = await client.head("/", headers=BROWSER)
        assert (head.status_code, head.content) == (200, b"")


async def test_the_built_console_opens_without_an_error(page: Page) -> None:
    await page.goto("/")
    await page.wait_for_selector("main h1")
    assert await page.title() != ""
    assert await page.evaluate("document.querySelector('meta[property=csp-nonce]').nonce !== ''")
