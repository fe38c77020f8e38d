"""``switchgear plugin sign`` and ``verify``."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.plugin import publishers
from switchgear.cli.plugin.files import Bundle, KeyFile, read_key, read_successions, telling, the_bundle, usual_key
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UntrustedBundle
from switchgear.plugins import bundle as bundles
from switchgear.plugins import signature, trust
from switchgear.plugins.public_keys import short

sign = App(
    name="sign",
    help_epilogue="""\
A signature says who published these files under this name and version, and when. One that is there is replaced.

Examples
  switchgear plugin sign
  switchgear plugin sign weather-1.2.0.mcpb --key me.switchgear-key""",
)
verify = App(
    name="verify",
    help_epilogue="""\
Exits with 1 unless the bundle is signed with a key that is trusted here, or that is named.

Examples
  switchgear plugin verify weather-1.2.0.mcpb
  switchgear plugin verify weather-1.2.0.mcpb --key ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE""",
)


@sign.default
def put(bundle: Bundle = None, /, *, key: KeyFile = None, as_json: AsJson = False, where: Where = HERE) -> None:
    """Sign a bundle."""
    path = the_bundle(bundle)
    file = key or usual_key(where.environ)
    signing = read_key(file)
    now = time.time_ns() // 1_000_000
    with telling(path), bundles.unpacked(path, path.absolute().parent) as found:
        target = found.folder / bundles.SIGNATURE
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(signature.sign(found, signing, now, read_successions(file)))
        signed = bundles.pack(found.folder, path, whole=True)
    manifest = signed.manifest
    if as_json:
        screen.show_json(
            {
                "file": str(path),
                "plugin": manifest.plugin,
                "version": manifest.version,
                "digest": signed.digest,
                "key": str(signing.public),
            }
        )
        return
    screen.say(
        f"{screen.mark('ok')} {path} is signed: {manifest.plugin} {manifest.version}, by the key {short(signing.public.id)}"
    )


@verify.default
def look(
    bundle: Bundle = None,
    /,
    *,
    key: Annotated[
        str | None, Parameter(metavar="KEY", help="The public key it has to be signed with. [those trusted here]")
    ] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Tell who signed a bundle, and whether that is trusted."""
    path = the_bundle(bundle)
    with (
        telling(path),
        tempfile.TemporaryDirectory(prefix="switchgear-") as folder,
        bundles.unpacked(path, Path(folder)) as found,
    ):
        signed = signature.verify(found)
    if signed is None:
        raise UntrustedBundle(f"{path} is not signed.", hint="Its publisher signs it with: switchgear plugin sign")
    known = publishers.named(key) if key is not None else asyncio.run(publishers.trusted(where))
    judgement = trust.judge(found, known, (), time.time_ns() // 1_000_000)
    manifest = found.manifest
    if as_json:
        screen.show_json(
            {
                "plugin": manifest.plugin,
                "version": manifest.version,
                "digest": found.digest,
                "key": str(signed.key),
                "signed_at": datetime.fromtimestamp(signed.statement.signed_at / 1000, UTC).isoformat(),
                "words": judgement.words,
            }
        )
        return
    screen.say(
        f"{screen.mark('ok')} {manifest.plugin} {manifest.version}: {len(found.files)} files, as they were signed. "
        + screen.printable(judgement.words)
    )
