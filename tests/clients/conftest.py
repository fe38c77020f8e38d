"""A served gateway with scripted models of every dialect behind it, and the clients in an environment of their own.

``stage`` lives as long as the test session (of each xdist worker). What a client's script finds is shared between the
workers: whoever asks first runs it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from scripted_model import ScriptedModel

from client_environment import Environment
from switchgear.testing import served, unused_port

HERE = Path(__file__).resolve().parent
PROVIDER_KEY = "the-provider's-own-key"

KINDS = {
    "chat": 'kind = "openai"\nbase_url = "{scripted}"',
    "responses": 'kind = "openai"\nbase_url = "{aimock}/v1"\ndialects = ["responses"]',
    "messages": 'kind = "anthropic"\nbase_url = "{aimock}/v1"\nheaders = {{ x-aimock-strict = "true" }}',
    "gemini": 'kind = "gemini"\nbase_url = "{aimock}/v1beta"',
    "azure": 'kind = "azure"\nbase_url = "{aimock}"\napi_version = "2024-10-21"',
    "ollama": 'kind = "ollama"\nbase_url = "{aimock}"',
    "bedrock": 'kind = "litellm"\nlitellm_provider = "bedrock"\nbase_url = "{aimock}"\n'
    'params = {{ aws_region_name = "eu-west-1", aws_access_key_id = "env:PROVIDER_KEY", aws_secret_access_key = "env:PROVIDER_KEY" }}',
}
KEYLESS = ("ollama", "bedrock")
MODELS = ("gpt-5", "gpt-5.5", "claude-sonnet-4-5")
"""Clients look at the name to know what the model can do, so each kind of provider is called by several."""

LLMOCK = {
    "llmock_openai": 'kind = "openai"\nbase_url = "{llmock}/v1"',
    "llmock_responses": 'kind = "openai"\nbase_url = "{llmock}/v1"\ndialects = ["responses"]',
    "llmock_anthropic": 'kind = "anthropic"\nbase_url = "{llmock}/anthropic/v1"',
    "llmock_gemini": 'kind = "gemini"\nbase_url = "{llmock}/gemini/v1beta"',
    "llmock_mistral": 'kind = "openai"\nbase_url = "{llmock}/mistral/v1"',
    "llmock_groq": 'kind = "openai"\nbase_url = "{llmock}/groq/openai/v1"',
    "llmock_xai": 'kind = "openai"\nbase_url = "{llmock}/xai/v1"',
    "llmock_cohere": 'kind = "litellm"\nlitellm_provider = "cohere_chat"\nbase_url = "{llmock}/cohere/v2/chat"',
}
ROUTED = """
[providers.llmock_{number}]
kind = "openai"
base_url = "{llmock}/v1"
api_key = "env:PROVIDER_KEY"
"""
ROUTES = """
[models."gpt-5-behind-llmock_routed"]
stream_recovery = "hold"
timeouts = { first_token = 3, between_tokens = 3 }
deployments = [{ provider = "llmock_1", model = "gpt-5" }, { provider = "llmock_2", model = "gpt-5" }]

[models."gpt-5-behind-llmock_routed-alone"]
retry = { attempts = 2 }
deployments = [{ provider = "llmock_3", model = "gpt-5" }]
"""
"""Three accounts at one provider, so that a call that goes from one to another is the same call to whoever watches there."""
AT_PROVIDER = {
    "messages": "claude-sonnet-4-5",
    "bedrock": "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "llmock_cohere": "command-a-03-2025",
}
"""What the model is called there, where not as in front."""


@dataclass(frozen=True)
class Stage:
    """The gateway and the addresses of those who play providers behind it."""

    gateway: served
    model: ScriptedModel
    aimock: str
    llmock: str


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, str]]:
    """Makes the environment variables of a client that finds nothing of this machine, and no network but this host."""

    def variables(**more: str) -> dict[str, str]:
        home = tmp_path_factory.mktemp("home")
        nobody = f"http://127.0.0.1:{unused_port()}"
        same = {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
        return same | {"HTTP_PROXY": nobody, "HTTPS_PROXY": nobody} | more

    return variables


@contextlib.contextmanager
def running(command: list[str | Path], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A child that ends when its input does, or is ended."""
    with subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True
    ) as child:
        try:
            yield child
        finally:
            child.terminate()
            child.communicate()


