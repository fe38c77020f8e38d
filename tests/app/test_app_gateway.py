"""The gateway as one object, without a socket: first keys, the compiled runtime, refreshes and reloads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switchgear.app.bootstrap import CLI_KEY_FILE
from switchgear.app.gateway import Gateway, Options, offline
from switchgear.core.errors import ConfigInvalid, DataFolderUnusable, UnknownKey
from switchgear.observe.logs import LogControl

CONFIG = """
[local]
enabled = false
[providers.first]
base_url = "http://127.0.0.1:1/v1"
models = ["alpha"]
[models.fast]
deployments = [{ provider = "first", model = "alpha" }]
"""
SECOND = '[providers.second]\nbase_url = "http://127.0.0.1:2/v1"\n'
NOW = 1_800_000_000.0


def options(folder: Path, text: str = CONFIG, **environ: str) -> Options:
    path = folder / "switchgear.toml"
    path.write_text(text)
    return Options(folder / "data", path, environ)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with offline(options(tmp_path), LogControl()) as opened:
        yield opened


def cli_key(folder: Path) -> bytes:
    return (folder / "data" / CLI_KEY_FILE).read_text().strip().encode()


# ---------------------------------------------------------------- first keys


async def test_the_first_start_makes_an_admin_key_and_the_clis(gateway: Gateway, tmp_path: Path) -> None:
    assert gateway.first_key is not None
    shown = gateway.keyring.authenticate(gateway.first_key.reveal().encode(), NOW)
    own = gateway.keyring.authenticate(cli_key(tmp_path), NOW)
    assert (shown.name, own.name.split(" ")[0]) == ("admin", "cli")
    assert shown.scopes == own.scopes == {"call", "admin:read", "own", "admin", "owner"}
    assert (tmp_path / "data" / CLI_KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_the_second_start_shows_no_key_and_keeps_the_clis(tmp_path: Path) -> None:
    async with offline(options(tmp_path), LogControl()):
        before = cli_key(tmp_path)
    async with offline(options(tmp_path), LogControl()) as again:
        assert again.first_key is None
        assert cli_key(tmp_path) == before
        assert len(await again.store.keys.all()) == 2


@pytest.mark.parametrize("content", [None, "", "sk-sg-" + "x" * 40, "nonsense"])
async def test_a_lost_or_foreign_cli_key_is_replaced_and_the_old_one_revoked(
    tmp_path: Path, content: str | None
) -> None:
    async with offline(options(tmp_path), LogControl()):
        before = cli_key(tmp_path)
    path = tmp_path / "data" / CLI_KEY_FILE
    path.unlink()
    if content is not None:
        path.write_text(content)
    async with offline(options(tmp_path), LogControl()) as again:
        assert cli_key(tmp_path) != before
        assert again.keyring.authenticate(cli_key(tmp_path), NOW).name.startswith("cli of ")
        states = [(key.name.split(" ")[0], key.revoked_at is None) for key in await again.store.keys.all()]
        assert sorted(states) == [("admin", True), ("cli", False), ("cli", True)]


async def test_a_cli_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async with offline(options(tmp_path), LogControl()):
        pass
    path = tmp_path / "data" / CLI_KEY_FILE
    path.unlink()
    path.mkdir()
    with pytest.raises(DataFolderUnusable, match=CLI_KEY_FILE):
        async with offline(options(tmp_path), LogControl()):
            pass


async def test_another_secret_makes_every_old_key_unknown(tmp_path: Path) -> None:
    async with offline(options(tmp_path), LogControl()) as first:
        assert first.first_key is not None
        shown = first.first_key.reveal().encode()
    config = '[server]\nsecret = "env:SECRET"\n' + CONFIG
    async with offline(options(tmp_path, config, SECRET="ab" * 32), LogControl()) as other:
        with pytest.raises(UnknownKey):
            other.keyring.authenticate(shown, NOW)


# ---------------------------------------------------------------- the runtime


async def test_providers_found_in_the_environment_can_be_called(tmp_path: Path) -> None:
    given = options(tmp_path, "[local]\nenabled = false\n", OPENAI_API_KEY="sk-not-real")
    async with offline(given, LogControl()) as opened:
        assert opened.directory().find("openai/gpt-4o") is not None
        assert "sk-not-real" not in repr(opened.settings)


async def test_what_the_store_holds_can_be_called_after_a_refresh(gateway: Gateway) -> None:
    await gateway.store.providers.put("kept", {"kind": "openai", "base_url": "http://127.0.0.1:3/v1"})
    await gateway.store.models.put("mine", {"deployments": [{"provider": "kept", "model": "m"}]})
    assert gateway.directory().find("mine") is None
    await gateway.refresh()
    model = gateway.directory().find("mine")
    assert model is not None
    assert model.deployments[0].provider.name == "kept"
    assert gateway.directory().find("kept/anything") is not None


async def test_the_file_wins_a_clash_of_names_loudly(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    await gateway.store.models.put("fast", {"deployments": [{"provider": "first", "model": "other"}]})
    with caplog.at_level(logging.WARNING):
        await gateway.refresh()
    model = gateway.directory().find("fast")
    assert model is not None
    assert model.deployments[0].model == "alpha"
    assert any('"fast"' in note and "hidden" in note for note in gateway.runtime.notes)
    assert any('"fast"' in record.getMessage() for record in caplog.records)


async def test_a_stored_document_that_cannot_be_used_harms_nothing_else(gateway: Gateway) -> None:
    await gateway.store.models.put("broken", {"deployments": "none"})
    await gateway.store.models.put("dangling", {"deployments": [{"provider": "gone", "model": "m"}]})
    await gateway.store.providers.put("odd", {"kind": "openai", "base_url": "ftp://x"})
    await gateway.refresh()
    assert gateway.directory().find("fast") is not None
    for name in ("broken", "dangling", "odd/m"):
        assert gateway.directory().find(name) is None
    for name in ("broken", "dangling", "odd"):
        assert any(f'"{name}"' in note for note in gateway.runtime.notes), name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("api_key", "env:PRIVATE"),
        ("api_key", "file:/etc/hostname"),
        ("headers", {"x-api-key": "env:PRIVATE"}),
        ("headers", {"x-note": "file:/etc/hostname"}),
        ("ca_file", "/etc/hostname"),
    ],
)
async def test_a_stored_provider_reads_nothing_of_the_machine(tmp_path: Path, field: str, value: object) -> None:
    document = {"kind": "openai", "base_url": "http://127.0.0.1:3/v1", field: value}
    async with offline(options(tmp_path, PRIVATE="sk-of-the-machine"), LogControl()) as opened:
        await opened.store.providers.put("crafted", document)
        await opened.refresh()
        assert opened.directory().find("crafted/m") is None
        (note,) = [note for note in opened.runtime.notes if '"crafted"' in note]
        assert field in note
        assert "sk-of-the-machine" not in note


# ---------------------------------------------------------------- reloads


async def test_a_reload_tells_what_changed_and_what_waits_for_a_restart(gateway: Gateway, tmp_path: Path) -> None:
    options(tmp_path, CONFIG + SECOND + '[log]\nlevel = "debug"\n[store]\ndurability = "strict"\n')
    report = await gateway.reload()
    assert sorted(report.changed) == ["log", "providers"]
    assert report.needs_restart == ["store"]
    assert gateway.log_control.level == "debug"
    assert gateway.directory().find("second/m") is not None


async def test_what_holds_for_batches_waits_for_a_restart_and_is_told_to(gateway: Gateway, tmp_path: Path) -> None:
    before = gateway.batch_settings()
    options(tmp_path, CONFIG + "[batches]\nconcurrency = 3\nmax_lines = 7\n")
    report = await gateway.reload()
    assert (report.changed, report.needs_restart) == ([], ["batches"])
    assert gateway.batch_settings() == before


async def test_an_invalid_file_changes_nothing(gateway: Gateway, tmp_path: Path) -> None:
    runtime, settings = gateway.runtime, gateway.settings
    options(tmp_path, CONFIG + "[modles]\n")
    with pytest.raises(ConfigInvalid):
        await gateway.reload()
    assert gateway.runtime is runtime
    assert gateway.settings is settings


async def test_a_provider_that_did_not_change_stays_the_same_object(gateway: Gateway, tmp_path: Path) -> None:
    before = gateway.runtime.built["first"].provider
    options(tmp_path, CONFIG + SECOND)
    await gateway.reload()
    assert gateway.runtime.built["first"].provider is before
    options(tmp_path, CONFIG.replace(":1/v1", ":3/v1"))
    await gateway.reload()
    assert gateway.runtime.built["first"].provider is not before
    assert "second" not in gateway.runtime.built


async def test_refreshes_and_reloads_at_once_end_with_the_last_file(gateway: Gateway, tmp_path: Path) -> None:
    for number in range(10):
        options(tmp_path, CONFIG + SECOND * (number % 2))
        await asyncio.gather(gateway.refresh(), gateway.refresh(), gateway.reload(), gateway.refresh())
        assert ("second" in gateway.runtime.built) == bool(number % 2)


async def test_nothing_is_left_open_when_opening_fails(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        await Gateway.open(
            options(tmp_path, CONFIG + '[models.x]\ndeployments = [{provider = "frist", model = "m"}]\n'), LogControl()
        )
    async with offline(options(tmp_path), LogControl()) as opened:  # and a corrected file opens
        assert opened.directory().find("fast") is not None
