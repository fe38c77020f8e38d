"""The gateways that are measured: how each is installed, configured, started and addressed.

Every one is a single process with one worker, on the same CPU, against the same two upstreams, with the settings its
own documentation gives for production where they can be had without further services.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness import install, nginx
from harness.processes import BenchError
from harness.traffic import SHAPES, UNARY_MODEL, StreamShape, request_body

UPSTREAM_KEY = "sk-bench-upstream"


@dataclass(frozen=True)
class Upstreams:
    """The ports of the two upstreams on 127.0.0.1; both answer below ``/v1``."""

    unary_port: int
    stream_port: int


@dataclass(frozen=True)
class Endpoint:
    """Where and how one kind of call is made."""

    port: int
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> bytes:
        """The whole HTTP/1.1 request, ready to be written."""
        lines = [f"POST {self.path} HTTP/1.1", f"host: 127.0.0.1:{self.port}", "content-type: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"content-length: {len(self.body)}", "accept: */*", "user-agent: switchgear-bench/1"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


class Gateway(ABC):
    """One peer, with a ``folder`` of its own that survives a restart. Ports are chosen by the caller."""

    name: str
    label: str
    memory_after: tuple[int, int] = (10_000, 100_000)
    latency_rates: tuple[int, ...] = (300, 20)
    keeps_data = False  # does a start with an existing data folder differ from the first one?
    unary_path = stream_path = "/v1/chat/completions"
    caught_up_by: str | None = None  # a page whose readers do not wait for what is put off: it is done at once

    def __init__(self, upstreams: Upstreams, folder: Path) -> None:
        self.upstreams = upstreams
        self.folder = folder

    @abstractmethod
    def prepare(self) -> str:
        """Install it if need be; return its version. Raises ``BenchError``."""

    @abstractmethod
    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        """What to run, and what to add to its environment."""

    def unary_headers(self) -> Mapping[str, str] | None:
        """What a client sends; ``None`` while the gateway has not made its key yet."""
        return {"authorization": f"Bearer {UPSTREAM_KEY}"}

    def stream_headers(self) -> Mapping[str, str] | None:
        """The same for streamed calls."""
        return self.unary_headers()

    def unary(self, port: int) -> Endpoint | None:
        """The endpoint for plain calls, or ``None`` while there is no key."""
        headers = self.unary_headers()
        if headers is None:
            return None
        return Endpoint(port, self.unary_path, request_body(UNARY_MODEL, stream=False), headers)

    def catch_up(self, port: int) -> None:
        """Have it do at once what it puts off after calls, where it can be told to."""
        if self.caught_up_by is None:
            return
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            for _ in range(3):
                connection.request("GET", self.caught_up_by, headers=self.unary_headers() or {})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise BenchError(f"{self.caught_up_by} answered {answer.status}")

    def stream(self, port: int, shape: StreamShape) -> Endpoint:
        """The endpoint for streamed calls of a shape."""
        body = request_body(shape.model, stream=True)
        return Endpoint(port, self.stream_path, body, self.stream_headers() or {})


class Nginx(Gateway):
    """The floor: a reverse proxy that does nothing but pass bytes on."""

    name, label = "nginx", "nginx `proxy_pass`"
    unary_path, stream_path = "/unary/v1/chat/completions", "/stream/v1/chat/completions"

    def prepare(self) -> str:
        return nginx.version()

    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        return nginx.floor_command(self.folder, port, self.upstreams.unary_port, self.upstreams.stream_port), {}


class Switchgear(Gateway):
    """Ours, with its defaults: authentication, routing, usage records and metrics are on; no local model."""

    name, label = "switchgear", "Switchgear"
    keeps_data = True
    caught_up_by = "/api/analytics"  # makes roll-ups of all calls so far, for some seconds at a time
    program = Path(sys.executable).parent / "switchgear"

    def prepare(self) -> str:
        if not self.program.exists():
            raise BenchError(f"{self.program} does not exist: run make setup")
        said = subprocess.run([str(self.program), "--version"], capture_output=True, text=True, check=False)
        if said.returncode:
            raise BenchError(f"switchgear --version failed: {(said.stderr or said.stdout).strip()[-300:]}")
        return said.stdout.split()[-1]

    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        config = self.folder / "switchgear.toml"
        config.write_text(self._config())
        serve = [str(self.program), "serve", "--host", "127.0.0.1", "--port", str(port)]
        env = {"BENCH_UPSTREAM_KEY": UPSTREAM_KEY}
        return [*serve, "--config", str(config), "--data-dir", str(self.folder / "data")], env

    def _config(self) -> str:
        lines = ["[local]", "enabled = false"]
        ports = {"unary": self.upstreams.unary_port, "stream": self.upstreams.stream_port}
        for name, port in ports.items():
            lines += [f"[providers.{name}]", 'kind = "openai"', f'base_url = "http://127.0.0.1:{port}/v1"']
            lines += ['api_key = "env:BENCH_UPSTREAM_KEY"', "max_connections = 4000"]
        aliases = {UNARY_MODEL: "unary"} | {shape.model: "stream" for shape in SHAPES}
        for model, provider in aliases.items():
            lines += [f'[models."{model}"]', f'deployments = [{{ provider = "{provider}", model = "{model}" }}]']
        return "\n".join(lines) + "\n"

    def unary_headers(self) -> Mapping[str, str] | None:
        file = self.folder / "data" / "cli.key"
        key = file.read_text().strip() if file.exists() else ""
        return {"authorization": f"Bearer {key}"} if key else None


class LiteLLM(Gateway):
    """The LiteLLM proxy: no database, one worker, a master key, logging errors only."""

    name, label = "litellm", "LiteLLM proxy"
    memory_after = (500, 2_000)
    latency_rates = (20,)

    def prepare(self) -> str:
        self.environment = install.litellm_environment()
        ask = "import importlib.metadata as m; print(m.version('litellm'))"
        python = str(self.environment / "bin" / "python")
        return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()

    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        config = self.folder / "litellm.yaml"
        config.write_text(json.dumps(self._config(), indent=1))  # JSON is YAML
        serve = [str(self.environment / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1"]
        env = {
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
            "LITELLM_OFFLINE_MODE": "true",
            "LITELLM_LOG": "ERROR",
            "LITELLM_MODE": "PRODUCTION",
        }
        return [*serve, "--port", str(port), "--num_workers", "1", "--telemetry", "False"], env

    def _config(self) -> dict[str, object]:
        ports = {UNARY_MODEL: self.upstreams.unary_port}
        ports |= {shape.model: self.upstreams.stream_port for shape in SHAPES}
        models = []
        for model, port in ports.items():
            reached = {"api_base": f"http://127.0.0.1:{port}/v1", "api_key": UPSTREAM_KEY}
            models.append({"model_name": model, "litellm_params": {"model": f"openai/{model}", **reached}})
        return {"model_list": models, "general_settings": {"master_key": UPSTREAM_KEY}}


class Portkey(Gateway):
    """Portkey's open gateway on Node: the provider and its address come in headers, nothing is checked or recorded."""

    name, label = "portkey", "Portkey gateway"
    memory_after = (10_000, 20_000)

    def prepare(self) -> str:
        self.environment = install.portkey_environment() / "node_modules" / "@portkey-ai" / "gateway"
        return str(json.loads((self.environment / "package.json").read_text())["version"])

    def command(self, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
        serve = [install.program("node"), str(self.environment / "build" / "start-server.js")]
        return [*serve, f"--port={port}", "--headless"], {"NODE_ENV": "production"}

    def unary_headers(self) -> Mapping[str, str] | None:
        return self._headers_for(self.upstreams.unary_port)

    def stream_headers(self) -> Mapping[str, str] | None:
        return self._headers_for(self.upstreams.stream_port)

    def _headers_for(self, port: int) -> Mapping[str, str]:
        return {
            "authorization": f"Bearer {UPSTREAM_KEY}",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{port}/v1",
        }


GATEWAYS: dict[str, type[Gateway]] = {kind.name: kind for kind in (Nginx, Switchgear, LiteLLM, Portkey)}
