"""Forms on their way to a provider: what is read, what is sent on, and what is refused."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterable, Sequence
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from switchgear.core.errors import GatewayError, RequestError, SwitchgearError, UnsupportedMediaType
from switchgear.edge.openai.forms import MAX_FIELD_BYTES, IncomingForm
from switchgear.edge.openai.multipart import MAX_PARTS, boundary_of, plain_name

Part = tuple[str, str | None, bytes]
B = b"----formdata-0123456789abcdef"
AUDIO = bytes(range(256)) * 10_000
"""More than is kept in memory."""
MANY = 2_000_000


def part(head: str, content: bytes, boundary: bytes = B) -> bytes:
    return b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary, head.encode(), content)


def field(name: str, value: bytes, boundary: bytes = B) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', value, boundary)


def file(content: bytes, name: str = "file", filename: str = "a.mp3", boundary: bytes = B) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: audio/mpeg'
    return part(head, content, boundary)


def form(*parts: bytes, boundary: bytes = B) -> bytes:
    return b"".join(parts) + b"--%b--\r\n" % boundary


async def body_of(pieces: Iterable[bytes]) -> AsyncGenerator[bytes]:
    for piece in pieces:
        yield piece


def incoming(
    body: bytes | Sequence[bytes],
    *,
    boundary: bytes = B,
    length: int | None = -1,
    folder: Path | None = None,
    decisive: str = "model",
) -> IncomingForm:
    pieces = [body] if isinstance(body, bytes) else body
    size = sum(map(len, pieces)) if length == -1 else length
    where = folder or Path(tempfile.gettempdir())
    return IncomingForm(body_of(pieces), boundary, size, where, decisive=decisive)


async def sent(one: IncomingForm, model: bytes = b"whisper-large-v3") -> bytes:
    """The form as it goes out, its length as it was said to be."""
    try:
        await one.read()
        one.replace("model", model)
        said = one.length
        out = b"".join([piece async for piece in one.pieces()])
    finally:
        await one.close()
    assert said == len(out)
    return out


def parsed(one: IncomingForm, out: bytes) -> list[Part]:
    """The parts of a body, read by another parser than ours."""
    whole = BytesParser(policy=HTTP).parsebytes(f"content-type: {one.content_type}\r\n\r\n".encode() + out)
    assert not whole.defects
    found: list[Part] = []
    for each in whole.iter_parts():
        assert isinstance(each, Message)
        assert not each.defects
        name = each.get_param("name", header="content-disposition")
        content = each.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        found.append((name, each.get_filename(), content))
    return found


def by_httpx(data: dict[str, Any], files: Any) -> tuple[bytes, bytes]:
    """A form as OpenAI's client sends it, and its boundary."""
    request = httpx.Request("POST", "http://x/", data=data, files=files)
    return request.read(), boundary_of(request.headers["content-type"].encode())


# ---------------------------------------------------------------- streamed on


async def test_a_form_of_openais_client_is_streamed_on_with_the_deployments_model() -> None:
    audio = bytes(range(256)) * 2000
    data = {"model": "fast", "response_format": "json", "timestamp_granularities[]": ["word", "segment"]}
    body, boundary = by_httpx(data, {"file": ("speech.mp3", audio, "audio/mpeg")})
    one = incoming(body, boundary=boundary)
    out = await sent(one)
    assert one.value("response_format") == b"json"
    assert one.filename == b"speech.mp3"
    assert one.length == len(body) + len("whisper-large-v3") - len("fast")
    assert parsed(one, out) == [
        ("model", None, b"whisper-large-v3"),
        ("response_format", None, b"json"),
        ("timestamp_granularities[]", None, b"word"),
        ("timestamp_granularities[]", None, b"segment"),
        ("file", "speech.mp3", audio),
    ]
    assert boundary not in out


async def test_nothing_of_a_file_is_waited_for_before_it_goes_on() -> None:
    gate = asyncio.Event()
    head = field("model", b"fast") + file(b"abc")[:-2]

    async def slow() -> AsyncGenerator[bytes]:
        yield head
        await gate.wait()
        yield b"def\r\n" + form()

    size = len(head) + len(b"def\r\n" + form())
    one = IncomingForm(slow(), B, size, Path(tempfile.gettempdir()))
    await one.read()
    pieces = one.pieces()
    early = await anext(pieces) + await anext(pieces)
    assert early.endswith(b"\r\n\r\nabc")
    gate.set()
    assert b"abcdef" in early + b"".join([piece async for piece in pieces])
    await one.close()


