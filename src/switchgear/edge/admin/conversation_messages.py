"""``/api/conversations/ID/messages`` and ``/images``: what is said, in branches."""

from __future__ import annotations

import binascii
from base64 import b64decode
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Query, Response

from switchgear.core.errors import RequestError
from switchgear.core.ids import new_id
from switchgear.core.money import NANO
from switchgear.edge.admin.context import Admin, Administration
from switchgear.edge.admin.conversation_shapes import told
from switchgear.edge.admin.conversations import ConversationId
from switchgear.edge.admin.schemas import conversations as schemas
from switchgear.edge.admin.schemas.base import PRINTABLE, problems
from switchgear.store.conversation_images import Image
from switchgear.store.conversation_messages import Message

router = APIRouter(prefix="/conversations/{conversation_id}", tags=["conversations"])
MessageId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The message's id.")]
ImageId = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="The image's id.")]
_BEGINNINGS: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


@router.get("/messages", summary="List messages", operation_id="list_messages", responses=problems(404))
async def list_messages(
    admin: Admin,
    conversation_id: ConversationId,
    end: Annotated[
        str | None, Query(max_length=64, pattern=PRINTABLE, description="The branch that ends in this message.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    before: Annotated[
        str | None, Query(max_length=64, pattern=PRINTABLE, description="`next` of the list before.")
    ] = None,
) -> schemas.MessageList:
    """The end of a branch, of the one that is shown where none is named, oldest message first."""
    found = await admin.gateway.store.messages.branch(admin.owner, conversation_id, limit=limit, end=end, before=before)
    return schemas.MessageList(
        data=[told(one, found.siblings) for one in found.messages],
        others=[told(one, found.siblings) for one in found.others],
        next=found.messages[0].id if found.more else None,
    )


@router.post(
    "/messages",
    summary="Add a message",
    operation_id="add_message",
    status_code=201,
    responses=problems(404, 409, body=True),
)
async def add_message(admin: Admin, conversation_id: ConversationId, body: schemas.MessageBody) -> schemas.Message:
    """Add a message after another one, or as a beginning; up to 4 MiB. Nothing is asked of a model: that is `/v1`."""
    message = Message(
        id=body.id or new_id("msg"),
        conversation_id=conversation_id,
        parent_id=body.parent_id,
        role=body.role,
        state=body.state,
        content=_content(body.content),
        model=body.model,
        params=_encoded(body.params, "params"),
        usage=msgspec.json.encode(body.usage.model_dump()),
        timings=msgspec.json.encode(body.timings.model_dump()),
        cost=None if body.cost_usd is None else int(Decimal(body.cost_usd) * NANO),
        call_id=body.call_id,
        beside=body.beside,
        created_at=admin.now,
        updated_at=admin.now,
    )
    return told(await admin.gateway.store.messages.add(admin.owner, message, _most(admin)), {})


@router.patch(
    "/messages/{message_id}",
    summary="Edit a message",
    operation_id="edit_message",
    responses=problems(404, body=True),
)
async def edit_message(
    admin: Admin, conversation_id: ConversationId, message_id: MessageId, body: schemas.MessageChange
) -> schemas.Message:
    """Put other content in its place. Add a second message after the same one to keep both."""
    edited = await admin.gateway.store.messages.edit(
        admin.owner,
        conversation_id,
        message_id,
        _content(body.content),
        now=admin.now,
        most_bytes=_most(admin),
    )
    await admin.audited("conversation.edit", conversation_id, {"message": message_id})
    return told(edited, {})


@router.delete(
    "/messages/{message_id}",
    summary="Delete a message",
    operation_id="delete_message",
    status_code=204,
    responses=problems(404),
)
async def delete_message(admin: Admin, conversation_id: ConversationId, message_id: MessageId) -> Response:
    """Forget it for good, with all that follows it."""
    gone = await admin.gateway.store.messages.delete(admin.owner, conversation_id, message_id, admin.now)
    await admin.audited("conversation.delete_message", conversation_id, {"message": message_id, "messages": gone})
    return Response(status_code=204)


@router.post(
    "/images",
    summary="Keep an image",
    operation_id="add_image",
    status_code=201,
    responses=problems(404, body=True),
)
async def add_image(admin: Admin, conversation_id: ConversationId, body: schemas.ImageBody) -> schemas.KeptImage:
    """Keep an image for messages of this conversation."""
    try:
        data = b64decode(body.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError("data is not base64.", param="data", hint="Encode the image's bytes.") from error
    if not data.startswith(_BEGINNINGS[body.media_type]):
        raise RequestError(f"data is no {body.media_type}.", param="data", hint="Send PNG, JPEG, WebP or GIF.")
    image = Image(new_id("img"), conversation_id, body.media_type, data, admin.now)
    await admin.gateway.store.images.add(admin.owner, image, _most(admin))
    return schemas.KeptImage(id=image.id, media_type=image.media_type, bytes=len(data))


@router.get(
    "/images/{image_id}",
    summary="Show an image",
    operation_id="get_image",
    response_class=Response,
    responses={
        **problems(404),
        200: {"description": "The image.", "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def get_image(admin: Admin, conversation_id: ConversationId, image_id: ImageId) -> Response:
    """The bytes of an image."""
    image = await admin.gateway.store.images.get(admin.owner, conversation_id, image_id)
    return Response(image.data, media_type=image.media_type, headers={"content-disposition": "inline"})


@router.delete(
    "/images/{image_id}",
    summary="Delete an image",
    operation_id="delete_image",
    status_code=204,
    responses=problems(404),
)
async def delete_image(admin: Admin, conversation_id: ConversationId, image_id: ImageId) -> Response:
    """Forget an image; messages that show it say so."""
    await admin.gateway.store.images.delete(admin.owner, conversation_id, image_id)
    await admin.audited("conversation.delete_image", conversation_id, {"image": image_id})
    return Response(status_code=204)


def _most(admin: Administration) -> int:
    return admin.gateway.settings.conversations.max_bytes


def _content(parts: list[schemas.Part]) -> bytes:
    return _encoded([one.model_dump() for one in parts], "content")


def _encoded(value: Any, param: str) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, ValueError) as error:
        raise RequestError(f"{param} cannot be kept.", param=param, hint="Send plain JSON.") from error
