"""Writes every generated page of docs/reference and the README's bench table again; tests fail when a page is stale."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "switchgear.core.error_reference",
    "switchgear.config.export",
    "switchgear.cli.reference",
    "switchgear.plugins.reference",
    "switchgear.providers.reference",
    "switchgear.themes.reference",
)
ROWS = (
    "CPU µs/request",
    "CPU µs/streamed chunk",
    "requests/s, 32 in flight",
    "added p50 at 20/s, ms",
    "added p99 at 20/s, ms",
    "memory idle, MB",
    "start to first answer, s",
    "call of a tool of a warm plugin: CPU µs",
    "— by FastMCP's proxy in the same minute, CPU µs",
)


def main() -> int:
    """Write them; 0 when all went well."""
    status = max(subprocess.run([sys.executable, "-m", page], check=False, cwd=ROOT).returncode for page in PAGES)
    results = ROOT / "bench" / "results" / "latest.md"
    if results.is_file():
        _write_bench(results.read_text("utf-8"))
    return status


def _write_bench(results: str) -> None:
    """Put the chosen rows of the last whole run into the README, between its two marks."""
    table = results.split("## All figures", 1)[1].strip().splitlines()
    chosen = table[:2] + [line for line in table[2:] if line.startswith("|") and line.split("|")[1].strip() in ROWS]
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    before, rest = text.split("<!-- bench -->", 1)
    _, after = rest.split("<!-- /bench -->", 1)
    body = "\n".join(chosen)
    readme.write_text(f"{before}<!-- bench -->\n{body}\n<!-- /bench -->{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
