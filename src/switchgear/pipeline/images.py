"""The images of a call: counted, measured, fetched where the provider wants the content, scaled where that is set.

Pillow is the optional engine (extra ``images``): with it, an image is opened to see whether it is one and how large; without it, its first bytes decide.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import importlib.util
import io
from collections.abc import Iterator

import msgspec

from switchgear.core.canonical import Call, File, Image, ToolResult
from switchgear.core.errors import RequestError, SightNotSupported
from switchgear.providers.fetch import Fetcher
from switchgear.routing.directory import Deployment

_FETCHES_AT_ONCE = 4
_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_SCALABLE = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_TAKEN = "PNG, JPEG, GIF or WebP"


class ImageLimits(msgspec.Struct, frozen=True):
    """``images`` in one call, ``bytes`` and ``pixels`` of each, and the longest side in pixels that they are scaled to (None: as they are)."""

    images: int = 50
    bytes: int = 20 * 1024 * 1024
    pixels: int = 50_000_000
    scale_to: int | None = None


class CallImages:
    """Looks at the images of calls that have some."""

    def __init__(self, limits: ImageLimits, fetcher: Fetcher) -> None:
        self._limits = limits
        self._fetcher = fetcher
        self._opens = importlib.util.find_spec("PIL") is not None

    async def prepare(self, call: Call, deployment: Deployment) -> bool:
        """Check the images of ``call``, fetch and scale them where that is wanted; whether anything was changed.

        Raises SightNotSupported for a model that sees nothing; RequestError for too many, too large ones, and what is no image;
        UnfetchableURL for what cannot be fetched.
        """
        found = list(_images(call))
        able = deployment.capabilities
        where = found[0][1] if found else "messages"
        if found and not able.sees:
            raise SightNotSupported(f"{deployment.model} at {deployment.provider.name} sees no images.", param=where)
        if len(found) > self._limits.images:
            raise RequestError(
                f"The request has {len(found)} images; {self._limits.images} are allowed.",
                param=found[self._limits.images][1],
            )
        fetch = able.image_urls is False
        gate = asyncio.Semaphore(_FETCHES_AT_ONCE)
        changes = [self._see(image, param, gate, fetch=fetch) for image, param in found]
        changes += [self._bring(file, param, gate) for file, param in _files(call) if fetch]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_told(change)) for change in changes]
        for task in tasks:
            if isinstance(error := task.result(), RequestError):
                raise error
        return any(task.result() is True for task in tasks)

    async def _see(self, image: Image, param: str, gate: asyncio.Semaphore, *, fetch: bool) -> bool:
        if image.url:
            if not image.url.lower().startswith(("http://", "https://", "gs://")):
                raise RequestError("An image's URL must be http, https or data.", param=param)
            if not fetch or _held_by_google(image.url):
                return False
            async with gate:
                fetched = await self._fetcher.fetch(image.url, param)
            await self._set(image, fetched.data, param)
            image.url = ""
            return True
        if not image.data:
            return False
        if len(image.data) * 3 // 4 > self._limits.bytes:
            raise self._too_large(param)
        async with gate:
            return await self._set(image, await asyncio.to_thread(_decoded, image.data, param), param)

    async def _set(self, image: Image, data: bytes, param: str) -> bool:
        """Give the image this content, scaled if need be; whether it differs from what the image said of itself."""
        if len(data) > self._limits.bytes:
            raise self._too_large(param)
        kind = _media_type(data)
        if kind is None:
            raise RequestError(f"That is not an image of a type that is taken: {_TAKEN}.", param=param)
        if self._opens:
            scaled = await asyncio.to_thread(_opened, data, kind, self._limits, param)
            if scaled is not None:
                image.data, image.media_type = base64.b64encode(scaled).decode(), kind
                return True
        changed = bool(image.url) or (bool(image.media_type) and image.media_type != kind)
        if image.url:
            image.data = base64.b64encode(data).decode()
        image.media_type = kind
        return changed

    async def _bring(self, file: File, param: str, gate: asyncio.Semaphore) -> bool:
        """Fetch a document that is given by URL."""
        if not file.url.lower().startswith(("http://", "https://")) or _held_by_google(file.url):
            return False
        async with gate:
            fetched = await self._fetcher.fetch(file.url, param)
        file.data, file.url = base64.b64encode(fetched.data).decode(), ""
        file.media_type = file.media_type or fetched.media_type or "application/pdf"
        return True

    def _too_large(self, param: str) -> RequestError:
        return RequestError(
            f"The image has more than {self._limits.bytes} bytes.", param=param, hint="Send a smaller one."
        )


async def _told(change: object) -> bool | RequestError:
    """The outcome, so that one bad image does not hide behind a group of errors."""
    try:
        return await change  # type: ignore[misc,no-any-return]  # a coroutine of a bool
    except RequestError as error:
        return error


def _images(call: Call) -> Iterator[tuple[Image, str]]:
    """Every image and where it stands."""
    for at, message in enumerate(call.messages):
        for index, part in enumerate(message.parts):
            where = _place(call, at, index)
            if isinstance(part, Image):
                yield part, where
            elif isinstance(part, ToolResult):
                yield from ((piece, where) for piece in part.content if isinstance(piece, Image))


def _files(call: Call) -> Iterator[tuple[File, str]]:
    for at, message in enumerate(call.messages):
        for index, part in enumerate(message.parts):
            if isinstance(part, File) and part.url:
                yield part, _place(call, at, index)


def _place(call: Call, message: int, part: int) -> str:
    """Where a part stands in the request; only chat keeps its messages one by one in the canonical call."""
    if call.dialect in ("", "chat"):
        return f"messages[{message}].content[{part}]"
    return "input" if call.dialect == "responses" else "messages"


def _held_by_google(url: str) -> bool:
    """Whether a URL names what Google keeps already, in Cloud Storage or as an uploaded file of Gemini's."""
    return url.startswith(("gs://", "https://generativelanguage.googleapis.com/")) and "#" not in url


def _decoded(data: str, param: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError("The image's data is not base64.", param=param) from error


def _media_type(data: bytes) -> str | None:
    """What the first bytes say it is."""
    for magic, kind in _TYPES:
        if data.startswith(magic):
            return kind
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _opened(data: bytes, kind: str, limits: ImageLimits, param: str) -> bytes | None:
    """Look at an image, off the loop; the image scaled down if it is larger than is wanted. Raises RequestError."""
    from PIL import Image as Pillow  # noqa: PLC0415 - the optional engine, loaded for the first image
    from PIL import UnidentifiedImageError  # noqa: PLC0415 - as above

    try:
        with Pillow.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width * height > limits.pixels:
                raise RequestError(f"The image has {width * height} pixels; {limits.pixels} are allowed.", param=param)
            if limits.scale_to is None or max(width, height) <= limits.scale_to or kind not in _SCALABLE:
                picture.verify()
                return None
            picture.thumbnail((limits.scale_to, limits.scale_to))
            out = io.BytesIO()
            picture.save(out, _SCALABLE[kind])
            return out.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        raise RequestError("That is not an image: it cannot be opened.", param=param) from error
