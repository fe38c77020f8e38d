"""A tool server in plain Python, for tests: ``python tool_server.py [REVISION] [HABIT…]``.

REVISION is the newest it speaks (2026-07-28 speaks 2025-11-25 too). Its tools are named in ``TOOLS``; habits are what it does wrong.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
SERVER_INFO = {"name": "fixture", "version": "1.2.3"}
CAPABILITIES = {"tools": {"listChanged": True}, "resources": {"subscribe": True, "listChanged": True}, "logging": {}}


class RpcError(Exception):
    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message} | ({"data": data} if data is not None else {})


class Server:
    def __init__(self, revision: str, habits: list[str]) -> None:
        self.newest = revision
        self.habits = habits
        self.lock = threading.Lock()
        self.cancelled: dict[Any, threading.Event] = {}
        self.asked: dict[Any, tuple[threading.Event, list[Any]]] = {}
        self.numbers = 0
        self.seen: list[str] = []
        self.listens: dict[Any, dict[str, Any]] = {}
        self.subscribed: set[str] = set()

    # ------------------------------------------------------------ the wire

    def raw(self, data: bytes) -> None:
        with self.lock:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def send(self, message: dict[str, Any]) -> None:
        self.raw(json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode() + b"\n")

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        with self.lock:
            self.numbers += 1
            number = f"s{self.numbers}"
        arrived, answer = threading.Event(), []
        self.asked[number] = (arrived, answer)
        self.send({"id": number, "method": method, "params": params})
        arrived.wait()
        return answer[0]

    def run(self) -> None:
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "deaf" in self.habits:
                continue
            if "method" not in message:
                arrived, answer = self.asked.pop(message["id"], (threading.Event(), []))
                answer.append(message)
                arrived.set()
            elif "id" in message:
                self.seen.append(message["method"])
                self.cancelled[message["id"]] = threading.Event()
                threading.Thread(target=self.answer, args=(message,), daemon=True).start()
            else:
                self.heard(message)
        if "stays" in self.habits:
            time.sleep(600)

    def heard(self, message: dict[str, Any]) -> None:
        self.seen.append(message["method"])
        if message["method"] == "notifications/cancelled":
            number = message["params"]["requestId"]
            self.listens.pop(number, None)
            if number in self.cancelled:
                self.cancelled[number].set()

    def answer(self, message: dict[str, Any]) -> None:
        number = message["id"]
        try:
            result = self.dispatch(message["method"], message.get("params", {}), number)
        except RpcError as error:
            self.send({"id": number, "error": error.error})
        else:
            if result is not None:
                self.send({"id": number, "result": result})

    # ------------------------------------------------------------ methods

    def dispatch(self, method: str, params: dict[str, Any], number: Any) -> dict[str, Any] | None:
        if method == "initialize":
            return self.initialize(params["protocolVersion"])
        if method == "server/discover":
            return self.discover(params)
        if method == "tools/call":
            return self.call(params, number)
        if method == "tools/list":
            return self.complete({"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in TOOLS]})
        if method in ("resources/subscribe", "resources/unsubscribe"):
            (self.subscribed.add if method.endswith("/subscribe") else self.subscribed.discard)(params["uri"])
            return {}
        if method == "subscriptions/listen":
            self.listens[number] = params["notifications"]
            self.notify(
                "notifications/subscriptions/acknowledged",
                {"notifications": params["notifications"], "_meta": {"io.modelcontextprotocol/subscriptionId": number}},
            )
            return None
        raise RpcError(-32601, f"Method not found: {method}")

    def initialize(self, asked: str) -> dict[str, Any]:
        modern = self.newest not in HANDSHAKE
        if "modern-only" in self.habits:
            raise RpcError(-32022, "Unsupported protocol version", {"supported": [self.newest], "requested": "?"})
        agreed = "2025-11-25" if modern else min(asked, self.newest)
        if "odd-revision" in self.habits:
            agreed = "1999-01-01"
        return {
            "protocolVersion": agreed,
            "capabilities": CAPABILITIES,
            "serverInfo": SERVER_INFO,
            "instructions": "Be kind.",
        }

    def discover(self, params: dict[str, Any]) -> dict[str, Any] | None:
        if "ignores-unknown" in self.habits:
            return None
        if self.newest in HANDSHAKE:
            raise RpcError(-32601, "Method not found")
        self.check(params)
        return self.complete(
            {
                "supportedVersions": [self.newest, "2025-11-25"],
                "capabilities": CAPABILITIES,
                "instructions": "Be kind.",
                "ttlMs": 0,
                "cacheScope": "public",
                "_meta": {"io.modelcontextprotocol/serverInfo": SERVER_INFO},
            }
        )

    def check(self, params: dict[str, Any]) -> None:
        meta = params.get("_meta", {})
        if meta.get("io.modelcontextprotocol/protocolVersion") != self.newest:
            raise RpcError(-32602, "no protocol version")
        if "io.modelcontextprotocol/clientCapabilities" not in meta:
            raise RpcError(-32602, "no client capabilities")

    def complete(self, result: dict[str, Any]) -> dict[str, Any]:
        return {"resultType": "complete", **result}

    def call(self, params: dict[str, Any], number: Any) -> dict[str, Any] | None:
        tool = TOOLS.get(params["name"])
        if tool is None:
            raise RpcError(-32602, f"Unknown tool: {params['name']}")
        text = tool(self, params.get("arguments", {}), params, number)
        if text is None:
            return None
        return self.complete({"content": [{"type": "text", "text": text}]})


# ------------------------------------------------------------ tools


def echo(server: Server, arguments: Any, params: Any, number: Any) -> str:
    return json.dumps(arguments)


def meta(server: Server, arguments: Any, params: Any, number: Any) -> str:
    return json.dumps(params.get("_meta", {}))


def seen(server: Server, arguments: Any, params: Any, number: Any) -> str:
    return json.dumps(
        {"methods": server.seen, "subscribed": sorted(server.subscribed), "listens": list(server.listens.values())}
    )


def pid(server: Server, arguments: Any, params: Any, number: Any) -> str:
    return str(os.getpid())


def sleep(server: Server, arguments: Any, params: Any, number: Any) -> str | None:
    """Until it is cancelled, or for so many seconds."""
    if server.cancelled[number].wait(arguments.get("seconds", 600)):
        return "too late" if arguments.get("answers") else None
    return "slept"


def progress(server: Server, arguments: Any, params: Any, number: Any) -> str:
    token = params.get("_meta", {}).get("progressToken")
    for step in range(arguments.get("steps", 3)):
        server.notify("notifications/progress", {"progressToken": token, "progress": step, "message": f"step {step}"})
    return json.dumps(token)


def ask(server: Server, arguments: Any, params: Any, number: Any) -> str:
    return json.dumps(server.ask(arguments["method"], arguments.get("params", {})))


def notify(server: Server, arguments: Any, params: Any, number: Any) -> str:
    server.notify(arguments["method"], arguments.get("params", {}))
    return "told"


def fail(server: Server, arguments: Any, params: Any, number: Any) -> str:
    raise RpcError(arguments.get("code", -32000), arguments.get("message", "it broke"), {"why": "because"})


def raw(server: Server, arguments: Any, params: Any, number: Any) -> str | None:
    """Write bytes as they are, with ``{id}`` replaced, and then answer or not."""
    server.raw(arguments["text"].replace("{id}", str(number)).encode("latin-1"))
    return "written" if arguments.get("answers") else None


def big(server: Server, arguments: Any, params: Any, number: Any) -> str | None:
    """A result of so many bytes, its id first or last."""
    text = "x" * arguments["bytes"]
    body = f'"result":{{"content":[{{"type":"text","text":"{text}"}}]}}'
    head, tail = f'"id":{number},', ""
    if arguments.get("last"):
        head, tail = "", f',"id":{number}'
    server.raw(('{"jsonrpc":"2.0",' + head + body + tail + "}\n").encode())
    return None


def unending(server: Server, arguments: Any, params: Any, number: Any) -> str:
    """Begin a line, and never end it."""
    server.raw(arguments["text"].replace("{id}", str(number)).encode())
    while True:
        server.raw(b"x" * 65536)


def leave(server: Server, arguments: Any, params: Any, number: Any) -> str:
    print("I am leaving now", file=sys.stderr, flush=True)
    server.raw(arguments.get("text", "").encode())
    os._exit(arguments.get("status", 3))


def flood(server: Server, arguments: Any, params: Any, number: Any) -> str:
    """Ask the client very often, and never read."""
    line = b'{"jsonrpc":"2.0","id":"f%d","method":"ping"}\n'
    server.raw(b"".join(line % each for each in range(arguments["times"])))
    return "flooded"


def talk(server: Server, arguments: Any, params: Any, number: Any) -> str:
    """Say so many lines, to the client or to people."""
    data = arguments["line"].encode() * arguments["times"]
    if arguments.get("to") == "people":
        sys.stderr.buffer.write(data)
        sys.stderr.flush()
    else:
        server.raw(data)
    return "said"


def memory(server: Server, arguments: Any, params: Any, number: Any) -> str:
    held = [bytearray(os.urandom(1 << 20)) for _ in range(arguments["megabytes"])]
    return str(len(held))


TOOLS = {
    each.__name__: each
    for each in (
        echo,
        meta,
        seen,
        pid,
        sleep,
        progress,
        ask,
        notify,
        fail,
        raw,
        big,
        unending,
        leave,
        flood,
        talk,
        memory,
    )
}

if __name__ == "__main__":
    print("ready", file=sys.stderr, flush=True)
    if "dies-at-start" in sys.argv:
        sys.exit(7)
    Server(sys.argv[1] if len(sys.argv) > 1 else "2026-07-28", sys.argv[2:]).run()
