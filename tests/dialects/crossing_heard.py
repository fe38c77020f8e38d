"""Requests of Gemini and Ollama read back as calls, for dialects that have no front half: only what the tests of crossings write."""

from __future__ import annotations

import json
from typing import Any

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Part,
    ReasoningWish,
    ResponseFormat,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

Json = dict[str, Any]


# ---------------------------------------------------------------- Gemini


def heard_by_gemini(body: bytes) -> Call:
    """The call in a request of ``generateContent``; whether it streams is in its path."""
    document = json.loads(body)
    messages: list[Message] = []
    if "systemInstruction" in document:
        messages.append(Message("system", [Text(part["text"]) for part in document["systemInstruction"]["parts"]]))
    for content in document["contents"]:
        parts = [_part(part) for part in content["parts"]]
        results: list[Part] = [part for part in parts if isinstance(part, ToolResult)]
        if results:
            messages.append(Message("tool", results))
        rest = [part for part in parts if not isinstance(part, ToolResult)]
        if rest:
            messages.append(Message("assistant" if content["role"] == "model" else "user", rest))
    config = document.get("generationConfig", {})
    return Call(
        "m",
        messages,
        tools=[_declared(one) for group in document.get("tools", ()) for one in group["functionDeclarations"]],
        tool_choice=_chosen(document.get("toolConfig")),
        format=_form(config),
        reasoning=_wished(config.get("thinkingConfig")),
        max_tokens=config.get("maxOutputTokens"),
        temperature=config.get("temperature"),
        top_p=config.get("topP"),
        top_k=config.get("topK"),
        stop=config.get("stopSequences", []),
        service_tier=document.get("serviceTier", ""),
        seed=config.get("seed"),
        presence_penalty=config.get("presencePenalty"),
        frequency_penalty=config.get("frequencyPenalty"),
    )


def _part(part: Json) -> Part:
    if "text" in part:
        return Text(part["text"])
    if "functionCall" in part:
        call = part["functionCall"]
        return ToolCall(call["id"], call["name"], json.dumps(call["args"]))
    if "functionResponse" in part:
        told = part["functionResponse"]
        text = told["response"].get("output", told["response"].get("error"))
        pieces: list[Any] = [Text(text)] if text else []
        pieces += [_part(piece) for piece in told.get("parts", ())]
        return ToolResult(told["id"], pieces, told["name"], is_error="error" in told["response"])
    if "fileData" in part:
        file = part["fileData"]
        return File(file["fileUri"]) if file["fileUri"].endswith(".pdf") else Image(file["fileUri"])
    inline = part["inlineData"]
    family, _, kind = inline["mimeType"].partition("/")
    if family == "audio":
        return Audio(inline["data"], kind)
    if family == "image":
        return Image(data=inline["data"], media_type=inline["mimeType"])
    return File(data=inline["data"], media_type=inline["mimeType"])


def _declared(declaration: Json) -> Tool:
    return Tool(
        declaration["name"],
        description=declaration.get("description", ""),
        parameters=declaration.get("parametersJsonSchema"),
    )


def _chosen(config: Json | None) -> ToolChoice | None:
    if config is None:
        return None
    told = config["functionCallingConfig"]
    allowed = tuple(told.get("allowedFunctionNames", ()))
    if told["mode"] == "ANY" and len(allowed) == 1:
        return ToolChoice("named", allowed[0])
    modes: dict[str, Any] = {"ANY": "required", "NONE": "none", "VALIDATED": "auto"}
    return ToolChoice(modes[told["mode"]], allowed=allowed)


def _form(config: Json) -> ResponseFormat | None:
    if "responseMimeType" not in config:
        return None
    schema = config.get("responseJsonSchema")
    return ResponseFormat("json") if schema is None else ResponseFormat("schema", schema=schema)


def _wished(config: Json | None) -> ReasoningWish | None:
    if config is None:
        return None
    return ReasoningWish(config.get("thinkingLevel"), config.get("thinkingBudget"))


# ---------------------------------------------------------------- Ollama


def heard_by_ollama(body: bytes) -> Call:
    """The call in a request of ``/api/chat``."""
    document = json.loads(body)
    options = document.get("options", {})
    form = document.get("format")
    think = document.get("think")
    return Call(
        "m",
        [_message(message) for message in document["messages"]],
        stream=document["stream"],
        tools=[_function(tool["function"]) for tool in document.get("tools", ())],
        format=None
        if form is None
        else ResponseFormat("json")
        if form == "json"
        else ResponseFormat("schema", schema=form),
        reasoning=None if think is None else ReasoningWish(think or "none"),
        max_tokens=options.get("num_predict"),
        temperature=options.get("temperature"),
        top_p=options.get("top_p"),
        top_k=options.get("top_k"),
        stop=options.get("stop", []),
        seed=options.get("seed"),
        presence_penalty=options.get("presence_penalty"),
        frequency_penalty=options.get("frequency_penalty"),
    )


def _function(function: Json) -> Tool:
    return Tool(function["name"], description=function["description"], parameters=function["parameters"])


def _message(message: Json) -> Message:
    text, role = message["content"], message["role"]
    if role == "tool":
        told = text.removeprefix("Error: ")
        pieces: list[Any] = [Text(told)] if told else []
        return Message(
            "tool", [ToolResult(message["tool_call_id"], pieces, message["tool_name"], is_error=told != text)]
        )
    parts: list[Part] = [Text(text)] if text else []
    parts += [Image(data=data, media_type="image/png") for data in message.get("images", ())]
    for call in message.get("tool_calls", ()):
        function = call["function"]
        parts.append(ToolCall(call["id"], function["name"], json.dumps(function["arguments"])))
    return Message(role, parts)
