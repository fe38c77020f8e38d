"""From items to messages: what was said before, one turn after another.

Everything an assistant did in one turn (reasoning, messages, calls) is one message in the order it was done; the outputs of tools
that follow are another. Items of tools that a provider runs itself are kept as they are (``Native``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from switchgear.core.canonical import (
    Message,
    Native,
    Part,
    Reasoning,
    Refusal,
    Role,
    Signature,
    Text,
    ToolCall,
    ToolResult,
)
from switchgear.core.errors import NotSupported, RequestError
from switchgear.dialects.body import wrong
from switchgear.dialects.responses.content import citations_of, read_content, read_results, read_texts, required
from switchgear.dialects.responses.tools import qualified
from switchgear.dialects.responses.wire import Content, Item

REDACTED_MARK: Final = "~r"
"""Ends a signature that stands for the whole of a thought, where another dialect tells those apart."""

_ROLES: Final[dict[str, Role]] = {"user": "user", "system": "system", "developer": "system", "assistant": "assistant"}
_RUN_BY_CLIENTS: Final = frozenset(
    {
        "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output", "apply_patch_call",
        "apply_patch_call_output", "computer_call", "computer_call_output",
    }
)  # fmt: skip
"""Tools of OpenAI's that a client runs: another model is told of them in words."""
_NATIVE: Final = _RUN_BY_CLIENTS | {
    "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_list_tools", "mcp_call",
    "mcp_approval_request", "mcp_approval_response", "tool_search_call", "tool_search_output", "compaction", "program",
    "program_output", "configuration_update",
}  # fmt: skip
_COMPACTED: Final = "[The conversation before this was compacted into a form that only its own provider can read.]"
_LONGEST_TOLD: Final = 20_000
_encode = msgspec.json.Encoder().encode


class ItemReader:
    """Reads the items of one request. ``raw`` gives them again as they were written, by their places.

    ``tools`` are the definitions that came among the items.
    """

    def __init__(self, raw: Callable[[int], dict[str, Any]]) -> None:
        self.messages: list[Message] = []
        self.tools: list[dict[str, Any]] = []
        self._raw = raw
        self._assistant: list[Part] | None = None
        self._results: list[Part] | None = None
        self._called: dict[str, ToolCall] = {}

    def read(self, items: list[Item]) -> None:
        """Take items, in order. Raises RequestError naming the place."""
        for place, item in enumerate(items):
            kind = item.type
            if kind == "message" or (kind is None and item.role is not None):
                self._message(item, place)
            elif kind == "function_call":
                self._call(item, place)
            elif kind == "function_call_output":
                self._result(item, place)
            elif kind == "reasoning":
                if thoughts := _thoughts(item):
                    self._turn().extend(thoughts)
            else:
                self._other(item, kind, place)

    # ------------------------------------------------------------ messages

    def _message(self, item: Item, place: int) -> None:
        role = _ROLES.get(item.role or "")
        if role == "assistant":
            self._answered(item, place)
            return
        if role is None:
            said = "must be given" if item.role is None else f'"{item.role[:40]}" is no role'
            raise wrong(f"input[{place}].role", said, "Use user, assistant, system or developer.")
        content = (read_content if role == "user" else read_texts)(item.content, f"input[{place}].content")
        self._assistant = self._results = None
        self.messages.append(Message(role, content, id=item.id or ""))

    def _answered(self, item: Item, place: int) -> None:
        parts: list[Part]
        if isinstance(item.content, str):
            parts = [Text(item.content)] if item.content else []
        else:
            at = f"input[{place}].content"
            parts = [_said(part, f"{at}[{number}]") for number, part in enumerate(item.content or ())]
        if parts:
            self._turn().extend(parts)

    def _turn(self) -> list[Part]:
        """The parts of the assistant's turn under way; a new one after anybody else's."""
        if self._assistant is None:
            self._assistant, self._results = [], None
            self.messages.append(Message("assistant", self._assistant))
        return self._assistant

    # ------------------------------------------------------------ tools, reasoning

    def _other(self, item: Item, kind: str | None, place: int) -> None:
        if kind == "custom_tool_call":
            self._call(item, place, custom=True)
        elif kind == "custom_tool_call_output":
            self._result(item, place, custom=True)
        elif kind in _NATIVE:
            self._native(str(kind), place)
        elif kind == "additional_tools":
            self.tools += item.tools or ()
        else:
            raise _unreadable(item, kind, f"input[{place}]")

    def _call(self, item: Item, place: int, *, custom: bool = False) -> None:
        call_id, name = item.call_id, item.name
        arguments = item.input if custom else item.arguments
        if call_id is None or name is None or not isinstance(arguments, str):
            raise _not_a_call(item, f"input[{place}]", custom=custom)
        if item.namespace:
            name = qualified(item.namespace, name)
        call = ToolCall(call_id, name, arguments or ("" if custom else "{}"), custom)
        self._turn().append(call)
        self._called[call_id] = call

    def _result(self, item: Item, place: int, *, custom: bool = False) -> None:
        call_id, output = item.call_id, item.output
        call = self._called.get(call_id or "")
        if call is None or call_id is None:
            raise _without_call(call_id, f"input[{place}].call_id")
        content: list[Any]
        if isinstance(output, str):
            content = [Text(output)]
        elif isinstance(output, list):
            content = read_results(output, f"input[{place}].output")
        else:
            raise wrong(f"input[{place}].output", "must be text or a list of content")
        if self._results is None:
            self._results, self._assistant = [], None
            self.messages.append(Message("tool", self._results))
        self._results.append(ToolResult(call_id, content, call.name, custom=custom))

    def _native(self, kind: str, place: int) -> None:
        raw = self._raw(place)
        text = ""
        if kind in _RUN_BY_CLIENTS:
            text = _told(kind, raw)
        elif kind == "compaction":
            text = _COMPACTED
        self._turn().append(Native("responses", raw, text))


