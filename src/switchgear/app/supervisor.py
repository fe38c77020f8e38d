"""The supervisor of several workers: starts them, replaces those that die, and ends them. It serves nothing itself.

``switchgear serve`` becomes it (exec) once everything is checked and made, so that it keeps its process id and drops all
that the start needed: what is imported here stays small. It owns the listening socket, the lock of the data folder
and the processes of the embedded models. Decision: docs/decisions/020-workers.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from switchgear.app.line import Line, LineFailed
from switchgear.app.notice import Notice
from switchgear.app.orders import Orders, Plan, Told, pack_told
from switchgear.core.errors import SwitchgearError, WorkersFailed
from switchgear.edge.accepting import Loads
from switchgear.observe import logs
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.hosting import told as told_of_models
from switchgear.providers.local.restarts import CrashCount, RestartPolicy

_log = logging.getLogger(__name__)
POLICY = RestartPolicy(first_delay=0.25, max_delay=10.0)
_GRACE_SECONDS = 15.0
_RELOAD_SECONDS = 30.0


class Slot:
    """The place of one worker: whoever has it now, and what is known of those before.

    ``counted`` is what it counted, as it said last: its successor goes on from there. ``version`` is the one of the
    configuration it has, ``verdict`` why the supervisor killed it, if it did.
    """

    def __init__(self, number: int, policy: RestartPolicy) -> None:
        self.number = number
        self.count = CrashCount(policy)
        self.process: asyncio.subprocess.Process | None = None
        self.line: Line | None = None
        self.state = "starting"
        self.reason = ""
        self.since = time.time()
        self.ready_since: float | None = None
        self.restarts = 0
        self.counted = b""
        self.version = 0
        self.failure: dict[str, str] | None = None
        self.verdict = ""

    def enter(self, state: str, reason: str = "") -> None:
        """Be in another state."""
        self.state, self.reason, self.since = state, reason, time.time()

    def told(self, body: bytes = b"") -> Told:
        """As others are told of it."""
        pid = self.process.pid if self.process is not None else 0
        return Told(self.number, self.state, self.reason, pid, self.restarts, self.since, body)

    def send(self, number: signal.Signals) -> None:
        """Signal whoever has it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


