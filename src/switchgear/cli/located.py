"""The store that a command is about, found the way the gateway finds it and without making anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from switchgear.cli import screen
from switchgear.cli.where import Where
from switchgear.config import paths
from switchgear.config.load import read
from switchgear.config.references import Resolver
from switchgear.config.schema import Settings
from switchgear.store.engine import describe_postgresql, sqlite_path


@dataclass(frozen=True)
class Located:
    """Where the database is. ``file`` is SQLite's; ``words`` name the database without its password."""

    url: str
    folder: Path
    file: Path | None
    words: str
    settings: Settings
    resolver: Resolver

    @property
    def exists(self) -> bool:
        """Whether there is something to look at: a server's database is taken to be there."""
        return self.file is None or self.file.exists()

    def secret(self) -> bytes:
        """The root of encryption at rest, made when it is missing. Raises DataFolderUnusable."""
        reference = self.settings.server.secret
        override = self.resolver.resolve(reference) if reference else None
        paths.open_data_folder(self.folder)
        return paths.load_secret(self.folder, override=override, warn=screen.note)


def locate(where: Where) -> Located:
    """The store of the configuration. Raises ConfigInvalid or DataFolderUnusable."""
    config = where.file()
    settings = read(config, where.environ).settings
    folder = where.folder()
    resolver = Resolver(where.environ, lambda _: None, config.parent if config else None)
    url = resolver.value(settings.store.url).reveal()
    if url.startswith("sqlite:"):
        file = sqlite_path(url, folder)
        return Located(url, folder, file, str(file), settings, resolver)
    return Located(url, folder, None, describe_postgresql(url), settings, resolver)
