"""The server behind TLS: calls, streams and refusals arrive whole."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import trustme

from switchgear.testing import ScriptedProvider, unused_port

CONFIG = """
[local]
enabled = false
[server]
tls_cert = "cert.pem"
tls_key = "key.pem"
max_body_bytes = 100000
header_timeout = 1
[providers.test]
base_url = "{url}"
"""


class Secure(NamedTuple):
    """A gateway that speaks TLS."""

    url: str
    key: str
    context: ssl.SSLContext
    folder: Path

    def client(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, verify=self.context, timeout=20, trust_env=False)


def answers(url: str, context: ssl.SSLContext) -> bool:
    try:
        return httpx.get(f"{url}/healthz", verify=context, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "cert.pem", append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    port = unused_port()
    with ScriptedProvider.in_thread() as provider:
        (folder / "switchgear.toml").write_text(CONFIG.format(url=provider.base_url))
        command = [sys.executable, "-m", "switchgear", "serve", "--port", str(port), "--data-dir", str(folder / "data")]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=dict(os.environ))
        try:
            url, deadline = f"https://127.0.0.1:{port}", time.monotonic() + 30
            while not answers(url, context):
                assert process.poll() is None, (folder / "output").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield Secure(url, (folder / "data" / "cli.key").read_text().strip(), context, folder / "data")
        finally:
            process.terminate()
            assert process.wait(20) == 0


def test_calls_and_streams_are_answered_over_tls(secure: Secure) -> None:
    body = {"model": "test/m", "messages": [{"role": "user", "content": "one two"}]}
    with secure.client() as http:
        for _ in range(3):
            answer = http.post("/v1/chat/completions", json=body)
            assert answer.json()["choices"][0]["message"]["content"] == "one two"
            streamed = http.post("/v1/chat/completions", json=body | {"stream": True})
            assert streamed.text.endswith("data: [DONE]\n\n")


def test_large_answers_arrive_whole_over_tls(secure: Secure) -> None:
    text = "word " * 15_000
    with secure.client() as http:
        body = {"model": "test/m", "messages": [{"role": "user", "content": text}]}
        answer = http.post("/v1/chat/completions", json=body)
        assert answer.json()["choices"][0]["message"]["content"] == text
        streamed = http.post("/v1/chat/completions", json=body | {"stream": True})
        pieces = [json.loads(line[6:]) for line in streamed.text.splitlines() if line.startswith("data: {")]
        assert "".join(piece["choices"][0]["delta"].get("content") or "" for piece in pieces) == text


def test_a_refusal_of_a_large_body_arrives_over_tls(secure: Secure) -> None:
    with secure.client() as http:
        answer = http.post("/v1/chat/completions", content=b" " * 150_000)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


def test_a_client_that_speaks_no_tls_is_turned_away(secure: Secure) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(secure.url.replace("https", "http") + "/healthz", trust_env=False)
    with secure.client() as http:
        assert http.get("/healthz").status_code == 200


def test_the_gateways_own_address_file_says_https(secure: Secure) -> None:
    notice = secure.folder / "server.json"
    deadline = time.monotonic() + 10
    while not notice.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert json.loads(notice.read_text())["url"] == secure.url
