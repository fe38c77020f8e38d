"""Runs every check there is and tells the result of each; the output is shown of those that fail."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("format", ["ruff", "format", "--check", "src", "tests", "bench", "scripts"]),
    ("lint", ["ruff", "check", "src", "tests", "bench", "scripts"]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports", "--no-logo"]),
    ("dependencies", ["deptry", "."]),
    ("dead code", ["vulture"]),
    ("house rules", ["python", "scripts/house_rules.py"]),
    ("compilable", ["python", "scripts/compile.py", "--check"]),
    ("web", ["python", "scripts/console.py", "--npm", "check"]),
    ("web's API", ["python", "scripts/console.py", "--npm", "api", "--", "--check"]),
    ("web's sizes", ["python", "scripts/console_sizes.py"]),
)


def main() -> int:
    """Run; 0 when all is well."""
    failed = []
    for name, command in CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
        )
        print(f"{'✓' if done.returncode == 0 else '✗'} {name:<13} {time.monotonic() - began:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