async def test_fields_and_files_after_the_first_file_go_on_too() -> None:
    one = incoming(
        form(field("model", b"m"), file(b"one", "image[]"), field("size", b"auto"), file(b"two", "image[]", "b.png"))
    )
    out = await sent(one, b"gpt-image-1")
    assert parsed(one, out) == [
        ("model", None, b"gpt-image-1"),
        ("image[]", "a.mp3", b"one"),
        ("size", None, b"auto"),
        ("image[]", "b.png", b"two"),
    ]


@pytest.mark.parametrize("end", [b"--", b"--\r\n", b"--\r\n\r\n", b"--\n", b"-- \r\nand an epilogue\r\n"])
async def test_whatever_follows_the_last_boundary_is_made_up_for(end: bytes) -> None:
    body = field("model", b"m") + file(b"abc") + b"--" + B + end
    one = incoming(body)
    assert parsed(one, await sent(one)) == [("model", None, b"whisper-large-v3"), ("file", "a.mp3", b"abc")]


async def test_heads_of_later_parts_may_be_longer_than_ours() -> None:
    later = part('Content-Disposition:   form-data;  name="size"\r\nX-More: of that', b"auto")
    one = incoming(form(field("model", b"m"), file(b"abc"), later))
    assert parsed(one, await sent(one))[2] == ("size", None, b"auto")


async def test_a_content_that_looks_like_a_boundary_is_content() -> None:
    content = b"\r\n--" + B[:-1] + b"\r\n--\r\n--" + B + b"x\r\n-" + b"\n--" + B + b"\n"
    one = incoming(form(field("model", b"m"), file(content)))
    assert parsed(one, await sent(one))[1][2] == content


@settings(max_examples=60, deadline=None)
@given(st.data())
async def test_a_form_cut_anywhere_is_the_same_form(data: st.DataObject) -> None:
    model_first = data.draw(st.booleans())
    nearly = [b"\r\n--" + B[:-1], b"\r\n", b"--", b"\r", b"\r\n--" + B[:9], b"\n--" + B + b"\n"]
    noise = st.binary(max_size=40) | st.sampled_from(nearly)
    content = b"x" + b"".join(data.draw(st.lists(noise, max_size=6))) + b"x"
    assume(b"\r\n--" + B not in content)
    fields = [field("model", b"m"), field("prompt", b"ein Gedicht\r\n")]
    files = [file(content), file(b"second", "mask", "ä ö.png")]
    body = form(*(fields + files if model_first else files + fields))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(body) - 1), max_size=12)))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    one = incoming(pieces)
    whole = parsed(one, await sent(one))
    assert [each for each in whole if each[1] is None] == [
        ("model", None, b"whisper-large-v3"),
        ("prompt", None, b"ein Gedicht\r\n"),
    ]
    assert [each for each in whole if each[1] is not None] == [
        ("file", "a.mp3", content),
        ("mask", "ä ö.png", b"second"),
    ]


# ---------------------------------------------------------------- over a file on disk


@pytest.mark.parametrize(
    ("body", "length", "boundary"),
    [
        (form(file(AUDIO), field("model", b"m")), -1, B),
        (form(field("model", b"m"), file(AUDIO)), None, B),
        (form(field("model", b"m", b"xyz"), file(AUDIO, boundary=b"xyz"), boundary=b"xyz"), -1, b"xyz"),
    ],
    ids=["the model last", "no length", "a boundary to guess"],
)
@pytest.mark.parametrize("piece", [1000, 65_536])
async def test_what_cannot_be_streamed_goes_over_a_file_that_is_gone_afterwards(
    body: bytes, length: int | None, boundary: bytes, piece: int, tmp_path: Path
) -> None:
    size = len(body) if length == -1 else None
    pieces = [body[at : at + piece] for at in range(0, len(body), piece)]
    one = incoming(pieces, length=size, boundary=boundary, folder=tmp_path)
    await one.read()
    assert one._spool is not None
    assert not list(tmp_path.iterdir())  # it has no name even while it is open
    one.replace("model", b"whisper-large-v3")
    out = b"".join([piece async for piece in one.pieces()])
    assert parsed(one, out) == [("model", None, b"whisper-large-v3"), ("file", "a.mp3", AUDIO)]
    assert len(out) == one.length
    await one.close()


