"""Packing, signing and trusting plugins from the command line."""

from __future__ import annotations

import asyncio
import json
import stat
import zipfile
from pathlib import Path

import msgspec
import pytest

from switchgear.plugins.signature import succeed
from switchgear.plugins.signing_keys import SigningKey
from switchgear.store.store import Store
from switchgear.store.trust import Succession

MANIFEST = {
    "manifest_version": "0.3",
    "name": "Weather",
    "version": "1.2.0",
    "description": "Forecasts.",
    "author": {"name": "Ann"},
    "server": {
        "type": "python",
        "entry_point": "server/main.py",
        "mcp_config": {"command": "python", "args": ["${__dirname}/server/main.py"]},
    },
}


@pytest.fixture
def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plugin, to be in."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (folder / "server").mkdir()
    (folder / "server/main.py").write_text("print()\n")
    write(folder)
    return folder


def write(folder, **changes):
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | changes))


def usual(folder):
    return folder.parent / "home/.config/switchgear/publisher.switchgear-key"


def test_a_plugin_is_packed_signed_trusted_and_verified(cli, plugin):
    assert cli("plugin", "pack").code == 0
    key = cli("plugin", "keygen").out.strip()
    assert cli("plugin", "sign").out.startswith("✓ weather-1.2.0.mcpb is signed: weather 1.2.0, by the key ")
    assert cli("plugin", "trust", "add", key, "--name", "Acme").code == 0
    ended = cli("plugin", "verify")
    assert ended.code == 0
    assert ended.out.startswith(
        '✓ weather 1.2.0: 2 files, as they were signed. Signed by "Acme", whom you trust, on 20'
    )


def test_packing_tells_what_the_plugin_asks_for(cli, plugin):
    assert "It asks for   nothing: no network, no files, no secrets" in cli("plugin", "pack").out
    asked = {"permissions": {"network": ["api.example.com:443"], "subprocesses": True}}
    write(plugin, _meta={"dev.switchgear": asked})
    told = cli("plugin", "pack").out
    assert "It asks for   Reach api.example.com on port 443." in told
    assert "Start other programs inside its sandbox." in told


def test_packing_warns_of_secrets_among_the_arguments(cli, plugin):
    server = MANIFEST["server"] | {"mcp_config": {"command": "python", "args": ["${user_config.token}"]}}
    token = {"type": "string", "title": "", "description": "", "sensitive": True}
    write(plugin, server=server, user_config={"token": token})
    assert "! token: a secret among the arguments" in cli("plugin", "pack").err


def test_a_bundle_is_packed_where_it_is_asked_for(cli, plugin):
    ended = cli("plugin", "pack", ".", "--out", "out.mcpb", "--json")
    assert json.loads(ended.out)["file"] == "out.mcpb"
    assert set(json.loads(ended.out)["files"]) == {"manifest.json", "server/main.py"}
    assert (plugin / "out.mcpb").exists()


def test_mistakes_in_a_manifest_are_told_with_their_place(cli, plugin):
    write(plugin, _meta={"dev.switchgear": {"permissions": {"netwrok": []}}})
    ended = cli("plugin", "pack")
    assert ended.code == 1
    assert 'permissions has no "netwrok". Did you mean "network"?' in ended.err
    (plugin / "manifest.json").unlink()
    assert "no manifest.json" in cli("plugin", "pack").err


def test_a_private_key_is_its_owners_and_is_not_written_over(cli, plugin):
    key = cli("plugin", "keygen").out
    path = usual(plugin)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.with_suffix(".pub").read_text() == key
    ended = cli("plugin", "keygen")
    assert ended.code == 2
    assert "exists already" in ended.err
    assert "ends in" in cli("plugin", "keygen", "me.pem").err
    assert cli("plugin", "keygen", "me.switchgear-key").code == 0
    assert set(json.loads(cli("plugin", "pack", "--json").out)["files"]) == {
        "manifest.json", "server/main.py", "me.pub",
    }  # fmt: skip


def test_who_trusts_a_key_trusts_the_one_that_replaces_it(cli, plugin):
    old = cli("plugin", "keygen").out.strip()
    cli("plugin", "trust", "add", old, "--name", "Acme")
    assert cli("plugin", "keygen", "new.switchgear-key", "--replaces", usual(plugin)).code == 0
    assert cli("plugin", "keygen", "newer.switchgear-key", "--replaces", "new.switchgear-key").code == 0
    cli("plugin", "pack")
    assert cli("plugin", "sign", "--key", "newer.switchgear-key").code == 0
    ended = cli("plugin", "verify")
    assert ended.code == 0
    assert "that came after it" in ended.out


