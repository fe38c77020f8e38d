"""References to secrets: ``env:NAME``, ``file:PATH``, ``secret:NAME``; the file names a secret, it never holds one."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from switchgear.core.errors import UnresolvedReference
from switchgear.core.secrets import Secret

REFERENCE_PATTERN = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\x00]+|secret:[A-Za-z0-9][A-Za-z0-9._-]*)$"
"""The form of a reference, as an ECMA 262 regular expression too (it stands in the JSON Schema)."""

MAX_SECRET_BYTES = 64 * 1024

_FORM = re.compile(REFERENCE_PATTERN)


class Reference(NamedTuple):
    """Where a secret is: ``kind`` says how to read ``name``."""

    kind: Literal["env", "file", "secret"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def parse_reference(text: str) -> Reference | None:
    """The reference that ``text`` is, or ``None`` when it does not have the form of one."""
    if not _FORM.fullmatch(text):
        return None
    kind, _, name = text.partition(":")
    return Reference("env" if kind == "env" else "file" if kind == "file" else "secret", name)


class Resolver:
    """Turns references into the secrets they name.

    ``secrets`` answers ``secret:NAME`` (``None``: there is no such secret). Relative paths of ``file:`` start at
    ``folder``, which is the folder of the configuration file.
    """

    def __init__(
        self, environ: Mapping[str, str], secrets: Callable[[str], Secret | None], folder: Path | None = None
    ) -> None:
        self._environ = environ
        self._secrets = secrets
        self._folder = folder or Path()

    def value(self, text: str) -> Secret:
        """What ``text`` means where text or a reference may stand. Raises UnresolvedReference."""
        return Secret(text) if parse_reference(text) is None else self.resolve(text)

    def resolve(self, reference: str) -> Secret:
        """The secret behind ``reference``, which is one line of text and not empty.

        Raises UnresolvedReference, whose hint says what to do; neither holds the value.
        """
        secret = self.document(reference)
        if any(character in secret.reveal() for character in "\r\n\0"):
            raise UnresolvedReference(
                f"What {reference} holds is not one line of text.", hint="Leave the secret alone in it."
            )
        return secret

    def document(self, reference: str) -> Secret:
        """The secret behind ``reference``, which may have many lines, as the JSON key of a service account has.

        Raises UnresolvedReference like ``resolve``.
        """
        parsed = parse_reference(reference)
        if parsed is None:
            raise UnresolvedReference(
                "This is not a reference.", hint='Write "env:NAME", "file:PATH" or "secret:NAME".'
            )
        if parsed.kind == "env":
            return self._from_environment(parsed.name)
        if parsed.kind == "file":
            return self._from_file(parsed.name)
        return self._from_store(parsed.name)

    def _from_environment(self, name: str) -> Secret:
        value = self._environ.get(name)
        if value is None:
            raise UnresolvedReference(
                f"The environment variable {name} is not set.", hint=f"Set {name} before starting, or use file:PATH."
            )
        if not value.strip():
            raise UnresolvedReference(f"The environment variable {name} is empty.", hint=f"Give {name} a value.")
        return Secret(value)

    def _from_file(self, name: str) -> Secret:
        try:
            path = self._folder / Path(name).expanduser()
            if not stat.S_ISREG(path.stat().st_mode):
                raise UnresolvedReference(f"{path} is not a file.", hint="Name a file that holds only the secret.")
            with path.open("rb") as file:
                raw = file.read(MAX_SECRET_BYTES + 1)
            text = raw.decode("utf-8")
        except FileNotFoundError:
            raise UnresolvedReference(
                f"There is no file {self._folder / name}.", hint="Create it, or correct the path."
            ) from None
        except UnicodeDecodeError:
            raise UnresolvedReference(
                f"{self._folder / name} is not UTF-8 text.", hint="Name a file that holds only the secret."
            ) from None
        except (OSError, RuntimeError) as error:  # RuntimeError: a home folder that cannot be found
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise UnresolvedReference(
                f"{self._folder / name} cannot be read: {reason.lower()}.", hint="Correct the path or its permissions."
            ) from None
        if len(raw) > MAX_SECRET_BYTES:
            raise UnresolvedReference(
                f"{path} is too large for a secret.", hint="Name a file that holds only the secret."
            )
        value = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
        if not value.strip():
            raise UnresolvedReference(f"{path} is empty.", hint="Write the secret into it.")
        return Secret(value)

    def _from_store(self, name: str) -> Secret:
        secret = self._secrets(name)
        if not secret:
            raise UnresolvedReference(
                f'There is no secret "{name}" in the store.', hint="Create it, or use env:NAME or file:PATH."
            )
        return secret
