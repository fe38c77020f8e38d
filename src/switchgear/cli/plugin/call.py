"""``switchgear plugin call``: one tool, called."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.plugin.files import telling
from switchgear.cli.plugin.reaching import AS_USUAL, Run, What, arguments_of, reached
from switchgear.cli.where import HERE, Where
from switchgear.config.problems import nearest
from switchgear.core.errors import UsageError
from switchgear.plugins.mcp.session import Session
from switchgear.plugins.offer import TOOLS, listed

call = App(
    name="call",
    help_epilogue="""\
Arguments are key=value, read by the types of the tool's schema, or key:=JSON. Without a tool, the plugin's tools are listed. The tool's text
goes to standard output; the exit code is 1 when it says that it failed.

Examples
  switchgear plugin call . forecast city=Oslo days=3
  switchgear plugin call time convert_time source_timezone=UTC time=12:00 target_timezone=Asia/Tokyo
  switchgear plugin call . forecast --json '{"city": "Oslo"}' --json-output""",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Call:
    """What goes in besides arguments, and how what comes out is shown."""

    document: Annotated[
        str | None, Parameter(name="--json", metavar="JSON", help="All arguments, as a JSON object.")
    ] = None
    json_output: Annotated[bool, Parameter(negative="", help="Print the whole result as JSON.")] = False
    out: Annotated[Path | None, Parameter(metavar="FILE", help="Write the image, sound or file that it answers.")] = (
        None
    )


_PLAIN: Final = Call()


@call.default
async def run(
    plugin: What,
    tool: Annotated[str | None, Parameter(name="TOOL", help="The tool. [they are listed]")] = None,
    /,
    *pairs: Annotated[str, Parameter(name="ARGUMENTS", help="key=value or key:=JSON.")],
    how: Run = AS_USUAL,
    given: Call = _PLAIN,
    where: Where = HERE,
) -> int:
    """Call a tool of a plugin, and print what it answers."""
    async with reached(plugin, how, where) as session:
        offer = await listed(session.request, session.server.offers)
        tools = offer.of(TOOLS)
        if tool is None:
            _list(tools)
            return 0
        if tool not in tools:
            raise UsageError(
                f'{plugin} has no tool "{tool}". {nearest(tool, tools)}'.strip(),
                hint=f"It has: {', '.join(sorted(tools)) or 'none'}.",
            )
        schema = json.loads(tools[tool].document).get("inputSchema") or {}
        arguments = arguments_of(pairs, given.document, schema)
        result = await _called(session, tool, arguments)
    if given.json_output:
        screen.show_json(result)
    else:
        _show(result, given.out)
    return 1 if result.get("isError") is True else 0


async def _called(session: Session, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    params = msgspec.json.encode({"name": tool, "arguments": arguments})
    with progress.spinner(tool):
        result: dict[str, Any] = json.loads(bytes(await session.request("tools/call", params)))
    return result


def _list(tools: Any) -> None:
    rows = []
    for name, definition in tools.items():
        told = json.loads(definition.document)
        taken = (told.get("inputSchema") or {}).get("properties") or {}
        needed = set((told.get("inputSchema") or {}).get("required") or ())
        named = " ".join(each if each in needed else f"[{each}]" for each in taken)
        rows.append((name, named, str(told.get("description") or "").strip().split("\n")[0]))
    columns = (tables.Column("tool"), tables.Column("arguments", cut=True), tables.Column("", cut=True))
    tables.show(columns, rows, nothing="It has no tools.")


def _show(result: dict[str, Any], out: Path | None) -> None:
    say = screen.note if result.get("isError") is True else screen.say
    if result.get("resultType") == "input_required":
        screen.note(f"{screen.mark('doubt')} The tool asks for more, which --json-output shows.")
    parts = [part for part in result.get("content") or [] if isinstance(part, dict)]
    texts = [str(part.get("text", "")) for part in parts if part.get("type") == "text"]
    structured = result.get("structuredContent")
    if structured is not None:
        only = structured["result"] if isinstance(structured, dict) and set(structured) == {"result"} else structured
        if not isinstance(only, str):
            texts = [json.dumps(only, ensure_ascii=False)]
    for text in texts:
        say(screen.printable(_pretty(text)))
    for part in parts:
        if part.get("type") != "text":
            _show_part(part, out)


def _pretty(text: str) -> str:
    """JSON on several lines; other text as it is."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return json.dumps(found, indent=2, ensure_ascii=False) if isinstance(found, dict | list) else text


def _show_part(part: dict[str, Any], out: Path | None) -> None:
    """What is no text: in a line of its own, or written to a file."""
    held = part.get("resource")
    inner = held if isinstance(held, dict) else part
    kind = inner.get("mimeType") or part.get("type")
    place = inner.get("uri", "")
    if isinstance(inner.get("text"), str):
        screen.say(screen.printable(inner["text"]))
        return
    data = inner.get("data") or inner.get("blob")
    if not isinstance(data, str):
        screen.say(screen.printable(f"[{kind} {place}]".replace(" ]", "]")))
        return
    try:
        content = base64.b64decode(data)
    except (binascii.Error, ValueError):
        content = b""
    if out is None:
        screen.say(screen.printable(f"[{kind}, {tables.size(len(content))}; --out FILE writes it]"))
        return
    with telling(out):
        out.write_bytes(content)
    screen.note(f"{screen.mark('ok')} {out}  {tables.size(len(content))}")
