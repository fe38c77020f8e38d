"""A model that answers by rules, in OpenAI's chat dialect: what the clients' checks ask, it can answer.

The rules go by the words of the last user message, so that other providers can be given the same ones (``node/aimock.mjs``):

* after tool results: ``Tools said: A | B``, the results in order
* ``Weather in A and B``, with tools: a call of the tool named in ``tool_choice`` or else the first for each place
* ``Run: `A` and `B```, with an agent's tools: reasoning, then a call of its shell for each command
* ``Add: `FILE` saying `TEXT```, with an agent's tools: a call of the one that writes files
* ``… JSON …``: ``{"city":"Oslo","celsius":21}``, as the arguments of the output tool when one is given and no format is asked for
* ``Think: …`` of the weather: the reasoning, then the calls
* ``Think: …`` or ``… reasoning …``: the reasoning, then ``42``
* ``… image …``: ``I see a PNG of 4x4.``, by its bytes
* ``Fail with 429``: that status, each time; ``Fail once with 503 (word)``: the first time the word is heard
* anything else: ``You said: …``
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping
from typing import Any

from switchgear.testing import Plan, Request, ScriptedProvider, error_body, tool_call
from switchgear.testing.echo import fragments

ARGUMENTS = {"city": "Oslo", "celsius": 21}
JSON = '{"city":"Oslo","celsius":21}'
REASONING = "Six sevens are forty-two."
THOUGHT = {
    "prompt_tokens": 5,
    "completion_tokens": 9,
    "total_tokens": 14,
    "completion_tokens_details": {"reasoning_tokens": 8},
}
SHELLS = {"Bash": "command", "exec_command": "cmd"}
"""The shell of an agent, and the field its command is in."""
PATCH = "*** Begin Patch\n*** Add File: {}\n+{}\n*** End Patch\n"
OPENAI_TYPES = {400: "invalid_request_error", 401: "invalid_request_error", 429: "rate_limit_exceeded"}


class ScriptedModel(ScriptedProvider):
    """``ScriptedProvider`` with the rules above for chat; embeddings and models are the base's."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.heard: set[str] = set()

    def answer_to(self, request: Request) -> Plan:
        """Script the answer that the rules give, then give it."""
        if request.path.endswith("/chat/completions") and self._may(request):
            self._decide(request.json)
        return super().answer_to(request)

    def _may(self, request: Request) -> bool:
        return self._api_key is None or request.header("authorization") == f"Bearer {self._api_key}"

    def _decide(self, body: Mapping[str, Any]) -> None:
        said, results = _last_turn(body["messages"])
        failing = re.search(r"Fail (once )?with (\d+)(?: \((\w+)\))?", said)
        if failing:
            once, status, word = failing[1], int(failing[2]), failing[3] or ""
            if not once or word not in self.heard:
                self.heard.add(word)
                wrong = error_body(f"Scripted {status}.", type=OPENAI_TYPES.get(status, "server_error"))
                self.fail(status, wrong, {"retry-after": "1"} if status in (429, 503) else None)
                return
        if results:
            self._say(body, ["Tools said: " + " | ".join(results)])
        elif calls := _tasks(said, body):
            self._say(body, [{"reasoning_content": REASONING}, *_pieces(calls)])
        elif calls := _calls(said, body):
            thoughts = [{"reasoning_content": REASONING}] if said.startswith("Think:") else []
            self._say(body, [*thoughts, *fragments(calls)])
        elif said.startswith("Think:") or "reasoning" in said:
            self._say(
                body, [*({"reasoning_content": piece} for piece in re.findall(r"\S+\s*", REASONING)), "42"], THOUGHT
            )
        else:
            self._say(body, [_text(said, body)])

    def _say(self, body: Mapping[str, Any], chunks: list[str | Mapping[str, Any]], usage: Any = ...) -> None:
        if not body.get("stream"):  # OpenAI's own whole answers have it
            chunks = [{"annotations": []}, *chunks]
        self.reply(chunks=[part for chunk in chunks for part in _words(chunk)], usage=usage)


def _words(chunk: str | Mapping[str, Any]) -> list[Any]:
    return re.findall(r"\S+\s*", chunk) if isinstance(chunk, str) else [chunk]


def _last_turn(messages: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """The text of the last user message, and of the tool results after it."""
    said = ""
    results: list[str] = []
    for message in messages:
        if message["role"] == "user":
            said, results = _plain(message["content"]), []
        elif message["role"] == "tool":
            results.append(_plain(message["content"]))
    return said, results


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or ())


def _tasks(said: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls of an agent's tools that do what was said."""
    task, _, quoted = said.rpartition(": `")
    words = re.findall(r"`([^`]+)`", f"`{quoted}")
    tools = {
        (tool.get("function") or tool.get("custom", {})).get("name"): tool["type"] for tool in body.get("tools") or ()
    }
    if task.endswith("Run"):
        shell = next((name for name in SHELLS if name in tools), "")
        return (
            [tool_call(shell, {SHELLS[shell]: word}, id=f"call_{n}") for n, word in enumerate(words, 1)]
            if shell
            else []
        )
    if task.endswith("Add") and "Write" in tools:
        return [tool_call("Write", {"file_path": words[0], "content": words[1]})]
    if task.endswith("Add") and "apply_patch" in tools:
        patch = PATCH.format(*words)
        if tools["apply_patch"] == "custom":
            return [{"id": "call_1", "type": "custom", "custom": {"name": "apply_patch", "input": patch}}]
        return [tool_call("apply_patch", {"input": patch})]
    return []


def _pieces(calls: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """The calls as OpenAI streams them; what a tool that takes plain text is given comes in pieces too."""
    if calls[0]["type"] == "function":
        return list(fragments(calls))
    (call,) = calls
    text = call["custom"]["input"]
    first = {"index": 0} | call | {"custom": {"name": call["custom"]["name"], "input": text[:9]}}
    return [{"tool_calls": [first]}, {"tool_calls": [{"index": 0, "custom": {"input": text[9:]}}]}]


def _calls(said: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    functions = [tool["function"] for tool in body.get("tools") or () if tool["type"] == "function"]
    choice = body.get("tool_choice", "auto")
    if not functions or choice == "none":
        return []
    named = choice["function"]["name"] if isinstance(choice, dict) else ""
    places = re.findall(r"(?:Weather in|weather in|and) ([A-Z]\w+(?: Francisco)?)", said)
    name = named or functions[0]["name"]
    if places and name not in ("final_result", "Place"):
        (field, *_) = next(f for f in functions if f["name"] == name)["parameters"]["properties"]
        return [tool_call(name, {field: place}, id=f"call_{n}") for n, place in enumerate(places, 1)]
    output = named or next((f["name"] for f in functions if f["name"] in ("final_result", "Place", "json")), "")
    if "JSON" in said and output and "response_format" not in body:
        return [tool_call(output, ARGUMENTS)]
    return []


def _text(said: str, body: Mapping[str, Any]) -> str:
    if "JSON" in said:
        return JSON
    if "image" in said:
        images = [
            part["image_url"]["url"]
            for message in body["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
            if part["type"] == "image_url"
        ]
        return " ".join(f"I see {_seen(url)}." for url in images) or "I see nothing."
    return f"You said: {said}"


def _seen(url: str) -> str:
    head, _, data = url.partition(";base64,")
    raw = base64.b64decode(data)
    if head == "data:image/png" and raw.startswith(b"\x89PNG"):
        return "a PNG of {}x{}".format(*struct.unpack(">II", raw[16:24]))
    return f"{head.removeprefix('data:')} of {len(raw)} bytes"
