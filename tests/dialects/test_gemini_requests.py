"""Calls as Gemini's generateContent takes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from switchgear.core.canonical import (
    Audio,
    Call,
    File,
    Image,
    Message,
    Native,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    ResponseFormat,
    Signature,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from switchgear.core.capabilities import Capabilities, Target
from switchgear.core.errors import RequestError
from switchgear.dialects.gemini import BACK

SKIP = "skip_thought_signature_validator"
WEATHER = Tool(
    "weather",
    description="The weather in a place.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
SEARCH = Tool("web_search", "builtin", raw={"type": "web_search"}, dialect="responses")


def target(model: str = "gemini-3.6-flash", **capabilities: Any) -> Target:
    return Target("google", "gemini", model, Capabilities(image_urls=False, **capabilities))


def written(call: Call, to: Target | None = None) -> tuple[dict[str, Any], list[str]]:
    found = BACK.write_call(call, to or target())
    return json.loads(found.body), found.dropped


def body_of(*messages: Message, to: Target | None = None, **more: Any) -> dict[str, Any]:
    return written(Call("m", list(messages), dialect="chat", **more), to)[0]


def user(*parts: Part | str) -> Message:
    return Message("user", [Text(part) if isinstance(part, str) else part for part in parts])


def model(*parts: Part | str) -> Message:
    return Message("assistant", [Text(part) if isinstance(part, str) else part for part in parts])


def tool(*parts: Part) -> Message:
    return Message("tool", list(parts))


def ask(**more: Any) -> Call:
    return Call("m", [user("Hi")], dialect="chat", **more)


# ---------------------------------------------------------------- messages


def test_a_conversation_becomes_contents_and_an_instruction() -> None:
    body = body_of(Message("system", [Text("Be brief."), Text("Be kind.")]), user("Hi"), model("Hello."), user("Bye"))
    assert body == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}]},
            {"role": "model", "parts": [{"text": "Hello."}]},
            {"role": "user", "parts": [{"text": "Bye"}]},
        ],
    }


def test_messages_of_one_side_in_a_row_are_one_content() -> None:
    body = body_of(user("a"), user("b"), model("c"), model("d"), user("e"))
    assert [[part["text"] for part in content["parts"]] for content in body["contents"]] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]


def test_an_instruction_alone_is_said_as_a_user() -> None:
    body = body_of(Message("system", [Text("Say hello.")]))
    assert body == {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}


def test_a_model_without_instructions_is_told_as_by_a_user() -> None:
    body = body_of(Message("system", [Text("Be brief.")]), user("Hi"), to=target("gemma-3-27b-it", system=False))
    assert body["contents"] == [
        {"role": "user", "parts": [{"text": "Be brief."}]},
        {"role": "user", "parts": [{"text": "Hi"}]},
    ]


def test_media_are_sent_as_data() -> None:
    body = body_of(
        user(
            Image(data="aW1n", media_type="image/png", detail="high"),
            Audio("c291bmQ=", "mp3"),
            File(data="cGRm", media_type="application/pdf", filename="a.pdf"),
            File(text="plain", media_type="text/plain"),
        )
    )
    assert body["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "aW1n"}},
        {"inlineData": {"mimeType": "audio/mp3", "data": "c291bmQ="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "cGRm"}},
        {"text": "plain"},
    ]


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (Image(url="gs://b/a.png", media_type="image/png"), {"fileUri": "gs://b/a.png", "mimeType": "image/png"}),
        (File(url="https://h/a.pdf"), {"fileUri": "https://h/a.pdf"}),
        (File(file_id="files/abc"), {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}),
        (File(file_id="https://g/v1beta/files/abc"), {"fileUri": "https://g/v1beta/files/abc"}),
    ],
)
def test_files_at_google_are_named_by_their_uri(part: Part, data: dict[str, str]) -> None:
    assert body_of(user(part))["contents"][0]["parts"] == [{"fileData": data}]


@pytest.mark.parametrize(
    ("message", "param"),
    [
        (user("a", File(file_id="file-abc")), "messages[0].content[1]"),
        (user(Image(data="x")), "messages[0].content[0]"),
        (user(Audio(id="audio_1")), "messages[0].content[0]"),
        (user(ToolCall("1", "f", "{}")), "messages[0].content[0]"),
        (model(ToolResult("1", [])), "messages[0].content[0]"),
        (tool(Text("x")), "messages[0].content[0]"),
        (tool(ToolResult("1", [Text("x")])), "messages[0].content[0]"),
        (model(ToolCall("1", "f", "[]")), "messages[0].tool_calls"),
        (model(ToolCall("1", "f", '{"a":')), "messages[0].tool_calls"),
    ],
)
def test_what_cannot_be_said_is_refused_where_it_stands(message: Message, param: str) -> None:
    with pytest.raises(RequestError) as caught:
        body_of(message)
    assert caught.value.param == param


def test_other_parts_of_a_model_are_kept_as_text_where_they_can_be() -> None:
    body = body_of(
        model(
            Refusal("No."),
            Audio(id="a", transcript="spoken"),
            Native("messages", {"type": "server_tool_use"}),
            Native("messages", {}, text="found"),
            Image(data="eA==", media_type="image/png"),
        ),
        user(Native("messages", {}, text="seen"), Native("messages", {})),
    )
    assert body["contents"][0]["parts"] == [
        {"text": "No."},
        {"text": "spoken"},
        {"text": "found"},
        {"inlineData": {"mimeType": "image/png", "data": "eA=="}},
    ]
    assert body["contents"][1]["parts"] == [{"text": "seen"}]


def test_an_empty_answer_in_the_history_is_left_out() -> None:
    assert len(body_of(user("a"), model(""), user("b"))["contents"]) == 1


# ---------------------------------------------------------------- tool calls and results


def test_parallel_calls_and_their_results_are_one_content_each() -> None:
    body = body_of(
        user("Weather?"),
        model("Let me see.", ToolCall("c1", "weather", '{"city": "Oslo"}'), ToolCall("c2", "now", "")),
        tool(ToolResult("c1", [Text("rain"), Text("9 °C")])),
        tool(ToolResult("c2", [Text("no clock")], is_error=True)),
        user("Thanks"),
    )
    assert body["contents"][1] == {
        "role": "model",
        "parts": [
            {"text": "Let me see."},
            {"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": SKIP},
            {"functionCall": {"id": "c2", "name": "now", "args": {}}},
        ],
    }
    assert body["contents"][2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "c1", "name": "weather", "response": {"output": "rain\n9 °C"}}},
            {"functionResponse": {"id": "c2", "name": "now", "response": {"error": "no clock"}}},
        ],
    }
    assert body["contents"][3] == {"role": "user", "parts": [{"text": "Thanks"}]}


def test_custom_tools_are_functions_of_one_text() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: /a/"}
    body = body_of(
        model(ToolCall("1", "sh", "ls -l", custom=True)),
        tool(ToolResult("1", [Text("ok")], custom=True)),
        tools=[Tool("sh", "custom", "A shell.", format=grammar)],
    )
    assert body["contents"][0]["parts"][0]["functionCall"]["args"] == {"input": "ls -l"}
    declared = body["tools"][0]["functionDeclarations"][0]
    assert declared["parametersJsonSchema"]["properties"] == {"input": {"type": "string"}}
    assert "start: /a/" in declared["description"]


def test_images_of_a_result_are_in_the_response_since_generation_3() -> None:
    call = model(ToolCall("1", "shot", "{}"))
    result = tool(ToolResult("1", [Text("here"), Image(data="eA==", media_type="image/png")]))
    picture = {"inlineData": {"mimeType": "image/png", "data": "eA=="}}
    newer = body_of(call, result)["contents"][1]["parts"]
    assert newer == [
        {"functionResponse": {"id": "1", "name": "shot", "response": {"output": "here"}, "parts": [picture]}}
    ]
    older = body_of(call, result, to=target("gemini-2.5-pro"))["contents"][1]["parts"]
    assert older == [
        {"functionResponse": {"id": "1", "name": "shot", "response": {"output": "here"}}},
        {"text": "What the tool call 1 (shot) gave:"},
        picture,
    ]


def test_a_result_is_text_however_it_looks() -> None:
    told = '{"$ref": "#/$defs/x"}'
    body = body_of(model(ToolCall("1", "f", "{}")), tool(ToolResult("1", [Text(told)])))
    assert body["contents"][1]["parts"][0]["functionResponse"]["response"] == {"output": told}


# ---------------------------------------------------------------- signatures


def test_a_signature_goes_back_on_the_part_it_belongs_to() -> None:
    body = body_of(
        model(
            Reasoning("I think", None),
            Reasoning(signature=Signature("google", "c2ln")),
            ToolCall("1", "f", "{}"),
            ToolCall("2", "g", "{}"),
        ),
    )
    first, second = body["contents"][0]["parts"]
    assert first["thoughtSignature"] == "c2ln"
    assert "thoughtSignature" not in second


@pytest.mark.parametrize("redacted", [True, False])
def test_a_signature_may_come_back_with_the_thought_of_a_client(redacted: bool) -> None:
    reasoning = Reasoning("a summary", Signature("google", "c2ln"), redacted=redacted)
    assert body_of(model(reasoning, "Hello."))["contents"][0]["parts"] == [
        {"text": "Hello.", "thoughtSignature": "c2ln"}
    ]


def test_a_signature_after_everything_has_an_empty_text_of_its_own() -> None:
    body = body_of(model("Hello.", Reasoning(signature=Signature("google", "c2ln"))))
    assert body["contents"][0]["parts"] == [{"text": "Hello."}, {"text": "", "thoughtSignature": "c2ln"}]


@pytest.mark.parametrize(
    ("signature", "native", "dialect"),
    [
        (Signature("anthropic", "c2ln"), "", "chat"),
        (Signature("", "c2ln"), "", "chat"),
        (Signature("", "c2ln"), "gemini", "chat"),
        (Signature("", "c2ln"), "", ""),
        (Signature("google", ""), "", "chat"),
        (Signature("google", "part.!!!"), "", "chat"),
        (Signature("google", "part.e30"), "", "chat"),
    ],
)
def test_signatures_of_others_are_left_out_with_their_thoughts(signature: Signature, native: str, dialect: str) -> None:
    to = Target("google", "gemini", "gemini-3.6-flash", native_signatures=native)
    call = Call("m", [model(Reasoning("thought", signature), ToolCall("1", "f", "{}"))], dialect=dialect)
    body, dropped = written(call, to)
    assert body["contents"][0]["parts"] == [
        {"functionCall": {"id": "1", "name": "f", "args": {}}, "thoughtSignature": SKIP}
    ]
    assert dropped == []


def test_an_unmarked_signature_of_the_same_dialect_is_trusted() -> None:
    to = Target("google", "gemini", "gemini-3.6-flash", native_signatures="chat")
    call = Call("m", [model(Reasoning("", Signature("", "c2ln")), ToolCall("1", "f", "{}"))], dialect="chat")
    assert written(call, to)[0]["contents"][0]["parts"][0]["thoughtSignature"] == "c2ln"


def test_models_before_generation_3_demand_no_signature() -> None:
    body = body_of(model(ToolCall("1", "f", "{}")), to=target("models/gemini-2.5-flash"))
    assert "thoughtSignature" not in body["contents"][0]["parts"][0]


# ---------------------------------------------------------------- tools


def test_functions_are_declared_with_json_schema() -> None:
    body = body_of(
        user("Hi"), tools=[WEATHER, Tool("now"), Tool("ping", parameters={"type": "object", "properties": {}})]
    )
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "weather",
                    "description": "The weather in a place.",
                    "parametersJsonSchema": WEATHER.parameters,
                },
                {"name": "now"},
                {"name": "ping"},
            ]
        }
    ]
    assert "toolConfig" not in body


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (ToolChoice("auto"), None),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("named", "weather"), {"mode": "ANY", "allowedFunctionNames": ["weather"]}),
        (ToolChoice("required", allowed=("weather",)), {"mode": "ANY", "allowedFunctionNames": ["weather"]}),
        (ToolChoice("auto", allowed=("weather", "gone")), {"mode": "VALIDATED", "allowedFunctionNames": ["weather"]}),
        (ToolChoice("auto", allowed=("gone",)), {"mode": "NONE"}),
    ],
)
def test_a_choice_of_tools_is_a_mode(choice: ToolChoice, config: Any) -> None:
    body, dropped = written(ask(tools=[WEATHER, Tool("now")], tool_choice=choice))
    assert body.get("toolConfig") == (config and {"functionCallingConfig": config})
    assert dropped == []


def test_strict_tools_are_validated() -> None:
    strict = Tool("now", strict=True)
    assert written(ask(tools=[WEATHER, strict]))[0]["toolConfig"] == {"functionCallingConfig": {"mode": "VALIDATED"}}


@pytest.mark.parametrize(
    "choice",
    [ToolChoice("named", "gone"), ToolChoice("named", "web_search"), ToolChoice("required", allowed=("gone",))],
)
def test_a_choice_of_what_is_not_there_is_refused(choice: ToolChoice) -> None:
    with pytest.raises(RequestError) as caught:
        written(ask(tools=[WEATHER, SEARCH], tool_choice=choice))
    assert caught.value.param == "tool_choice"


@pytest.mark.parametrize("tools", [[], [Tool("code", "builtin")]])
def test_a_forced_call_without_tools_is_refused(tools: list[Tool]) -> None:
    with pytest.raises(RequestError, match="tool"):
        written(ask(tools=tools, tool_choice=ToolChoice("required")))


def test_web_search_is_googles_and_other_builtins_are_dropped() -> None:
    code = Tool("code_interpreter", "builtin")
    body, dropped = written(ask(tools=[SEARCH, code]))
    assert body["tools"] == [{"googleSearch": {}}]
    assert dropped == ["tools.code_interpreter"]
    assert "toolConfig" not in body


def test_search_beside_functions_needs_generation_3() -> None:
    body, dropped = written(ask(tools=[SEARCH, WEATHER]))
    assert [list(each) for each in body["tools"]] == [["functionDeclarations"], ["googleSearch"]]
    assert body["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert dropped == []
    body, dropped = written(ask(tools=[SEARCH, WEATHER]), target("gemini-2.5-flash"))
    assert [list(each) for each in body["tools"]] == [["functionDeclarations"]]
    assert dropped == ["tools.web_search"]


# ---------------------------------------------------------------- everything else


def test_sampling_and_limits_are_the_generation_config() -> None:
    body, dropped = written(
        ask(
            max_tokens=9,
            temperature=0.0,
            top_p=0.5,
            top_k=3,
            stop=["a"],
            seed=7,
            presence_penalty=1,
            frequency_penalty=-1,
        )
    )
    assert body["generationConfig"] == {
        "maxOutputTokens": 9, "temperature": 0.0, "topP": 0.5, "topK": 3, "stopSequences": ["a"], "seed": 7,
        "presencePenalty": 1, "frequencyPenalty": -1,
    }  # fmt: skip
    assert dropped == []


@pytest.mark.parametrize("seed", [2**31, 2**63 - 1, -1, 2**32 + 5])
def test_a_seed_fits_32_bits_and_stays_the_same(seed: int) -> None:
    found = {written(ask(seed=seed))[0]["generationConfig"]["seed"] for _ in range(2)}
    assert len(found) == 1
    assert 0 <= found.pop() < 2**31


def test_json_is_asked_for_by_its_type_and_a_schema() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    wanted = ResponseFormat("schema", "x", schema)
    assert written(ask(format=ResponseFormat("json")))[0]["generationConfig"] == {
        "responseMimeType": "application/json"
    }
    assert written(ask(format=wanted))[0]["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }
    checked = written(ask(format=wanted), target(schema="checked"))
    assert checked == ({**checked[0], "generationConfig": {"responseMimeType": "application/json"}}, [])


def test_a_format_beside_functions_needs_generation_3() -> None:
    call = ask(format=ResponseFormat("json"), tools=[WEATHER])
    assert "generationConfig" in written(call)[0]
    body, dropped = written(call, target("gemini-2.5-pro"))
    assert "generationConfig" not in body
    assert dropped == ["response_format"]


def test_what_has_no_word_is_named() -> None:
    _, dropped = written(
        ask(
            logit_bias={"1": 1.0},
            logprobs=True,
            user="u",
            metadata={"a": "b"},
            verbosity="low",
            cache_key="k",
            parallel_tools=False,
            tools=[WEATHER],
            service_tier="scale",
            modalities=["text", "audio"],
            audio={"voice": "x"},
            extra={"prediction": {}},
        )
    )
    assert sorted(dropped) == [
        "audio", "cache_key", "logit_bias", "logprobs", "metadata", "modalities", "parallel_tool_calls", "prediction",
        "service_tier", "user", "verbosity",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tier", "said"), [("flex", "flex"), ("priority", "priority"), ("default", "standard"), ("auto", None)]
)
def test_service_tiers_have_googles_names(tier: str, said: str | None) -> None:
    body, dropped = written(ask(service_tier=tier))
    assert body.get("serviceTier") == said
    assert dropped == []


def test_googles_own_fields_pass() -> None:
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    body, dropped = written(ask(extra={"safety_settings": safety, "cachedContent": "cachedContents/1"}))
    assert body["safetySettings"] == safety
    assert body["cachedContent"] == "cachedContents/1"
    assert dropped == []


def test_more_than_one_answer_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        written(ask(n=2))
    assert caught.value.param == "n"
    assert written(ask(n=1))[1] == []


def test_a_wish_to_think_goes_to_those_that_can() -> None:
    high = ask(reasoning=ReasoningWish("high"))
    assert written(high)[0]["generationConfig"] == {
        "thinkingConfig": {"thinkingLevel": "high", "includeThoughts": True}
    }
    assert written(high, target(reasoning=False))[1] == ["reasoning"]
    assert written(high, target("gemini-2.0-flash"))[1] == ["reasoning"]
    assert written(ask(reasoning=ReasoningWish("none")), target("gemini-2.0-flash"))[1] == []
