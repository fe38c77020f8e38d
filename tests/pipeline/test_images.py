"""The images of calls: judged, fetched and scaled."""

from __future__ import annotations

import base64
import io
from typing import Any, cast

import pytest
from PIL import Image as Pillow

from switchgear.core.canonical import Call, File, Image, Message, Text, ToolResult
from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import RequestError, SightNotSupported, UnfetchableURL
from switchgear.pipeline.images import CallImages, ImageLimits
from switchgear.providers.catalogue import Card
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import PublicOnly
from switchgear.routing.directory import Deployment
from switchgear.testing import FaultUpstream, faults

WANTS_CONTENT = Capabilities(image_urls=False)


class Named:
    name = "acme"
    kind = "gemini"
    capabilities = Capabilities()
    stream_usage = True


def picture(width: int = 8, height: int = 6, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (width, height), "red").save(out, form)
    return out.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def asked(*images: Image | File) -> Call:
    return Call("m", [Message("user", [Text("What is it?"), *images])])


async def look(call: Call, able: Capabilities = WANTS_CONTENT, limits: ImageLimits | None = None) -> bool:
    fetcher = Fetcher(PublicOnly(private=["127.0.0.1"]), 1 << 20, 5.0)
    deployment = Deployment(cast("Any", Named()), "m", Card(capabilities=able))
    return await CallImages(limits or ImageLimits(), fetcher).prepare(call, deployment)


async def test_an_image_that_is_one_is_left_as_it_is() -> None:
    image = Image(data=encoded(picture()), media_type="image/png")
    assert not await look(asked(image))
    assert image.data == encoded(picture())


@pytest.mark.parametrize(
    ("form", "kind"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
async def test_its_type_is_what_it_is_and_not_what_is_said(form: str, kind: str) -> None:
    image = Image(data=encoded(picture(form=form)), media_type="image/bmp")
    assert await look(asked(image))
    assert image.media_type == kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (encoded(b"this is not an image"), "not an image of a type"),
        (encoded(picture()[:20]), "cannot be opened"),
        (encoded(b"\x89PNG\r\n\x1a\n" + b"x" * 50), "cannot be opened"),
        ("*** no base64 ***", "not base64"),
        (encoded(b"<svg onload=x>"), "not an image of a type"),
    ],
)
async def test_what_is_not_one_is_refused_where_it_stands(data: str, said: str) -> None:
    with pytest.raises(RequestError, match=said) as refused:
        await look(asked(Image(data=data, media_type="image/png")))
    assert refused.value.param == "messages[0].content[1]"


async def test_too_many_too_large_and_too_wide_ones_are_refused() -> None:
    good = encoded(picture())
    with pytest.raises(RequestError, match="3 images; 2 are allowed"):
        await look(asked(*(Image(data=good) for _ in range(3))), limits=ImageLimits(images=2))
    with pytest.raises(RequestError, match="more than 1024 bytes"):
        await look(asked(Image(data="A" * 100_000_000)), limits=ImageLimits(bytes=1024))
    with pytest.raises(RequestError, match="48 pixels; 40 are allowed"):
        await look(asked(Image(data=good)), limits=ImageLimits(pixels=40))


async def test_a_model_that_sees_nothing_says_so() -> None:
    with pytest.raises(SightNotSupported, match="m at acme sees no images"):
        await look(asked(Image(data=encoded(picture()))), Capabilities(vision=False))


async def test_urls_are_fetched_where_the_provider_wants_the_content() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(picture(form="JPEG"), {"content-type": "text/html"}))
        image = Image(url=f"http://127.0.0.1:{upstream.port}/a")
        assert await look(asked(image))
        assert (image.url, image.media_type) == ("", "image/jpeg")
        assert base64.b64decode(image.data) == picture(form="JPEG")


async def test_and_nowhere_else() -> None:
    image = Image(url="https://example.com/a.png")
    assert not await look(asked(image), Capabilities())
    assert image.url == "https://example.com/a.png"


async def test_a_url_of_another_kind_is_refused() -> None:
    with pytest.raises(RequestError, match="http, https or data"):
        await look(asked(Image(url="file:///etc/passwd")), Capabilities())


async def test_a_url_that_is_no_image_is_refused() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(b"<html>"))
        with pytest.raises(RequestError, match="not an image"):
            await look(asked(Image(url=f"http://127.0.0.1:{upstream.port}/a")))


async def test_a_private_url_is_not_fetched() -> None:
    with pytest.raises(UnfetchableURL, match="not a public address"):
        await look(asked(Image(url="http://10.1.2.3/a.png")))


async def test_documents_are_fetched_too() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(b"%PDF-1.7", {"content-type": "application/pdf"}))
        file = File(url=f"http://127.0.0.1:{upstream.port}/a.pdf")
        call = asked(Image(data=encoded(picture())), file)
        assert await look(call)
        assert (file.url, file.media_type, base64.b64decode(file.data)) == ("", "application/pdf", b"%PDF-1.7")


async def test_large_images_are_scaled_where_that_is_set() -> None:
    image = Image(data=encoded(picture(400, 200)), media_type="image/png")
    assert await look(asked(image), limits=ImageLimits(scale_to=100))
    with Pillow.open(io.BytesIO(base64.b64decode(image.data))) as scaled:
        assert scaled.size == (100, 50)


async def test_images_of_tool_results_are_looked_at_too() -> None:
    bad = Image(data=encoded(b"no"))
    call = Call("m", [Message("tool", [ToolResult("c", [Text("here"), bad])])])
    with pytest.raises(RequestError, match="not an image"):
        await look(call)
