"""A gateway and the console's development server beside it, which shows what is changed in web/ at once: ``make dev``.

Options are those of ``switchgear serve``. Ends both when either ends, and at Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import console

BIN = Path(sys.executable).parent
PATIENCE_SECONDS = 30.0
_PORT = re.compile(r"--port[= ](\d+)")


def main() -> int:
    """Run both; the exit code of the one that ended first."""
    options = sys.argv[1:]
    asked = _PORT.search(" ".join(options))
    url = f"http://127.0.0.1:{asked[1] if asked else 4100}"
    try:
        binary, _ = console.ready()
    except console.ConsoleError as error:
        print(error, file=sys.stderr)
        return 1
    vite = [str(binary), str(console.WEB / "node_modules" / "vite" / "bin" / "vite.js"), "--clearScreen", "false"]
    running = [subprocess.Popen([str(BIN / "switchgear"), "serve", "--dev", *options])]
    signal.signal(signal.SIGTERM, lambda *_: running[0].terminate())
    try:
        if _answers(url, running[0]):
            print(f"\n  Console   hot reload at the address below; calls go on to {url}\n", flush=True)
            running.append(subprocess.Popen(vite, cwd=console.WEB, env=os.environ | {"SWITCHGEAR_URL": url}))
        while all(each.poll() is None for each in running):
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        _end(running)
    return next((each.returncode for each in running if each.returncode), 0)


def _answers(url: str, gateway: subprocess.Popen[bytes]) -> bool:
    """Wait until the gateway answers; whether it does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while gateway.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=1):
            return True
        time.sleep(0.1)
    return False


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for each in running:
        if each.poll() is None:
            each.terminate()
    for each in running:
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            each.wait(10)
        if each.poll() is None:
            each.kill()


if __name__ == "__main__":
    sys.exit(main())