def _not_a_call(item: Item, at: str, *, custom: bool) -> RequestError:
    if item.call_id is None:
        return wrong(f"{at}.call_id", "must be given")
    if item.name is None:
        return wrong(f"{at}.name", "must be given")
    return wrong(f"{at}.input", "must be given") if custom else wrong(f"{at}.arguments", "must be JSON in a string")


def _without_call(call_id: str | None, at: str) -> RequestError:
    if call_id is None:
        return wrong(at, "must be given")
    return wrong(
        at,
        f'no call before it has the id "{call_id[:80]}"',
        "Send the call too, or the previous_response_id of the response that made it.",
    )


def _unreadable(item: Item, kind: str | None, at: str) -> RequestError:
    if kind == "item_reference" or (kind is None and item.id is not None):
        return wrong(
            at,
            f'no item has the id "{(item.id or "")[:80]}"',
            "Only items of the responses before this one can be referred to; send the item itself.",
        )
    if kind is None:
        return wrong(f"{at}.type", "must be given")
    if kind == "compaction_trigger":
        return NotSupported(f"{at}: conversations are not compacted here.", param=at)
    return wrong(f"{at}.type", f'"{kind[:40]}" is no kind of item that is known here')


def _said(part: Content, at: str) -> Part:
    """A part of what an assistant said. Some clients send its text back as they send a user's."""
    if part.type in ("output_text", "input_text"):
        return Text(required(part.text, f"{at}.text"), citations=citations_of(part.annotations))
    if part.type == "refusal":
        return Refusal(required(part.refusal, f"{at}.refusal"))
    said = f'"{part.type[:40]}" is no content of an assistant' if part.type else "must be given"
    raise wrong(f"{at}.type", said, "Use output_text or refusal.")


def _thoughts(item: Item) -> list[Part]:
    """The parts of a reasoning item; its signature is at the last of them."""
    item_id = item.id or ""
    parts = [Reasoning(part.text, summary=True, id=item_id) for part in item.summary or () if part.text]
    if isinstance(item.content, list):
        parts += [Reasoning(part.text, id=item_id) for part in item.content if part.text]
    if item.encrypted_content:
        signature, redacted = unsealed(item.encrypted_content)
        if parts:
            parts[-1].signature = signature
        else:
            parts.append(Reasoning("", signature, redacted, id=item_id))
    return cast("list[Part]", parts)


def sealed(signature: Signature, *, redacted: bool) -> str:
    """A signature as ``encrypted_content``, which another dialect's redaction outlives."""
    return signature.marked() + REDACTED_MARK if redacted and signature.origin else signature.marked()


def unsealed(text: str) -> tuple[Signature, bool]:
    """The signature in ``encrypted_content``, and whether it stands for the whole of a thought.

    One without our mark came from OpenAI itself, where it always does.
    """
    signature = Signature.read(text.removesuffix(REDACTED_MARK))
    return signature, not signature.origin or text.endswith(REDACTED_MARK)


def _told(kind: str, raw: dict[str, Any]) -> str:
    """What a tool was asked or answered, in words for another model."""
    told = raw.get("output", raw.get("action", raw.get("operation")))
    text = told if isinstance(told, str) else _encode(told).decode()
    return f"[{kind}] {text[:_LONGEST_TOLD]}"
