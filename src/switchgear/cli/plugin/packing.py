"""``switchgear plugin pack``: a folder becomes a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from switchgear.cli import screen, tables
from switchgear.cli.plugin.files import bundle_of, telling
from switchgear.cli.where import AsJson
from switchgear.core.errors import InvalidManifest
from switchgear.plugins import bundle
from switchgear.plugins.manifest import FILE
from switchgear.plugins.permissions import words

pack = App(
    name="pack",
    help_epilogue="""\
The same files always make the same bundle. Left out are versioning, caches, .env files, keys, and what .mcpbignore names.

Examples
  switchgear plugin pack
  switchgear plugin pack weather --out dist/weather.mcpb""",
)


@pack.default
def make(
    folder: Annotated[Path, Parameter(name="FOLDER", help="The folder with manifest.json. [this one]")] = Path(),
    /,
    *,
    out: Annotated[Path | None, Parameter(metavar="FILE", help="The file to write. [NAME-VERSION.mcpb]")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a bundle of a folder."""
    target = out or bundle_of(folder)
    if target is None:
        raise InvalidManifest(f"There is no {FILE} in {folder}.", hint="Name the folder that has it.")
    with telling(target):
        packed = bundle.pack(folder, target)
    manifest = packed.manifest
    if as_json:
        screen.show_json(
            {
                "file": str(target),
                "plugin": manifest.plugin,
                "version": manifest.version,
                "digest": packed.digest,
                "files": dict(packed.files),
            }
        )
        return
    screen.say(f"{screen.mark('ok')} {target}  {tables.size(target.stat().st_size)}, {len(packed.files)} files")
    asked = words(manifest.permissions)
    screen.say(f"  It asks for   {asked[0] if asked else 'nothing: no network, no files, no secrets'}")
    for each in asked[1:]:
        screen.say(f"                {each}")
    if manifest.told_secrets:
        screen.note(
            f"{screen.mark('doubt')} {', '.join(manifest.told_secrets)}: a secret among the arguments can be read by every process of the "
            "plugin. Pass it in mcp_config.env."
        )
    screen.note("Sign it with: switchgear plugin sign")