@pytest.fixture(scope="session")
def aimock(clients: Environment, alone: Any) -> Iterator[str]:
    """The address of ``@copilotkit/aimock``, with the rules of ``ScriptedModel``."""
    with running([clients.node, HERE / "node" / "aimock.mjs"], alone()) as child:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        assert address, "aimock ended"
        yield address


@pytest.fixture(scope="session")
def llmock(clients: Environment, alone: Any) -> Iterator[str]:
    """The address of ``llmock``. It rests between chunks, so that who hangs up in the middle of a stream is seen to."""
    address = f"http://127.0.0.1:{unused_port()}"
    command = [clients.python.parent / "llmock", "serve", "--port", address.rpartition(":")[2], "--log-level", "error"]
    with running([*command, "--response-style", "echo", "--stream-chunk-delay-ms", "20"], alone()) as child:
        while child.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{address}/health", trust_env=False).raise_for_status()
                break
        yield address


@pytest.fixture(scope="session")
def stage(aimock: str, llmock: str) -> Iterator[Stage]:
    """The gateway, with each kind of provider behind two aliases of its own: ``gpt-5-behind-KIND`` and so on."""
    with ScriptedModel.in_thread(api_key=PROVIDER_KEY, models=MODELS) as model:
        places = {"scripted": model.base_url, "aimock": aimock, "llmock": llmock}
        lines = [
            "[local]\nenabled = false\n\n[retry]\nattempts = 1\nshare = 1\n\n[health]\nerrors = 10000\ncalls = 1000000\nlongest_limit = 1\nrecovery = 0\n"
        ]
        for name, settings in (KINDS | LLMOCK).items():
            key = "" if name in KEYLESS else 'api_key = "env:PROVIDER_KEY"'
            lines.append(f"[providers.{name}]\n{settings.format(**places)}\n{key}\n")
        lines += [
            f'[models."{name}-behind-{kind}"]\ndeployments = [{{ provider = "{kind}", model = "{AT_PROVIDER.get(kind, name)}" }}]\n'
            for kind in (*KINDS, *LLMOCK)
            for name in MODELS
        ]
        lines += [ROUTED.format(number=number, llmock=llmock) for number in (1, 2, 3)]
        lines.append(ROUTES)
        with served("\n".join(lines), env={"PROVIDER_KEY": PROVIDER_KEY}) as gateway:
            yield Stage(gateway, model, aimock, llmock)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str, Callable[[], Any]], Any]:
    """``once(name, make)``: what ``make`` gives, as JSON keeps it; in all workers together it is called once."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent

    def given(name: str, make: Callable[[], Any]) -> Any:
        kept = folder / f"{name}.json"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_text(json.dumps(make()))
        return json.loads(kept.read_text())

    return given


@pytest.fixture
def results(
    request: pytest.FixtureRequest, once: Any, clients: Environment, alone: Any
) -> Callable[..., dict[str, Any]]:
    """``results(script, *models)``: what each check of a client's script found, by model and name of the check."""

    def found(script: Path, *models: str) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            stage: Stage = request.getfixturevalue("stage")  # not before: the other worker may have run the script
            program = [clients.python] if script.suffix == ".py" else [clients.node]
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(
                    [*program, script, stage.gateway.url, stage.gateway.key, *models],
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=240,
                    env=alone(LLM_USER_PATH=folder, LLMOCK=stage.llmock),
                    cwd=folder,
                )
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            checks = {f"{line['model']} {line['check']}": line["problem"] for line in lines}
            return {"checks": checks, "stderr": done.stderr[-4000:], "code": done.returncode}

        return once(script.stem, run)

    return found
