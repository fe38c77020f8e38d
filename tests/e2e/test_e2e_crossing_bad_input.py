"""Bad input of every client on its way to a provider of another dialect: a clear error where it stands, or a right answer."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from crossing_clients import Client, Json
from crossing_providers import HELLO, streamed, whole, wire
from observed import usage_row
from PIL import Image as Pillow

from switchgear.testing import FaultUpstream, faults, served

PROVIDERS = ["chat", "responses", "messages", "gemini", "ollama"]
Refused = Callable[..., str]


def picture(width: int = 6, height: int = 4) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def elsewhere(front: Client) -> str:
    """A model whose provider does not speak the client's dialect."""
    return "messages/m" if front.dialect != "messages" else "chat/m"


@pytest.fixture
def refused(front: Client, crossings: served, behind: FaultUpstream) -> Refused:
    """Checks that an answer is an error in the client's own form, that it is recorded, and that no provider was asked."""
    before = len(behind.requests)

    def check(answer: httpx.Response, status: int, code: str, param: str = "", *, sent: int = 0) -> str:
        assert answer.status_code == status, answer.text
        error = front.error(answer)
        if front.dialect == "messages":
            assert error["type"] == ("request_too_large" if status == 413 else "invalid_request_error")
            assert param in error["message"]
        else:
            assert (error["code"], error["type"]) == (code, "invalid_request_error")
            assert error["param"] == (param or None)
        row = usage_row(crossings.data_dir, answer.headers["x-request-id"])
        assert (row["status"], row["error"], row["completion_tokens"]) == (status, code, 0)
        assert len(behind.requests) == before + sent
        message: str = error["message"]
        return message

    return check


def said(front: Client, answer: httpx.Response) -> str:
    return front.read(answer).text


# ---------------------------------------------------------------- what stands where it cannot


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_result_without_its_call_is_refused_where_it_stands(
    front: Client, refused: Refused, stream: bool
) -> None:
    places = {
        "chat": "messages[1].tool_call_id",
        "responses": "input[1].call_id",
        "messages": "messages[1].content[0].tool_use_id",
    }
    turns = [front.user(front.text("Hi")), front.result("call_none", "42")]
    message = refused(front.ask(elsewhere(front), *turns, stream=stream), 400, "invalid_request", places[front.dialect])
    assert "call" in message


def test_a_tool_result_after_its_call_is_sent_on(front: Client, behind: FaultUpstream) -> None:
    for provider in PROVIDERS:
        behind.answer(whole(provider, "It is 42."))
        turns = [front.user(front.text("Hi")), front.called("call_1", "f", '{"a": 1}'), front.result("call_1", "42")]
        assert said(front, front.ask(f"{provider}/m", *turns)) == "It is 42."
        assert b"42" in behind.requests[-1].body


def test_an_unknown_content_part_is_refused_where_it_stands(front: Client, refused: Refused) -> None:
    list_name = "input" if front.dialect == "responses" else "messages"
    turn = front.user(front.text("Hi"), {"type": "hologram", "data": "x"})
    message = refused(front.ask(elsewhere(front), turn), 400, "invalid_request", f"{list_name}[0].content[1].type")
    assert "hologram" in message


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "user", "content": []},
        {"role": "user", "content": 7},
        {"role": "oracle", "content": "Hi"},
        {"content": "Hi"},
        {"role": "user", "content": [{"text": "Hi"}]},
        {"role": "user", "content": ["Hi"]},
        "Hi",
    ],
    ids=["empty", "number", "role", "no role", "no type", "bare string", "bare message"],
)
def test_a_message_of_the_wrong_shape_is_a_400(front: Client, behind: FaultUpstream, turn: Any) -> None:
    before = len(behind.requests)
    answer = front.ask(elsewhere(front), turn)
    assert answer.status_code == 400
    message = front.error(answer)["message"]
    assert ("input" if front.dialect == "responses" else "messages") in message
    assert len(behind.requests) == before


