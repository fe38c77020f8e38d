"""``switchgear batches``: many requests in one file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.client import connected, running
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import NotFound, UsageError

app = App(name="batches", help="Send files of requests, and follow them.", help_epilogue="")

_COLUMNS: Final = (
    tables.Column("id"),
    tables.Column("status"),
    tables.Column("done", right=True),
    tables.Column("failed", right=True),
    tables.Column("model", cut=True),
    tables.Column("key", cut=True),
    tables.Column("created"),
    tables.Column("cost", right=True),
)
_UNFINISHED: Final = ("validating", "in_progress", "finalizing", "cancelling")

Which = Annotated[str, Parameter(name="ID", help="The batch's id.")]


@app.command(name="list", help_epilogue="Examples\n  switchgear batches list\n  switchgear batches list --all --json")
async def list_batches(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Also those that have ended.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """List batches, newest first, and how far they are."""
    async with connected(where) as api:
        found = await api.every("/api/batches", status=None if everything else list(_UNFINISHED))
    if as_json:
        screen.show_json(found)
        return
    rows = [
        (
            batch["id"],
            batch["status"],
            _done(batch),
            f"{batch['failed']:,}",
            batch["model"] or "several",
            batch["key_name"] or batch["key_id"],
            tables.away(batch["created_at"]),
            _cost(batch),
        )
        for batch in found
    ]
    nothing = "No batches." if everything else "No batches that have not ended. See all: switchgear batches list --all"
    tables.show(_COLUMNS, rows, nothing=nothing)


@app.command(help_epilogue="Examples\n  switchgear batches show batch_01j0…")
async def show(batch: Which, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show how far a batch is, and why it waits or failed."""
    async with connected(where) as api:
        found = await api.get(f"/api/batches/{batch}")
    if as_json:
        screen.show_json(found)
        return
    _show(found)


@app.command(
    help_epilogue="""\
Each line of the file is a JSON object with custom_id, method ("POST"), url (the endpoint) and body.

Examples
  switchgear batches create requests.jsonl
  switchgear batches create requests.jsonl --endpoint /v1/embeddings --metadata run=7 --json"""
)
async def create(
    file: Annotated[Path, Parameter(name="FILE", help="The requests, one a line.")],
    /,
    *,
    endpoint: Annotated[
        str | None, Parameter(metavar="PATH", help="What the lines ask for. [the url of the first line]")
    ] = None,
    metadata: Annotated[
        list[str] | None, Parameter(negative="", metavar="NAME=VALUE", help="Kept with the batch; may be repeated.")
    ] = None,
    gateway: Annotated[
        bool, Parameter(name="--gateway", negative="", help="Not over a provider's own batch API.")
    ] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Send a file of requests. The batch's id goes to standard output."""
    pairs = dict(_pair(text) for text in metadata or ())
    if gateway:
        pairs["x-switchgear-batch"] = "gateway"
    asked: dict[str, Any] = {"endpoint": endpoint or _endpoint(file), "completion_window": "24h"}
    if pairs:
        asked["metadata"] = pairs
    async with running(where) as api:
        kept = await api.send_file("/v1/files", file, {"purpose": "batch"})
        made = await api.ask("POST", "/v1/batches", asked | {"input_file_id": kept["id"]})
    if as_json:
        screen.show_json(made)
        return
    screen.note(f"Sent {tables.size(kept['bytes'])}. Follow it with: switchgear batches show {made['id']}")
    screen.say(made["id"])


@app.command(help_epilogue="Examples\n  switchgear batches cancel batch_01j0…")
async def cancel(batch: Which, /, *, as_json: AsJson = False, where: Where = HERE) -> None:
    """Send no more lines of a batch. What was answered is kept."""
    async with connected(where) as api:
        found = await api.ask("POST", f"/api/batches/{batch}/cancel")
    if as_json:
        screen.show_json(found)
    else:
        screen.say(f"The batch {found['id']} is {found['status']}; {_done(found)} of its lines were answered.")


@app.command(
    help_epilogue="""\
Examples
  switchgear batches results batch_01j0… > answers.jsonl
  switchgear batches results batch_01j0… --errors"""
)
async def results(
    batch: Which,
    /,
    *,
    errors: Annotated[bool, Parameter(negative="", help="The lines that were not answered, instead.")] = False,
    where: Where = HERE,
) -> None:
    """Print the answers of a batch that has ended, one a line."""
    async with running(where) as api:
        found = await api.get(f"/api/batches/{batch}")
        file_id = found["error_file_id" if errors else "output_file_id"]
        if file_id is None:
            raise _nothing(found, errors=errors)
        sys.stdout.flush()
        async for piece in api.content(f"/v1/files/{file_id}/content"):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _nothing(batch: dict[str, Any], *, errors: bool) -> NotFound:
    if batch["ended_at"] is None:
        return NotFound(
            f"The batch {batch['id']} is {batch['status']}: {_done(batch)} lines are answered.",
            hint="Its files come to be when it ends.",
        )
    what = "line that was not answered" if errors else "answered line"
    return NotFound(f"The batch {batch['id']} has no {what}.", hint=f"switchgear batches show {batch['id']}")


def _show(batch: dict[str, Any]) -> None:
    rows = [
        ("id", batch["id"]),
        ("status", batch["status"] + (f", as {batch['reason']}" if batch["reason"] else "")),
        ("lines", f"{_done(batch)} answered, {batch['failed']:,} not"),
        ("endpoint", batch["endpoint"]),
        ("model", batch["model"] or "several"),
        ("runs", f"at {batch['provider']}" if batch["provider"] else "through the gateway"),
        ("key", batch["key_name"] or batch["key_id"]),
        ("created", tables.moment(batch["created_at"])),
        ("ended", tables.moment(batch["ended_at"]) if batch["ended_at"] else "not yet"),
        ("tokens", f"{batch['prompt_tokens']:,} in, {batch['completion_tokens']:,} out"),
        ("cost", _cost(batch)),
        ("input", batch["input_file_id"]),
    ]
    rows += [(name, batch[f"{name}_file_id"]) for name in ("output", "error") if batch[f"{name}_file_id"]]
    for label, value in rows:
        screen.say(f" {screen.style(label.ljust(9), 'dim')} {screen.printable(value)}")
    for mistake in batch["errors"]:
        line = f"line {mistake['line']}: " if mistake["line"] else ""
        screen.say(f" {screen.mark('broken')} {line}{screen.printable(mistake['message'])}")


def _done(batch: dict[str, Any]) -> str:
    return f"{batch['completed']:,} of {batch['total']:,}" if batch["total"] else "–"


def _cost(batch: dict[str, Any]) -> str:
    return tables.dollars(round(float(batch["cost"]) * 1e9))


def _endpoint(file: Path) -> str:
    """The url in the file's first line. Raises UsageError."""
    try:
        with file.open("rb") as lines:
            url = json.loads(lines.readline().removeprefix(b"\xef\xbb\xbf"))["url"]
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or 'an error of the disk').lower()}.") from error
    except (ValueError, KeyError, TypeError):
        url = None
    if not isinstance(url, str):
        raise UsageError(f"The first line of {file} has no url.", hint="Name it with --endpoint.")
    return url


def _pair(text: str) -> tuple[str, str]:
    name, given, value = text.partition("=")
    if not given or not name:
        raise UsageError(f'"{text}" is not of the form NAME=VALUE.')
    return name, value
