"""A tool server of 2025-11-25 with tasks, over stdio: ``job`` is one that asks its caller something before it is done."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

RELATED = "io.modelcontextprotocol/related-task"
ABILITIES = {"tools": {}, "tasks": {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}}
JOB = {"name": "job", "inputSchema": {"type": "object"}, "execution": {"taskSupport": "optional"}}


class Server:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tasks: dict[str, str] = {}
        self.asked: dict[str, tuple[threading.Event, list[Any]]] = {}

    def send(self, **message: Any) -> None:
        with self.lock:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            sys.stdout.flush()

    def run(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if "method" in message and "id" in message:
                threading.Thread(target=self.answer, args=(message,), daemon=True).start()
            elif "method" not in message:
                arrived, answers = self.asked[message["id"]]
                answers.append(message)
                arrived.set()

    def answer(self, message: Any) -> None:
        number, params = message["id"], message.get("params", {})
        method = message["method"].replace("/", "_")
        handler = getattr(self, f"on_{method}", None)
        if handler is None:
            self.send(id=number, error={"code": -32601, "message": "Method not found"})
            return
        try:
            self.send(id=number, result=handler(params))
        except KeyError:
            self.send(id=number, error={"code": -32602, "message": "No such task"})

    def task(self, name: str) -> dict[str, Any]:
        now = "2026-01-01T00:00:00Z"
        return {"taskId": name, "status": self.tasks[name], "createdAt": now, "lastUpdatedAt": now, "ttl": 60000}

    def on_initialize(self, _: Any) -> Any:
        return {"protocolVersion": "2025-11-25", "capabilities": ABILITIES, "serverInfo": {"name": "t", "version": "1"}}

    def on_tools_list(self, _: Any) -> Any:
        return {"tools": [JOB]}

    def on_tools_call(self, params: Any) -> Any:
        name = f"task-{len(self.tasks) + 1}"
        assert "task" in params
        self.tasks[name] = "working"
        return {"task": self.task(name)}

    def on_tasks_get(self, params: Any) -> Any:
        return self.task(params["taskId"])

    def on_tasks_cancel(self, params: Any) -> Any:
        self.tasks[params["taskId"]] = "cancelled"
        self.send(method="notifications/tasks/status", params=self.task(params["taskId"]))
        return self.task(params["taskId"])

    def on_tasks_result(self, params: Any) -> Any:
        name = params["taskId"]
        related = {RELATED: {"taskId": name}}
        arrived, answers = threading.Event(), []
        self.asked[f"q-{name}"] = (arrived, answers)
        form = {"message": "?", "requestedSchema": {"type": "object", "properties": {}}, "_meta": related}
        self.send(id=f"q-{name}", method="elicitation/create", params=form)
        arrived.wait()
        self.tasks[name] = "completed"
        return {"content": [{"type": "text", "text": json.dumps(answers[0]["result"])}], "_meta": related}


if __name__ == "__main__":
    Server().run()
