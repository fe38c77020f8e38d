"""Help: short, complete, the same as the reference page, and quick to come."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from switchgear.cli import main, reference

ROOT = Path(__file__).parents[2]
LEAVES = [
    *((name,) for _, name, _ in main.COMMANDS),
    *(("keys", name) for name in ("create", "set", "list", "show", "rotate", "revoke")),
    *(("limits", name) for name in ("list", "show", "set", "delete", "used")),
    *((noun, name) for noun in ("teams", "users") for name in ("list", "set", "delete")),
    *(("batches", name) for name in ("list", "show", "create", "cancel", "results")),
    *(("models", name) for name in ("list", "show", "test", "pull")),
    *(("catalogue", name) for name in ("list", "show", "refresh")),
    *(("providers", name) for name in ("list", "test")),
    *(("secrets", name) for name in ("set", "list", "remove")),
    *(("db", name) for name in ("status", "upgrade", "backup", "restore")),
    *(("cache", name) for name in ("stats", "purge", "evaluate")),
    *(("theme", name) for name in ("list", "new", "check", "preview")),
    ("users", "role"),
    *(("plugin", name) for name in ("pack", "keygen", "sign", "verify", "approvals", "approve", "deny")),
    *(("plugin", "trust", name) for name in ("add", "list", "remove", "revoke")),
    *(("config", name) for name in ("show", "reload", "schema")),
]
COMMANDS = [
    chain for chain in LEAVES if len(chain) > 1 or chain[0] not in {other[0] for other in LEAVES if len(other) > 1}
]


def test_the_reference_page_is_the_one_of_this_command_tree():
    fresh = (ROOT / reference.PAGE).read_text(encoding="utf-8") == reference.page()
    assert fresh, "docs/reference/cli.md is stale: python -m switchgear.cli.reference"


def test_the_reference_page_is_written_where_it_is_wanted(tmp_path):
    assert reference.write([str(tmp_path / "docs" / "cli.md")]) == 0
    assert "### switchgear keys create" in (tmp_path / "docs" / "cli.md").read_text()


def test_help_names_every_command_in_groups(cli):
    shown = cli().out
    assert shown == cli("--help").out
    for group, name, told in main.COMMANDS:
        assert str(group.name) in shown
        assert name in shown
        assert told in shown
    assert "Examples" in shown


@pytest.mark.parametrize("chain", LEAVES, ids=" ".join)
def test_every_command_explains_itself_within_80_columns(cli, chain):
    ended = cli(*chain, "--help")
    assert ended.code == 0
    assert f"switchgear {' '.join(chain)}" in ended.out
    assert "│" not in ended.out
    assert "Exit codes" not in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize("chain", COMMANDS, ids=" ".join)
def test_every_option_has_a_meaning(chain):
    app = main.build()
    for name in chain:
        app = app[name]
    for argument in app.assemble_argument_collection():
        if argument.parse and argument.names != ("*",):
            assert argument.parameter.help, argument.names


def test_help_is_plain_without_a_terminal(cli):
    assert "\x1b" not in cli("--help").out


def test_help_has_bold_titles_on_a_terminal_unless_no_color_is_set(terminal):
    coloured = terminal("--help")
    assert coloured.end() == 0
    assert "\x1b[1m" in coloured.seen
    plain = terminal("--help", env={"NO_COLOR": "1"})
    assert plain.end() == 0
    assert "\x1b[3" not in plain.seen


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["version"], {"rich", "httpx", "fastapi", "pydantic", "sqlalchemy", "uvicorn"}),
        (["--help"], {"httpx", "fastapi", "pydantic", "sqlalchemy", "uvicorn"}),
        (["init", "x.toml"], {"rich", "httpx", "fastapi", "sqlalchemy", "uvicorn"}),
        (["check"], {"rich", "httpx", "fastapi", "sqlalchemy", "uvicorn"}),
        (["serve", "--config", "missing.toml"], {"httpx", "fastapi", "alembic"}),  # rich: structlog imports it
    ],
    ids=["version", "help", "init", "check", "serve"],
)
def test_commands_import_nothing_that_they_do_not_need(folder, arguments, unwanted):
    program = (
        "import sys; from switchgear.cli.main import run; run(sys.argv[1:]); "
        "sys.stderr.write('LOADED ' + ' '.join(sorted(name for name in sys.modules if '.' not in name)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=False, capture_output=True, text=True, timeout=60
    )
    loaded = set(done.stderr.rpartition("LOADED ")[2].split())
    assert "switchgear" in loaded
    assert not loaded & unwanted