def test_a_bundle_is_verified_against_a_key_that_is_named(cli, plugin):
    cli("plugin", "pack")
    key = cli("plugin", "keygen").out.strip()
    other = cli("plugin", "keygen", "other.switchgear-key").out.strip()
    assert "is not signed" in cli("plugin", "verify", "--key", key).err
    cli("plugin", "sign")
    assert cli("plugin", "verify", "weather-1.2.0.mcpb", "--key", key).code == 0
    ended = cli("plugin", "verify", "--key", other)
    assert ended.code == 1
    assert f"switchgear plugin trust add {key}" in ended.err
    assert cli("plugin", "verify", "--key", "x").code == 2
    told = json.loads(cli("plugin", "verify", "--key", key, "--json").out)
    assert (told["plugin"], told["version"], told["key"]) == ("weather", "1.2.0", key)


def test_a_bundle_that_was_changed_after_signing_is_not_genuine(cli, plugin):
    cli("plugin", "pack")
    key = cli("plugin", "keygen").out.strip()
    cli("plugin", "sign")
    with zipfile.ZipFile("weather-1.2.0.mcpb", "a") as archive:
        archive.writestr("evil.py", "evil()")
    ended = cli("plugin", "verify", "--key", key)
    assert ended.code == 1
    assert "Files in the bundle are not those that were signed." in ended.err
    Path("weather-1.2.0.mcpb").write_bytes(b"nothing")
    assert "no zip archive" in cli("plugin", "verify", "--key", key).err


def test_the_bundle_that_was_packed_here_is_meant(cli, plugin):
    cli("plugin", "keygen")
    assert "There is no bundle here" in cli("plugin", "sign").err
    cli("plugin", "pack", "--out", "other.mcpb")
    assert "other.mcpb is signed" in cli("plugin", "sign").out
    cli("plugin", "pack")
    assert "weather-1.2.0.mcpb is signed" in cli("plugin", "sign").out
    (plugin / "manifest.json").unlink()
    assert "There are 2 bundles here" in cli("plugin", "sign").err
    assert "There is no gone.mcpb" in cli("plugin", "sign", "gone.mcpb").err


def test_signing_needs_a_key(cli, plugin):
    cli("plugin", "pack")
    ended = cli("plugin", "sign")
    assert ended.code == 2
    assert "publisher.switchgear-key" in ended.err
    (plugin / "bad.switchgear-key").write_text("x")
    assert "holds no private key" in cli("plugin", "sign", "--key", "bad.switchgear-key").err


def test_publishers_are_listed_revoked_and_forgotten(cli, plugin):
    key = cli("plugin", "keygen", "a.switchgear-key").out.strip()
    other = cli("plugin", "keygen", "b.switchgear-key").out.strip()
    cli("keys", "create")
    assert "Nobody is trusted" in cli("plugin", "trust", "list").out
    assert cli("plugin", "trust", "add", "a.pub", "--name", "Acme", "--plugin", "acme-*").code == 0
    listed = cli("plugin", "trust", "list").out
    assert "Acme  acme-*  trusted" in listed
    ended = cli("plugin", "trust", "revoke", "Acme", "--from", "2026-11-01", "--reason", "retired")
    assert "revoked from 2026-11-01" in ended.out
    assert "revoked: stolen" in cli("plugin", "trust", "revoke", key, "--reason", "stolen").out
    assert "revoked" in cli("plugin", "trust", "revoke", other).out
    assert len(json.loads(cli("plugin", "trust", "list", "--json").out)["data"]) == 2
    assert "known already" in cli("plugin", "trust", "add", key).err
    digits = json.loads(cli("plugin", "trust", "remove", "Acme", "--json").out)["id"][:16]
    assert "No publisher's key" in cli("plugin", "trust", "remove", digits).err
    assert "Forgotten" in cli("plugin", "trust", "remove", other).out


async def learn(folder, old, new):
    """What installing a bundle of the new key teaches."""
    store = await Store.open("sqlite:", folder.parent / "data", secret=b"s" * 32)
    try:
        word = succeed(SigningKey.read(old), SigningKey.read(new).public, 1)
        ids = [SigningKey.read(each).public.id for each in (old, new)]
        await store.trust.learn(Succession(*ids, 1, msgspec.json.encode(word).decode()))
    finally:
        await store.close()


def test_a_key_that_came_after_another_is_listed_and_can_be_revoked(cli, plugin):
    cli("plugin", "trust", "add", cli("plugin", "keygen", "a.switchgear-key").out.strip(), "--name", "Acme")
    cli("plugin", "keygen", "b.switchgear-key")
    asyncio.run(learn(plugin, Path("a.switchgear-key"), Path("b.switchgear-key")))
    listed = cli("plugin", "trust", "list").out.splitlines()
    assert "after Acme" in listed[2]
    assert "trusted, then" in listed[1]
    digits = listed[2][1:20]
    assert "revoked: stolen" in cli("plugin", "trust", "revoke", digits, "--reason", "stolen").out
    assert "after Acme" not in cli("plugin", "trust", "list").out


def test_what_is_no_key_is_told(cli, plugin):
    cli("keys", "create")
    assert "neither a public key nor a file" in cli("plugin", "trust", "add", "acme").err
    cli("plugin", "keygen", "a.switchgear-key")
    assert "which nobody else should see" in cli("plugin", "trust", "add", "a.switchgear-key").err
