"""How a model server is supervised, with scripted servers in real processes."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import signal
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog
import uvloop
from local_scripted import QUICK, MakeChild, Until

from switchgear.core.errors import ModelUnavailable
from switchgear.providers.local.child import ChildLimits, ChildProcess, ChildStatus
from switchgear.providers.local.liveness import answers
from switchgear.providers.local.restarts import CrashCount, RestartPolicy


def crashing(text: str, status: int = 3) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({text!r}, file=sys.stderr); sys.exit({status})"]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def quick(**changes: Any) -> RestartPolicy:
    return dataclasses.replace(QUICK, **changes)


async def eat_all_memory(base_url: str) -> None:
    host, port = base_url.removeprefix("http://").removesuffix("/v1").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /eat HTTP/1.0\r\n\r\n")
    await reader.read()
    writer.close()


async def test_a_started_child_becomes_ready_and_answers_with_its_key_only(make_child: MakeChild) -> None:
    child = make_child()
    child.start()
    endpoint = await child.wait_ready(20)
    assert child.status.state == "ready"
    assert child.endpoint == endpoint
    url = endpoint.base_url.removesuffix("/v1") + "/health"
    assert url.startswith("http://127.0.0.1:")
    assert await answers(url, endpoint.key, 5)
    assert not await answers(url, type(endpoint.key)("another"), 5)


async def test_the_key_is_not_in_the_process_list_and_provider_keys_are_not_passed_on(
    make_child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-the-gateway-only")
    child = make_child()
    child.start()
    endpoint = await child.wait_ready(20)
    process = psutil.Process(child.status.pid)
    assert endpoint.key.reveal() not in " ".join(process.cmdline())
    environment = str(process.environ())
    assert endpoint.key.reveal() not in environment
    assert "sk-for-the-gateway-only" not in environment


async def test_the_child_leads_its_own_session_and_yields_to_the_gateway(make_child: MakeChild) -> None:
    child = make_child()
    child.start()
    await child.wait_ready(20)
    assert child.status.pid is not None
    assert os.getsid(child.status.pid) == child.status.pid
    # At 19 on a machine that is itself niced, there is nothing below.
    assert psutil.Process(child.status.pid).nice() == min(psutil.Process().nice() + 5, 19)


async def test_every_change_of_state_is_told(make_child: MakeChild) -> None:
    told: list[tuple[str, ChildStatus]] = []
    child = make_child(on_change=lambda name, status: told.append((name, status)))
    child.start()
    await child.wait_ready(20)
    await child.stop()
    states = [status.state for _, status in told]
    assert list(dict.fromkeys(states)) == ["starting", "ready", "stopped"]
    assert {name for name, _ in told} == {child.name}
    assert all(status.since <= time.time() for _, status in told)


async def test_a_caller_who_found_an_endpoint_gone_is_told_that_it_is_and_gets_the_next(make_child: MakeChild) -> None:
    child = make_child()
    child.start()
    before = await child.wait_ready(20)
    assert not await child.wait_gone(before, 0.01)
    assert child.status.pid is not None
    os.kill(child.status.pid, signal.SIGKILL)
    assert await child.wait_gone(before, 20)
    assert await child.wait_ready(20) != before


async def test_the_lines_of_the_log_hold_what_is_known_only(make_child: MakeChild, until: Until) -> None:
    with structlog.testing.capture_logs() as lines:
        child = make_child()
        child.start()
        await child.wait_ready(20)
        assert child.status.pid is not None
        os.kill(child.status.pid, signal.SIGKILL)
        await until(lambda: child.status.restarts)
        await child.stop()
    assert not [line for line in lines if "" in line.values() or None in line.values()]
    levels = {line["event"]: line["log_level"] for line in lines}
    assert levels["embedded model is starting"] == "debug"
    assert levels["embedded model is ready"] == "info"
    assert levels["embedded model restarts"] == "warning"


async def test_a_killed_child_is_restarted_with_another_key(make_child: MakeChild, until: Until) -> None:
    child = make_child()
    child.start()
    before = await child.wait_ready(20)
    assert child.status.pid is not None
    os.kill(child.status.pid, signal.SIGKILL)
    await until(lambda: child.status.state == "restarting")
    assert child.endpoint is None
    assert "signal 9" in child.status.reason
    after = await child.wait_ready(20)
    assert after.key != before.key
    assert child.status.restarts == 1


async def test_a_crash_loop_ends_in_failed_with_the_last_words(make_child: MakeChild, until: Until) -> None:
    child = make_child(command=crashing("the engine is broken"))
    child.start()
    await until(lambda: child.status.state == "failed")
    assert "exited with status 3" in child.status.reason
    assert "the engine is broken" in child.status.reason
    assert "3 crashes in a row" in child.status.reason
    with pytest.raises(ModelUnavailable, match="the engine is broken"):
        await child.wait_ready(1)


async def test_a_manual_restart_clears_failed(make_child: MakeChild, until: Until, script: Path) -> None:
    gate = script.parent / "open"
    code = f"import os, runpy; os.path.exists({str(gate)!r}) or os._exit(1); runpy.run_path({str(script)!r})"
    child = make_child(command=[sys.executable, "-c", code])
    child.start()
    await until(lambda: child.status.state == "failed")
    gate.touch()
    await child.restart()
    await child.wait_ready(20)
    assert child.status.restarts == 0


async def test_a_child_that_says_it_cannot_work_is_not_tried_again(make_child: MakeChild, until: Until) -> None:
    child = make_child("refuse")
    child.start()
    await until(lambda: child.status.state == "failed")
    assert child.status.reason == "the model file is truncated"
    assert child.status.restarts == 0


async def test_a_command_that_does_not_exist_is_a_reason_not_an_exception(make_child: MakeChild, until: Until) -> None:
    child = make_child(command=["/nowhere/python"])
    child.start()
    await until(lambda: child.status.state == "failed")
    assert "cannot be started: No such file" in child.status.reason


async def test_a_hung_child_is_killed_and_restarted(make_child: MakeChild, until: Until) -> None:
    child = make_child(policy=quick(health_timeout=0.5, stop_grace=0.2))
    child.start()
    await child.wait_ready(20)
    hung = child.status.pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)
    await until(lambda: child.status.restarts == 1)
    assert "health checks" in child.status.reason
    await child.wait_ready(20)
    assert gone(hung)
    assert child.status.pid != hung


async def test_a_child_that_is_never_ready_is_given_up(make_child: MakeChild, until: Until) -> None:
    child = make_child("sleep", policy=quick(start_timeout=0.2, crash_limit=2))
    child.start()
    await until(lambda: child.status.state == "failed")
    assert "not ready within 0.2 s" in child.status.reason


async def test_waiting_for_a_slow_child_ends_in_time(make_child: MakeChild) -> None:
    child = make_child("sleep")
    child.start()
    with pytest.raises(ModelUnavailable, match="is starting") as raised:
        await child.wait_ready(0.05)
    assert raised.value.retry_after == 1.0


async def test_endless_lines_bad_utf8_and_false_reports_do_no_harm(make_child: MakeChild) -> None:
    child = make_child("noise")
    child.start()
    await child.wait_ready(20)
    assert child.status.state == "ready"


async def test_what_the_child_prints_is_kept_for_the_reason_but_not_without_end(
    make_child: MakeChild, until: Until
) -> None:
    child = make_child(command=[sys.executable, "-c", "print(*range(1000), sep='\\n'); input(); raise SystemExit(4)"])
    child.start()
    await until(lambda: child.status.state == "failed")
    assert child.last_lines[-1] == "999"
    assert len(child.last_lines) == 20


async def test_stopping_ends_a_stubborn_child_and_what_it_started(make_child: MakeChild, until: Until) -> None:
    child = make_child("stubborn", policy=quick(stop_grace=0.1))
    child.start()
    await child.wait_ready(20)
    await until(lambda: any(line.startswith("offspring") for line in child.last_lines))
    offspring = int(next(line for line in child.last_lines if line.startswith("offspring")).split()[1])
    pid = child.status.pid
    assert pid is not None
    await child.stop()
    assert gone(pid)
    await until(lambda: gone(offspring))
    assert child.status.state == "stopped"


async def test_stopping_during_start_and_twice_is_fine(make_child: MakeChild) -> None:
    child = make_child("sleep")
    await child.stop()
    child.start()
    child.start()
    await asyncio.sleep(0)
    await child.stop()
    await child.stop()
    assert child.status.state == "stopped"


async def test_the_memory_ceiling_ends_the_child_that_passes_it_and_no_other(
    make_child: MakeChild, until: Until
) -> None:
    greedy, modest = make_child(memory_mb=128), make_child()
    greedy.start()
    modest.start()
    endpoint = await greedy.wait_ready(20)
    await modest.wait_ready(20)
    await eat_all_memory(endpoint.base_url)
    await until(lambda: greedy.status.restarts == 1)
    assert "out of memory: its ceiling is 128 MiB" in greedy.status.reason
    assert modest.status.state == "ready"
    assert modest.status.restarts == 0
    await greedy.wait_ready(20)


@pytest.mark.parametrize("hung", [False, True], ids=["working", "hung"])
async def test_the_child_dies_with_a_killed_gateway(script: Path, until: Until, hung: bool) -> None:
    gateway_code = textwrap.dedent(
        """
        import asyncio, sys
        from switchgear.providers.local.child import ChildLimits, ChildProcess

        async def main():
            child = ChildProcess("x", [sys.executable, sys.argv[1]], {}, limits=ChildLimits(memory_mb=256))
            child.start()
            await child.wait_ready(20)
            print("pid", child.status.pid, flush=True)
            await asyncio.Event().wait()

        asyncio.run(main())
        """
    )
    gateway = await asyncio.create_subprocess_exec(
        sys.executable, "-c", gateway_code, str(script), stdout=asyncio.subprocess.PIPE
    )
    assert gateway.stdout is not None
    line = b""
    while not line.startswith(b"pid"):
        line = await asyncio.wait_for(gateway.stdout.readline(), 20)
        assert line, "the gateway ended early"
    pid = int(line.split()[1])
    if hung:
        os.kill(pid, signal.SIGSTOP)
    gateway.kill()
    await gateway.wait()
    await until(lambda: gone(pid))


def test_it_works_the_same_on_the_gateways_event_loop(script: Path, until: Until) -> None:
    async def life() -> list[str]:
        seen: list[str] = []
        child = ChildProcess(
            "on-uvloop",
            [sys.executable, str(script)],
            {"do": "noise"},
            limits=ChildLimits(memory_mb=256),
            policy=QUICK,
            on_change=lambda _, status: seen.append(status.state),
        )
        child.start()
        await child.wait_ready(20)
        assert child.status.pid is not None
        os.kill(child.status.pid, signal.SIGKILL)
        await until(lambda: child.status.restarts == 1)
        await child.wait_ready(20)
        pid = child.status.pid
        await child.stop()
        assert gone(pid)
        return list(dict.fromkeys(seen))

    assert uvloop.run(life()) == ["starting", "ready", "restarting", "stopped"]


def test_the_delay_doubles_up_to_a_limit_and_starts_anew_after_a_steady_time() -> None:
    random.seed(1)
    count = CrashCount(RestartPolicy(crash_limit=100))
    delays = []
    for _ in range(10):
        count.crashed(ready_for=0.0)
        delays.append(count.delay())
    for crash, delay in enumerate(delays):
        full = min(2.0**crash, 60.0)
        assert 0.75 * full <= delay <= full
    count.crashed(ready_for=61.0)
    assert count.crashes == 1
    assert count.delay() <= 1.0


def test_a_child_that_crashes_soon_after_it_was_ready_counts_towards_a_loop() -> None:
    count = CrashCount(RestartPolicy(crash_limit=3))
    for _ in range(3):
        count.crashed(ready_for=2.0)
    assert count.looping
