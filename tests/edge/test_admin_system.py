"""Status, configuration and log level over the admin API."""

from __future__ import annotations

import logging

import pytest

from switchgear import __version__


async def test_the_status_tells_how_the_gateway_is_doing(desk):
    status = (await desk.api.get("/api/status")).json()
    assert status["version"] == __version__
    assert status["store"] | {"kind": "sqlite", "state": "ready", "usage_lost": 0} == status["store"]
    assert (status["keys"], status["providers"], status["models"]) == (2, 1, 1)
    assert status["memory_bytes"] > 1_000_000
    assert status["uptime_seconds"] >= 0


async def test_the_configuration_is_shown_with_references_and_without_secrets(desk):
    told = (await desk.api.get("/api/config")).json()
    assert told["settings"]["providers"]["scripted"]["api_key"] == "env:UPSTREAM_KEY"
    assert told["settings"]["server"]["port"] == 4100
    assert told["sources"]["models.filed"] == "file"


async def test_a_valid_file_is_taken_whole_by_a_reload(desk):
    text = desk.config.read_text()
    desk.config.write_text(text.replace("[models.filed]", "[models.renamed]") + '\n[log]\nlevel = "warning"\n')
    answer = await desk.api.post("/api/config/reload")
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["changed"]) == {"models", "log"}
    assert answer.json()["needs_restart"] == []
    names = {model["name"] for model in (await desk.api.get("/api/models")).json()["data"]}
    assert "renamed" in names
    assert "filed" not in names
    assert (await desk.api.get("/api/log")).json() == {"level": "warning"}


async def test_a_change_that_waits_for_a_restart_is_named(desk):
    desk.config.write_text(desk.config.read_text() + "\n[server]\nport = 4200\n")
    report = (await desk.api.post("/api/config/reload")).json()
    assert (report["changed"], report["needs_restart"]) == ([], ["server"])


async def test_an_invalid_file_changes_nothing_and_every_mistake_is_told_with_its_line(desk):
    before = (await desk.api.get("/api/models")).json()
    lines = desk.config.read_text().count("\n")
    desk.config.write_text(desk.config.read_text() + "\n[server]\nport = 0\nhots = 1\n")
    answer = await desk.api.post("/api/config/reload")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "config_invalid")
    assert [(error["field"], error["line"]) for error in problem["errors"]] == [
        ("server.port", lines + 3),
        ("server.hots", lines + 4),
    ]
    assert problem["errors"][0]["file"] == str(desk.config)
    assert (await desk.api.get("/api/models")).json() == before


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
async def test_the_log_level_is_switched_at_once(desk, level):
    assert (await desk.api.put("/api/log", json={"level": level})).json() == {"level": level}
    assert desk.gateway.log_control.level == level
    assert desk.gateway.log_control.allows(logging.DEBUG) == (level == "debug")
    assert (await desk.audited())[0] | {"action": "log.level", "detail": {"before": "info"}} == (await desk.audited())[
        0
    ]


async def test_a_level_nobody_knows_is_refused(desk):
    answer = await desk.api.put("/api/log", json={"level": "loud"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "level"
    assert desk.gateway.log_control.level == "info"
