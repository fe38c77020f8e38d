"""``python -m switchgear`` is the command ``switchgear``."""

import sys

from switchgear.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
