"""The files that commands about bundles work with: the bundle that is meant, and a publisher's key with what lies beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from switchgear.core.errors import InvalidSignature, UsageError
from switchgear.plugins.bundle import KEY_SUFFIX
from switchgear.plugins.manifest import FILE, LARGEST, read_manifest
from switchgear.plugins.signature import Envelope
from switchgear.plugins.signing_keys import SigningKey

NAME: Final = f"publisher{KEY_SUFFIX}"
KeyFile = Annotated[
    Path | None,
    Parameter(name="--key", metavar="FILE", help=f"The private key. [~/.config/switchgear/{NAME}]"),
]
Bundle = Annotated[Path | None, Parameter(name="BUNDLE", help="The .mcpb file. [the one packed here]")]


def usual_key(environ: Mapping[str, str]) -> Path:
    """Where a publisher's key is unless another place is named (XDG Base Directory Specification)."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path("~/.config").expanduser()) / "switchgear" / NAME


def public_file(key: Path) -> Path:
    """The public key beside a private one."""
    return key.with_suffix(".pub")


def successions_file(key: Path) -> Path:
    """How a key came after others, beside it."""
    return key.with_suffix(".successions.json")


def read_key(path: Path) -> SigningKey:
    """The private key in a file. Raises UsageError."""
    try:
        with telling(path):
            return SigningKey.read(path)
    except ValueError as error:
        raise UsageError(f"{path} {error}.", hint="Make a key with: switchgear plugin keygen") from error


def read_successions(key: Path) -> tuple[Envelope, ...]:
    """The words of earlier keys that led to this one, oldest first; none where there is no such file."""
    path = successions_file(key)
    if not path.exists():
        return ()
    try:
        with telling(path):
            return msgspec.json.decode(path.read_bytes(), type=tuple[Envelope, ...])
    except msgspec.MsgspecError as error:
        raise InvalidSignature(f"{path} is damaged.", hint="Bring it back from where the key was made.") from error


def bundle_of(folder: Path) -> Path | None:
    """The usual name of the bundle of the plugin in a folder; None where there is none. Raises InvalidManifest, UsageError."""
    path = folder / FILE
    if not path.is_file():
        return None
    with telling(path), path.open("rb") as file:
        manifest = read_manifest(file.read(LARGEST + 1))
    return Path(f"{manifest.plugin}-{manifest.version}.mcpb")


def the_bundle(given: Path | None) -> Path:
    """The bundle that is meant: the one that was packed of this folder, or the only one here. Raises UsageError."""
    if given is not None:
        return given
    here = sorted(Path().glob("*.mcpb"))
    own = bundle_of(Path())
    if own in here or len(here) == 1:
        return own if own is not None and own in here else here[0]
    if not here:
        raise UsageError("There is no bundle here.", hint="Name one, or make one with: switchgear plugin pack")
    raise UsageError(f"There are {len(here)} bundles here.", hint="Name the one that is meant.")


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turns what goes wrong with a file inside into UsageError."""
    try:
        yield
    except FileNotFoundError as error:
        raise UsageError(f"There is no {path}.", hint="") from error
    except FileExistsError as error:
        raise UsageError(f"{path} exists already.", hint="Choose another name, or move it away.") from error
    except OSError as error:
        reason = (error.strerror or "an error of the disk").lower()
        raise UsageError(f"{path} cannot be read or written: {reason}.", hint="") from error