def test_a_forced_tool_that_does_not_exist_is_refused(front: Client, refused: Refused) -> None:
    schema: Json = {"type": "object", "properties": {}}
    answer = front.ask(elsewhere(front), tools=[front.tool("here", schema)], **front.must_call("gone"))
    places = {"chat": "tool_choice.function.name", "responses": "tool_choice", "messages": "tool_choice.name"}
    refused(answer, 400, "invalid_request", places[front.dialect])


# ---------------------------------------------------------------- images

PLACES = {"chat": "messages[0].content[1]", "responses": "input", "messages": "messages"}


@pytest.mark.parametrize("provider", ["chat", "messages"])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        (data_url(b"not an image at all"), "not an image of a type that is taken"),
        (data_url(picture()[:30]), "cannot be opened"),
        ("data:image/png;base64,*** no base64 ***", "base64"),
        (data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"), "not an image of a type"),
    ],
    ids=["text", "half of one", "not base64", "svg"],
)
def test_an_image_that_is_not_one_is_refused(
    front: Client, refused: Refused, provider: str, url: str, says: str
) -> None:
    answer = front.ask(f"{provider}/m", front.user(front.text("What is it?"), front.image(url)))
    assert says in refused(answer, 400, "invalid_request", PLACES[front.dialect])


def test_too_many_images_are_refused(front: Client, refused: Refused) -> None:
    images = [front.image(data_url(picture()))] * 4
    answer = front.ask(elsewhere(front), front.user(front.text("Hi"), *images))
    message = refused(answer, 400, "invalid_request", PLACES[front.dialect].replace("[1]", "[4]"))
    assert "4 images; 3 are allowed" in message


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_image_arrives_with_its_own_type_whatever_was_said_of_it(
    front: Client, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(whole(provider, "Red."))
    answer = front.ask(
        f"{provider}/m", front.user(front.text("What is it?"), front.image(data_url(picture(), "image/jpeg")))
    )
    assert said(front, answer) == "Red."
    sent = behind.requests[-1].body.decode()
    assert base64.b64encode(picture()).decode() in sent
    assert provider == "ollama" or "image/png" in sent
    assert "image/jpeg" not in sent


def test_a_data_url_of_100_mb_is_refused_for_its_size(front: Client, refused: Refused) -> None:
    large = "data:image/png;base64," + "A" * 100_000_000
    answer = front.ask(elsewhere(front), front.user(front.text("Hi"), front.image(large)))
    message = refused(answer, 400, "invalid_request", PLACES[front.dialect])
    assert "more than 20971520 bytes" in message
    assert len(message) < 300


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
def test_a_data_url_of_100_mb_is_too_much_for_the_usual_limit_of_bodies(http: httpx.Client, dialect: Any) -> None:
    client = Client(dialect, http)
    body = client.body("fast", client.user(client.image("data:image/png;base64," + "A" * 100_000_000)))
    answer = client.send(body)
    assert answer.status_code == 413
    error = client.error(answer)
    assert "max_body_bytes" in error["message"]
    assert error["type" if dialect == "messages" else "code"] == "request_too_large"


# ---------------------------------------------------------------- URLs that the gateway fetches


def at(behind: FaultUpstream, path: str = "/image.png") -> str:
    return f"{behind.url}{path}"


@pytest.mark.parametrize("provider", ["gemini", "ollama"])
def test_an_image_is_fetched_for_providers_that_want_its_content(
    front: Client, behind: FaultUpstream, provider: str
) -> None:
    behind.answer(faults.ok(picture(), {"content-type": "image/png"}))
    behind.answer(whole(provider, "Red."))
    answer = front.ask(f"{provider}/m", front.user(front.text("What is it?"), front.image(at(behind))))
    assert said(front, answer) == "Red."
    fetch, call = list(behind.requests)[-2:]
    assert (fetch.method, fetch.target) == ("GET", "/image.png")
    assert not {"authorization", "x-api-key", "cookie"} & {name.lower() for name, _ in fetch.headers}
    assert base64.b64encode(picture()).decode() in call.body.decode()


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/latest/meta-data/",
        "http://2852039166/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_not_followed(
    front: Client, behind: FaultUpstream, refused: Refused, location: str
) -> None:
    behind.answer(faults.redirect(location, 302))
    answer = front.ask("gemini/m", front.user(front.text("What is it?"), front.image(at(behind))))
    message = refused(answer, 400, "unfetchable_url", PLACES[front.dialect], sent=1)
    assert "was not fetched" in message
    assert "root:" not in message


