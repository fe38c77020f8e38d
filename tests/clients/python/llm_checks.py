"""The ``llm`` package as a library and as a command, over Chat Completions and over Responses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import llm
import openai
from checking import PLACE, check, equal, key, png, root, run


def write_models() -> None:
    """Make the gateway's models known the way its manual says: a file in llm's folder, JSON being YAML."""
    able = {"can_stream": True, "supports_tools": True, "supports_schema": True, "vision": True, "reasoning": True}
    same = able | {"api_base": f"{root()}/v1", "api_key_name": "switchgear"}
    models = [
        {"model_id": name, "model_name": model, **more, **same}
        for model in sys.argv[3:]
        for name, more in ((model, {}), (f"{model}-by-responses", {"responses": True}))
    ]
    folder = Path(os.environ["LLM_USER_PATH"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extra-openai-models.yaml").write_text(json.dumps(models))
    (folder / "keys.json").write_text(json.dumps({"switchgear": key()}))


write_models()


def get_weather(city: str) -> str:
    """Weather at a place."""
    return f"sunny in {city}"


def answers(one: Any) -> None:
    answer = one.prompt("Say hello.", system="Be brief.", stream=False)
    equal(answer.text(), "You said: Say hello.")
    assert answer.usage().output is not None


def streams(one: Any) -> None:
    equal("".join(one.prompt("Say hello.", stream=True)), "You said: Say hello.")


def runs_tools(one: Any) -> None:
    for stream in (True, False):
        text = one.chain("Weather in Oslo and Bergen?", tools=[get_weather], stream=stream).text()
        assert "Tools said: " in text, text
        assert text.index("sunny in Oslo") < text.index("sunny in Bergen")


def sees(one: Any) -> None:
    picture = llm.Attachment(type="image/png", content=png())
    equal(one.prompt("Describe the image.", attachments=[picture], stream=False).text(), "I see a PNG of 4x4.")


def gives_structured_output(one: Any) -> None:
    text = one.prompt("Give the place as JSON.", schema=PLACE, stream=False).text()
    equal(json.loads(text), {"city": "Oslo", "celsius": 21})


@check
def chat_answers(model: str) -> None:
    answers(llm.get_model(model))


@check
def chat_streams(model: str) -> None:
    streams(llm.get_model(model))


@check
def chat_runs_tools(model: str) -> None:
    runs_tools(llm.get_model(model))


@check
def chat_sees_images(model: str) -> None:
    sees(llm.get_model(model))


@check
def chat_gives_structured_output(model: str) -> None:
    gives_structured_output(llm.get_model(model))


@check
def responses_answer(model: str) -> None:
    answers(llm.get_model(f"{model}-by-responses"))


@check
def responses_stream(model: str) -> None:
    streams(llm.get_model(f"{model}-by-responses"))


@check
def responses_run_tools(model: str) -> None:
    runs_tools(llm.get_model(f"{model}-by-responses"))


@check
def responses_see_images(model: str) -> None:
    sees(llm.get_model(f"{model}-by-responses"))


@check
def responses_give_structured_output(model: str) -> None:
    gives_structured_output(llm.get_model(f"{model}-by-responses"))


@check
def a_conversation_goes_on(model: str) -> None:
    talk = llm.get_model(model).conversation()
    equal(talk.prompt("Say one.").text(), "You said: Say one.")
    equal(talk.prompt("Say two.").text(), "You said: Say two.")


@check
def errors_are_the_clients_own(model: str) -> None:
    try:
        llm.get_model(model).prompt("Fail with 429", stream=False).text()
    except openai.RateLimitError:
        return
    raise AssertionError("RateLimitError was not raised")


@check
def the_command_answers(model: str) -> None:
    command = [sys.executable, "-m", "llm", "prompt", "-m", model, "--no-log", "Say hello."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    equal((done.stdout.strip(), done.returncode), ("You said: Say hello.", 0))


run()
