"""How a version is started once what it needs is installed, kept beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from switchgear.core.errors import PluginNotStarted
from switchgear.core.structs import Frozen

FILE: Final = "prepared.json"
_HINT: Final = "Install the plugin again."


class Prepared(Frozen, frozen=True):
    """``argv``, ``env`` and ``cwd`` as they are inside the sandbox, with variables such as ``${__dirname}`` and ``${user_config.NAME}`` still
    in them. ``runtimes``: what of this machine it needs to see. ``runs_on``: the runtime in words (``python 3.11.7``), empty for a binary.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    runtimes: tuple[Path, ...] = ()
    cwd: str = "/data"
    runs_on: str = ""


def write_prepared(prepared: Prepared, folder: Path) -> None:
    """Keep it in ``folder``, in which a stranger may have left something of this name. Raises OSError."""
    place = folder / FILE
    if place.is_dir() and not place.is_symlink():
        place.rename(folder / f"{FILE}.theirs")
    place.unlink(missing_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - it is opened already
        file.write(msgspec.json.format(msgspec.json.encode(prepared, enc_hook=str)))


def read_prepared(folder: Path) -> Prepared:
    """What was kept in the folder of a version's dependencies. Raises PluginNotStarted when nothing sound is there."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Prepared, dec_hook=_path)
    except OSError as error:
        raise PluginNotStarted(
            f"What was installed for it is not there: {error.strerror}.", hint=_HINT, cause=str(folder)
        ) from error
    except msgspec.MsgspecError as error:
        raise PluginNotStarted("What was installed for it cannot be read.", hint=_HINT, cause=str(error)) from error


def _path(_kind: type, text: object) -> Path:
    return Path(str(text))
