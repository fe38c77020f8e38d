"""The module that plugins take with them: settings, secrets, storage, log."""

from __future__ import annotations

import io
import json
import logging
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from switchgear import plugin_sdk
from switchgear.plugin_sdk import Log, Secret, SettingsError, Storage, settings


@dataclass
class Everything:
    token: Secret
    city: str = "Oslo"
    days: int = 3
    ratio: float = 0.5
    metric: bool = True
    folder: Path | None = None
    tags: tuple[str, ...] = field(default=())


def test_settings_come_from_the_environment_in_their_types():
    found = settings(
        Everything,
        {
            "SETTING_TOKEN": "s3cret",
            "SETTING_CITY": "Bergen",
            "SETTING_DAYS": "7",
            "SETTING_RATIO": "0.25",
            "SETTING_METRIC": "false",
            "SETTING_FOLDER": "/srv",
            "SETTING_TAGS": "a, b",
        },
    )
    assert found == Everything(Secret("s3cret"), "Bergen", 7, 0.25, False, Path("/srv"), ("a", "b"))


@pytest.mark.parametrize("unfilled", ["", "${user_config.city}"])
def test_what_a_host_left_unfilled_has_its_default(unfilled):
    assert settings(Everything, {"SETTING_TOKEN": "x", "SETTING_CITY": unfilled}).city == "Oslo"


def test_every_mistake_is_named_and_no_secret_is_shown():
    with pytest.raises(SettingsError) as caught:
        settings(Everything, {"SETTING_DAYS": "many", "SETTING_METRIC": "perhaps"})
    assert str(caught.value).splitlines() == [
        'The setting "token" is missing (environment variable SETTING_TOKEN).',
        "The setting \"days\" = 'many' has to be a whole number.",
        "The setting \"metric\" = 'perhaps' has to be true or false.",
    ]


def test_a_secret_shows_itself_to_nobody_who_does_not_ask():
    secret = Secret("s3cret")
    assert "s3cret" not in f"{secret} {secret!r} {[secret]} {Everything(secret)}"
    assert secret.reveal() == "s3cret"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_what_is_kept_is_there_for_the_next_process(tmp_path):
    Storage("notes", tmp_path / "new").write_json("list", ["a", {"b": 1}])
    again = Storage("notes", tmp_path / "new")
    assert again.read_json("list") == ["a", {"b": 1}]
    assert list(again.names()) == ["list"]
    assert again.delete("list")
    assert not again.delete("list")
    assert again.read_json("list", 0) == 0


def test_a_value_that_cannot_be_written_leaves_the_one_before(tmp_path):
    storage = Storage("notes", tmp_path)
    storage.write_json("list", [1])
    with pytest.raises(TypeError):
        storage.write_json("list", [object()])
    assert storage.read_json("list") == [1]
    assert [each.name for each in tmp_path.iterdir()] == ["list"]


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "a\0b", "..", "x" * 300])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="is no name"):
        Storage("notes", tmp_path).write(name, b"")


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"PLUGIN_DATA": "/elsewhere", "HOME": "/data"}, "/elsewhere"),
        ({"HOME": "/data"}, "/data"),
        ({"HOME": "/home/ann", "XDG_DATA_HOME": "/home/ann/share"}, "/home/ann/share/notes"),
    ],
)
def test_things_are_kept_where_the_host_says(environ, folder):
    assert Storage("notes", environ=environ).folder == Path(folder)


def test_a_log_line_is_one_line_of_json_without_secrets():
    stream = io.StringIO()
    log = Log("weather", stream)
    log.info("two\nlines", token=Secret("s3cret"), count=2, nested={"token": Secret("s3cret")}, long="x" * 5000)
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["event"] == "two\nlines"
    assert (entry["plugin"], entry["level"], entry["count"], entry["token"]) == ("weather", "info", 2, "***")
    assert entry["nested"] == {"token": "***"}
    assert len(entry["long"]) == 501


def test_an_error_brings_its_traceback_and_libraries_log_the_same_way():
    stream = io.StringIO()
    log = Log("weather", stream)
    try:
        raise ValueError("no such city")
    except ValueError:
        log.error("failed")
    library = logging.getLogger("test-plugin-sdk-library")
    library.addHandler(handler := log.handler())
    library.warning("slow: %s", 3)
    library.removeHandler(handler)
    failed, slow = map(json.loads, stream.getvalue().splitlines())
    assert "ValueError: no such city" in failed["traceback"]
    assert (slow["level"], slow["event"], slow["logger"]) == ("warning", "slow: 3", "test-plugin-sdk-library")


def test_a_log_that_nobody_reads_any_more_ends_nothing():
    stream = io.StringIO()
    stream.close()
    Log("weather", stream).info("said")


def test_it_needs_nothing_but_the_standard_library(tmp_path):
    (tmp_path / "plugin_sdk.py").write_text(Path(plugin_sdk.__file__).read_text("utf-8"), "utf-8")
    code = "import plugin_sdk, sys; print(any('switchgear' in name or 'msgspec' in name for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"
