"""A call as the body of ``POST /api/chat`` (https://docs.ollama.com/api/chat)."""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import (
    Audio,
    Call,
    Effort,
    File,
    Image,
    Message,
    Native,
    Reasoning,
    ReasoningWish,
    Refusal,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Written,
)
from switchgear.core.capabilities import Target
from switchgear.core.errors import NotSupported, RequestError
from switchgear.dialects.custom_tools import INPUT, as_function
from switchgear.dialects.effort import nearest, wished_effort

Json = dict[str, Any]

_encode = msgspec.json.Encoder().encode
_arguments = msgspec.json.Decoder(dict[str, Any])

_OPTIONS = (
    ("max_tokens", "num_predict"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("top_k", "top_k"),
    ("seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
)
_UNSAID = (
    "logit_bias",
    "logprobs",
    "user",
    "metadata",
    "service_tier",
    "verbosity",
    "audio",
    "cache_key",
)
"""Fields of a call without a word in this dialect; log probabilities have one, but no place in a canonical answer."""
_THINKING: tuple[Effort, ...] = ("none", "low", "medium", "high", "max")
_THINKING_OF_GPT_OSS: tuple[Effort, ...] = ("low", "medium", "high")
"""The model that cannot be told not to think (https://docs.ollama.com/capabilities/thinking)."""


def write_call(call: Call, target: Target) -> Written:
    """The body of a request. Raises RequestError for what Ollama cannot be asked.

    The context length is never set: a model is loaded anew for each other one. Whoever wants one sets it at the server, in the
    Modelfile, or sends ``options`` with ``num_ctx``.
    """
    if call.n is not None and call.n > 1:
        raise NotSupported("Ollama gives one answer at a time.", param="n")
    dropped: list[str] = []
    names: dict[str, str] = {}
    messages: list[Json] = []
    for index, message in enumerate(call.messages):
        _add_message(messages, index, message, names)
    document: Json = {"model": target.model, "messages": messages, "stream": call.stream}
    if call.tools or call.tool_choice is not None:
        _add_tools(document, call, dropped)
    if call.format is not None:
        schema = call.format.schema if call.format.kind == "schema" else None
        document["format"] = "json" if schema is None or target.capabilities.schema == "checked" else schema
    if call.reasoning is not None:
        _add_thinking(document, call.reasoning, target, dropped)
    options = {here: value for name, here in _OPTIONS if (value := getattr(call, name)) is not None}
    if call.stop:
        options["stop"] = call.stop
    _add_others(document, options, call, dropped)
    if options:
        document["options"] = options
    return Written(_encode(document), dropped)


def _add_thinking(document: Json, wish: ReasoningWish, target: Target, dropped: list[str]) -> None:
    effort = wished_effort(wish)
    if effort is None:
        if wish.show and target.capabilities.reasoning:
            document["think"] = True
        return
    if target.capabilities.reasoning is False:
        if effort != "none":
            dropped.append("reasoning")
        return
    base = target.model.rpartition("/")[2]
    level = nearest(effort, _THINKING_OF_GPT_OSS if base.startswith("gpt-oss") else _THINKING)
    document["think"] = level if level != "none" else False


def _add_others(document: Json, options: Json, call: Call, dropped: list[str]) -> None:
    for name, value in call.extra.items():
        if name == "keep_alive":
            document["keep_alive"] = value
        elif name == "options" and isinstance(value, dict):
            options |= {key: given for key, given in value.items() if key not in options}
        else:
            dropped.append(name)
    if call.modalities is not None and call.modalities != ["text"]:
        dropped.append("modalities")
    dropped += [name for name in _UNSAID if getattr(call, name)]


# ---------------------------------------------------------------- tools


def _add_tools(document: Json, call: Call, dropped: list[str]) -> None:
    """The tools that may be called. A choice that Ollama cannot force is left to the model, among what it allows."""
    choice = call.tool_choice
    functions = [tool for tool in call.tools if tool.kind != "builtin"]
    dropped += [f"tools.{tool.name}" for tool in call.tools if tool.kind == "builtin"]
    if choice is not None:
        if choice.mode == "none":
            return
        wanted = (choice.name,) if choice.mode == "named" else choice.allowed
        if wanted:
            functions = [tool for tool in functions if tool.name in wanted]
        if choice.mode in ("named", "required"):
            if not functions:
                raise NotSupported("There is no tool that the model could be made to call.", param="tool_choice")
            dropped.append("tool_choice")
    if functions:
        document["tools"] = [_tool(tool) for tool in functions]
        if call.parallel_tools is False:
            dropped.append("parallel_tool_calls")


def _tool(tool: Tool) -> Json:
    if tool.kind == "custom":
        tool = as_function(tool)
    parameters = tool.parameters or {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


# ---------------------------------------------------------------- messages


def _add_message(messages: list[Json], index: int, message: Message, names: dict[str, str]) -> None:
    """One message, or of tool results one each. ``names`` are those of the tools called so far, by the call's id."""
    if message.role == "tool":
        after: list[Json] = []
        for place, part in enumerate(message.parts):
            path = f"messages[{index}].content[{place}]"
            if isinstance(part, ToolResult):
                messages.append(_result(part, path, names, after))
            elif not isinstance(part, Native):
                raise _not_here(part, path)
        messages += after
    elif message.role == "assistant":
        messages.append(_of_model(index, message, names))
    else:
        messages.append(_said(index, message))


def _said(index: int, message: Message) -> Json:
    texts: list[str] = []
    images: list[str] = []
    for place, part in enumerate(message.parts):
        if isinstance(part, Text):
            texts.append(part.text)
        elif isinstance(part, Image):
            images.append(_image(part, f"messages[{index}].content[{place}]"))
        elif isinstance(part, File) and part.text:
            texts.append(part.text)
        elif not isinstance(part, Native):
            raise _not_here(part, f"messages[{index}].content[{place}]")
        elif part.text:
            texts.append(part.text)
    made: Json = {"role": message.role, "content": "\n".join(texts)}
    if images:
        made["images"] = images
    return made


def _of_model(index: int, message: Message, names: dict[str, str]) -> Json:
    texts: list[str] = []
    thoughts: list[str] = []
    images: list[str] = []
    calls: list[Json] = []
    for place, part in enumerate(message.parts):
        if isinstance(part, Text | Refusal | Native):
            texts.append(part.text)
        elif isinstance(part, ToolCall):
            names[part.id] = part.name
            calls.append(_call(part, f"messages[{index}].tool_calls"))
        elif isinstance(part, Reasoning):
            thoughts.append("" if part.signature else part.text)  # a signed thought is its provider's alone
        elif isinstance(part, Image):
            images.append(_image(part, f"messages[{index}].content[{place}]"))
        elif isinstance(part, Audio) and not part.data:
            texts.append(part.transcript)
        else:
            raise _not_here(part, f"messages[{index}].content[{place}]")
    made: Json = {"role": "assistant", "content": "".join(texts)}
    if thinking := "\n".join(filter(None, thoughts)):
        made["thinking"] = thinking
    return made | {name: found for name, found in (("images", images), ("tool_calls", calls)) if found}


def _call(call: ToolCall, path: str) -> Json:
    if call.custom:
        arguments: Json = {INPUT: call.arguments}
    elif not call.arguments:
        arguments = {}
    else:
        try:
            arguments = _arguments.decode(call.arguments)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
            raise RequestError(f"{path}: the arguments of {call.name} are not a JSON object.", param=path) from error
    made: Json = {"function": {"name": call.name, "arguments": arguments}}
    if call.id:
        made["id"] = call.id
    return made


def _result(result: ToolResult, path: str, names: dict[str, str], after: list[Json]) -> Json:
    """A tool's message. Images follow all results, in a user's message that names their call."""
    name = result.name or names.get(result.call_id)
    if name is None:
        raise RequestError(f"{path}: no tool call has the id {result.call_id[:80]!r}.", param=path)
    texts: list[str] = []
    images: list[str] = []
    for part in result.content:
        if isinstance(part, Text):
            texts.append(part.text)
        elif isinstance(part, Image):
            images.append(_image(part, path))
        elif part.text:
            texts.append(part.text)
        else:
            raise _not_here(part, path)
    text = "\n".join(texts)
    if images:
        said = f"What the tool call {result.call_id} ({name}) gave:"
        after.append({"role": "user", "content": said, "images": images})
    made: Json = {"role": "tool", "content": f"Error: {text}" if result.is_error else text, "tool_name": name}
    if result.call_id:
        made["tool_call_id"] = result.call_id
    return made


def _image(part: Image, path: str) -> str:
    if not part.data:
        raise NotSupported(
            f"{path}: Ollama takes images as data only.", param=path, hint="Send the image as a data URL."
        )
    return part.data


def _not_here(part: object, path: str) -> NotSupported:
    return NotSupported(f"{path}: Ollama takes no part of the kind {type(part).__name__} there.", param=path)
