"""A streamed answer of the Responses API taken apart, for the tests that look at events."""

from __future__ import annotations

import json
from typing import Any


def events_of(stream: bytes) -> list[dict[str, Any]]:
    """The data of every event; each must be framed as the reference does, and numbered."""
    found = []
    for place, event in enumerate(stream.decode().removesuffix("\n\n").split("\n\n")):
        name, data = event.split("\n")
        document = json.loads(data.removeprefix("data: "))
        assert name == f"event: {document['type']}"
        assert document["sequence_number"] == place
        found.append(document)
    return found


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types of events without the common prefix; runs of the same delta are one."""
    names = [event["type"].removeprefix("response.") for event in events]
    return [name for place, name in enumerate(names) if not place or name != names[place - 1] or "delta" not in name]
