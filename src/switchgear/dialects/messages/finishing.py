"""Why an answer ended, in Anthropic's words.

Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons. ``model_context_window_exceeded`` is a length,
too; a reason that is not known is taken for a plain end.
"""

from __future__ import annotations

from switchgear.core.canonical import Finish

_READ: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
}
_WRITTEN: dict[Finish, str | None] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
    "unsaid": None,
}


def read_finish(stop_reason: str) -> Finish:
    """The finish that a stop reason stands for."""
    if not stop_reason:
        return "unsaid"
    return _READ.get(stop_reason, "stop")


def stop_reason(finish: Finish, *, stop_sequence: str = "", called: bool = False, refused: bool = False) -> str | None:
    """The stop reason of an answer, None where none was given. ``called``: it holds a tool call; ``refused``: it holds a refusal."""
    if finish == "stop":
        if called:
            return "tool_use"
        if refused:
            return "refusal"
        if stop_sequence:
            return "stop_sequence"
    return _WRITTEN[finish]
