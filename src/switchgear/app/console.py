"""What the console has of its own in a running gateway."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from switchgear.app.announcing import Announcer
from switchgear.app.theming import ThemeService
from switchgear.config.console import ConsoleSettings
from switchgear.events.bus import EventBus


class ConsoleService:
    """Themes of ``data_dir``, and who listens to events. Raises ConfigInvalid when the theme chosen is none."""

    def __init__(self, data_dir: Path, settings: Callable[[], ConsoleSettings], bus: EventBus) -> None:
        self.announcer = Announcer(bus)
        self.themes = ThemeService(data_dir, lambda: settings().theme, bus.publish)

    def drain(self) -> None:
        """Let nobody listen any longer."""
        self.announcer.end()

    async def close(self) -> None:
        """End everything."""
        await self.themes.close()
