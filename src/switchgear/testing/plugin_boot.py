"""Run by itself, by a plugin's own Python: pytest, with this package's folders behind those of that Python.

``python plugin_boot.py FOLDERS ARGUMENT…``: what the plugin's environment has is taken from there, and the rest from here.
"""

import os
import site
import sys


def main() -> int:
    """Run; pytest's exit status."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - nothing is imported that is not needed
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != here]  # noqa: PTH100 - as above
    for folder in sys.argv[1].split(os.pathsep):
        if folder:
            site.addsitedir(folder)
    import pytest  # noqa: PLC0415 - it is found only now

    return int(pytest.main(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
