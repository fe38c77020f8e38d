"""The health of deployments over the admin API."""

from __future__ import annotations

import pytest

from switchgear.core.errors import ProviderRateLimited, ProviderTimeout
from switchgear.routing.breaker import BreakerRules

NAME = "scripted/test-model"


@pytest.fixture
async def desk(desk):
    """With the rules that hold where nothing is configured."""
    desk.gateway.board.rules = BreakerRules()
    return desk


def fail(desk, times=5):
    board = desk.gateway.board
    health = board.of(NAME)
    for _ in range(times):
        health.failed(board.clock(), ProviderTimeout("No."), health.started(board.clock()))


async def shown(desk):
    return {one["deployment"]: one for one in (await desk.api.get("/api/health")).json()["data"]}


async def test_a_deployment_that_no_call_went_to_is_closed_and_nothing_is_known_of_it(desk):
    one = (await shown(desk))[NAME]
    assert (one["provider"], one["model"], one["aliases"]) == ("scripted", "test-model", ["filed"])
    assert (one["state"], one["reason"], one["retry_at"], one["share"]) == ("closed", "", None, 1.0)
    assert (one["calls"], one["in_flight"]) == (0, 0)
    assert one["first_token_p50_ms"] is one["tokens_per_second"] is one["error_rate"] is one["last_probe"] is None


async def test_what_calls_met_is_shown(desk):
    board = desk.gateway.board
    health = board.of(NAME)
    for _ in range(20):
        ticket = health.started(board.clock())
        health.first_token(0.2, ticket)
        health.succeeded(board.clock(), 1.0, 100, ticket)
    fail(desk)
    health.started(board.clock())
    one = (await shown(desk))[NAME]
    assert (one["state"], one["calls"], one["error_rate"], one["in_flight"]) == ("open", 25, 0.2, 1)
    assert one["reason"] == "5 failures in a row: provider_timeout"
    assert one["retry_at"] is not None
    assert 180 < one["first_token_p50_ms"] < 220
    assert one["tokens_per_second"] == 100.0


async def test_deployments_without_an_alias_are_shown_once_they_answered(desk):
    board = desk.gateway.board
    for name in ("scripted/other", "scripted/nonsense"):
        board.of(name)
    health = board.of("scripted/other")
    health.succeeded(board.clock(), 1.0, 10, health.started(board.clock()))
    assert list(await shown(desk)) == [NAME, "scripted/other"]


async def test_what_happened_is_told_newest_first(desk):
    fail(desk)
    board = desk.gateway.board
    board.of(NAME).breaker.reset(board.clock(), "by hand")
    page = (await desk.api.get(f"/api/health/{NAME}/history?limit=1")).json()
    assert [(one["before"], one["after"], one["reason"]) for one in page["data"]] == [("open", "closed", "by hand")]
    page = (await desk.api.get(f"/api/health/{NAME}/history?limit=1&before={page['next']}")).json()
    assert [(one["before"], one["after"]) for one in page["data"]] == [("closed", "open")]
    assert page["data"][0]["wait_seconds"] > 0
    assert page["next"] is None


async def test_a_reset_closes_the_breaker_and_is_in_the_audit_log(desk):
    health = desk.gateway.board.of(NAME)
    health.failed(0.0, ProviderRateLimited("No.", retry_after=86_400), health.started(0.0))
    answer = await desk.api.post(f"/api/health/{NAME}/reset")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["aliases"]) == ("closed", ["filed"])
    assert health.admits(0.0)
    entry = (await desk.audited())[0]
    assert (entry["action"], entry["target"]) == ("health.reset", NAME)


async def test_nothing_is_reset_that_is_not_there(desk):
    answer = await desk.api.post("/api/health/nobody/nothing/reset")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_what_happened_to_no_deployment_is_an_error(desk):
    answer = await desk.api.get("/api/health/nobody/nothing/history")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert 'No deployment "nobody/nothing" is known.' in answer.json()["detail"]


async def test_reading_takes_a_scope_and_resetting_more(desk):
    reader = await desk.make_key("reader", scopes=["admin:read"])
    caller = await desk.make_key("caller")
    async with desk.as_key(reader["key"]) as api:
        assert (await api.get("/api/health")).status_code == 200
        assert (await api.post(f"/api/health/{NAME}/reset")).status_code == 403
    async with desk.as_key(caller["key"]) as api:
        assert (await api.get("/api/health")).status_code == 403


async def test_a_reload_keeps_what_is_known_and_takes_new_rules(desk):
    fail(desk, 4)
    desk.config.write_text(desk.config.read_text().replace("errors = 10000", "errors = 7"))
    assert (await desk.api.post("/api/config/reload")).json()["changed"] == ["health"]
    fail(desk, 2)
    assert (await shown(desk))[NAME]["state"] == "closed"
    fail(desk, 1)
    assert (await shown(desk))[NAME]["state"] == "open"
    model = desk.gateway.directory().find("filed")
    assert model.deployments[0].health.state == "open"


async def test_metrics_show_states_and_count_changes(desk):
    fail(desk)
    text = (await desk.gateway.host.render_metrics(""))[0].decode()
    assert f'switchgear_deployment_state{{deployment="{NAME}",state="open"}} 1.0' in text
    assert f'switchgear_deployment_state{{deployment="{NAME}",state="closed"}} 0.0' in text
    assert f'switchgear_breaker_changes_total{{deployment="{NAME}",state="open"}} 1.0' in text
    assert f'switchgear_deployment_calls_in_flight{{deployment="{NAME}"}} 0.0' in text


async def test_each_change_is_one_line_of_the_log(desk, caplog):
    with caplog.at_level("INFO", logger="switchgear.app.health"):
        fail(desk, 9)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "switchgear.app.health"]
    assert line == f"Deployment {NAME} is open: 5 failures in a row: provider_timeout"
