"""Prints where a Chromium is, for tests and measurements; installs Debian's where there is none and this may do it.

``SWITCHGEAR_CHROMIUM`` names another one. Exit code 1 and a sentence where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NoChromium(Exception):
    """There is none; the message says what to do."""


def chromium() -> str:
    """The path of a Chromium. Raises NoChromium."""
    named = os.environ.get("SWITCHGEAR_CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise NoChromium(f"SWITCHGEAR_CHROMIUM is {named!r}, which is no program.")
        return named
    found = _found()
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        _install()
        found = _found()
    if found is None:
        raise NoChromium(
            "The console's tests take a Chromium, and none is installed. On Debian and Ubuntu: apt-get install chromium. "
            "Another one: SWITCHGEAR_CHROMIUM=/path/to/it."
        )
    return found


def _found() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _install() -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoChromium(
                f"There is no Chromium, and {' '.join(command)} failed:\n{done.stdout[-500:]}{done.stderr[-500:]}"
            )


def main() -> int:
    """Print the path; 0 when there is one."""
    try:
        print(chromium())
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
