"""``/api/conversations``: what people ask models in the console. Everybody sees and changes their own ones only."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from msgspec import UNSET

from switchgear.core.errors import RequestError, RequestTooLarge
from switchgear.core.ids import new_id
from switchgear.edge.admin import conversation_export as export
from switchgear.edge.admin.context import Admin
from switchgear.edge.admin.conversation_shapes import shown, told
from switchgear.edge.admin.schemas import conversations as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, Cursor, problems
from switchgear.store.conversations import Conversation

router = APIRouter(prefix="/conversations", tags=["conversations"])
ConversationId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The conversation's id.")]
_LARGEST_SETTINGS: Final = 64 << 10


@router.get("", summary="List conversations", operation_id="list_conversations", responses=problems())
async def list_conversations(
    admin: Admin,
    search: Annotated[
        str, Query(max_length=500, description="Words that the title or one message has, each from its beginning.")
    ] = "",
    pinned: Annotated[bool | None, Query(description="Only those that are pinned, or are not.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
    before: Annotated[Cursor | None, Query(description="`next` of the list before.")] = None,
) -> schemas.ConversationList:
    """One's own conversations, changed last first. The first 100,000 characters of a message are searched."""
    page = await admin.gateway.store.conversations.list(
        admin.owner, search=search, pinned=pinned, limit=limit, before=before
    )
    return schemas.ConversationList(
        data=[shown(one, page.hits.get(one.id)) for one in page.conversations], next=page.before
    )


@router.post(
    "",
    summary="Begin a conversation",
    operation_id="create_conversation",
    status_code=201,
    responses=problems(409, body=True),
)
async def create_conversation(admin: Admin, body: schemas.ConversationBody) -> schemas.Conversation:
    """Begin a conversation without messages. It is kept until it is deleted, or as long as `[conversations]` says."""
    made = Conversation(
        new_id("conv"), admin.owner, body.title, False, _settings(body.settings), None, 0, 0, admin.now, admin.now
    )
    await admin.gateway.store.conversations.create(made)
    await admin.audited("conversation.create", made.id)
    return shown(made)


@router.get(
    "/{conversation_id}", summary="Show a conversation", operation_id="get_conversation", responses=problems(404)
)
async def get_conversation(admin: Admin, conversation_id: ConversationId) -> schemas.Conversation:
    """One conversation, without its messages."""
    return shown(await admin.gateway.store.conversations.get(admin.owner, conversation_id))


@router.patch(
    "/{conversation_id}",
    summary="Change a conversation",
    operation_id="change_conversation",
    responses=problems(404, body=True),
)
async def change_conversation(
    admin: Admin, conversation_id: ConversationId, body: schemas.ConversationChange
) -> schemas.Conversation:
    """Rename it, pin it, set it up anew, or show another branch of it."""
    store = admin.gateway.store
    if body.show is not None:
        await store.messages.show(admin.owner, conversation_id, body.show)
    found = await store.conversations.change(
        admin.owner,
        conversation_id,
        now=admin.now,
        title=UNSET if body.title is None else body.title,
        pinned=UNSET if body.pinned is None else body.pinned,
        settings=UNSET if body.settings is None else _settings(body.settings),
    )
    fields = sorted(body.model_fields_set - {"show", "settings"})
    if fields:
        await admin.audited("conversation.change", conversation_id, {"fields": fields})
    return shown(found)


@router.delete(
    "/{conversation_id}",
    summary="Delete a conversation",
    operation_id="delete_conversation",
    status_code=204,
    responses=problems(404),
)
async def delete_conversation(admin: Admin, conversation_id: ConversationId) -> Response:
    """Forget it for good, with its messages and images."""
    await admin.gateway.store.conversations.delete(admin.owner, conversation_id)
    await admin.audited("conversation.delete", conversation_id)
    return Response(status_code=204)


@router.get(
    "/{conversation_id}/export",
    summary="Export a conversation",
    operation_id="export_conversation",
    response_model=schemas.Exported,
    responses={
        **problems(404),
        200: {
            "description": "As JSON every branch with all that is known; as Markdown what is shown, to be read.",
            "content": {"text/markdown": {"schema": {"type": "string"}}},
        },
    },
)
async def export_conversation(
    admin: Admin,
    conversation_id: ConversationId,
    form: Annotated[Literal["json", "markdown"], Query(description="`json` or `markdown`.")] = "json",
) -> Response:
    """The whole conversation as a file."""
    store = admin.gateway.store
    held = await store.conversations.get(admin.owner, conversation_id)
    if form == "json":
        messages = await store.messages.all(admin.owner, conversation_id)
        body = export.as_json(shown(held), [told(one, {}) for one in messages])
        return _file(body, held, "json", "application/json")
    branch = await store.messages.branch(admin.owner, conversation_id, limit=10_000)
    text = export.as_markdown(held, branch.messages)
    return _file(text.encode(), held, "md", "text/markdown; charset=utf-8")


def _file(body: bytes, held: Conversation, ending: str, media_type: str) -> Response:
    name = f"{export.file_name(held.title) or held.id}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type=media_type)


def _settings(settings: dict[str, object]) -> bytes:
    encoded = _encoded(settings)
    if len(encoded) > _LARGEST_SETTINGS:
        raise RequestTooLarge(
            f"The settings are over the limit of {_LARGEST_SETTINGS} bytes.", param="settings", hint="Send less."
        )
    return encoded


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, ValueError) as error:
        raise RequestError("settings cannot be kept.", param="settings", hint="Send plain JSON.") from error
