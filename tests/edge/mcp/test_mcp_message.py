"""One message of an MCP client: what it is, and what is refused before anybody looks at it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.edge.mcp.message import Message, read_message
from switchgear.edge.mcp.mirrored import decoded, routing_fields
from switchgear.edge.mcp.refusals import Refusal

MODERN = "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {"roots": {}}}
HEADERS = [(b"mcp-protocol-version", MODERN.encode()), (b"mcp-method", b"tools/call"), (b"mcp-name", b"echo")]


def call(**changes: Any) -> bytes:
    params = {"name": "echo", "arguments": {"text": "hé"}, "_meta": {**META, "progressToken": "p1"}}
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params} | changes).encode()


def refusal(body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> Refusal:
    with pytest.raises(Refusal) as raised:
        read_message(body, HEADERS if headers is None else headers)
    return raised.value


def test_a_request_of_the_newest_revision_says_all_that_it_needs() -> None:
    message = read_message(call(), HEADERS)
    assert message == Message(
        MODERN,
        "tools/call",
        b"7",
        message.params,
        progress_token=b'"p1"',
        capabilities=b'{"roots": {}}',
        fields=message.fields,
        meta=message.meta,
    )
    assert json.loads(bytes(message.params))["arguments"] == {"text": "hé"}
    assert message.modern


def test_a_request_of_an_older_revision_needs_none_of_it() -> None:
    body = b'{"jsonrpc":"2.0","id":"a","method":"tools/list"}'
    assert read_message(body, [(b"mcp-protocol-version", b"2025-11-25")]).revision == "2025-11-25"
    assert read_message(body, []) == Message("2025-03-26", "tools/list", b'"a"')


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"jsonrpc":"2.0","method":"notifications/initialized"}', ("notifications/initialized", b"", b"", b"")),
        (b'{"jsonrpc":"2.0","id":3,"result":{"a":1}}', ("", b"3", b'{"a":1}', b"")),
        (
            b'{"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"no"}}',
            ("", b"3", b"", b'{"code":-1,"message":"no"}'),
        ),
    ],
)
def test_notifications_and_answers_are_told_from_requests(body: bytes, kind: tuple[str, bytes, bytes, bytes]) -> None:
    message = read_message(body, [])
    assert (message.method, message.id, bytes(message.result), bytes(message.error)) == kind


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff", -32700),
        (b"[" * 100_000, -32600),
        (b'{"params":' * 100_000, -32700),
        (b"[]", -32600),
        (b"null", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'{"id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":""}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":3}', -32600),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'{"jsonrpc":"2.0","result":{}}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32602),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, code: int) -> None:
    error = refusal(body, [])
    assert (error.code, error.status) == (code, 400)
    document = json.loads(error.document)
    assert (document["error"]["code"], document["id"]) == (code, 1 if code == -32602 else None)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (b"mcp-protocol-version", None, "mcp-protocol-version"),
        (b"mcp-protocol-version", b"2025-11-25", "mcp-protocol-version"),
        (b"mcp-method", None, "mcp-method"),
        (b"mcp-method", b"tools/list", "mcp-method"),
        (b"mcp-name", None, "mcp-name"),
        (b"mcp-name", b"other", "mcp-name"),
        (b"mcp-name", b"=?base64?ZWNoby?=", "mcp-name"),
    ],
)
def test_headers_that_say_something_else_are_refused(name: bytes, value: bytes | None, said: str) -> None:
    headers = [(one, own) for one, own in HEADERS if one != name] + ([] if value is None else [(name, value)])
    error = refusal(call(), headers)
    assert (error.code, error.status, error.id) == (-32020, 400, b"7")
    assert said in error.message


def test_a_name_may_be_written_in_base64() -> None:
    body = call(params={"name": "ächo", "_meta": META})
    written = b"=?base64?" + base64.b64encode("ächo".encode()) + b"?="
    assert read_message(body, [*HEADERS[:2], (b"mcp-name", written)]).method == "tools/call"


@pytest.mark.parametrize("twice", HEADERS)
def test_a_header_that_comes_twice_is_refused(twice: tuple[bytes, bytes]) -> None:
    assert refusal(call(), [*HEADERS, twice]).code == -32020


def test_what_the_newest_revision_needs_in_a_request_is_named() -> None:
    error = refusal(call(params={"name": "echo", "_meta": {}}))
    assert error.code == -32602
    assert "io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities" in error.message


def test_a_revision_that_nobody_speaks_is_refused_with_those_that_are_spoken() -> None:
    meta = META | {"io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    headers = [(b"mcp-protocol-version", b"2031-01-01"), *HEADERS[1:]]
    for error in (
        refusal(call(params={"name": "echo", "_meta": meta}), headers),
        refusal(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', headers[:1]),
    ):
        assert error.code == -32022
        assert json.loads(error.data)["requested"] == "2031-01-01"
        assert json.loads(error.data)["supported"][-1] == MODERN


def test_nobody_answers_requests_of_the_newest_revision() -> None:
    assert refusal(b'{"jsonrpc":"2.0","id":1,"result":{}}').code == -32600


@given(st.binary(max_size=200))
def test_hostile_bytes_are_a_message_or_refused(body: bytes) -> None:
    for headers in ([], HEADERS):
        try:
            read_message(body, headers)
        except Refusal as error:
            json.loads(error.document)


def test_blanks_around_a_field_are_no_part_of_it() -> None:
    assert routing_fields([(b"mcp-name", b"  echo ")]) == ({b"mcp-name": b"echo"}, b"")


@given(st.binary(max_size=60))
def test_a_field_is_decoded_one_way_or_not_at_all(value: bytes) -> None:
    text = decoded(value)
    marked = decoded(b"=?base64?" + base64.b64encode(value) + b"?=")
    assert text is None or text.isascii() or value.startswith(b"=?base64?")
    assert marked is None or marked.encode() == value
