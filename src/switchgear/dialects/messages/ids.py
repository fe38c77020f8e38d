"""Ids in the form Anthropic wants them.

Ids of tool calls match ``^[a-zA-Z0-9_-]+$`` (https://platform.claude.com/docs/en/api/messages, ``tool_use``). Others, as some
models make them, are carried in that alphabet and given back as they were when they return.
"""

from __future__ import annotations

import base64
import re

_CARRIED = "sgt_"
_fits = re.compile(r"[a-zA-Z0-9_-]+").fullmatch
_unfit = re.compile(r"[^a-zA-Z0-9_-]")


def tool_id(given: str) -> str:
    """The id of a tool call in Anthropic's alphabet: as it is where it fits."""
    if _fits(given) and not given.startswith(_CARRIED):
        return given
    return _CARRIED + base64.urlsafe_b64encode(given.encode()).decode().rstrip("=")


def given_tool_id(shown: str) -> str:
    """The id that ``tool_id`` showed as ``shown``."""
    if not shown.startswith(_CARRIED):
        return shown
    carried = shown[len(_CARRIED) :]
    try:
        return base64.b64decode(carried + "=" * (-len(carried) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:  # no base64, or not of text
        return shown


def message_id(given: str, fallback: str = "") -> str:
    """The id of an answer: ``given`` if it is Anthropic's, else one made of it or of ``fallback``."""
    if given.startswith("msg_"):
        return given
    return "msg_" + _unfit.sub("", given or fallback)
