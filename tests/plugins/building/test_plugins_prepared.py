"""A bundle is made ready and started: with its runtime, and with what it brings."""

import sys
from pathlib import Path

import pytest
from tool_servers import SERVER, call
from workshop import Workshop

from switchgear.core.errors import PluginNotInstalled

PYTHON_SERVER = Path(SERVER).read_text()
NODE_SERVER = """
import { createInterface } from "node:readline";
import { words } from "words";
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === "initialize")
    answer(id, { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "n", version: "1" } });
  else if (method === "tools/call")
    answer(id, { content: [{ type: "text", text: JSON.stringify({ words: words(), argv: process.argv.slice(2) }) }] });
  else if (id !== undefined)
    process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }) + "\\n");
});
"""


def node(args: tuple[str, ...] = ("${__dirname}/server/index.mjs",), **config: object) -> dict[str, object]:
    return {
        "type": "node",
        "entry_point": "server/index.mjs",
        "mcp_config": {"command": "node", "args": [*args], **config},
    }


async def test_a_python_bundle_that_needs_nothing_is_started(workshop: Workshop) -> None:
    workshop.bundle({"server/main.py": PYTHON_SERVER})
    await workshop.prepare()
    async with workshop.session(workshop.launch(workshop.installed())) as session:
        assert await call(session, "echo", n=1) == {"n": 1}


async def test_a_node_bundle_that_brings_its_packages_is_started(workshop: Workshop) -> None:
    package = '{"name": "words", "version": "1.0.0", "type": "module", "exports": "./index.js"}'
    workshop.bundle(
        {
            "server/index.mjs": NODE_SERVER,
            "package.json": '{"name": "n", "dependencies": {"words": "1.0.0"}}',
            "node_modules/words/package.json": package,
            "node_modules/words/index.js": 'export const words = () => "brought";',
        },
        server=node(),
    )
    await workshop.prepare()
    async with workshop.session(workshop.launch(workshop.installed(arguments=("one",)))) as session:
        assert await call(session, "any") == {"words": "brought", "argv": ["one"]}


async def test_a_python_bundle_sees_none_of_the_packages_of_this_machine(workshop: Workshop) -> None:
    workshop.bundle({"server/main.py": f"import sys\nsys.path.append('/')\nimport pytest\n{PYTHON_SERVER}"})
    await workshop.prepare()
    with pytest.raises(Exception, match="ended with status 1"):
        async with workshop.session(workshop.launch(workshop.installed())):
            pass


@pytest.mark.parametrize(
    ("compatibility", "words"),
    [
        ({"platforms": ["darwin", "win32"]}, "other systems \\(darwin, win32\\)"),
        ({"runtimes": {"python": ">=4"}}, 'needs Python ">=4"; this machine has .*3\\.'),
        ({"runtimes": {"python": "soon"}}, '"soon" is no range'),
    ],
)
async def test_a_bundle_for_something_else_is_refused_in_words(
    workshop: Workshop, compatibility: dict[str, object], words: str
) -> None:
    workshop.bundle({"server/main.py": ""}, compatibility=compatibility)
    with pytest.raises(PluginNotInstalled, match=words):
        await workshop.prepare()
    assert [each.name for each in workshop.version.iterdir()] == ["bundle"]


async def test_a_range_of_pythons_form_is_understood(workshop: Workshop) -> None:
    major, minor = sys.version_info[:2]
    workshop.bundle(
        {"server/main.py": ""}, compatibility={"runtimes": {"python": f">={major}.{minor - 1},<{major + 1}"}}
    )
    assert (await workshop.prepare()).runs_on.startswith(f"python {major}.{minor}.")
