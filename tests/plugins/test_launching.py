"""What the sandbox is told to start: the command filled in, secrets in variables alone, and nothing that was not granted."""

from pathlib import Path
from typing import Any

import pytest
from manifests import encoded, manifest

from switchgear.core.errors import InvalidSettings, PluginNotStarted
from switchgear.core.secrets import Secret
from switchgear.plugins.building.prepared import Prepared, read_prepared, write_prepared
from switchgear.plugins.installed import Installed, Setup
from switchgear.plugins.launching import launch_of
from switchgear.plugins.manifest import read_manifest
from switchgear.plugins.permissions import NOTHING, Permissions
from switchgear.plugins.sandbox.launch import Launch

SETTINGS = {
    "token": {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True},
    "folders": {"type": "directory", "title": "Folders", "description": "To read.", "multiple": True},
    "units": {"type": "string", "title": "Units", "description": "Metric or not."},
}
HIDDEN = "hush-4711"


def installed(folder: Path, permissions: Permissions = NOTHING, **settings: Any) -> Installed:
    return Installed(
        name="weather",
        version="1.2.0",
        kind="bundle",
        source="weather.mcpb",
        state="enabled",
        folder=folder,
        data=folder / "data",
        manifest=read_manifest(encoded(manifest(user_config=SETTINGS))),
        permissions=permissions,
        setup=Setup(settings=settings, arguments=("more",)),
    )


def launch(plugin: Installed, *argv: str, env: dict[str, str] | None = None, **environ: str) -> Launch:
    return launch_of(plugin, Prepared(("/deps/bin/python", *argv), env or {}), {"token": Secret(HIDDEN)}, environ)


def test_the_command_is_filled_in(tmp_path: Path) -> None:
    plugin = installed(tmp_path, units="metric", folders=("/srv/a", "/srv/b"))
    found = launch(plugin, "${__dirname}/main.py", "--units=${user_config.units}", "${user_config.folders}", "${HOME}")
    assert found.argv == (
        "/deps/bin/python",
        "/plugin/main.py",
        "--units=metric",
        "/srv/a",
        "/srv/b",
        "/data",
        "more",
    )
    assert (found.code, found.data, found.deps) == (tmp_path / "bundle", tmp_path / "data", None)


def test_what_nobody_filled_in_is_left_out(tmp_path: Path) -> None:
    env = {"UNITS": "${user_config.units}", "MODE": "x${user_config.units}"}
    found = launch(installed(tmp_path), "--units=${user_config.units}", "--", "${user_config.folders}", env=env)
    assert found.argv == ("/deps/bin/python", "--", "more")
    assert found.env == {"MODE": "x"}


def test_a_secret_is_in_the_environment_if_it_was_granted_and_nowhere_else(tmp_path: Path) -> None:
    env = {"TOKEN": "${user_config.token}", "HEADER": "Bearer ${user_config.token}"}
    granted = launch(installed(tmp_path, Permissions(secrets=("token",))), "main.py", env=env)
    assert granted.env == {"TOKEN": HIDDEN, "HEADER": f"Bearer {HIDDEN}"}
    assert HIDDEN not in " ".join(granted.argv)
    withheld = launch(installed(tmp_path), "main.py", env=env)
    assert withheld.env == {"HEADER": "Bearer "}


def test_a_secret_that_would_be_an_argument_keeps_the_plugin_from_starting(tmp_path: Path) -> None:
    with pytest.raises(PluginNotStarted, match="among its arguments") as refused:  # nothing is known of its program
        launch(installed(tmp_path, Permissions(secrets=("token",))), "--token=${user_config.token}")
    assert HIDDEN not in refused.value.told
    assert launch(installed(tmp_path), "--token=${user_config.token}").argv == ("/deps/bin/python", "more")


def test_a_sensitive_setting_among_the_plain_ones_is_not_used(tmp_path: Path) -> None:
    found = launch(installed(tmp_path, token="forged"), "x", env={"TOKEN": "${user_config.token}"})
    assert found.env == {}


def test_variables_of_the_gateway_are_seen_if_they_were_granted(tmp_path: Path) -> None:
    found = launch(installed(tmp_path, Permissions(environment=("TZ", "GONE"))), "x", TZ="UTC", HOME="/root", KEY="k")
    assert found.env == {"TZ": "UTC"}


def test_paths_wait_for_their_settings(tmp_path: Path) -> None:
    asked = Permissions(read=("${user_config.folders}/in",))
    assert launch(installed(tmp_path, asked), "x").permissions.read == ()
    assert launch(installed(tmp_path, asked, folders=("/srv",)), "x").permissions.read == ("/srv/in",)
    with pytest.raises(InvalidSettings, match="not absolute"):
        launch(installed(tmp_path, asked, folders=("srv",)), "x")


def test_a_runtime_that_is_gone_is_told(tmp_path: Path) -> None:
    prepared = Prepared(("/x/python",), {}, (tmp_path / "python3.9",), runs_on="python 3.9.1")
    with pytest.raises(PluginNotStarted, match=r"for python 3\.9\.1, of which .* is gone"):
        launch_of(installed(tmp_path), prepared, {}, {})


def test_how_a_version_starts_is_kept_beside_it(tmp_path: Path) -> None:
    with pytest.raises(PluginNotStarted, match="not there"):
        read_prepared(tmp_path)
    prepared = Prepared(("a", "${__dirname}"), {"A": "b"}, (Path("/usr/bin/node"),), "/plugin", "node 24.0.0")
    write_prepared(prepared, tmp_path)
    assert read_prepared(tmp_path) == prepared
    (tmp_path / "prepared.json").write_text("{")
    with pytest.raises(PluginNotStarted, match="cannot be read"):
        read_prepared(tmp_path)
