"""Theme files for tests, and what comes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from switchgear.core.errors import Problem
from switchgear.themes.shelf import Shelved, read_shelf


def oklch(lightness: float, chroma: float = 0.0, hue: float = 0.0) -> dict[str, Any]:
    return {"colorSpace": "oklch", "components": [lightness, chroma, hue]}


def document(tokens: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    return {"$extensions": {"dev.switchgear": {"parent": "light", **settings}}, **(tokens or {})}


def write(data: Path, name: str, content: Any) -> Path:
    folder = data / "themes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), "utf-8")
    return path


def shelved(data: Path, content: Any, name: str = "mine") -> Shelved:
    write(data, name, content)
    return read_shelf(data)[name]


def mistakes(data: Path, content: Any) -> tuple[Problem, ...]:
    found = shelved(data, content)
    assert found.theme is None
    return found.problems


def told(problem: Problem) -> str:
    return f"{problem.message} {problem.suggestion}".strip()
