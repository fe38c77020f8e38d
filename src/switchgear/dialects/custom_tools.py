"""Custom tools, which take plain text, where only functions are known: a function with one string parameter, ``input``.

Source: https://platform.openai.com/docs/guides/function-calling#custom-tools. A back half that lacks them writes
``as_function(tool)`` and, for calls made before, ``wrapped(arguments)``; the front half, which has the call, knows by name which
calls are of a custom tool and gives their ``unwrapped`` text.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchgear.core.canonical import Call, Tool

INPUT: Final = "input"
_NOTE = "Put the whole text that the tool takes into the parameter input."
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def as_function(tool: Tool) -> Tool:
    """The function that stands in for a custom tool. A grammar, which a schema cannot say, is told in the description."""
    told = [tool.description, _NOTE]
    grammar = tool.format or {}
    if grammar.get("type") == "grammar":
        told.append(f"It must match this {grammar.get('syntax', '')} grammar:\n{grammar.get('definition', '')}")
    schema = {
        "type": "object",
        "properties": {INPUT: {"type": "string"}},
        "required": [INPUT],
        "additionalProperties": False,
    }
    return Tool(tool.name, description="\n\n".join(filter(None, told)), parameters=schema, cache=tool.cache)


def names_of(call: Call) -> frozenset[str]:
    """The names of a call's custom tools."""
    return frozenset([tool.name for tool in call.tools if tool.kind == "custom"]) if call.tools else frozenset()


def wrapped(text: str) -> str:
    """The text for a custom tool as the arguments of its function."""
    return _encode({INPUT: text}).decode()


def unwrapped(arguments: str) -> str:
    """The text in the arguments of its function; the arguments themselves where a model wrote something else."""
    try:
        fields = _decode(arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return arguments
    text = fields.get(INPUT)
    return text if isinstance(text, str) and len(fields) == 1 else arguments