@pytest.mark.parametrize(
    ("plan", "code", "says"),
    [
        (faults.status(404), "unfetchable_url", "answered 404"),
        (faults.ok(b"<html>", {"content-type": "text/html"}), "invalid_request", "not an image"),
        (faults.hang_up(), "unfetchable_url", "was not fetched"),
        (faults.oversize_body(30 << 20), "unfetchable_url", "more than"),
    ],
    ids=["missing", "a page", "hangs up", "too large"],
)
def test_a_url_that_gives_no_image_is_refused(
    front: Client, behind: FaultUpstream, refused: Refused, plan: Any, code: str, says: str
) -> None:
    behind.answer(plan)
    answer = front.ask("gemini/m", front.user(front.text("What is it?"), front.image(at(behind))))
    assert says in refused(answer, 400, code, PLACES[front.dialect], sent=1)


@pytest.mark.parametrize("url", ["http://169.254.169.254/a.png", "http://10.1.2.3/a.png", "http://[::1]/a.png"])
def test_a_url_of_a_private_place_is_not_fetched(front: Client, refused: Refused, url: str) -> None:
    answer = front.ask("gemini/m", front.user(front.text("What is it?"), front.image(url)))
    assert "was not fetched" in refused(answer, 400, "unfetchable_url", PLACES[front.dialect])


def test_a_document_is_fetched_as_images_are(front: Client, behind: FaultUpstream) -> None:
    if front.dialect == "chat":
        document: Json = {"type": "file", "file": {"file_data": at(behind, "/a.pdf")}}
    elif front.dialect == "responses":
        document = {"type": "input_file", "file_url": at(behind, "/a.pdf")}
    else:
        document = {"type": "document", "source": {"type": "url", "url": at(behind, "/a.pdf")}}
    behind.answer(faults.ok(b"%PDF-1.7", {"content-type": "application/pdf"}))
    behind.answer(whole("gemini", "Short."))
    assert said(front, front.ask("gemini/m", front.user(front.text("Sum it up."), document))) == "Short."
    assert base64.b64encode(b"%PDF-1.7").decode() in behind.requests[-1].body.decode()


# ---------------------------------------------------------------- schemas

CYCLE: Json = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
TREE: Json = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["name"],
    "additionalProperties": False,
}
FORMATS = {"chat": "response_format", "responses": "text.format", "messages": "output_config.format"}


@pytest.mark.parametrize("provider", ["chat", "responses", "messages", "ollama"])
def test_a_schema_that_goes_round_in_a_circle_is_refused(front: Client, refused: Refused, provider: str) -> None:
    message = refused(front.ask(f"{provider}/m", **front.form(CYCLE)), 400, "invalid_request", FORMATS[front.dialect])
    assert "leads back to itself" in message


@pytest.mark.parametrize("provider", ["chat", "responses", "messages", "ollama"])
def test_a_schema_of_a_tree_is_no_such_circle(front: Client, behind: FaultUpstream, provider: str) -> None:
    tree = '{"name":"a","children":[{"name":"b","children":[]}]}'
    behind.answer(whole(provider, tree))
    assert said(front, front.ask(f"{provider}/m", **front.form(TREE))) == tree
    behind.answer(whole(provider, '{"name":"a","children":[{"nom":"b"}]}'))
    answer = front.ask(f"{provider}/m", **front.form(TREE))
    assert answer.status_code == 502
    assert "$.children[0]" in front.error(answer)["message"]


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"$ref": "http://127.0.0.1/schema.json"}, "outside"),
        ({"type": "no such type"}, "not a valid JSON Schema"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}, "none"),
    ],
    ids=["elsewhere", "no type", "nowhere"],
)
def test_a_schema_that_is_none_is_refused(front: Client, refused: Refused, schema: Json, says: str) -> None:
    answer = front.ask(elsewhere(front), **front.form(schema))
    assert says in refused(answer, 400, "invalid_request", FORMATS[front.dialect])


