"""Chats with tools: which requests are some, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from switchgear.core.errors import InternalError, MissingKey, ModelUnpriced, SwitchgearError
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.pipeline.reply import Reply
from switchgear.pipeline.tools.chat import ChatDialog
from switchgear.pipeline.tools.dialog import Dialog
from switchgear.pipeline.tools.loop import Loop, Steps
from switchgear.pipeline.tools.messages import MessagesDialog
from switchgear.pipeline.tools.offered import Offers
from switchgear.pipeline.tools.places import Places
from switchgear.pipeline.tools.responses import ResponsesDialog
from switchgear.pipeline.tools.running import Runner, ToolCaller
from switchgear.pipeline.tools.wish import FIELD
from switchgear.providers.base import Operation
from switchgear.routing.directory import Model

_DIALOGS: Final[Mapping[Operation, Callable[[ModelCall, ModelRequest, Places], Dialog]]] = {
    Operation.CHAT: ChatDialog,
    Operation.RESPONSES: ResponsesDialog,
    Operation.MESSAGES: MessagesDialog,
}


class Calls(Steps, Protocol):
    """Calls of models (``pipeline.model_call.ModelCalls``)."""

    def authorise(self, call: ModelCall, request: ModelRequest) -> Model:
        """The model that is asked for, if the key may call it. Raises RequestError."""
        ...


class Chats:
    """Serves chats with tools of plugins: ``offers`` finds them, ``tools`` calls them, ``calls`` asks models.

    ``own`` are the hosts that the gateway is reached at, besides the one that a request was sent to; ``installed`` names and URLs of
    the plugins there are.
    """

    def __init__(
        self,
        calls: Calls,
        tools: ToolCaller,
        offers: Offers,
        own: Callable[[], Iterable[str]],
        installed: Callable[[], Iterable[tuple[str, str]]],
    ) -> None:
        self._calls = calls
        self._tools = tools
        self._offers = offers
        self._own = own
        self._installed = installed

    @staticmethod
    def wanted(operation: Operation, request: ModelRequest) -> bool:
        """Whether a request is of a chat with tools of ours."""
        return (request.mcp or FIELD in request.fields) and operation in _DIALOGS

    async def serve(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        """Serve an authenticated call whose request is ``wanted``. Raises SwitchgearError."""
        call.name = request.model
        call.streamed = request.stream
        try:
            await self._serve(call, request, reply)
        except SwitchgearError:
            raise
        except Exception as error:
            raise InternalError("The gateway met a defect of its own.", cause=repr(error)) from error

    async def _serve(self, call: ModelCall, request: ModelRequest, reply: Reply) -> None:
        model = self._calls.authorise(call, request)
        if call.key is None:
            raise MissingKey("The request has no key.")
        places = Places([*self._own(), call.host], self._installed())
        dialog = _DIALOGS[call.operation](call, request, places)
        wish = dialog.wish
        offered = self._offers.chosen(call.key, dialog.servers)
        if not wish.run or not offered:
            dialog.offer([one for one in offered if one.function == one.full])
            await self._calls.run(call, dialog.request(), reply)
            return
        if wish.max_usd is not None and not model.priced:
            raise ModelUnpriced(
                f'The price of "{call.name}" is not known, so that nothing can be held to max_usd.',
                param=f"{FIELD}.max_usd",
            )
        sees = all(one.capabilities.sees for one in model.deployments)
        await Loop(self._calls, Runner(self._tools, sees=sees), (call, reply), dialog, offered).run()
