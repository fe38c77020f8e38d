"""Writes every generated page of docs/reference again; tests fail when one is stale."""

from __future__ import annotations

import subprocess
import sys

PAGES = ("switchgear.core.error_reference", "switchgear.config.export", "switchgear.cli.reference")


def main() -> int:
    """Write them; 0 when all went well."""
    return max(subprocess.run([sys.executable, "-m", page], check=False).returncode for page in PAGES)


if __name__ == "__main__":
    sys.exit(main())
