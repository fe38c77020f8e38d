"""How ``--help`` looks: titles, two columns, no boxes; plain text wherever it is not a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

_WIDEST_LABEL: Final = 26


class Plain:
    """cyclopts' help formatter (https://cyclopts.readthedocs.io, "Help Customization")."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one group of commands or options."""
        if not panel.entries:
            return
        console.print()
        if panel.title:
            console.print(panel.title, style="bold", markup=False, highlight=False)
        labels = [_label(entry) for entry in panel.entries]
        column = min(max(map(len, labels)), _WIDEST_LABEL) + 4
        for label, entry in zip(labels, panel.entries, strict=True):
            lines = textwrap.wrap(_described(entry), max(options.max_width - column, 20)) or [""]
            head = f"  {label}"
            if len(head) + 2 > column:
                console.print(head, markup=False, highlight=False, soft_wrap=True)
                head = ""
            _print(console, head.ljust(column) + lines[0])
            for line in lines[1:]:
                _print(console, " " * column + line)

    def render_usage(self, console: Console, _options: ConsoleOptions, usage: Any) -> None:
        """Print the usage line."""
        if usage:
            _print(console, str(usage).strip())

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        """Print what the command does."""
        console.print()
        _print(console, textwrap.fill(_plain(description), options.max_width))


def _print(console: Console, line: str) -> None:
    console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def _label(entry: HelpEntry) -> str:
    return ", ".join(entry.display_labels_with_metavar)


def _plain(text: Any) -> str:
    return str(getattr(getattr(text, "primary_renderable", text), "plain", text or "")).strip()


def _described(entry: HelpEntry) -> str:
    text = _plain(entry.description)
    if entry.choices and not all(choice in text for choice in entry.choices):
        text += f" One of: {', '.join(entry.choices)}."
    if entry.default and not entry.choices and entry.default not in {"False", "True"}:
        text += f" [{entry.default}]"
    return text
