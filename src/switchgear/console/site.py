"""The files that ``web/`` is built into: which there are, and how they are sent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).resolve().parent / "site"
"""Where the build puts them (web/vite.config.ts)."""
PAGE: Final = "index.html"
_ASSETS: Final = "assets/"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""Types that are sent; a file of another one is not served."""
_WHAT_LASTS: Final = "public, max-age=31536000, immutable"
_WHAT_MAY_CHANGE: Final = "public, max-age=300"


class File(NamedTuple):
    """One file: ``content_type`` and ``cache_control`` as they are sent, ``brotli`` where a smaller copy lies beside it."""

    path: Path
    content_type: str
    cache_control: str
    brotli: Path | None


class Site:
    """A built site in ``folder``, which may be built, built again or taken away while it is served."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._built: tuple[int, int] | None = None
        self._files: dict[str, File] = {}
        self.page = ""
        self.version = ""

    def look(self) -> bool:
        """Whether there is a site; ``page`` is its HTML, ``version`` what tells it from other builds. Reads what is new."""
        try:
            told = (self._folder / PAGE).stat()
            built = (told.st_mtime_ns, told.st_ino)
            if built != self._built:
                self._read()
                self._built = built
        except OSError:
            self._built = None
            self._files = {}
        return self._built is not None

    def find(self, path: str) -> File | None:
        """The file at ``path`` of a URL, with its slash; nothing where none is, and for the page itself."""
        return self._files.get(path)

    def _read(self) -> None:
        page = (self._folder / PAGE).read_bytes()
        found = [path for path in self._folder.rglob("*") if path.is_file()]
        names = {path.relative_to(self._folder).as_posix(): path for path in found}
        self._files = {
            f"/{name}": File(
                path,
                _TYPES[path.suffix],
                _WHAT_LASTS if name.startswith(_ASSETS) else _WHAT_MAY_CHANGE,
                names.get(f"{name}.br"),
            )
            for name, path in names.items()
            if path.suffix in _TYPES and name != PAGE and not name.startswith(".")
        }
        self.page = page.decode()
        self.version = hashlib.sha256(page).hexdigest()[:16]
