"""Signing in to a remote plugin from the command line, with a gateway that runs, a browser, and real servers."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.oauth_server import OAuthServer, browse, oauth_server
from tests.plugins.protected_server import protected_server

from switchgear.store.plugins import Plugin, PluginVersion
from switchgear.store.store import Store
from switchgear.testing import served, unused_port

CONFIG = "[local]\nenabled = false\n"
PORT = unused_port()


@pytest.fixture
async def auth() -> AsyncIterator[OAuthServer]:
    async with oauth_server() as server:
        yield server


@pytest.fixture
async def gateway(tmp_path: Path, auth: OAuthServer) -> AsyncIterator[served]:
    """One that runs, and has a remote plugin which wants a login."""
    async with protected_server(auth=auth, told="files:read") as remote, served(CONFIG, data_dir=tmp_path) as running:
        store = await Store.open("sqlite:", tmp_path, secret=b"0" * 32)
        setup = {"url": remote.url, "private": True}
        plugin = Plugin("remote", "remote", "1", "", "disabled", "", setup, 0, "test", 0)
        await store.plugins.install(plugin, PluginVersion("remote", "1", "", "", "a test", "", "", 0), secrets={})
        await store.close(1)
        yield running


class Command:
    """A command that runs; ``line`` waits for the next line of its result."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return (await self._process.stdout.readline()).decode().strip()

    def type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode() + b"\n")

    async def ended(self) -> tuple[int | None, str, str]:
        async with asyncio.timeout(60):
            out, err = await self._process.communicate()
        return self._process.returncode, out.decode(), err.decode()


async def command(gateway: served, *arguments: str) -> Command:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    environ = {**os.environ, "SWITCHGEAR_DATA_DIR": str(gateway.data_dir)}
    words = ("-m", "switchgear", "plugin", *arguments)
    return Command(await asyncio.create_subprocess_exec(sys.executable, *words, env=environ, **pipes))


async def visit(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(url)


async def test_a_browser_on_this_machine_ends_the_login(gateway, auth):
    running = await command(gateway, "login", "remote")
    back = await browse(await running.line())
    assert (await visit(back)).status_code == 200
    code, out, err = await running.ended()
    assert code == 0, err
    assert out.startswith(f"✓ Signed in to remote at {auth.issuer}, by a person.")
    assert "files:read" in out
    assert not any(token in out + err for token in auth.access)


async def test_a_second_login_uses_the_client_of_the_first(gateway, auth):
    for _ in range(2):
        running = await command(gateway, "login", "remote", "--port", str(PORT))
        await visit(await browse(await running.line()))
        assert (await running.ended())[0] == 0
    assert len(auth.clients) == 1


async def test_a_port_that_is_taken_is_told(gateway):
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    try:
        port = taken.sockets[0].getsockname()[1]
        code, _, err = await (await command(gateway, "login", "remote", "--port", str(port))).ended()
        assert code != 0
        assert f"Port {port} of 127.0.0.1 cannot be listened on." in err
    finally:
        taken.close()


async def test_an_address_is_pasted_from_a_browser_elsewhere(gateway):
    running = await command(gateway, "login", "remote", "--paste", "--json")
    running.type(await browse(await running.line()))
    code, out, err = await running.ended()
    assert code == 0, err
    assert json.loads(out)["state"] == "signed_in"


async def test_a_browser_comes_back_to_the_gateway_itself(gateway, auth):
    running = await command(gateway, "login", "remote", "--at-gateway")
    back = await browse(await running.line())
    assert back.startswith(f"{gateway.url}/oauth/callback?")
    page = await visit(back)
    assert page.status_code == 200
    assert "signed in to the plugin remote" in page.text
    assert "script" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    code, out, err = await running.ended()
    assert code == 0, err
    assert out.startswith("✓ Signed in to remote")
    assert (await visit(back)).status_code == 400
    ended = await (await command(gateway, "logout", "remote")).ended()
    assert ended[:2] == (0, "Signed out of remote.\n")
    assert not auth.access


async def test_the_gateway_calls_as_a_client_whose_secret_is_read(gateway, auth):
    auth.add_client("service", "s3cret")
    running = await command(gateway, "login", "remote", "--client-id", "service", "--as-client")
    running.type("s3cret")
    code, out, err = await running.ended()
    assert code == 0, err
    assert "as the client service" in out
    shown = await (await command(gateway, "login", "remote", "--show")).ended()
    assert shown[1] == out


async def test_what_does_not_belong_to_a_login_is_refused(gateway):
    running = await command(gateway, "login", "remote", "--paste")
    await running.line()
    running.type("http://127.0.0.1/oauth/callback?code=x&state=remote.y")
    code, _, err = await running.ended()
    assert code == 1
    assert "no answer to the login" in err


@pytest.mark.parametrize("query", ["", "code=1", "state=remote.x&code=1", "state=other.x&code=1", "state=<script>"])
async def test_the_page_for_browsers_tells_strangers_nothing(gateway, query):
    page = await visit(f"{gateway.url}/oauth/callback?{query}")
    assert page.status_code == 400
    assert "<script" not in page.text
    assert "other" not in page.text


async def test_the_gateway_has_no_client_document_without_an_https_address(gateway):
    assert (await visit(f"{gateway.url}/oauth/client.json")).status_code == 404


async def test_calling_one_that_is_not_used_says_why(tmp_path: Path):
    store = await Store.open("sqlite:", tmp_path, secret=b"0" * 32)
    setup = {"url": "http://127.0.0.1:9/mcp", "private": True}
    for name, state, reason in (("idle", "disabled", ""), ("evil", "quarantined", "its tool echo says something else")):
        plugin = Plugin(name, "remote", "1", "", state, reason, setup, 0, "test", 0)
        await store.plugins.install(plugin, PluginVersion(name, "1", "", "", "a test", "{}", "", 0), secrets={})
    await store.close(1)
    said = {
        "idle": ("Plugin idle is disabled.", "switchgear plugin enable idle"),
        "evil": ("Plugin evil is quarantined: its tool echo says something else.", "switchgear plugin review evil"),
        "absent": ('No plugin named "absent" is enabled.', "switchgear plugin list"),
    }
    async with served(CONFIG, data_dir=tmp_path) as running:
        commands = {name: await command(running, "call", name) for name in said}
        ended = {name: await each.ended() for name, each in commands.items()}
        measured = await (await command(running, "bench", "idle")).ended()
    for name, (code, _, err) in ended.items():
        assert code != 0
        assert all(words in err for words in said[name]), err
    assert said["idle"][0] in measured[2]


async def test_a_plugin_is_installed_signed_in_to_and_called(tmp_path: Path, auth: OAuthServer):
    async with protected_server(auth=auth, told="files:read") as remote, served(CONFIG, data_dir=tmp_path) as running:
        installed = await (await command(running, "install", remote.url, "--name", "files", "--yes")).ended()
        assert installed[0] == 0, installed
        assert "switchgear plugin login files" in installed[1] + installed[2]
        login = await command(running, "login", "files")
        await visit(await browse(await login.line()))
        code, out, err = await login.ended()
        assert code == 0, err
        assert "does not run" not in out
        called = await (await command(running, "call", "files", "echo", "text=hello")).ended()
        assert called[0] == 0, called
        assert "hello" in called[1]
        assert set(remote.tokens) == set(auth.access)
