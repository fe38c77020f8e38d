"""``switchgear plugin keygen``: a key to sign bundles with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from switchgear.cli import screen
from switchgear.cli.plugin.files import public_file, read_key, read_successions, successions_file, telling, usual_key
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.core.errors import UsageError
from switchgear.plugins.bundle import KEY_SUFFIX
from switchgear.plugins.public_keys import short
from switchgear.plugins.signature import Envelope, succeed
from switchgear.plugins.signing_keys import SigningKey

keygen = App(
    name="keygen",
    help_epilogue="""\
The public key goes to standard output and beside the private one, as .pub. Who trusts the key that a new one replaces trusts the new one
from the first bundle on that is signed with it.

Examples
  switchgear plugin keygen
  switchgear plugin keygen new.switchgear-key --replaces ~/.config/switchgear/publisher.switchgear-key""",
)


@keygen.default
def make(
    file: Annotated[
        Path | None, Parameter(name="FILE", help="Where to keep it. [~/.config/switchgear/publisher.switchgear-key]")
    ] = None,
    /,
    *,
    replaces: Annotated[Path | None, Parameter(metavar="FILE", help="The private key that it comes after.")] = None,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Make a key to sign bundles with."""
    path = file or usual_key(where.environ)
    if path.suffix != KEY_SUFFIX:
        raise UsageError(
            f'The name of a key ends in "{KEY_SUFFIX}", so that it is never packed.', hint=f"Say {path}{KEY_SUFFIX}"
        )
    words: tuple[Envelope, ...] = ()
    key = SigningKey.new()
    if replaces is not None:
        words = (*read_successions(replaces), succeed(read_key(replaces), key.public, time.time_ns() // 1_000_000))
    with telling(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key.write(path)
        public_file(path).write_text(f"{key.public}\n", "ascii")
        if words:
            successions_file(path).write_bytes(msgspec.json.format(msgspec.json.encode(words)))
    if as_json:
        screen.show_json({"id": key.public.id, "key": str(key.public), "file": str(path)})
        return
    screen.note(
        f"{screen.mark('ok')} The private key is in {path}. Keep it to yourself, and a copy of it in a safe place."
    )
    screen.note(f"Its public key, known by {short(key.public.id)}, is for everybody: switchgear plugin trust add KEY")
    screen.say(str(key.public))
