"""Which requests pass as bytes, and which the gateway must see to."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
import pytest

from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import NotSupported
from switchgear.pipeline.as_it_came import as_bytes
from switchgear.pipeline.call import ModelCall, ModelRequest
from switchgear.providers.base import OPENAI_OPERATIONS, Operation
from switchgear.routing.directory import Answers, Deployment

TOOL: dict[str, Any] = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
STRICT = {"type": "function", "function": TOOL["function"] | {"strict": True}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
ASKED = [{"role": "user", "content": "hi"}]


class Provider:
    name = "acme"
    kind = "openai"
    embedded = False
    dialects = ("chat",)
    operations = OPENAI_OPERATIONS - {Operation.RERANK}
    capabilities = Capabilities()
    stream_usage = True


def passes(able: Capabilities | None = None, answers: Answers = "check", *, body: bytes = b"", **fields: Any) -> bool:
    """Whether a chat request goes to a chat provider as the bytes it came in."""
    body = body or json.dumps({"model": "m", "messages": ASKED} | fields).encode()
    request = ModelRequest("m", False, msgspec.json.decode(body, type=dict[str, msgspec.Raw]), body=body)
    deployment = Deployment(cast("Any", Provider()), "m", None)
    deployment.capabilities = able or Capabilities()
    return as_bytes(ModelCall("req_1", Operation.CHAT), request, deployment, answers) is not None


def test_a_plain_request_passes() -> None:
    assert passes()
    assert passes(temperature=0.2, stop=["x"], response_format={"type": "text"})


def test_tools_pass_unless_their_arguments_are_looked_at() -> None:
    assert passes(tools=[TOOL])
    assert not passes(tools=[STRICT])
    assert passes(Capabilities(schema="native"), tools=[STRICT])
    assert passes(None, "trust", tools=[STRICT])
    assert not passes(Capabilities(schema="native"), "repair", tools=[TOOL])
    assert not passes(Capabilities(tools="prompted"), "trust", tools=[TOOL])


def test_a_schema_passes_where_the_provider_holds_to_it() -> None:
    assert passes(Capabilities(schema="native"), response_format=SCHEMA)
    assert not passes(response_format=SCHEMA)


def test_images_and_signed_reasoning_are_looked_at() -> None:
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y"}}]}]
    assert not passes(messages=image)
    assert not passes(messages=[*ASKED, {"role": "assistant", "content": "", "reasoning_details": []}])


def test_an_escape_does_not_hide_a_word_that_is_looked_for() -> None:
    hidden = rb'{"model":"m","messages":[{"role":"user","content":[{"type":"image\u005furl","image\u005furl":{"url":"https://x"}}]}]}'
    assert not passes(body=hidden)


def test_what_a_provider_does_not_have_is_refused() -> None:
    request = ModelRequest("m", False, {})
    deployment = Deployment(cast("Any", Provider()), "m", None)
    with pytest.raises(NotSupported, match="acme has no rerank"):
        as_bytes(ModelCall("req_1", Operation.RERANK), request, deployment, "check")
