"""A provider with batch APIs: OpenAI's files and batches, and Anthropic's Message Batches, beside what the scripted one answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

from .echo import content_text, count, echo
from .http1 import response
from .listener import threaded
from .provider import ScriptedProvider
from .request import Request
from .shapes import Json, chat_completion, error_body, tokens
from .steps import Close, Plan, Send, Stall

_BOUNDARY = re.compile(r"boundary=([^;]+)")
_CREATED = 1_790_000_000
_WHEN = "2026-09-21T14:13:20Z"
LineAnswer = Callable[[Json], tuple[int, Json] | None]
"""What becomes of a line, by its body: status and document; None for a line that is never answered."""


class BatchProvider(ScriptedProvider):
    """Keeps files and batches in memory. Everything else is answered as the scripted provider does.

    A batch is done when it is asked after for the first time, unless ``hold`` is set: then when ``finish`` is called. ``answer_line``
    says what becomes of each line; the last user message comes back where it is not set. ``mistakes`` make the next batch fail with
    those errors. ``drop`` holds requests (``"POST /v1/batches"``) whose next one is done and whose answer is lost; ``refuse`` those whose
    next one is answered with a status and a document instead, ``stall`` those whose next one is never answered, having been done
    (``"after"``) or not (``"before"``); ``stalled`` counts these. ``clock`` is when batches say they were made, seconds since the epoch.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.hold = False
        self.answer_line: LineAnswer | None = None
        self.mistakes: list[Json] = []
        self.drop: list[str] = []
        self.refuse: dict[str, tuple[int, Json]] = {}
        self.stall: dict[str, str] = {}
        self.stalled = 0
        self.clock: Callable[[], float] = lambda: _CREATED
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Json] = {}
        self.ended: dict[str, Json] = {}
        self.deleted: list[str] = []
        self._numbers = itertools.count(1)
        self._lines: dict[str, list[Json]] = {}

    @classmethod
    def in_thread(cls, **options: Any) -> AbstractContextManager[Self]:
        """The same on an event loop in a thread of its own; its methods may be called from any thread."""
        return threaded(cls(**options))

    def finish(self, status: str = "completed") -> None:
        """End every batch that is held: ``completed``, or as far as ``answer_line`` goes ``expired`` or ``cancelled``."""
        for name in list(self.batches):
            self._finish(name, status)

    # ------------------------------------------------------------ answering

    def answer_to(self, request: Request) -> Plan:
        """The plan for a request whose body has been read."""
        path = request.path
        if not path.startswith(("/v1/files", "/v1/batches", "/v1/messages/batches")):
            return super().answer_to(request)
        what = f"{request.method} {path}"
        if what in self.refuse:
            status, document = self.refuse.pop(what)
            return (Send(response(document, status)),)
        stall = self.stall.pop(what, "")
        if stall == "before":
            self.stalled += 1
            return (Stall(),)
        answer = self._routed(request, [part for part in path.removeprefix("/v1/").split("/") if part])
        if stall:
            self.stalled += 1
            return (Stall(),)
        if what in self.drop:
            self.drop.remove(what)
            return (Close(),)
        return (Send(answer),)

    def _routed(self, request: Request, parts: list[str]) -> bytes:
        found = self._file(request, parts) if parts[0] == "files" else self._batch(request, parts)
        missing = error_body(f"No such thing: {request.method} {request.path}.", code="not_found")
        return found if found is not None else response(missing, 404)

    def _file(self, request: Request, parts: list[str]) -> bytes | None:
        match request.method, parts:
            case "POST", ["files"]:
                return self._uploaded(request)
            case "GET", ["files", name, "content"] if name in self.files:
                return response(self.files[name], 200, {"content-type": "application/jsonl"})
            case "DELETE", ["files", name] if name in self.files:
                del self.files[name]
                self.deleted.append(name)
                return response({"id": name, "object": "file", "deleted": True})
        return None

    def _batch(self, request: Request, parts: list[str]) -> bytes | None:
        match request.method, parts:
            case "POST", ["batches"]:
                return self._made(request.json)
            case "POST", ["messages", "batches"]:
                return self._made_messages(request.json)
            case "GET", [*_, "batches"]:
                return self._listed(request, "after_id" if parts[0] == "messages" else "after")
            case "GET", ["messages", "batches", name, "results"] if name in self.ended:
                return response(self.ended[name]["lines"], 200, {"content-type": "application/x-jsonl"})
            case "GET", [*_, "batches", name] if name in self.batches:
                return self._looked_at(name)
            case "POST", [*_, "batches", name, "cancel"] if name in self.batches:
                self._finish(name, "cancelled")
                return response(self._shown(name))
        return None

    # ------------------------------------------------------------ what is made

    def _uploaded(self, request: Request) -> bytes:
        found = _BOUNDARY.search(request.header("content-type") or "")
        boundary = b"--" + (found[1] if found else "").encode()
        name = f"file-{next(self._numbers)}"
        for part in request.body.split(boundary):
            head, _, content = part.partition(b"\r\n\r\n")
            if b"filename=" in head:
                self.files[name] = content.removesuffix(b"\r\n")
        size = len(self.files.get(name, b""))
        told = {"id": name, "object": "file", "bytes": size, "created_at": _CREATED, "purpose": "batch"}
        return response(told | {"filename": "in.jsonl", "status": "processed"})

    def _made(self, asked: Json) -> bytes:
        name = f"batch_p{next(self._numbers)}"
        content = self.files.get(asked["input_file_id"], b"")
        self._lines[name] = [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
        self.batches[name] = {"asked": asked, "status": "validating", "created": self.clock()}
        if self.mistakes:
            self.batches[name] |= {"status": "failed", "errors": self.mistakes}
            self.mistakes = []
        return response(self._shown(name))

    def _made_messages(self, asked: Json) -> bytes:
        name = f"msgbatch_p{next(self._numbers)}"
        self._lines[name] = asked["requests"]
        self.batches[name] = {"messages": True, "status": "in_progress", "created": self.clock()}
        return response(self._shown(name))

    def _looked_at(self, name: str) -> bytes:
        if not self.hold and self.batches[name]["status"] != "failed":
            self._finish(name, "completed")
        return response(self._shown(name))

    def _listed(self, request: Request, cursor: str) -> bytes:
        query = parse_qs(urlsplit(request.target).query)
        messages = cursor == "after_id"
        names = [name for name in reversed(self.batches) if bool(self.batches[name].get("messages")) is messages]
        after = query.get(cursor, [""])[0]
        names = names[names.index(after) + 1 :] if after in names else names
        limit = int(query.get("limit", ["20"])[0])
        data = [self._shown(name) for name in names[:limit]]
        last = data[-1]["id"] if data else None
        return response({"object": "list", "data": data, "has_more": len(names) > limit, "last_id": last})

    # ------------------------------------------------------------ what becomes of it

    def _finish(self, name: str, status: str) -> None:
        if name in self.ended or self.batches[name]["status"] == "failed":
            return
        messages = bool(self.batches[name].get("messages"))
        good: list[Json] = []
        bad: list[Json] = []
        for line in self._lines[name]:
            told = self._answered(line["params" if messages else "body"], messages=messages)
            if messages:
                result = _message_result(told, status)
                (good if result["type"] == "succeeded" else bad).append(
                    {"custom_id": line["custom_id"], "result": result}
                )
            elif told is not None:
                (good if told[0] == 200 else bad).append(_result(line["custom_id"], *told))
            elif status != "completed":
                lost = {"code": f"batch_{status}", "message": "Not in time."}
                bad.append({"id": "batch_req_x", "custom_id": line["custom_id"], "response": None, "error": lost})
        encode = msgspec.json.Encoder().encode_lines
        ended: Json = {"status": status, "good": len(good), "bad": len(bad)}
        if messages:
            ended["lines"] = encode([*reversed(good), *bad])
        else:
            for kind, lines in (("output", good), ("error", bad)):
                if lines:
                    ended[kind] = f"file-{next(self._numbers)}"
                    self.files[ended[kind]] = encode(list(reversed(lines)))
        self.ended[name] = ended

    def _answered(self, body: Json, *, messages: bool) -> tuple[int, Json] | None:
        if self.answer_line is not None:
            return self.answer_line(body)
        return 200, said(body, messages=messages)

    def _shown(self, name: str) -> Json:
        batch, ended = self.batches[name], self.ended.get(name)
        total = len(self._lines[name])
        if batch.get("messages"):
            return _shown_messages(name, batch, ended, total)
        asked = batch["asked"]
        shown: Json = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": "24h",
            "created_at": int(batch["created"]),
            "metadata": asked.get("metadata"),
            "status": batch["status"] if ended is None else ended["status"],
            "request_counts": {"total": total, "completed": 0, "failed": 0},
        }
        if "errors" in batch:
            shown["errors"] = {"object": "list", "data": batch["errors"]}
        if ended is not None:
            shown["request_counts"] = {"total": total, "completed": ended["good"], "failed": ended["bad"]}
            shown |= {f"{kind}_file_id": ended[kind] for kind in ("output", "error") if kind in ended}
        elif batch["status"] == "validating":
            batch["status"] = "in_progress"
        return shown


