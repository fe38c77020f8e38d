"""Writes the JSON Schema of what manifests say to this gateway: ``python -m switchgear.plugins.reference``.

A test fails while ``docs/reference/plugin.schema.json`` is not what ``schema_text`` gives.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from switchgear.plugins.declaration import NAMESPACE, Declaration

SCHEMA: Final = Path("docs/reference/plugin.schema.json")
"""Where the schema is, from the repository's root."""


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what stands under ``_meta["dev.switchgear"]``."""
    made = msgspec.json.schema(Declaration)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f'_meta["{NAMESPACE}"] in the manifest.json of an MCPB bundle',
        **made,
    }


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write it into the folder this runs in."""
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(schema_text(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
