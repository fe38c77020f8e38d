"""The two nginx configurations: the unary upstream and the floor, ``proxy_pass`` and nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness.install import program
from harness.traffic import message_answer, unary_answer

_FRAME = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_body_buffer_size 64k;
  keepalive_requests 100000000;
  keepalive_timeout 300;
{content}
}}
"""

_UPSTREAM = """\
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; return 200 '{answer}'; }}
    location /anthropic/ {{ default_type application/json; return 200 '{message}'; }}
  }}"""

_FLOOR = """\
  upstream unary {{ server 127.0.0.1:{unary}; keepalive 512; keepalive_requests 100000000; keepalive_timeout 300; }}
  upstream stream {{ server 127.0.0.1:{stream}; keepalive 512; keepalive_requests 100000000; keepalive_timeout 300; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header connection "";
    location /unary/ {{ proxy_pass http://unary/; }}
    location /stream/ {{ proxy_pass http://stream/; proxy_buffering off; }}
  }}"""


def _command(folder: Path, content: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(_FRAME.format(folder=folder, content=content))
    user = ["-g", "user root;"] if folder.owner() == "root" else []
    return [program("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(file), *user]


def upstream_command(folder: Path, port: int) -> list[str]:
    """nginx answering every request on ``port`` with the same chat completion, or message below ``/anthropic``."""
    content = _UPSTREAM.format(port=port, answer=_quoted(unary_answer()), message=_quoted(message_answer()))
    return _command(folder, content)


def _quoted(answer: bytes) -> str:
    return answer.decode().replace("\\", "\\\\").replace("'", "\\'")


def floor_command(folder: Path, port: int, unary_port: int, stream_port: int) -> list[str]:
    """nginx passing ``/unary/`` and ``/stream/`` on to the two upstreams over kept-alive connections."""
    return _command(folder, _FLOOR.format(port=port, unary=unary_port, stream=stream_port))


def version() -> str:
    """Such as ``1.22.1``."""
    said = subprocess.run([program("nginx"), "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/([\d.]+)", said)
    return found[1] if found else said.strip()
