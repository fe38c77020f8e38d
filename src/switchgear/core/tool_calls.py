"""What is kept of one call of a plugin. Neither its arguments nor its result are part of it."""

from __future__ import annotations

from typing import Literal

import msgspec

ToolOutcome = Literal["ok", "failed", "abandoned", "refused"]
"""How a call ended.

``ok``: with a result, also one that tells of an error. ``failed``: with a protocol error, or none came. ``abandoned``: whoever called
left or cancelled. ``refused``: the gateway said no (limits, approval), and nothing reached the plugin.
"""


class ToolRecord(msgspec.Struct, frozen=True, gc=False):
    """One call. ``at`` is when it began (ms since 1970), ``ms`` how long it took; sizes are of params and result in bytes.

    ``tool`` is the tool, prompt or resource by the plugin's own name. ``is_error`` is whether a tool said that it failed, ``error`` the code
    of an error. ``parent`` is the id of the call of a model whose loop made it, ``step`` which one of that it was; ``trace`` a W3C
    traceparent.
    """

    id: str
    at: int
    key_id: str
    team: str
    user: str
    plugin: str
    version: str
    tool: str
    method: str
    outcome: ToolOutcome
    is_error: bool
    error: str
    ms: float
    bytes_in: int
    bytes_out: int
    parent: str = ""
    step: int = 0
    trace: str = ""
