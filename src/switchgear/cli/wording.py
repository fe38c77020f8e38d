"""What the gateway says to HTTP clients, said to a person at a command line: one wording for each thing."""

from __future__ import annotations

import re
from typing import Final

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_HTTP: Final = re.compile(r"\b(?:GET|PUT|POST|PATCH|DELETE) /(?:api/|v1/)?(\w+)|/api/(openapi)\.json")
_COMMANDS: Final = {
    "models": "switchgear models list --all shows every model.",
    "providers": "switchgear providers list shows every provider.",
    "limits": "switchgear limits list shows them all.",
    "teams": "switchgear teams list shows every team.",
    "users": "switchgear users list shows every user.",
    "plugins": "switchgear plugin list shows every plugin.",
    "keys": "switchgear keys list shows every key.",
    "secrets": "Keep one with: switchgear secrets set NAME",
    "usage": "switchgear usage shows what was called.",
    "errors": "switchgear errors shows every kind.",
    "health": "switchgear providers health shows every deployment.",
    "openapi": "Add --help to see what the command takes.",
}
_ELSE: Final = "switchgear doctor finds and explains what is wrong."


def at_the_command_line(text: str) -> str:
    """``text`` with each sentence that names a request replaced by one that names the command."""
    told = []
    for sentence in _SENTENCE.split(text):
        request = _HTTP.search(sentence)
        told.append(sentence if request is None else _COMMANDS.get(request[1] or request[2], _ELSE))
    return " ".join(dict.fromkeys(told)) if _HTTP.search(text) else text
