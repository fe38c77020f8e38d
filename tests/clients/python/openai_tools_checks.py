"""The ``openai`` package's Responses API with an ``mcp`` tool, which the gateway runs by itself, behind a chat model."""

from __future__ import annotations

import json
from typing import Any

from checking import check, equal, key, root, run
from openai import OpenAI

QUESTION = "Weather in Oslo and Bergen?"
ANSWER = "Tools said: Hello, Oslo! | Hello, Bergen!"

client = OpenAI(base_url=f"{root()}/v1", api_key=key(), max_retries=0, timeout=60)


def server(**more: Any) -> Any:
    """The fixture by its address at the gateway, of whose tools one may be used."""
    about = {"type": "mcp", "server_label": "fixture", "server_url": f"{root()}/mcp/fixture"}
    return {**about, "allowed_tools": ["greet"], "require_approval": "never", **more}


def outcome(response: Any) -> None:
    calls = [item for item in response.output if item.type == "mcp_call"]
    equal([(call.name, json.loads(call.arguments)["name"]) for call in calls], [("greet", "Oslo"), ("greet", "Bergen")])
    equal([call.output for call in calls], ["Hello, Oslo!", "Hello, Bergen!"])
    (listed,) = [item for item in response.output if item.type == "mcp_list_tools"]
    equal([tool.name for tool in listed.tools], ["greet"])
    equal(response.output_text, ANSWER)


@check
def runs_tools(model: str) -> None:
    outcome(client.responses.create(model=model, input=QUESTION, tools=[server()]))


@check
def runs_tools_by_the_name_of_the_plugin(model: str) -> None:
    tool = {name: value for name, value in server().items() if name != "server_url"}
    outcome(client.responses.create(model=model, input=QUESTION, tools=[tool]))


@check
def runs_tools_in_a_stream(model: str) -> None:
    with client.responses.stream(model=model, input=QUESTION, tools=[server()]) as stream:
        kinds = [event.type for event in stream]
        outcome(stream.get_final_response())
    for kind in ("response.mcp_list_tools.completed", "response.mcp_call.in_progress", "response.mcp_call.completed"):
        assert kind in kinds, kinds


@check
def asks_before_it_runs_tools(model: str) -> None:
    asking = server(require_approval="always")
    first = client.responses.create(model=model, input=QUESTION, tools=[asking])
    requests = [item for item in first.output if item.type == "mcp_approval_request"]
    equal([request.name for request in requests], ["greet", "greet"])
    approvals = [
        {"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True} for request in requests
    ]
    second = client.responses.create(model=model, input=approvals, tools=[asking], previous_response_id=first.id)
    equal(second.output_text, ANSWER)


run()
