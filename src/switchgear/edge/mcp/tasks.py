"""Tasks: calls that a plugin works on after it answered, and that are asked for by an id.

Of 2025-11-25 (``tasks/result``, ``tasks/list``) and of the extension of 2026-07-28 (``tasks/update``). The id that a client knows is
signed: it names the plugin and belongs to the key that made the task, so that nobody else can read or cancel it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec
from msgspec import Raw

from switchgear.core.errors import InvalidJSON, PluginFailed
from switchgear.core.structs import Frozen
from switchgear.edge.mcp.listing import TASKS
from switchgear.edge.mcp.questions import whose
from switchgear.edge.mcp.refusals import MISSING_CAPABILITY
from switchgear.edge.mcp.tokens import TaskIds
from switchgear.edge.mcp.turn import Turn
from switchgear.pipeline.tool_call import Plugins, Target
from switchgear.plugins.mcp.frames import InvalidFrame, joined, read_fields, read_text

RELATED: Final = "io.modelcontextprotocol/related-task"
MOST: Final = 10_000
"""Tasks whose makers are known, so that they hear of them; of older ones they have to ask."""
LONGEST_SECONDS: Final = 3600.0
"""How long the result of a task is waited for."""
_MISSING: Final = msgspec.json.encode({"requiredCapabilities": {"extensions": {TASKS: {}}}})
_items = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode
_UNREADABLE = (InvalidFrame, msgspec.DecodeError)


class Maker(Frozen, frozen=True):
    """Whose a task is: the key, and the session it was made in (``questions.whose``)."""

    key: str
    whose: str


class Tasks:
    """The ids of tasks on their way in and out, and who made those of this worker."""

    def __init__(self, plugins: Plugins, ids: TaskIds) -> None:
        self._plugins = plugins
        self._ids = ids
        self._makers: OrderedDict[tuple[str, str], Maker] = OrderedDict()

    def allowed(self, turn: Turn) -> bool:
        """Whether the client said that it knows of tasks (2026-07-28); it is told if not."""
        if not turn.message.modern or turn.has_extension(TASKS):
            return True
        turn.error(MISSING_CAPABILITY, "Missing required client capability", _MISSING)
        return False

    def target(self, turn: Turn) -> Target:
        """The task that a request is about. Raises InvalidJSON in the same words for none and for one of somebody else."""
        return Target(*self.own(turn, read_text(turn.message.fields.get("taskId"))))

    def own(self, turn: Turn, given: str) -> tuple[str, str]:
        """The plugin and its own id of a task. Raises InvalidJSON."""
        found = self._ids.read(turn.key.id, given) if given else None
        if found is None or (turn.plugin and turn.plugin != found[0]) or self._plugins.installed(found[0]) is None:
            raise InvalidJSON("Task not found.", param="taskId")
        return found

    def maker(self, plugin: str, own: str) -> Maker | None:
        """Who made a task of this worker's processes."""
        return self._makers.get((plugin, own))

    def given(self, key: str, plugin: str, own: str) -> str:
        """A task's id as its maker knows it."""
        return self._ids.given(key, plugin, own)

    def outward(self, turn: Turn, plugin: str, result: bytes) -> bytes:
        """A result with the ids of tasks as the client knows them; their maker is remembered."""
        if b'"taskId"' not in result:
            return result
        try:
            fields = read_fields(result)
            self._rename(turn, plugin, fields)
            for name in ("task", "tasks"):
                if name in fields:
                    fields[name] = self._inside(turn, plugin, fields[name])
            if "_meta" in fields:
                fields["_meta"] = self._meta(turn, plugin, fields["_meta"])
        except _UNREADABLE:
            return result
        return b"{%b}" % joined(fields)

    def notified(self, key: str, plugin: str, own: str, params: Raw) -> bytes:
        """The params of a notification of a task, for its maker."""
        fields = read_fields(params)
        fields["taskId"] = Raw(_encode(self._ids.given(key, plugin, own)))
        return b"{%b}" % joined(fields)

    async def answer_list(self, turn: Turn) -> None:
        """``tasks/list``: those that the key made, of this worker's processes."""
        key = turn.key.id
        mine: dict[str, set[str]] = {}
        for (plugin, own), maker in self._makers.items():
            if maker.key == key and turn.plugin in ("", plugin):
                mine.setdefault(plugin, set()).add(own)
        found = [each for plugin, ids in mine.items() for each in await self._listed(turn, plugin, ids)]
        turn.result(b'{"tasks":[%b]}' % b",".join(found))

    async def _listed(self, turn: Turn, plugin: str, mine: set[str]) -> list[bytes]:
        session = self._plugins.running(plugin)
        if session is None:
            return []
        found = []
        for own in sorted(mine):
            try:
                task = read_fields(await session.request("tasks/get", b'{"taskId":%b}' % _encode(own)))
            except (PluginFailed, InvalidFrame):  # it is over and forgotten
                self._makers.pop((plugin, own), None)
                continue
            self._rename(turn, plugin, task)
            found.append(b"{%b}" % joined(task))
        return found

    def _inside(self, turn: Turn, plugin: str, tasks: Raw) -> Raw:
        if bytes(memoryview(tasks)[:1]) == b"[":
            return Raw(b"[%b]" % b",".join([bytes(self._inside(turn, plugin, each)) for each in _items.decode(tasks)]))
        fields = read_fields(tasks)
        self._rename(turn, plugin, fields)
        return Raw(b"{%b}" % joined(fields))

    def _meta(self, turn: Turn, plugin: str, meta: Raw) -> Raw:
        fields = read_fields(meta)
        if RELATED in fields:
            fields[RELATED] = self._inside(turn, plugin, fields[RELATED])
        return Raw(b"{%b}" % joined(fields))

    def _rename(self, turn: Turn, plugin: str, fields: dict[str, Raw]) -> None:
        own = read_text(fields.get("taskId"))
        if not own:
            return
        if (plugin, own) not in self._makers:
            self._makers[plugin, own] = Maker(turn.key.id, whose(turn.key, turn.session))
            if len(self._makers) > MOST:
                self._makers.popitem(last=False)
        fields["taskId"] = Raw(_encode(self._ids.given(turn.key.id, plugin, own)))
