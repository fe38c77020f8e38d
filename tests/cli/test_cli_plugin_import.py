"""The servers of another client are taken over, from its file to a plugin that answers."""

import json
import shutil

import pytest

HIDDEN = "hush-hush-4711"
FILE = {
    "mcpServers": {
        "Clock": {
            "command": "uvx",
            "args": ["mcp-server-time", "--local-timezone=Asia/Tokyo"],
            "env": {"API_TOKEN": HIDDEN, "LOG_LEVEL": "debug"},
        },
        "boxed": {"command": "docker", "args": ["run", "-i", "--rm", "mcp/time"]},
    }
}


@pytest.fixture
def file(folder):
    place = folder / "claude_desktop_config.json"
    place.write_text(json.dumps(FILE))
    return place


def test_what_would_be_taken_over_is_told_without_a_value(cli, file):
    ended = cli("plugin", "import", file, "--dry-run")
    assert ended.code == 0
    assert "clock: pypi:mcp-server-time · 1 argument · secrets API_TOKEN · settings LOG_LEVEL" in ended.out
    assert "boxed: left out. It is started as a container" in ended.out
    assert HIDDEN not in ended.out + ended.err


def test_a_name_that_is_not_in_the_file_is_refused(cli, file):
    ended = cli("plugin", "import", file, "watch")
    assert ended.code != 0
    assert "It has clock, boxed." in ended.err


def test_a_file_that_is_none_is_refused(cli, folder):
    (folder / "x.json").write_text("{}")
    assert "no mcpServers" in cli("plugin", "import", folder / "x.json").err


def test_a_file_that_is_no_json_is_refused_with_the_files_that_there_are(cli, folder):
    (folder / "x.toml").write_text("[mcp]")
    told = cli("plugin", "import", folder / "x.toml").err
    assert "not JSON" in told
    assert "claude_desktop_config.json" in told
    assert "pypi:" not in told


@pytest.fixture
def documents(folder):
    """A file of a client whose server is told of a folder, of one behind a link, of one that is not there, and of all there is."""
    (folder / "docs").mkdir()
    (folder / "docs/a.txt").write_text("well written")
    (folder / "link").symlink_to(folder / "docs")
    args = [
        "-y",
        "@modelcontextprotocol/server-filesystem",
        f"{folder}/link",
        f"--x={folder}/docs/a.txt",
        "/nosuch",
        "/",
    ]
    place = folder / "mcp.json"
    place.write_text(json.dumps({"mcpServers": {"files": {"command": "npx", "args": args}}}))
    return place


def test_the_folders_that_a_server_is_told_of_are_proposed_as_grants(cli, folder, documents):
    told = cli("plugin", "import", documents, "--dry-run").out
    assert f"- Read and change {folder}/docs." in told
    assert f"- Read and change {folder}/docs/a.txt." in told
    assert "nosuch" not in told
    assert "every file" not in told


def test_what_is_said_of_a_folder_is_all_that_is_granted_there(cli, folder, documents):
    told = cli("plugin", "import", documents, "--dry-run", "--read", folder / "docs", "--network", "a.example:443").out
    assert f"- Read {folder}/docs." in told
    assert "Reach a.example on port 443." in told
    assert "change" not in told


def test_a_server_that_is_told_of_a_folder_is_taken_over_with_it(cli, folder, serving):
    if shutil.which("npm") is None:
        pytest.skip("this machine has no npm")
    (folder / "docs").mkdir()
    (folder / "docs/a.txt").write_text("well written")
    (folder / "link").symlink_to(folder / "docs")
    args = ["-y", "@modelcontextprotocol/server-filesystem", f"{folder}/link"]
    place = folder / "mcp.json"
    place.write_text(json.dumps({"mcpServers": {"files": {"command": "npx", "args": args}}}))
    ended = cli("plugin", "import", place, "--yes", "--unsigned", *serving.where)
    assert ended.code == 0, ended.out + ended.err
    before, _, _ = ended.out.partition("is enabled")
    assert f"Read and change {folder}/docs." in before
    read = cli("plugin", "call", "files", "read_text_file", f"path={folder}/docs/a.txt", *serving.where)
    assert "well written" in read.out, read.err
    assert cli("plugin", "remove", "files", "--data", *serving.where).code == 0


def test_a_server_is_taken_over_and_answers(cli, serving, file):
    ended = cli("plugin", "import", file, "clock", "--yes", "--unsigned", *serving.where)
    assert ended.code == 0, ended.err
    assert "clock 20" in ended.out
    shown = json.loads(cli("plugin", "show", "clock", "--json", *serving.where).out)
    assert shown["state"] == "enabled"
    assert shown["permissions"]["secrets"] == ["API_TOKEN"]
    settings = {each["name"]: (each["sensitive"], each["set"], each["value"]) for each in shown["settings"]}
    assert settings == {"API_TOKEN": (True, True, None), "LOG_LEVEL": (False, True, "debug")}
    assert HIDDEN not in json.dumps(shown) + ended.out + ended.err
    told = cli("plugin", "call", "clock", "get_current_time", "timezone=Europe/Oslo", *serving.where)
    assert "Europe/Oslo" in told.out, told.err


@pytest.mark.parametrize("source", ["api.json", "./api.yaml"])
def test_an_openapi_document_without_its_word_is_answered_with_it(cli, folder, source):
    cli("keys", "create", "first")
    (folder / source).write_text("openapi: 3.1.0\n")
    ended = cli("plugin", "install", source)
    assert ended.code != 0
    assert "openapi:" in ended.err


@pytest.mark.parametrize("command", [("show",), ("configure",)])
def test_a_plugin_that_is_not_there_is_answered_with_the_list(cli, command):
    cli("keys", "create", "first")
    ended = cli("plugin", *command, "nosuch")
    assert ended.code != 0
    assert "switchgear plugin list" in ended.err
    assert "doctor" not in ended.err


def test_the_help_says_what_can_be_done_with_plugins(cli):
    assert "Install, run, make and sign plugins." in " ".join(cli("--help").out.split())
