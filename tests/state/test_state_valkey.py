"""What is Valkey's own: scripts, commands, passwords, TLS, and set-ups that cannot work."""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from state_engines import MINUTE, PATIENT, answered, ask

from switchgear.core.errors import ExtraMissing, StateUnusable
from switchgear.state.base import Change, Check, State
from switchgear.state.state import StateOptions, open_state
from valkey_server import Valkey, ValkeyCluster, free_port, valkey_server

OPTIONS = StateOptions(timeout=PATIENT)
END = int(time.time() * 1000) + 60 * MINUTE
CHECKS = [
    Check("key:k_1", "rpm", "window", 100, 1, MINUTE),
    Check("key:k_1", "tpm", "window", 100_000, 500, MINUTE),
    Check("team:search", "usd", "period", 10**12, 7, END),
    Check("key:k_1", "concurrency", "lease", 10, 1, MINUTE),
]


@asynccontextmanager
async def opened(url: str, options: StateOptions = OPTIONS) -> AsyncIterator[State]:
    state = await open_state(url, options)
    try:
        yield state
    finally:
        await state.close()


async def works(state: State) -> None:
    assert (await ask(state, "t", CHECKS)).allowed
    assert state.health.state == "ok"


def commands_of(server: Valkey, name: str) -> list[str]:
    """The commands that clients sent up to one with ``name`` in it; those of scripts are not among them."""
    seen = []
    with server.client() as client, client.monitor() as monitor:
        for each in monitor.listen():
            if each["client_type"] == "lua":
                continue
            if name in each["command"]:
                break
            seen.append(each["command"].split()[0].upper())
    return seen


async def test_a_take_of_four_limits_is_one_command_and_so_is_its_settlement(valkey: Valkey) -> None:
    async with opened(valkey.url) as state:
        await works(state)
        watching = asyncio.create_task(asyncio.to_thread(commands_of, valkey, "the-end"))
        while not watching.done():
            with valkey.client() as client:
                if any(each["cmd"] == "monitor" for each in client.client_list()):
                    break
            await asyncio.sleep(0.01)
        for number in range(10):
            verdict = await ask(state, f"t{number}", CHECKS)
            changes = [
                Change("key:k_1", "tpm", "window", -100, verdict.at_ms, MINUTE),
                Change("team:search", "usd", "period", -3, verdict.at_ms, END),
                Change("key:k_1", "concurrency", "lease", -1, verdict.at_ms, MINUTE),
            ]
            state.counters.settle(f"t{number}", changes)
        await ask(state, "last", CHECKS)
        with valkey.client() as client:
            client.get("the-end")
        seen = await watching
    assert [each for each in seen if each == "EVALSHA"] == ["EVALSHA"] * 21
    assert {each for each in seen if each != "EVALSHA"} <= {"CLIENT", "HELLO"}, "of the test's own connections"


async def test_scripts_that_the_server_forgot_are_sent_again(valkey: Valkey) -> None:
    async with opened(valkey.url) as state:
        await works(state)
        with valkey.client() as client:
            client.script_flush()
        verdicts = await asyncio.gather(*(ask(state, f"t{number}", CHECKS[:2]) for number in range(20)))
        assert all(one.allowed for one in verdicts)
        assert (await ask(state, "look", CHECKS[:1])).standings[0].used == 22
        with valkey.client() as client:
            client.script_flush()
        state.counters.settle("t", [Change("team:search", "usd", "period", -7, END, END)])
        assert await answered(state.locks.try_acquire("a", "t", 10))
        assert (await ask(state, "look", CHECKS[2:3])).standings[0].used == 7
        assert state.health.state == "ok"


async def test_everything_that_is_written_ends_by_itself(valkey: Valkey) -> None:
    async with opened(valkey.url) as state:
        await works(state)
        state.counters.seed("team:search", "tokens", 5, END)
        assert await answered(state.locks.try_acquire("a", "t", 10))
        await works(state)
        with valkey.client() as client:
            ends = {key.decode(): client.pttl(key) for key in client.scan_iter()}
    assert len(ends) >= 6
    assert all(0 < end <= 61 * MINUTE for end in ends.values()), ends
    assert all(key.startswith("switchgear:") for key in ends)


async def test_prefixes_and_databases_keep_gateways_apart(valkey: Valkey) -> None:
    one = [Check("key:k_1", "rpm", "window", 1, 1, MINUTE)]
    for url, prefix in ((valkey.url, "a"), (valkey.url, "b"), (valkey.url[:-1] + "3", "a")):
        async with opened(url, StateOptions(timeout=PATIENT, prefix=prefix)) as state:
            assert (await ask(state, "t", one)).allowed
            assert not (await ask(state, "t", one)).allowed


async def test_takes_at_once_share_what_is_sent(valkey: Valkey) -> None:
    limit = Check("key:k_1", "rpm", "window", 250, 1, MINUTE)
    async with opened(valkey.url) as state:
        with valkey.client() as client:
            before = client.info("stats")["total_reads_processed"]
        verdicts = await asyncio.gather(*(ask(state, f"t{number}", [limit]) for number in range(1000)))
        with valkey.client() as client:
            reads = client.info("stats")["total_reads_processed"] - before
    assert sum(one.allowed for one in verdicts) == 250
    assert reads < 300