async def test_less_than_a_megabyte_needs_no_disk(tmp_path: Path) -> None:
    one = incoming(form(file(b"abc"), field("model", b"m")), folder=tmp_path / "not there")
    assert parsed(one, await sent(one)) == [("model", None, b"whisper-large-v3"), ("file", "a.mp3", b"abc")]
    assert one._spool is None


async def test_a_form_of_nothing_but_files_needs_no_field_where_none_decides(tmp_path: Path) -> None:
    one = incoming(form(file(b"abc")), decisive="", folder=tmp_path)
    assert parsed(one, await sent(one)) == [("file", "a.mp3", b"abc")]
    for content in (b"abc", AUDIO):
        kept = incoming(form(file(content)), decisive="", length=None, folder=tmp_path)
        out = await sent(kept)
        assert out.startswith(b"--")
        assert parsed(kept, out) == [("file", "a.mp3", content)]


async def test_a_disk_that_takes_nothing_is_told_of(tmp_path: Path) -> None:
    body = form(file(AUDIO), field("model", b"m"))
    one = incoming([body[:MANY], body[MANY:]], folder=tmp_path / "not there")
    with pytest.raises(GatewayError) as caught:
        await one.read()
    assert caught.value.http_status == 503
    assert caught.value.advice == "Send model before the file, so that it need not be kept."
    await one.close()


# ---------------------------------------------------------------- refused


async def refused(body: bytes | Sequence[bytes], **given: Any) -> SwitchgearError:
    one = incoming(body, **given)
    try:
        with pytest.raises(RequestError) as caught:
            await sent(one)
    finally:
        await one.close()
    return caught.value


MODEL, FILE = field("model", b"m"), file(b"abc")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "before its last boundary"),
        (b"not a form at all", "not a form"),
        (form(), "no file"),
        (form(MODEL), "no file"),
        (form(MODEL, field("file", b"abc")), "no file"),
        (MODEL + FILE, "before its last boundary"),
        ((MODEL + FILE)[:-9], "before its last boundary"),
        (FILE + MODEL, "before its last boundary"),
        (MODEL[:30], "before its last boundary"),
        (form(MODEL, file(b"")), "The file file is empty."),
        (form(file(b""), MODEL), "The file file is empty."),
        (form(file(b"abc"), file(b"", "mask"), MODEL), "The file mask is empty."),
        (form(MODEL, MODEL, FILE), "model twice"),
        (form(FILE, MODEL, MODEL), "model twice"),
        (form(MODEL, FILE, MODEL), "model after its file"),
        (form(MODEL, FILE, field("Model", b"n")), "Model after its file"),
        (form(MODEL, FILE, field("models", b"[]")), "models after its file"),
        (form(MODEL, field("MODEL", b"n"), FILE), "MODEL is not a field; it is spelt model."),
        (form(MODEL, field("model[]", b"n"), FILE), "model[] is not a field; it is spelt model."),
        (form(MODEL, file(b"n", "model")), "model is a field, not a file."),
        (form(MODEL, FILE, file(b"n", "model")), "model after its file"),
        (form(MODEL, field("prompt", b"x" * (MAX_FIELD_BYTES + 1)), FILE), "over the limit"),
        (form(*[field("a", b"b")] * (MAX_PARTS + 1), MODEL, FILE), "more than 256 parts"),
        (form(MODEL, *[file(b"x")] * (MAX_PARTS + 1)), "more than 256 parts"),
        (form(part("X: y", b"z"), MODEL, FILE), "no content-disposition"),
        (form(part("Content-Disposition: attachment; name=a", b"z"), MODEL, FILE), "no content-disposition"),
        (form(part("Content-Disposition: form-data", b"z"), MODEL, FILE), "no name"),
        (form(part('Content-Disposition: form-data; name=""', b"z"), MODEL, FILE), "no name"),
        (form(field("x" * 129, b""), MODEL, FILE), "no name"),
        (form(part('Content-Disposition: form-data; name="a"; name="model"', b"z"), FILE), "a parameter twice"),
        (form(part('Content-Disposition: form-data; name="a', b"z"), FILE), "cannot be read"),
        (form(part("\r\n".join(["Content-Disposition: form-data; name=a"] * 2), b"z"), FILE), "a header twice"),
        (form(part("\r\n".join(f"x{n}: y" for n in range(9)), b"z"), FILE), "header count exceeded"),
        (form(part("x: " + "y" * 5000, b"z"), FILE), "header size exceeded"),
        (form(part("x" * 5000 + ": y", b"z"), FILE), "header size exceeded"),
        (form(part("no colon", b"z"), FILE), "invalid character"),
        (
            form(part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", b"z"), FILE),
            "content-transfer-encoding",
        ),
        (b"x" * 300_000, "not a form"),
        (form(MODEL, FILE) + b" " * 100_000, "goes on after the end"),
    ],
)
async def test_what_is_no_form_is_refused_in_words(body: bytes, said: str) -> None:
    assert said in (await refused(body)).message
    assert said in (await refused([body[at : at + 7] for at in range(0, len(body), 7)] or [b""])).message


