"""Plays the README's first minute for real and draws what the terminal showed: docs/images/first-light.svg.

The key is cut short in the picture; nothing else is touched. Fonts are the reader's own: the picture loads nothing.
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SWITCHGEAR = str(Path(sys.executable).parent / "switchgear")
PORT = "4100"
WIDTH = 104
KEY = re.compile(r"(sk-sg-[0-9A-Za-z]{4})[0-9A-Za-z]{36}")


def main() -> int:
    """Play and draw; 0 when every command did what it should."""
    screen = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SWITCHGEAR_DATA_DIR": f"{folder}/data", "COLUMNS": str(WIDTH)}
        for name in [name for name in environment if name.endswith("_API_KEY")]:
            del environment[name]
        with serving(environment) as banner:
            show(screen, "make serve", banner)
            key = Path(folder, "data", "cli.key").read_text().strip()
            question = '{"model":"smollm2","messages":[{"role":"user","content":"What is the capital of France?"}]}'
            url = f"http://127.0.0.1:{PORT}/v1/chat/completions"
            header = f"authorization: Bearer {key}"
            answer = subprocess.run(
                ["curl", "-s", url, "-H", header, "-d", question], capture_output=True, text=True, check=True
            ).stdout
            shown = f"curl -s {url} -H \"authorization: Bearer $KEY\" \\\n    -d '{question}' \\\n    | jq -r .choices[0].message.content"
            found = re.search(r'"content":"((?:[^"\\]|\\.)*)"', answer)
            show(screen, shown, found[1] if found else answer)
            show(
                screen,
                'switchgear chat "Why is the sky blue? One sentence."',
                run(["chat", "Why is the sky blue? One sentence."], environment),
            )
            show(screen, "switchgear usage --since 1h", run(["usage", "--since", "1h"], environment))
    target = ROOT / "docs" / "images" / "first-light.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn = screen.export_svg(title="Switchgear", unique_id="first-light")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    target.write_text(drawn.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas"))
    print(f"Wrote {target.relative_to(ROOT)}.")
    return 0


def show(screen: Console, command: str, output: str) -> None:
    """One command and what it printed."""
    screen.print(Text("$ ", style="bold green") + Text(command, style="bold"))
    screen.print(Text.from_ansi(KEY.sub(lambda found: found[1] + "…" + " " * 35, output.replace("\r", "")).strip("\n")))
    screen.print()


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """A gateway in a terminal of its own; gives what its banner was."""
    controller, terminal = pty.openpty()
    server = subprocess.Popen(
        [SWITCHGEAR, "serve", "--port", PORT], stdout=terminal, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(terminal)
    try:
        yield read_until(controller, "Model", 20)
    finally:
        server.terminate()
        server.wait(20)
        os.close(controller)


def read_until(controller: int, mark: str, seconds: float) -> str:
    """What the terminal shows until ``mark`` and half a second of silence after it."""
    text = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([controller], [], [], 0.5)
        if ready:
            text += os.read(controller, 65536).decode()
        elif mark in text:
            return text
    raise SystemExit(f"The gateway did not say {mark!r}:\n{text}")


def run(arguments: list[str], environment: dict[str, str]) -> str:
    """What a command prints on a terminal."""
    controller, terminal = pty.openpty()
    with subprocess.Popen([SWITCHGEAR, *arguments], stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        text = b""
        try:
            while data := os.read(controller, 65536):
                text += data
        except OSError:
            pass  # the other end is closed: the command is done
        if process.wait(60):
            raise SystemExit(text.decode())
    os.close(controller)
    return text.decode()


if __name__ == "__main__":
    sys.exit(main())