# ---------------------------------------------------------------- letting in


@pytest.mark.parametrize("on_loss", ["local", "refuse"])
async def test_a_password_lets_in_and_a_wrong_one_stops_the_start(on_loss: str) -> None:
    options = StateOptions(on_loss, timeout=PATIENT)
    with valkey_server("p@ss word") as server:
        async with opened(f"valkey://:p%40ss%20word@127.0.0.1:{server.port}", options) as state:
            await works(state)
        with server.client() as client:
            client.acl_setuser("gate", enabled=True, passwords=["+pw"], keys=["switchgear:*"], commands=["+@all"])
            client.acl_setuser("looker", enabled=True, passwords=["+pw"], keys=["*"], commands=["+@read"])
        async with opened(f"valkey://gate:pw@127.0.0.1:{server.port}", options) as state:
            await works(state)
        for account, told in (
            ("", "refuses the user name or password"),
            (":wrong-word@", "refuses the user name or password"),
            ("gate:wrong-word@", "refuses the user name or password"),
            ("looker:pw@", "access rules"),
        ):
            with pytest.raises(StateUnusable, match=told) as caught:
                await open_state(f"valkey://{account}127.0.0.1:{server.port}", options)
            assert "wrong-word" not in f"{caught.value} {caught.value.advice}"


@asynccontextmanager
async def tls_in_front(server: Valkey, context: ssl.SSLContext) -> AsyncIterator[int]:
    """A port where the server speaks TLS."""
    pumps: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.port)
        task = asyncio.current_task()
        assert task is not None
        pumps.add(task)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    async with await asyncio.start_server(both, "127.0.0.1", 0, ssl=context) as listening:
        yield listening.sockets[0].getsockname()[1]
        await asyncio.gather(*pumps, return_exceptions=True)


async def test_tls_is_spoken_and_only_trusted_certificates_are(valkey: Valkey, tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    for name, one in (("ca.pem", authority), ("stranger.pem", stranger)):
        one.cert_pem.write_to_path(tmp_path / name)
    async with tls_in_front(valkey, context) as port:
        url = f"valkeys://127.0.0.1:{port}"
        async with opened(url, StateOptions(timeout=PATIENT, ca_file=tmp_path / "ca.pem")) as state:
            await works(state)
        for options in (StateOptions(timeout=PATIENT, ca_file=tmp_path / "stranger.pem"), OPTIONS):
            with pytest.raises(StateUnusable, match="certificate is not trusted"):
                await open_state(url, options)


# ---------------------------------------------------------------- set-ups that cannot work


async def test_a_url_that_cannot_be_is_told_with_its_setting() -> None:
    with pytest.raises(StateUnusable, match=r"^state\.url is not a state we know") as caught:
        await open_state("redis://:pw-secret@127.0.0.1")
    assert "pw-secret" not in f"{caught.value} {caught.value.advice}"


async def test_a_cluster_and_a_server_are_not_taken_for_one_another(valkey: Valkey, cluster: ValkeyCluster) -> None:
    with pytest.raises(StateUnusable, match="write valkey://"):
        await open_state(f"valkey+cluster://127.0.0.1:{valkey.port}", OPTIONS)
    with pytest.raises(StateUnusable, match=r"write valkey\+cluster://"):
        await open_state(cluster.nodes[0].url, OPTIONS)


async def test_a_database_that_there_is_not_stops_the_start(valkey: Valkey) -> None:
    with pytest.raises(StateUnusable, match="DB index is out of range"):
        await open_state(valkey.url[:-1] + "99", OPTIONS)


async def test_what_listens_there_and_says_nothing_is_not_waited_for() -> None:
    never = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        url = f"valkey://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with asyncio.timeout(20):
            async with opened(url, StateOptions(timeout=0.05)) as state:
                assert state.health.state == "degraded"
                assert state.health.reason.endswith("it does not answer.")
            with pytest.raises(StateUnusable, match="does not answer"):
                await open_state(url, StateOptions("refuse", timeout=0.05))
        never.set()


async def test_what_is_no_valkey_is_not_taken_for_one() -> None:
    async def web(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async def polite(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            writer.write(b"+OK\r\n" * 20)
        writer.close()
        await writer.wait_closed()

    for listens, scheme in ((web, "valkey"), (polite, "valkey"), (polite, "valkey+cluster")):
        async with await asyncio.start_server(listens, "127.0.0.1", 0) as listening:
            url = f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            async with opened(url) as state:
                assert state.health.state == "degraded"
                state.channels.subscribe("keys", print)
                state.start()
                assert (await ask(state, "t", CHECKS)).allowed


async def test_a_server_that_is_not_there_stops_the_start_only_where_calls_need_it() -> None:
    url = f"valkey://127.0.0.1:{free_port()}"
    async with opened(url) as state:
        assert state.health.state == "degraded"
    with pytest.raises(StateUnusable, match="it refuses connections") as caught:
        await open_state(url, StateOptions("refuse"))
    assert "on_loss" in caught.value.advice


async def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match=r'pip install "switchgear\[valkey\]"'):
        await open_state("valkey://127.0.0.1")