def said(body: Mapping[str, Any], *, messages: bool = False) -> Json:
    """The answer that says the last user message again, in OpenAI's form or Anthropic's."""
    deltas, _ = echo(body)
    text = "".join(content_text(delta.get("content")) for delta in deltas)
    if not messages:
        usage = tokens(10, count(text))
        return chat_completion(text, model=body.get("model", ""), usage=usage)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": count(text)},
    }


def _result(name: str, status: int, document: Json) -> Json:
    told = {"status_code": status, "request_id": "req_p", "body": document}
    return {"id": "batch_req_x", "custom_id": name, "response": told, "error": None}


def _message_result(told: tuple[int, Json] | None, status: str) -> Json:
    if told is None:
        return {"type": "canceled" if status == "cancelled" else "expired"}
    if told[0] != 200:
        return {"type": "errored", "error": told[1]}
    return {"type": "succeeded", "message": told[1]}


def _shown_messages(name: str, batch: Json, ended: Json | None, total: int) -> Json:
    counts = {"processing": total, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    if ended is not None:
        lost = {"cancelled": "canceled", "expired": "expired"}.get(ended["status"], "errored")
        counts |= {"processing": 0, "succeeded": ended["good"], lost: ended["bad"]}
    return {
        "id": name,
        "type": "message_batch",
        "processing_status": "in_progress" if ended is None else "ended",
        "request_counts": counts,
        "created_at": _moment(batch["created"]),
        "ended_at": None if ended is None else _WHEN,
        "results_url": None if ended is None else f"https://provider.invalid/v1/messages/batches/{name}/results",
    }


def _moment(seconds: float) -> str:
    """Seconds since the epoch in RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