@pytest.mark.parametrize("raw", [b'name="a\xff"', b"name=\xe9"])
async def test_a_name_that_is_not_utf_8_is_refused(raw: bytes) -> None:
    body = form(b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\nz\r\n" % (B, raw), MODEL, FILE)
    assert "not UTF-8" in (await refused(body)).message


@pytest.mark.parametrize(
    ("content_type", "error"),
    [
        (b"", UnsupportedMediaType),
        (b"application/json", UnsupportedMediaType),
        (b"multipart/mixed; boundary=abc", UnsupportedMediaType),
        (b"multipart/form-data", RequestError),
        (b"multipart/form-data; boundary=", RequestError),
        (b'multipart/form-data; boundary=""', RequestError),
        (b"multipart/form-data; boundary=a; boundary=b", RequestError),
        (b"multipart/form-data; boundary=" + b"a" * 71, RequestError),
        (b'multipart/form-data; boundary="a\x01b"', RequestError),
        (b'multipart/form-data; boundary="a ', RequestError),
    ],
)
def test_a_content_type_without_a_boundary_is_refused(content_type: bytes, error: type[RequestError]) -> None:
    with pytest.raises(error):
        boundary_of(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        b"multipart/form-data; boundary=abc",
        b'Multipart/Form-Data;charset=utf-8; Boundary="abc" ;',
        b"multipart/form-data;boundary=abc",
    ],
)
def test_a_boundary_is_found_however_it_is_written(content_type: bytes) -> None:
    assert boundary_of(content_type) == b"abc"


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.wav", "a.wav"),
        ('a"; name="model', "a%22; name=%22model"),
        ("", "file"),
        ("..", ".."),
        ("Büro 😀.mp3", "Büro 😀.mp3"),
        ("x" * 400 + ".flac", "x" * 250 + ".flac"),
    ],
)
async def test_a_files_name_is_a_plain_one_when_it_goes_on(given_name: str, kept: str) -> None:
    quoted = given_name.replace("\\", "\\\\").replace('"', '\\"')
    one = incoming(form(MODEL, file(b"abc", filename=quoted)))
    out = await sent(one)
    assert f'filename="{kept}"'.encode() in out
    assert [(name, content) for name, _, content in parsed(one, out)][1] == ("file", b"abc")


@pytest.mark.parametrize("name", [b"a\r\nx: y.wav", b"a\x00b\x7f.wav", b"/", b"\\"])
def test_a_files_name_holds_no_control_characters_and_is_never_empty(name: bytes) -> None:
    kept = plain_name(name)
    assert kept
    assert not any(byte < 32 or byte == 127 for byte in kept)


async def test_a_name_only_in_the_extended_form_makes_a_file_all_the_same() -> None:
    head = "Content-Disposition: form-data; name=file; filename*=utf-8''b%C3%BCro%20a.wav"
    one = incoming(form(MODEL, part(head, b"abc")))
    assert 'filename="büro a.wav"'.encode() in await sent(one)


@pytest.mark.parametrize("kind", ["audio/mpeg\nx: y", "audio", "a/" + "b" * 200])
async def test_a_content_type_that_is_none_is_left_out(kind: str) -> None:
    head = f'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: {kind}'
    assert b"content-type" not in await sent(incoming(form(MODEL, part(head, b"abc"))))
