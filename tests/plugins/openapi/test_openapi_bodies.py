"""What is sent, and what comes back of it: forms, files, text, images, and everything else an API answers with."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from api_server import LIMITS, Answered, Asked, api, api_server, called, listed, session_with
from msgspec.structs import replace

from switchgear.core.errors import ToolAnswerTooLarge, ToolServerError

WELL: dict[str, Any] = {"responses": {"200": {"description": "Well."}}}


def sending(media_type: str, schema: Any, **more: Any) -> dict[str, Any]:
    body = {"required": True, "content": {media_type: {"schema": schema, **more}}}
    return api({"/send": {"post": {"operationId": "send", "requestBody": body, **WELL}}})


def echo(asked: Asked) -> Answered:
    return Answered(200, asked.body, {"content-type": "text/plain"})


async def sent(document: Any, body: Any) -> Asked:
    """What arrived at the API."""
    async with api_server({"POST /send": echo}) as server, session_with(document, server) as session:
        result = await called(session, "send", body=body)
        assert not result.get("isError"), result
        return server.asked[-1]


async def test_json_is_sent_as_it_was_written() -> None:
    document = sending("application/vnd.api+json", {"type": "object"})
    async with api_server({"POST /send": echo}) as server, session_with(document, server) as session:
        await session.request(
            "tools/call", b'{"name":"send","arguments":{"body": {"n": 1.10, "big": 123456789012345678901234567890}}}'
        )
        assert server.asked[-1].body == b'{"n": 1.10, "big": 123456789012345678901234567890}'
        assert server.asked[-1].headers["content-type"] == "application/vnd.api+json"


async def test_a_form_is_sent_as_its_encoding_says() -> None:
    schema = {"type": "object"}
    asked = await sent(
        sending(
            "application/x-www-form-urlencoded",
            schema,
            encoding={"deep": {"style": "deepObject", "explode": True}, "list": {"style": "form", "explode": False}},
        ),
        {
            "a": "x y&z",
            "n": 1.5,
            "flag": True,
            "none": None,
            "many": [1, 2],
            "list": [1, 2],
            "deep": {"k": "v"},
            "object": {"k": [1]},
        },
    )
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(asked.body.decode()) == [
        ("a", "x y&z"), ("n", "1.5"), ("flag", "true"), ("many", "1"), ("many", "2"), ("list", "1,2"), ("deep[k]", "v"), ("object", '{"k":[1]}'),
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
async def test_files_are_sent_in_forms(version: str) -> None:
    binary = (
        {"type": "string", "format": "binary"}
        if version == "3.0.3"
        else {"contentMediaType": "application/octet-stream"}
    )
    schema = {"type": "object", "required": ["file"], "properties": {
        "file": binary, "more": {"type": "array", "items": binary}, "note": {"type": "string"}, "meta": {"type": "object"},
    }}  # fmt: skip
    document = {**sending("multipart/form-data", {"$ref": "#/components/schemas/Form"}, encoding={"file": {"contentType": "image/png, image/jpeg"}}),
                "openapi": version, "components": {"schemas": {"Form": schema}}}  # fmt: skip
    data = base64.b64encode(b"\x89PNG\r\n\0").decode()
    asked = await sent(
        document,
        {
            "file": {"data": data, "name": 'a"b\r\nc.png'},
            "more": [{"data": data, "type": "text/csv"}],
            "note": "é",
            "meta": {"a": 1},
        },
    )
    kind, _, boundary = asked.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = asked.body.split(f"--{boundary}".encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    assert parts[1] == (
        b'\r\ncontent-disposition: form-data; name="file"; filename="a%22b%0D%0Ac.png"\r\ncontent-type: image/png\r\n\r\n\x89PNG\r\n\0\r\n'
    )
    assert b'name="more"; filename="more"\r\ncontent-type: text/csv\r\n' in parts[2]
    assert parts[3] == '\r\ncontent-disposition: form-data; name="note"\r\n\r\né\r\n'.encode()
    assert parts[4].endswith(b'content-type: application/json\r\n\r\n{"a":1}\r\n')


async def test_a_file_may_be_text_and_has_to_be_something() -> None:
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    document = sending("multipart/form-data", schema)
    asked = await sent(document, {"file": {"text": "häuser", "name": "a.txt", "type": "text/plain"}})
    assert 'filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nhäuser\r\n'.encode() in asked.body
    async with api_server({"POST /send": echo}) as server, session_with(document, server) as session:
        result = await called(session, "send", body={"file": {"name": "a"}})
        assert "body.file: has neither data nor text" in result["content"][0]["text"]
        assert server.asked == []


async def test_bytes_and_text_are_sent() -> None:
    data = base64.b64encode(b"\0\xff").decode()
    assert (await sent(sending("application/octet-stream", {}), data)).body == b"\0\xff"
    asked = await sent(sending("text/plain", {"type": "string"}), "häuser")
    assert (asked.body, asked.headers["content-type"]) == ("häuser".encode(), "text/plain; charset=utf-8")
    assert (await sent(sending("application/xml", {}), "<a/>")).headers["content-type"].startswith("application/xml")


async def test_what_is_no_base64_is_not_sent() -> None:
    async with api_server() as server, session_with(sending("image/png", {}), server) as session:
        result = await called(session, "send", body="%%%")
        assert result["isError"]
        assert "body: is not base64" in result["content"][0]["text"]
        assert server.asked == []


async def test_a_body_that_may_be_missing_is_left_out() -> None:
    document = api(
        {"/send": {"post": {"operationId": "send", "requestBody": {"content": {"application/json": {}}}, **WELL}}}
    )
    async with api_server({"POST /send": echo}) as server, session_with(document, server) as session:
        await called(session, "send")
        assert server.asked[-1].headers["content-length"] == "0"
        assert "content-type" not in server.asked[-1].headers


# ------------------------------------------------------------ answers


def getting(**responses: Any) -> dict[str, Any]:
    return api({"/get": {"get": {"operationId": "get", "responses": responses or {"200": {"description": "Well."}}}}})


async def got(answer: Answered, document: Any = None) -> Any:
    async with api_server({"GET /get": answer}) as server, session_with(document or getting(), server) as session:
        return await called(session, "get")


@pytest.mark.parametrize(
    ("kind", "body", "content"),
    [
        ("image/png", b"\x89PNG", {"type": "image", "mimeType": "image/png", "data": "iVBORw=="}),
        ("audio/ogg", b"Ogg", {"type": "audio", "mimeType": "audio/ogg", "data": "T2dn"}),
        ("text/html; charset=latin-1", b"\xe9", {"type": "text", "text": "é"}),
        ("text/csv; charset=nonsense", "é".encode(), {"type": "text", "text": "é"}),
        ("text/plain; charset=rot13", b"abc", {"type": "text", "text": "abc"}),
        ("application/problem+xml", b"<a/>", {"type": "text", "text": "<a/>"}),
        ("application/json", b"{broken", {"type": "text", "text": "{broken"}),
        ("application/json", b"[1,2]", {"type": "text", "text": "[1,2]"}),
        ("", b'{"a":1}', {"type": "text", "text": '{"a":1}'}),
    ],
)
async def test_content_is_what_its_media_type_says(kind: str, body: bytes, content: dict[str, Any]) -> None:
    result = await got(Answered(200, body, {"content-type": kind}))
    assert result["content"] == [content]
    assert "isError" not in result


async def test_other_content_is_a_file() -> None:
    result = await got(Answered(200, b"%PDF", {"content-type": "application/pdf"}))
    found = result["content"][0]
    assert found["type"] == "resource"
    assert found["resource"]["uri"].endswith("/get")
    assert (found["resource"]["mimeType"], found["resource"]["blob"]) == ("application/pdf", "JVBERg==")


async def test_a_head_has_no_body_and_holds_nobody_up() -> None:
    document = api({"/get": {"head": {"operationId": "get", **WELL}}})
    async with (
        api_server({"HEAD /get": Answered(200, b"x" * 100)}) as server,
        session_with(document, server) as session,
    ):
        for _ in range(2):
            assert "HTTP 200 OK" in (await called(session, "get"))["content"][0]["text"]


async def test_an_error_is_told_with_its_status_and_the_start_of_its_body() -> None:
    result = await got(Answered(422, {"detail": "x" * 50_000}))
    assert result["isError"]
    assert (
        result["content"][0]["text"] == "HTTP 422 Unprocessable Content from GET /get."
        or "HTTP 422" in result["content"][0]["text"]
    )
    assert len(result["content"][1]["text"]) < 9_000
    assert result["_meta"]["dev.switchgear/status"] == 422


@pytest.mark.parametrize(
    ("wait", "told"), [("12", 12), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("", None)]
)
async def test_a_wait_is_told(wait: str, told: int | None) -> None:
    result = await got(Answered(429, b"", {"retry-after": wait}))
    assert result["_meta"].get("dev.switchgear/retry-after") == told
    assert ("Try again in" in result["content"][0]["text"]) == (told is not None)


async def test_an_answer_over_the_limit_is_an_error() -> None:
    small = replace(LIMITS, response_bytes=10_000)
    for size in (20_000, 9_000):  # over it as it comes; over it as a result
        answer = Answered(200, {"text": "é" * size if size < 9_500 else "x" * size})
        async with api_server({"GET /get": answer}) as server, session_with(getting(), server, limits=small) as session:
            with pytest.raises(ToolAnswerTooLarge, match="more than 10000 bytes"):
                await called(session, "get")


# ------------------------------------------------------------ structured content


def promised(schema: Any) -> dict[str, Any]:
    return getting(**{"200": {"description": "x", "content": {"application/json": {"schema": schema}}}})


async def test_an_answer_that_keeps_its_promise_is_structured() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}},
        "additionalProperties": False,
    }
    for answer in ({"id": 1}, {}, {"id": None}, {"id": 1, "new": True}):
        result = await got(Answered(200, answer), promised(schema))
        assert result["structuredContent"] == answer
        assert len(result["content"]) == 1


async def test_what_breaks_the_promise_is_left_out_and_named() -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "@x.y": {"type": "string"}},
    }
    result = await got(Answered(200, {"id": "seven", "name": "Rex", "@x.y": 1}), promised(schema))
    assert result["structuredContent"] == {"name": "Rex"}
    assert json.loads(result["content"][0]["text"]) == {"id": "seven", "name": "Rex", "@x.y": 1}
    assert "id" in result["content"][1]["text"]


async def test_a_promised_object_is_there_even_if_the_api_sends_none() -> None:
    schema = {"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": {}}}], "type": "object"}
    for answer in (Answered(200, [1]), Answered(200, b"text", {"content-type": "text/plain"}), Answered(204)):
        assert (await got(answer, promised(schema)))["structuredContent"] == {}


async def test_only_objects_are_promised() -> None:
    for schema, there in (({"type": "array"}, False), ({"type": "string"}, False), (True, False), ({"properties": {}}, True),
                          ({"allOf": [{"type": "object"}]}, True), ({"anyOf": [{"type": "object"}, {"type": "null"}]}, False)):  # fmt: skip
        async with session_with(promised(schema), base_url="http://127.0.0.1:1") as session:
            assert ("outputSchema" in (await listed(session))["get"]) == there


async def test_an_unknown_tool_is_an_error_of_the_protocol() -> None:
    async with session_with(getting(), base_url="http://127.0.0.1:1") as session:
        with pytest.raises(ToolServerError, match="Unknown tool: nothing"):
            await called(session, "nothing")
        with pytest.raises(ToolServerError, match="Method not found"):
            await session.request("resources/list")


@pytest.mark.parametrize("arguments", [b"[]", b"1", b'{"x": 1}', b"null"])
async def test_arguments_that_are_none_are_refused(arguments: bytes) -> None:
    async with api_server() as server, session_with(getting(), server) as session:
        result = json.loads(bytes(await session.request("tools/call", b'{"name":"get","arguments":%b}' % arguments)))
        assert result["isError"]
        assert server.asked == []
