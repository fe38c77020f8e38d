"""``switchgear teams``: who keys belong to."""

from __future__ import annotations

from switchgear.cli.owners import owners_app

app = owners_app("team")
