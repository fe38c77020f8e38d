"""A model server that does as told, and a policy under which restarts take no time."""

from __future__ import annotations

import textwrap
from collections.abc import Awaitable, Callable

from switchgear.providers.local.child import ChildProcess
from switchgear.providers.local.restarts import RestartPolicy

QUICK = RestartPolicy(
    first_delay=0.01,
    max_delay=0.05,
    crash_limit=3,
    start_timeout=20,
    health_interval=0.05,
    health_timeout=2,
    health_failures=2,
    stop_grace=2,
)

SCRIPT = textwrap.dedent(
    """
    import http.server, os, signal, subprocess, sys, threading
    from switchgear.providers.local.serving import begin

    orders, reports = begin()
    do = orders.settings.get("do", "serve")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/eat":
                hoard = []
                try:
                    while True:
                        hoard.append(bytearray(16 << 20))
                except MemoryError as error:
                    hoard.clear()
                    print("MemoryError", file=sys.stderr, flush=True)
                    os._exit(1)
            allowed = self.headers.get("authorization") == "Bearer " + orders.key
            self.send_response(200 if allowed else 401)
            self.end_headers()

        def log_message(self, *args):
            print("asked", *args, file=sys.stderr, flush=True)

    if do == "refuse":
        reports.failed("the model file is truncated")
    if do == "sleep":
        signal.pause()
    if do == "noise":
        sys.stdout.write("\\n{\\"switchgear\\": \\"ready\\"}\\n{\\"switchgear\\n" + "x" * 200_000 + "\\n")
        sys.stderr.buffer.write(b"\\xff\\xfe" + b"y" * 200_000 + b"\\n")
        sys.stdout.flush()
        sys.stderr.flush()
    if do == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("offspring", subprocess.Popen(["sleep", "600"]).pid, file=sys.stderr, flush=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    reports.ready(f"http://127.0.0.1:{server.server_port}", "/health")
    while True:
        signal.pause()
    """
)

Until = Callable[..., Awaitable[None]]
MakeChild = Callable[..., ChildProcess]
