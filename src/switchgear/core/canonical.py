"""The canonical call: what a request to a model says, whatever dialect it was written in.

A ``Call`` is what is asked, an ``Answer`` what came back whole, an ``Event`` a piece of an answer that streams. The
dialects (``switchgear.dialects``) translate to and from these; nothing here knows a wire format.

Messages are kept in one normal form. ``system`` messages hold text. ``user`` messages hold text, images, audio and files.
``assistant`` messages hold parts in the order they were made: reasoning, text, refusals, tool calls. ``tool`` messages hold
tool results only. Binary content is base64 text, as every dialect carries it.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from switchgear.core.calls import Usage

Role = Literal["system", "user", "assistant", "tool"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Finish = Literal["stop", "length", "tool_calls", "content_filter", "refusal", "pause", "unsaid"]
"""Why an answer ended. ``refusal``: the model declined by policy of its own (Anthropic); ``pause``: a provider's own tool
runs long and the same messages are to be sent again (Anthropic's ``pause_turn``); ``unsaid``: the provider ended it and gave
no reason, so that nobody knows whether it is whole."""

SIGNATURE_MARK = "sg1."


class Signature(msgspec.Struct, frozen=True):
    """What a provider signed or encrypted so that its own reasoning can be sent back to it.

    ``origin`` is the provider (its name in the configuration) that made it; ``""`` when it came without our mark, from a
    conversation that began elsewhere. Only its origin can read it, so it is never sent to another.
    """

    origin: str
    value: str

    def marked(self) -> str:
        """As it is given to clients: ``sg1.<origin>.<value>``; the value alone where no origin is known."""
        return f"{SIGNATURE_MARK}{self.origin}.{self.value}" if self.origin else self.value

    @classmethod
    def read(cls, text: str) -> Signature:
        """A signature as a client sends it back. Provider names hold no dot, so the mark ends at the second one."""
        if text.startswith(SIGNATURE_MARK):
            origin, dot, value = text[len(SIGNATURE_MARK) :].partition(".")
            if dot:
                return cls(origin, value)
        return cls("", text)


# ---------------------------------------------------------------- parts


class Citation(msgspec.Struct, frozen=True):
    """Where a text comes from. ``start`` and ``end`` are offsets into the text in characters, where known."""

    url: str = ""
    title: str = ""
    quoted: str = ""
    start: int | None = None
    end: int | None = None


class Text(msgspec.Struct):
    """Text. ``cache`` is how long the prompt up to here is worth keeping (``"5m"``, ``"1h"``), ``""`` when nothing was said."""

    text: str
    cache: str = ""
    citations: list[Citation] = []


class Image(msgspec.Struct):
    """An image: by ``url`` (http or https), by ``data`` (base64) with its ``media_type``, or by ``file_id`` at the provider."""

    url: str = ""
    data: str = ""
    media_type: str = ""
    file_id: str = ""
    detail: str = ""
    cache: str = ""


class Audio(msgspec.Struct):
    """Audio as base64 in ``format`` (``wav``, ``mp3`` …); ``id`` names an earlier answer's audio instead."""

    data: str = ""
    format: str = ""
    id: str = ""
    transcript: str = ""


class File(msgspec.Struct):
    """A document: by ``url``, by ``data`` (base64) with its ``media_type``, by ``text``, or by ``file_id``.

    ``extra`` holds what only the dialect of the call says of it (Anthropic's ``citations`` and ``context``).
    """

    url: str = ""
    data: str = ""
    text: str = ""
    media_type: str = ""
    filename: str = ""
    file_id: str = ""
    cache: str = ""
    extra: dict[str, Any] | None = None


class ToolCall(msgspec.Struct):
    """A tool the model wants called. ``arguments`` is JSON text as the model wrote it; of a ``custom`` tool it is plain text."""

    id: str
    name: str
    arguments: str
    custom: bool = False


class ToolResult(msgspec.Struct):
    """What a tool answered: text, images or files."""

    call_id: str
    content: list[Text | Image | File]
    name: str = ""
    is_error: bool = False
    custom: bool = False
    cache: str = ""


class Reasoning(msgspec.Struct):
    """What a model thought before it answered.

    ``text`` may be empty: a provider may hide it and give only a ``signature``. ``redacted`` says that ``signature`` stands for
    the whole of it (Anthropic's ``redacted_thinking``). A signature with neither text nor ``redacted`` belongs to the part that
    follows (Gemini's thought signature of a function call). ``id`` is the item's id in the Responses dialect.
    ``summary`` tells a summary from the thought itself.
    """

    text: str = ""
    signature: Signature | None = None
    redacted: bool = False
    summary: bool = False
    id: str = ""


class Refusal(msgspec.Struct):
    """The model declined, in words."""

    text: str


class Native(msgspec.Struct):
    """A part that only one dialect has: what a provider's own tools were asked and answered, as it was written there.

    ``raw`` goes back to the same ``dialect`` as it is. Another one writes ``text`` in its place if there is any, and else
    leaves the part out.
    """

    dialect: str
    raw: dict[str, Any]
    text: str = ""


Part = Text | Image | Audio | File | ToolCall | ToolResult | Reasoning | Refusal | Native


class Message(msgspec.Struct):
    """One turn. ``name`` is the participant's, where one was given; ``id`` the item's in the Responses dialect."""

    role: Role
    parts: list[Part]
    name: str = ""
    id: str = ""


# ---------------------------------------------------------------- what is wished for


class Tool(msgspec.Struct):
    """A tool the model may call.

    ``function``: ``parameters`` is its JSON Schema. ``custom``: takes plain text, ``format`` may bound it with a grammar:
    ``{"type": "grammar", "syntax": "lark" or "regex", "definition": …}``.
    ``builtin``: the provider runs it; ``raw`` is its definition as written and ``dialect`` says where it was, ``name`` is
    ``web_search`` for the one tool that several dialects have and else its type.
    """

    name: str
    kind: Literal["function", "custom", "builtin"] = "function"
    description: str = ""
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    format: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None
    dialect: str = ""
    cache: str = ""


class ToolChoice(msgspec.Struct, frozen=True):
    """``auto``, ``none``, ``required`` (any of them), or ``named`` (that one). ``allowed`` narrows the choice to some names."""

    mode: Literal["auto", "none", "required", "named"]
    name: str = ""
    allowed: tuple[str, ...] = ()


class ResponseFormat(msgspec.Struct):
    """``json``: any JSON object. ``schema``: JSON that satisfies ``schema``. Plain text is no format."""

    kind: Literal["json", "schema"]
    name: str = ""
    schema: dict[str, Any] | None = None
    description: str = ""
    strict: bool | None = None


class ReasoningWish(msgspec.Struct, frozen=True):
    """How much a model may think: an ``effort``, or a ``budget`` in tokens; both None where only showing was asked about.

    ``show`` is whether its thoughts are wanted in the answer (None: nothing was said); ``summary`` how (``auto``, ``concise``,
    ``detailed``). ``encrypted`` asks for signatures that let the thoughts be sent back without the provider keeping them.
    ``raw`` holds the top-level fields it was read from where a dialect has several ways to say it, for its own writer alone.
    """

    effort: Effort | None = None
    budget: int | None = None
    show: bool | None = None
    summary: str = ""
    encrypted: bool = False
    adaptive: bool = False
    raw: dict[str, Any] = {}


class Call(msgspec.Struct):
    """A request to a model. ``None`` and empty mean that nothing was said.

    ``extra`` holds the top-level fields of the dialect it was written in that have no place here, decoded, by name;
    ``dialect`` is the name of that dialect. A writer of the same dialect gives them back, another one leaves them out.
    """

    model: str
    messages: list[Message]
    stream: bool = False
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    parallel_tools: bool | None = None
    format: ResponseFormat | None = None
    reasoning: ReasoningWish | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: list[str] = []
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    n: int | None = None
    user: str = ""
    metadata: dict[str, Any] | None = None
    service_tier: str = ""
    verbosity: str = ""
    modalities: list[str] | None = None
    audio: dict[str, Any] | None = None
    cache_key: str = ""
    wants_usage: bool = False
    dialect: str = ""
    extra: dict[str, Any] = {}


class Written(msgspec.Struct):
    """A call as the body of a provider's request. ``dropped`` names what that dialect or model has no words for."""

    body: bytes
    dropped: list[str] = []


# ---------------------------------------------------------------- what comes back


class Answer(msgspec.Struct):
    """A whole answer. ``stop_sequence`` is the one that ended it, where the provider says so."""

    id: str
    model: str
    parts: list[Part]
    finish: Finish
    usage: Usage | None = None
    stop_sequence: str = ""
    created: int = 0
    service_tier: str = ""


class Begin(msgspec.Struct, gc=False):
    """The first event: the provider's id and name for the answer. ``usage`` is what is known of the prompt already."""

    id: str = ""
    model: str = ""
    created: int = 0
    usage: Usage | None = None


class TextDelta(msgspec.Struct, gc=False):
    """More text of the part ``index``. Parts count from 0 in the order they begin, of whatever kind."""

    index: int
    text: str


class ReasoningDelta(msgspec.Struct, gc=False):
    """More reasoning of the part ``index``."""

    index: int
    text: str
    summary: bool = False


class ReasoningSigned(msgspec.Struct):
    """The signature of the reasoning part ``index``; ``redacted`` as in ``Reasoning``. No text of that part follows."""

    index: int
    signature: Signature
    redacted: bool = False
    id: str = ""


class RefusalDelta(msgspec.Struct, gc=False):
    """More of a refusal."""

    index: int
    text: str


class ToolCallBegin(msgspec.Struct, gc=False):
    """A tool call begins as the part ``index``. Fragments of several calls may come in turns, told apart by ``index``."""

    index: int
    id: str
    name: str
    custom: bool = False


class ToolCallDelta(msgspec.Struct, gc=False):
    """More of the arguments of the tool call ``index``, as written by the model."""

    index: int
    arguments: str


class Cited(msgspec.Struct):
    """A citation for the text of the part ``index``."""

    index: int
    citation: Citation


class PartEnd(msgspec.Struct, gc=False):
    """The part ``index`` is whole. Readers of dialects that do not tell may leave it out."""

    index: int


class Counted(msgspec.Struct, gc=False):
    """Usage of the whole answer so far; a later one replaces it."""

    usage: Usage


class Finished(msgspec.Struct, gc=False):
    """The answer is complete, and why. Usage may still follow."""

    finish: Finish
    stop_sequence: str = ""


class Broken(msgspec.Struct):
    """The provider sent an error in place of the rest; ``document`` is the JSON text it sent."""

    document: bytes


Event = (
    Begin
    | TextDelta
    | ReasoningDelta
    | ReasoningSigned
    | RefusalDelta
    | ToolCallBegin
    | ToolCallDelta
    | Cited
    | PartEnd
    | Counted
    | Finished
    | Broken
)
