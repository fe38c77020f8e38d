"""Conversations as the admin API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from switchgear.edge.admin.schemas.base import PRINTABLE, Answer, Body

Title = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE, strip_whitespace=True)]
MessageId = Annotated[str, StringConstraints(pattern="^msg_[0-9a-z]{20}$")]
Word = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)]
Role = Literal["user", "assistant"]
State = Literal["complete", "stopped", "cut", "failed", "waiting"]
Tokens = Annotated[int, Field(ge=0, le=2**31 - 1)]
Milliseconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Document = Annotated[dict[str, Any], Field(max_length=64)]
_SETTINGS = "How it goes on: models, system prompt, parameters, tools. Kept as it is sent, up to 64 KiB."
_COST = "US dollars, as a decimal number in a string; null where it is not known."


class TextPart(Body):
    """Text, in Markdown where a model wrote it."""

    type: Literal["text"]
    text: str


class ImagePart(Body):
    """An image of the conversation."""

    type: Literal["image"]
    image: Annotated[str, StringConstraints(pattern="^img_[0-9a-z]{20}$")] = Field(description="The image's id.")
    alt: Annotated[str, StringConstraints(max_length=2000)] = Field("", description="What it shows, in words.")


class ReasoningPart(Body):
    """What a model thought before it answered."""

    type: Literal["reasoning"]
    text: str


class ToolPart(Body):
    """A call of a tool."""

    type: Literal["tool"]
    id: Word
    name: Word = Field(description="`plugin__tool`.")
    arguments: str = Field("", description="JSON in a string, as the model gave it.")
    result: str = ""
    status: Word = Field("", description="`completed`, `failed`, `declined` or `waiting`.")
    ms: Milliseconds | None = None
    approval: Word = Field("", description="The id of the approval that it waited for.")


class SaidPart(Body):
    """What was said between the model and its tools, as Chat Completions has it; it takes the place of the answer in the next call."""

    type: Literal["said"]
    messages: Annotated[list[dict[str, Any]], Field(max_length=1000)]


class ErrorPart(Body):
    """Why the answer ended before it was whole."""

    type: Literal["error"]
    code: Word
    text: str
    hint: str = ""


Part = Annotated[TextPart | ImagePart | ReasoningPart | ToolPart | SaidPart | ErrorPart, Field(discriminator="type")]
Content = Annotated[list[Part], Field(max_length=1000)]


class MessageUsage(Body):
    """Tokens, as the gateway told them."""

    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0
    cached_tokens: Tokens = 0
    reasoning_tokens: Tokens = 0


class Timings(Body):
    """How long the answer took, as the client saw it."""

    first_token_ms: Milliseconds | None = None
    total_ms: Milliseconds | None = None


class ConversationBody(Body):
    """A new conversation."""

    title: Title = Field("", description="What it is called; empty until it is named.")
    settings: Document = Field({}, description=_SETTINGS)


class ConversationChange(Body):
    """What changes of a conversation."""

    title: Title | None = None
    pinned: bool | None = None
    settings: Document | None = Field(None, description=_SETTINGS)
    show: MessageId | None = Field(None, description="Show the newest branch that goes through this message.")


class MessageBody(Body):
    """A message to add."""

    id: MessageId | None = Field(
        None, description="Its id, chosen by the client so that sending it again adds it once."
    )
    parent_id: MessageId | None = Field(
        None, description="The message it follows; a second one that follows the same is another branch."
    )
    role: Role
    state: State = "complete"
    content: Content
    model: Word = ""
    params: Document = Field({})
    usage: MessageUsage = MessageUsage()
    timings: Timings = Timings()
    cost_usd: Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,12})?$")] | None = Field(
        None, description=_COST
    )
    call_id: Word = Field("", description="The id of the call that answered.")
    beside: Word = Field("", description="One word for answers of several models to one question.")


class MessageChange(Body):
    """Other content in the place of a message's."""

    content: Content


class ImageBody(Body):
    """An image to keep."""

    media_type: Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
    data: str = Field(description="Its bytes in base64, up to 5 MiB of them.")


class KeptImage(Answer):
    """An image that is kept."""

    id: str
    media_type: str
    bytes: int


class Message(Answer):
    """A message of a conversation."""

    id: str
    parent_id: str | None
    role: Role
    state: State = Field(
        description="`complete`, `stopped` by its reader, `cut` off, `failed`, or `waiting` for an approval."
    )
    content: list[dict[str, Any]] = Field(description="Its parts, as they were sent.")
    model: str
    params: dict[str, Any]
    usage: MessageUsage
    timings: Timings
    cost_usd: str | None = Field(description=_COST)
    call_id: str
    beside: str
    created_at: datetime
    updated_at: datetime
    siblings: list[str] = Field(description="The ids of all messages that follow the same one, this among them.")


class Hit(Answer):
    """Where a conversation has what was searched for."""

    message_id: str
    text: str = Field(description="The words around it.")
    marks: list[list[int]] = Field(
        description="Where in the text the words stand: pairs of the first character and the one after the last."
    )


class Conversation(Answer):
    """A conversation, without its messages."""

    id: str
    title: str
    pinned: bool
    settings: dict[str, Any] = Field(description=_SETTINGS)
    leaf: str | None = Field(description="The last message of the branch that is shown.")
    messages: int = Field(description="How many it has, all branches together.")
    bytes: int = Field(description="What it takes, with its images.")
    created_at: datetime
    updated_at: datetime
    hit: Hit | None = Field(None, description="The last message with what was searched for.")


class ConversationList(Answer):
    """Conversations, changed last first."""

    data: list[Conversation]
    next: str | None = Field(description="Give it as `before` for the next, older page; null at the end.")


class MessageList(Answer):
    """A piece of one branch, oldest first."""

    data: list[Message]
    others: list[Message] = Field(description="Answers that were given beside one of these, by other models.")
    next: str | None = Field(description="Give it as `before` for those before; null at the beginning.")


class Exported(Answer):
    """A conversation with everything in it but the bytes of images."""

    conversation: Conversation
    messages: list[Message]
