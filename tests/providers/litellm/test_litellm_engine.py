"""LiteLLM sealed: no environment, no connections, no log, and nothing imported before it is needed."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
import threading
from typing import Any

import pytest

from switchgear.providers.litellm import engine as module
from switchgear.providers.litellm.engine import Engine, Library, NetworkRefusedError

NOTHING = """
import sys
from switchgear.providers.litellm.engine import Engine
from switchgear.providers.litellm.provider import LiteLLMProvider
from switchgear.providers.litellm.settings import LiteLLMSettings
from switchgear.providers.transport import OriginSettings
LiteLLMProvider(LiteLLMSettings(OriginSettings("p", "https://litellm.invalid"), "bedrock"), Engine())
assert "litellm" not in sys.modules, "imported"
"""


def test_making_a_provider_imports_nothing_of_litellm() -> None:
    subprocess.run([sys.executable, "-c", NOTHING], check=True)


def test_litellm_finds_no_keys_in_the_environment(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_of_somebody_else")
    assert importlib.import_module("litellm.secret_managers.main").get_secret_str("GROQ_API_KEY") is None
    assert library.place("groq", "m", None, "given")[2] == "given"
    library.chat_config("databricks", "m")
    library.seal()
    databricks = importlib.import_module("litellm.llms.databricks.common_utils")
    monkeypatch.setenv("DATABRICKS_CLIENT_ID", "somebody")
    assert databricks.os.getenv("DATABRICKS_CLIENT_ID") is None


def test_litellm_opens_no_connection_while_it_translates(library: Library) -> None:
    with pytest.raises(NetworkRefusedError):
        library.litellm.module_level_client.get("http://127.0.0.1:9/")


async def test_nor_does_its_asynchronous_client(library: Library) -> None:
    with pytest.raises(NetworkRefusedError):
        await library.litellm.module_level_aclient.get("http://127.0.0.1:9/")


async def test_its_own_transport_is_opened_for_one_task_alone(library: Library) -> None:
    with library.own_transport():
        refused: list[type[BaseException]] = []

        def elsewhere() -> None:
            try:
                library.litellm.module_level_client.get("http://127.0.0.1:9/")
            except NetworkRefusedError as error:
                refused.append(type(error))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert refused == [NetworkRefusedError]


def test_litellm_logs_nothing(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).error("a prompt")
    assert caplog.records == []
    assert set(library.litellm.success_callback) <= {"cache"}  # its own, of what it has cached
    assert library.litellm.telemetry is False


def test_it_counts_no_tokens_for_which_it_would_ask_a_hub(library: Library) -> None:
    assert library.module("litellm.llms.replicate.chat.transformation").token_counter(model="meta/llama", text="a") == 0


def test_remembered_answers_are_the_same_and_their_own(library: Library) -> None:
    asked = {"model": "gpt-4o", "custom_llm_provider": "openai"}
    first = library.utils.get_model_info_helper(**asked)
    first["added"] = True
    assert "added" not in library.utils.get_model_info_helper(**asked)
    for _ in range(2):
        with pytest.raises(Exception, match="mapped"):
            library.utils._cached_get_model_info("no-such-model", "openai")


def test_a_second_engine_seals_nothing_twice(library: Library) -> None:
    handlers = importlib.import_module("litellm.llms.custom_httpx.http_handler")
    before = handlers.HTTPHandler.post
    Engine().load()
    assert handlers.HTTPHandler.post is before


def test_a_litellm_that_lacks_what_we_remember_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, library: Library
) -> None:
    seal: Any = library.litellm.__dict__[module._SEALED]
    monkeypatch.delitem(library.litellm.__dict__, module._SEALED)
    monkeypatch.setattr(module, "_LOOKUPS", (("litellm.utils", "no_such_function"),))
    with pytest.raises(Exception, match="not the version"):
        Engine().load()
    monkeypatch.setattr(library.litellm, module._SEALED, seal, raising=False)
