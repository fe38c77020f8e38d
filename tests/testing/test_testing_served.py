"""``served`` starts, waits for, shows and stops a child process; the child here is a stand-in for the gateway."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from switchgear.testing import ServeFailed, served

STAND_IN = """
import argparse, http.server, os, pathlib, signal, sys
parser = argparse.ArgumentParser()
parser.add_argument("command")
for name in ("host", "port", "config", "data-dir"):
    parser.add_argument("--" + name, required=True)
parser.add_argument("--extra")
args = parser.parse_args()
print("hello", args.command, args.extra)
print("not json", file=sys.stderr)
print('{"event": "started", "config": "%s"}' % pathlib.Path(args.config).read_text(), file=sys.stderr, flush=True)
if os.environ["MODE"] == "fail":
    sys.exit(3)
pathlib.Path(args.data_dir, "cli.key").write_text("sk-sg-key\\n")
signal.signal(signal.SIGTERM, signal.SIG_IGN if os.environ["MODE"] == "stubborn" else lambda *_: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if os.environ["MODE"] == "sick" else 200)
        self.end_headers()
        self.wfile.write(self.path.encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer((args.host, int(args.port)), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    package = tmp_path / "path" / "switchgear"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STAND_IN)
    return package.parent


def env(stand_in: Path, mode: str = "well") -> dict[str, str]:
    return {"PYTHONPATH": str(stand_in), "MODE": mode}


def test_it_serves_until_the_block_ends_and_removes_its_folder(stand_in: Path) -> None:
    with served("text", env=env(stand_in), args=["--extra", "more"]) as gateway:
        assert httpx.get(f"{gateway.url}/path").text == "/path"
        assert gateway.base_url == f"{gateway.url}/v1"
        assert gateway.key == "sk-sg-key"
        assert gateway.logs() == [{"event": "started", "config": "text"}]
        assert "not json" in gateway.output()
        assert gateway.data_dir.stat().st_mode & 0o777 == 0o700
        process, folder = gateway.process, gateway.data_dir
    assert process.returncode == 0
    assert not folder.exists()


async def test_it_is_an_async_context_manager_too(stand_in: Path) -> None:
    async with served(env=env(stand_in)) as gateway, httpx.AsyncClient() as client:
        assert (await client.get(gateway.url)).status_code == 200


def test_a_given_data_folder_outlives_it(stand_in: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "data"
    with served(data_dir=folder, env=env(stand_in)) as gateway:
        assert gateway.data_dir == folder
    assert (folder / "cli.key").exists()


def test_a_child_that_ends_early_is_an_error_with_what_it_printed(stand_in: Path) -> None:
    with pytest.raises(ServeFailed, match=r"(?s)exit code 3.*hello serve.*not json"):
        served(env=env(stand_in, "fail")).__enter__()


def test_a_child_that_never_gets_healthy_is_an_error_and_stopped(stand_in: Path) -> None:
    gateway = served(env=env(stand_in, "sick"), start_timeout=0.5)
    with pytest.raises(ServeFailed, match=r"within 0\.5 s"):
        gateway.__enter__()
    with pytest.raises(RuntimeError):
        _ = gateway.process
    with pytest.raises(httpx.ConnectError):
        httpx.get(gateway.url)


def test_a_child_that_ignores_sigterm_is_killed(stand_in: Path) -> None:
    with served(env=env(stand_in, "stubborn"), stop_timeout=0.2) as gateway:
        process = gateway.process
    assert process.returncode == -signal.SIGKILL


def test_a_killed_child_is_nothing_special(stand_in: Path) -> None:
    with served(env=env(stand_in)) as gateway:
        assert gateway.kill() == -signal.SIGKILL
        assert not Path(f"/proc/{gateway.process.pid}").exists()


def test_not_started_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        served().logs()