class Supervisor:
    """Keeps ``plan.workers`` workers serving until a signal ends it."""

    def __init__(self, plan: Plan, policy: RestartPolicy = POLICY) -> None:
        self._plan = plan
        self._policy = policy
        self._key = plan.key
        self._text = plan.text
        self._version = 0
        self._loads = Loads.make(plan.workers)
        self.slots = [Slot(number + 1, policy) for number in range(plan.workers)]
        self._notice = Notice(Path(plan.options["data_dir"]))
        self._closing = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()
        self._banner_told = False
        self._served = False
        self._error: SwitchgearError | None = None
        self._models = (
            EmbeddedModels(EmbeddedSettings(**plan.local), on_change=self._models_changed) if plan.local else None
        )

    async def run(self) -> None:
        """Supervise until all have ended. Raises WorkersFailed when they cannot be kept running."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._beside(self._reload_by_signal()))
        if self._models is not None:
            self._models.start()
        if self._plan.dev and self._plan.options["config"]:
            self._beside(self._watch_file(Path(self._plan.options["config"])))
        try:
            await asyncio.gather(*(self._keep(slot) for slot in self.slots))
        finally:
            self._notice.withdraw()
            if self._models is not None:
                await self._models.stop()
        if self._error is not None:
            raise self._error

    # ------------------------------------------------------------ lives of workers

    async def _keep(self, slot: Slot) -> None:
        """Have a worker in the slot, one after the other."""
        while not self._closing.is_set():
            slot.enter("restarting" if slot.restarts else "starting", slot.reason)
            code = await self._live(slot)
            if self._closing.is_set():
                return
            slot.count.crashed(0.0 if slot.ready_since is None else time.monotonic() - slot.ready_since)
            slot.enter("restarting", _reason(slot, code))
            slot.restarts += 1
            if self._hopeless(slot):
                return
            delay = slot.count.delay()
            _log.warning("Worker %d ended and is replaced in %.1f s: %s", slot.number, delay, slot.reason)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), delay)

    def _hopeless(self, slot: Slot) -> bool:
        """Give up, if this worker cannot be had and no other one serves.

        Once the gateway has served, it never gives up: what ends its workers then (a signal, a database that is away) may be over
        with the next try, and nobody is there to start it again.
        """
        if self._served or any(other.state == "ready" for other in self.slots):
            return False
        if slot.failure is not None:
            self._give_up(slot.failure["message"], slot.failure["hint"])
        elif slot.count.looping:
            self._give_up(
                f"Worker {slot.number} ended {slot.count.crashes} times in a row, and no other serves: {slot.reason}."
            )
        return self._error is not None

    def _give_up(self, message: str, hint: str | None = None) -> None:
        self._error = WorkersFailed(message, hint=hint)
        self.stop()

    async def _live(self, slot: Slot) -> int:
        """One life of a worker; the status it ended with, negative where a signal ended it."""
        ours, theirs = socket.socketpair()
        slot.ready_since = slot.failure = None
        slot.verdict = ""
        slot.version = self._version
        with theirs:
            slot.process = process = await asyncio.create_subprocess_exec(
                *self._plan.worker,
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), self._plan.listener, self._loads),
                start_new_session=True,  # what a terminal sends goes to the supervisor, which forwards it
            )
        line = slot.line = await Line.over(ours, partial(self._answer, slot))
        beside = [asyncio.create_task(line.run()), asyncio.create_task(self._watch(slot, line))]
        line.tell("orders", self._orders(slot).packed())
        if self._closing.is_set():
            slot.send(signal.SIGTERM)
        try:
            return await process.wait()
        finally:
            line.close()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            slot.process = slot.line = None

    def _orders(self, slot: Slot) -> Orders:
        return Orders(
            slot.number,
            self._plan.listener,
            self._loads,
            self._plan.options,
            self._text,
            key=self._key if slot.number == 1 else None,
            tell=slot.number == 1 and not self._banner_told,
            models=told_of_models(self._models).decode() if self._models is not None else "",
            counted=slot.counted,
        )

    async def _watch(self, slot: Slot, line: Line) -> None:
        """Kill a worker that does not come up, or that answers nothing any more."""
        await asyncio.sleep(self._policy.start_timeout)
        silent = 0
        while silent < (self._policy.health_failures if slot.ready_since is not None else 1):
            await asyncio.sleep(self._policy.health_interval if slot.ready_since is not None else 0)
            try:
                await line.ask("ping", seconds=self._policy.health_timeout)
                silent = 0 if slot.ready_since is not None else silent + 1
            except LineFailed:
                silent += 1
        slot.verdict = "it did not answer any more" if slot.ready_since is not None else "it did not come up in time"
        _log.error("Worker %d is killed: %s", slot.number, slot.verdict)
        slot.send(signal.SIGKILL)

    def stop(self) -> None:
        """End them in order; at the second call at once."""
        if not self._closing.is_set():
            self._closing.set()
            with contextlib.suppress(OSError):
                os.close(self._plan.listener)  # the last of the workers to close theirs ends the port
        for slot in self.slots:
            if slot.process is not None:
                slot.enter("draining")
            slot.send(signal.SIGTERM)
        loop = asyncio.get_running_loop()
        for slot in self.slots:
            loop.call_later(self._plan.drain + _GRACE_SECONDS, slot.send, signal.SIGKILL)

    # ------------------------------------------------------------ what workers say and ask

    async def _answer(self, slot: Slot, name: str, body: bytes) -> bytes:
        kind, _, inner = name.partition(":")
        match kind:
            case "others":
                return await self._others(slot, inner, body)
            case "reload":
                return await self._reload()
            case "ready":
                self._became_ready(slot)
            case "told":
                self._banner_told, self._key = True, None
            case "failed":
                slot.failure = json.loads(body)
            case "counted":
                slot.counted = body
            case "need" if self._models is not None:
                self._beside(self._models.ready(inner))
        return b""

    def _became_ready(self, slot: Slot) -> None:
        slot.ready_since = time.monotonic()
        if self._closing.is_set():
            return
        slot.enter("ready")
        if slot.restarts:
            _log.info("Worker %d serves again", slot.number)
        if not self._served:
            self._served = True
            trouble = self._notice.put_up(self._plan.url)
            if trouble:
                _log.warning("%s: the CLI needs --url to find this gateway", trouble)
        if slot.version != self._version and slot.line is not None:  # the configuration changed while it started
            slot.version = self._version
            slot.line.tell("reload.apply", json.dumps(self._text).encode())

    async def _others(self, asker: Slot, kind: str, body: bytes) -> bytes:
        """What all other workers answer, and how every one is, the asking one too."""
        if kind == "metrics":
            asker.counted, body = body, b""
        rows = await asyncio.gather(*(self._asked(slot, kind, body) for slot in self.slots if slot is not asker))
        return pack_told(sorted([asker.told(), *rows], key=lambda row: row.number))

    async def _asked(self, slot: Slot, kind: str, body: bytes) -> Told:
        answer, silence = b"", ""
        if slot.line is not None and slot.state in ("ready", "draining"):
            try:
                answer = await slot.line.ask(kind, body)
            except LineFailed as error:
                silence = str(error)
        if kind == "metrics":
            slot.counted = answer or slot.counted
            answer = slot.counted  # of one that is gone: what was counted once stays counted
        row = slot.told(answer)
        return replace(row, state="silent", reason=silence) if silence and slot.state == "ready" else row

    # ------------------------------------------------------------ reloading

    async def _reload(self) -> bytes:
        """Have all workers read the configuration again: all of them, or none where one finds a mistake.

        The answer is a JSON object: ``report`` of one worker, or what was ``invalid`` or ``failed`` with ``lines`` for the log.
        """
        async with self._reloading:
            found: dict[str, Any] = {"failed": "No worker is ready."}
            text = b""
            for slot in self.slots:  # the first reads the file, the others check what it read
                answer = await self._put("reload.check", slot, text)
                if answer is None:
                    continue
                found = answer
                if "text" not in found:
                    break
                text = json.dumps(found["text"]).encode()
            if "text" in found:
                self._text, self._version = found["text"], self._version + 1
                found = await self._apply(text)
            return json.dumps(found).encode()

    async def _apply(self, text: bytes) -> dict[str, Any]:
        """Have all take what all have checked."""
        report: dict[str, Any] = {"failed": "No worker took it."}
        for slot in self.slots:
            slot_had, slot.version = slot.version, self._version
            answer = await self._put("reload.apply", slot, text)
            if answer is None:
                slot.version = slot_had  # it is told when it serves
            elif "report" in answer:
                report = answer
            else:
                _log.error(
                    "Worker %d did not take the configuration, and is replaced: %s", slot.number, answer["failed"]
                )
                slot.send(signal.SIGTERM)
        return report

    async def _put(self, kind: str, slot: Slot, text: bytes) -> dict[str, Any] | None:
        """What a worker answers about a configuration; None where there is none that serves."""
        if slot.state != "ready" or slot.line is None:
            return None
        try:
            answer: dict[str, Any] = json.loads(await slot.line.ask(kind, text, seconds=_RELOAD_SECONDS))
        except LineFailed as error:
            return {"failed": f"Worker {slot.number} does not answer: {error}."} if slot.state == "ready" else None
        return answer

    async def _reload_by_signal(self) -> None:
        found = json.loads(await self._reload())
        if "report" not in found:
            for problem in found.get("lines") or [found["failed"]]:
                _log.error("Configuration not reloaded, nothing was changed: %s", problem)

    async def _watch_file(self, config: Path) -> None:
        from switchgear.config.watch import changes  # noqa: PLC0415 - watchfiles is loaded only for --dev

        async for _ in changes(config, self._closing):
            await self._reload_by_signal()

    # ------------------------------------------------------------ embedded models

    def _models_changed(self, *_: object) -> None:
        if self._models is not None:
            document = told_of_models(self._models)
            for slot in self.slots:
                if slot.line is not None:
                    slot.line.tell("models", document)

    def _beside(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), SwitchgearError):
            _log.info("%s", error)
        elif not task.cancelled() and error is not None:
            _log.error("A defect in the supervisor", exc_info=error)


def _reason(slot: Slot, code: int) -> str:
    if slot.failure is not None:
        return slot.failure["message"].rstrip(".")
    if slot.verdict:
        return slot.verdict
    if code < 0:
        return f"killed by signal {-code} ({signal.strsignal(-code)})"
    return f"exited with status {code}"


def main(descriptor: int) -> int:
    """Supervise by the plan that is handed over; the exit code."""
    plan = Plan.taken(descriptor)
    logs.configure(*plan.log)  # type: ignore[arg-type]  # as the settings had them
    try:
        asyncio.run(_run(plan))
    except SwitchgearError as error:
        sys.stderr.write(f"{error.told}\n")
        return error.exit_code
    return 0


async def _run(plan: Plan) -> None:
    await Supervisor(plan).run()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