def test_a_tool_whose_schema_goes_round_in_a_circle_is_refused_where_it_is_judged(
    front: Client, refused: Refused
) -> None:
    places = {
        "chat": "tools[0].function.parameters",
        "responses": "tools[0].parameters",
        "messages": "tools[0].input_schema",
    }
    model = "repaired" if front.dialect != "messages" else "repaired-chat"
    answer = front.ask(model, tools=[front.tool("f", {"type": "object", "allOf": [CYCLE], **CYCLE})])
    refused(answer, 400, "invalid_request", places[front.dialect])


# ---------------------------------------------------------------- answers that are none

EMPTY_OBJECT = faults.ok(b"{}")


NONE = [faults.ok(body) for body in (b"", b"[]", b'{"choices":', b"\xff\xfe{", b"[" * 3000 + b"]" * 3000)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_whole_answer_that_is_none_is_a_502(front: Client, behind: FaultUpstream, provider: str) -> None:
    for plan in (
        NONE if provider == front.dialect else [*NONE, EMPTY_OBJECT]
    ):  # bytes that pass are the client's to read
        behind.answer(plan)
        answer = front.ask(f"{provider}/m")
        assert answer.status_code == 502, answer.text
        error = front.error(answer)
        if front.dialect == "messages":
            assert error["type"] == "api_error"
        else:
            assert error["code"] == "provider_invalid_response"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_whole_answer_for_a_stream_is_a_502(front: Client, behind: FaultUpstream, provider: str) -> None:
    behind.answer(whole(provider, "Hello."))
    answer = front.ask(f"{provider}/m", stream=True)
    assert answer.status_code == 502, answer.text
    assert "application/json" in front.error(answer)["message"]


def test_what_cannot_be_said_is_left_out_and_named(front: Client, behind: FaultUpstream) -> None:
    behind.answer(whole("gemini", "Hello."))
    fields: Json = {"made_up": 1} | (
        {"user": "ann"} if front.dialect != "messages" else {"metadata": {"user_id": "ann"}}
    )
    answer = front.ask("gemini/m", **fields)
    assert said(front, answer) == "Hello."
    assert set(answer.headers["x-switchgear-dropped"].split(", ")) >= {"user", "made_up"}
    assert b"made_up" not in behind.requests[-1].body


def test_the_names_of_what_was_left_out_harm_no_header(front: Client, behind: FaultUpstream) -> None:
    behind.answer(streamed("gemini", wire("gemini", HELLO)))
    answer = front.ask("gemini/m", stream=True, **{"x\r\nset-cookie: a=b": 1, "é" * 3000: 2})
    assert front.heard(answer.content).text == "Hello."
    assert "set-cookie" not in answer.headers
    assert len(answer.headers["x-switchgear-dropped"]) <= 1024


def test_json_that_is_none_is_told_in_the_clients_own_form(front: Client, refused: Refused) -> None:
    for body in (b"{", b'{"model":"gemini/m","x":"\\ud83d', b"\xff"):
        answer = front.send(body)
        assert answer.status_code == 400
        assert "JSON" in front.error(answer)["message"] or "UTF-8" in front.error(answer)["message"]
    deep = json.dumps(front.body("gemini/m")).encode()[:-1] + b',"deep":' + b"[" * 5000 + b"]" * 5000 + b"}"
    refused(front.send(deep), 400, "invalid_json")
