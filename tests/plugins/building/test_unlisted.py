"""Secrets that a manifest puts among its server's arguments come there out of everybody's sight."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workshop import Workshop

from switchgear.core.errors import PluginNotStarted
from switchgear.plugins.permissions import Permissions
from switchgear.plugins.unlisted import unlisted

HIDDEN = "hush-4711"
TOKEN = {"type": "string", "title": "Token", "description": "Of the API.", "sensitive": True}
PYTHON = """
import json, os, sys
def answer(id, result): print(json.dumps({"jsonrpc": "2.0", "id": id, **result}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        info = {"name": "x", "version": json.dumps([sys.argv[1:], __name__, "SWITCHGEAR_ARGUMENTS" in os.environ])}
        answer(asked["id"], {"result": {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": info}})
    elif "id" in asked:
        answer(asked["id"], {"error": {"code": -32601, "message": "no"}})
"""
NODE = """
import { createInterface } from "node:readline";
const say = (id, more) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, ...more }) + "\\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  const version = JSON.stringify([process.argv.slice(2), "__main__", "SWITCHGEAR_ARGUMENTS" in process.env]);
  if (method === "initialize")
    say(id, { result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "x", version } } });
  else if (id !== undefined) say(id, { error: { code: -32601, message: "no" } });
});
"""


def command_lines() -> Iterator[bytes]:
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield place.read_bytes()


@pytest.mark.parametrize(
    ("kind", "files", "command", "args"),
    [
        (
            "python",
            {"server/main.py": f"import beside\n{PYTHON}", "server/beside.py": ""},
            "python",
            ["${__dirname}/server/main.py"],
        ),
        ("python", {"pack/__main__.py": PYTHON, "server/main.py": ""}, "python", ["-m", "pack"]),
        ("node", {"server/main.mjs": NODE}, "node", ["${__dirname}/server/main.mjs"]),
    ],
)
async def test_a_server_has_its_arguments_and_no_list_of_processes_shows_them(
    workshop: Workshop, kind: str, files: dict[str, str], command: str, args: list[str]
) -> None:
    config: dict[str, Any] = {"command": command, "args": [*args, "--token=${user_config.token}", "x y"]}
    config["env"] = {"PYTHONPATH": "${__dirname}"}
    server = {"type": kind, "entry_point": next(iter(files)), "mcp_config": config}
    workshop.bundle(files, server=server, user_config={"token": TOKEN})
    await workshop.prepare()
    launch = workshop.launch(workshop.installed(Permissions(secrets=("token",))), {"token": HIDDEN})
    assert HIDDEN not in " ".join(launch.argv)
    confined = await workshop.sandbox.start(launch)
    shown = b"".join(command_lines())
    await confined.stop(0)
    for pipe in (confined.stdin, confined.stdout, confined.stderr):
        os.close(pipe)
    assert launch.argv[-1].encode() in shown
    assert HIDDEN.encode() not in shown
    async with workshop.session(launch) as session:
        assert json.loads(session.server.version) == [[f"--token={HIDDEN}", "x y"], "__main__", False]


async def test_a_program_of_the_bundles_own_is_not_started_so(workshop: Workshop) -> None:
    server = {
        "type": "binary",
        "entry_point": "server/run",
        "mcp_config": {"command": "${__dirname}/server/run", "args": ["${user_config.token}"]},
    }
    workshop.bundle(
        {"server/run": Path(sys.executable).resolve().read_bytes()}, server=server, user_config={"token": TOKEN}
    )
    assert (await workshop.prepare()).runs_on == ""
    with pytest.raises(PluginNotStarted, match="among its arguments"):
        workshop.launch(workshop.installed(Permissions(secrets=("token",))), {"token": HIDDEN})


@pytest.mark.parametrize("argv", [("p", "-c", "x", "y"), ("p", "main.py"), ("p", "-m", "m"), ("p",)])
def test_what_has_no_arguments_or_options_of_the_interpreter_is_left(argv: tuple[str, ...]) -> None:
    assert unlisted(argv, "python 3.11.7") is None
