"""Themes over the admin API, their style sheets, and what is told while a page is open."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from switchgear.app.announcing import Announcer
from switchgear.app.asgi import Application
from switchgear.app.gateway import Options, offline
from switchgear.core.errors import ConfigInvalid, Overloaded
from switchgear.events.bus import EventBus
from switchgear.events.themes import ThemeChanged
from switchgear.observe.logs import LogControl

THEME = {"$extensions": {"dev.switchgear": {"parent": "light", "title": "Night shift"}}}


def live(lightness: float) -> dict:
    return {"signal": {"live": {"$value": {"colorSpace": "oklch", "components": [lightness, 0.2, 300]}}}}


def keep(desk, name: str, content: dict | str) -> Path:
    folder = desk.gateway.options.data_dir / "themes"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


async def test_themes_are_listed_with_their_verdicts(desk):
    told = (await desk.api.get("/api/themes")).json()
    assert told["chosen"] == "system"
    by_name = {one["name"]: one for one in told["data"]}
    assert list(by_name)[:3] == ["system", "light", "dark"]
    assert by_name["high-contrast-dark"]["level"] == "AAA"
    assert by_name["system"]["schemes"] == ["light", "dark"]
    assert all(one["worst"]["passes"] and one["problems"] == [] for one in by_name.values())
    assert re.fullmatch(r"#[0-9a-f]{6}", by_name["warm"]["swatches"]["light"]["surface.base"])


async def test_the_report_card_has_every_pair(desk):
    card = (await desk.api.get("/api/themes/dark")).json()
    assert {one["contrast"] for one in card["card"]} == {"standard", "more"}
    assert card["pairs"] == len(card["card"]) > 100
    text = next(
        one for one in card["card"] if (one["foreground"], one["background"]) == ("text.default", "surface.base")
    )
    assert text["ratio"] > 12
    assert text["lc"] < -90
    assert card["properties"]["dark"]["--surface-base"] == text["background_colour"]
    missing = await desk.api.get("/api/themes/drak")
    assert missing.status_code == 404
    assert 'Did you mean "dark"?' in missing.json()["hint"]


async def test_style_sheets_are_open_to_everybody_and_kept_for_good(desk):
    href = {one["name"]: one["href"] for one in (await desk.api.get("/api/themes")).json()["data"]}["dark"]
    application = Application(desk.gateway)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://localhost:4100"
    ) as anybody:
        sheet = await anybody.get(href)
        assert sheet.status_code == 200
        assert sheet.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in sheet.headers["cache-control"]
        assert "@layer theme {" in sheet.text
        assert (await anybody.head(href)).status_code == 200
        old = await anybody.get("/themes/dark-000000000000.css")
        assert (old.status_code, old.headers["cache-control"], old.text) == (200, "no-store", sheet.text)
        assert (await anybody.post(href)).status_code == 405
        for path in ("/themes/none-000000000000.css", "/themes/", "/themes/../secret.key", "/themes/dark.css"):
            assert (await anybody.get(path)).status_code == 404


async def test_a_file_that_changes_is_told_and_one_with_mistakes_keeps_what_was(desk):
    path = keep(desk, "night", THEME | live(0.5))
    first = (await desk.api.get("/api/themes/night")).json()
    assert first["title"] == "Night shift"
    with desk.gateway.console.announcer.listen() as listener:
        told = aiter(listener)
        path.write_text(json.dumps(THEME | live(0.45)))
        name, changed = await asyncio.wait_for(anext(told), 20)
        assert name == "theme.changed"
        assert json.loads(changed)["name"] == "night"
        assert json.loads(changed)["href"] != first["href"]
        path.write_text('{\n "signal": {"live": 3}\n}')
        name, wrong = await asyncio.wait_for(anext(told), 20)
        problem = json.loads(wrong)["problems"][0]
        assert (name, problem["file"], problem["line"]) == ("theme.invalid", "themes/night.json", 2)
        after = (await desk.api.get("/api/themes/night")).json()
        assert after["href"] == json.loads(changed)["href"]
        assert after["problems"][0]["message"] == "signal.live is a token and has no $value."
        path.unlink()
        name, gone = await asyncio.wait_for(anext(told), 20)
        assert (name, json.loads(gone)) == ("theme.changed", {"name": "night", "title": "night", "href": None})


async def test_events_are_for_those_who_may_read_and_end_with_the_gateway(desk):
    async with desk.as_key(None) as nobody:
        assert (await nobody.get("/api/events")).status_code == 401
    asked = asyncio.create_task(desk.api.get("/api/events"))
    while not desk.gateway.console.announcer.listening:
        await asyncio.sleep(0.01)
    heard = asyncio.Event()
    desk.gateway.bus.subscribe(ThemeChanged, lambda _: heard.set())
    keep(desk, "night", THEME)
    await asyncio.wait_for(heard.wait(), 20)  # nobody asked for themes: who listens is told all the same
    desk.gateway.drain()
    answer = await asyncio.wait_for(asked, 20)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert 'event: theme.changed\ndata: {"name":"night"' in answer.text
    assert desk.gateway.console.announcer.listening == 0


def test_only_so_many_pages_listen():
    announcer = Announcer(EventBus(), most=1)
    with announcer.listen(), pytest.raises(Overloaded), announcer.listen():
        pass
    announcer.check()


async def test_a_theme_that_is_not_there_cannot_be_chosen(tmp_path):
    config = tmp_path / "switchgear.toml"
    config.write_text('[local]\nenabled = false\n[console]\ntheme = "drak"\n')
    options = Options(data_dir=tmp_path / "data", config=config, environ={})
    with pytest.raises(ConfigInvalid, match=r'"drak" is not a theme\. Did you mean "dark"\?'):
        async with offline(options, LogControl()):
            pass
