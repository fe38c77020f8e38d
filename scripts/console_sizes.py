"""Holds the built console to its budgets: what is loaded first, what a page adds, all of it; and to its own address.

Sizes are of gzip, in KB of 1,000 bytes, as facts about rivals are told; browsers are sent brotli, which is smaller. A
page's weight is what opening it loads and the first load has not brought. ``--list`` prints every page.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import console

KB = 1000
FIRST_JS, FIRST_CSS, PAGE, WHOLE = 180, 30, 60, 8000
_PAGES = re.compile(r"^src/pages/")
_ELSEWHERE = re.compile(r"""(?:url\(|src=|href=|@import|import\(|from)\s*["'`]?(?:https?:)?//""")
_CARRIERS = re.compile(
    r"fonts\.(?:googleapis|gstatic)\.com|cdn\.jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|esm\.sh|esm\.run"
)


class Build:
    """What Vite tells of a build in its manifest."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.chunks: dict[str, Any] = json.loads((site / ".vite" / "manifest.json").read_text())
        self.entry = next(name for name, chunk in self.chunks.items() if chunk.get("isEntry"))
        self._sizes: dict[str, float] = {}

    def files(self, chunk: str, seen: set[str] | None = None) -> set[str]:
        """The files that loading ``chunk`` loads: its own, and those it cannot run without."""
        seen = set() if seen is None else seen
        if chunk in seen:
            return set()
        seen.add(chunk)
        facts = self.chunks[chunk]
        found = {facts["file"], *facts.get("css", ())}
        for other in facts.get("imports", ()):
            found |= self.files(other, seen)
        return found

    def pages(self) -> Iterator[str]:
        """The chunks that are pages, but for the kit, which shows every component there is."""
        opened = self.chunks[self.entry].get("dynamicImports", ())
        return (name for name in opened if _PAGES.match(name) and not name.startswith("src/pages/kit/"))

    def weigh(self, files: set[str], suffix: str) -> float:
        """KB of those with the suffix."""
        return sum(self._size(name) for name in files if name.endswith(suffix))

    def _size(self, name: str) -> float:
        if name not in self._sizes:
            self._sizes[name] = len(gzip.compress((self.site / name).read_bytes(), 9)) / KB
        return self._sizes[name]


def _over(what: str, size: float, budget: float) -> Iterator[str]:
    if size > budget:
        yield f"{what}: {size:.1f} KB, at most {budget}"


def _weights(build: Build, *, tell: bool) -> Iterator[str]:
    first = build.files(build.entry)
    script, style = build.weigh(first, ".js"), build.weigh(first, ".css")
    print(f"first load: {script:.1f} KB of script, {style:.1f} KB of styles")
    yield from _over("first load, script", script, FIRST_JS)
    yield from _over("first load, styles", style, FIRST_CSS)
    for page in sorted(build.pages()):
        added = build.files(page) - first
        size = build.weigh(added, ".js") + build.weigh(added, ".css")
        if tell:
            print(f"{page}: {size:.1f} KB")
        yield from _over(page, size, PAGE)
    whole = sum(path.stat().st_size for path in build.site.rglob("*") if path.is_file() and ".vite" not in path.parts)
    print(f"all of it: {whole / KB:.0f} KB")
    yield from _over("all of it", whole / KB, WHOLE)


def _contents(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.suffix == ".map":
            yield f"{name}: a source map is not shipped"
        if path.suffix in {".js", ".css", ".html"}:
            text = path.read_text("utf-8")
            for found in (*_ELSEWHERE.finditer(text), *_CARRIERS.finditer(text)):
                yield f"{name}: loads from elsewhere: {text[found.start() : found.start() + 80]!r}"
            if path.suffix in {".js", ".css"} and len(text) >= 512 and not path.with_name(f"{path.name}.br").is_file():
                yield f"{name}: has no .br beside it"


def main() -> int:
    """Build if need be, and look; 0 when all is within its budget."""
    try:
        if console.outdated():
            console.build(lambda _share, _what: None)
    except console.ConsoleError as error:
        print(error)
        return 1
    problems = [*_weights(Build(console.SITE), tell="--list" in sys.argv), *_contents(console.SITE)]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
