"""A long day, on purpose a bad one: several workers under load, killed at random, on PostgreSQL and Valkey, with providers that come and go.

``make soak ARGS="--minutes 2"``. At the end the books are looked at: no answer without its usage record, no limit exceeded, no line of
a batch missing or twice, no process left over. Exits with 1 if one of them is.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import asyncpg
import httpx
import psutil
from soak_books import Line, batch_lines, budget_lines, rate_line, rows_of, usage_lines
from soak_load import Books, Group, begin_batch, end_batch, run_clients
from soak_processes import Watch, kill, measure, workers
from soak_provider import FLAPPING, Providers

from postgres_server import postgres_server
from switchgear.testing import served
from valkey_server import valkey_server

CONFIG = """
[local]
enabled = false

[server]
workers = {workers}
drain_timeout = 10

[store]
url = "env:DATABASE_URL"
durability = "strict"

[state]
url = "env:STATE_URL"

[health]
errors = 3
pause = 1
longest_pause = 5
recovery = 2

[batches]
native = false
lease = 5

[limits.rate]
rpm = {rpm}

[limits.money]
budget = {{ usd = {usd}, per = "month" }}

{providers}

[models.fast]
strategy = "weighted"
stream_recovery = "hold"
deployments = [{deployments}]

[models.priced]
deployments = [{{ provider = "steady", model = "priced", price = {{ input = 1000, output = 1000 }} }}]
"""
RPM = 240
DOLLARS_A_MINUTE = 4.0
LINES_A_MINUTE = 300
AFTERWARDS = 240.0
"""Seconds that the batch may take when the load is over."""


class Options(NamedTuple):
    """What the command line said."""

    minutes: float
    workers: int
    clients: int
    every: float
    seed: int


def options() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="how long clients call [10]")
    parser.add_argument("--workers", type=int, default=4, help="workers of the gateway [4]")
    parser.add_argument("--clients", type=int, default=64, help="clients that call at the same time [64]")
    parser.add_argument("--kill-every", type=float, default=8, help="seconds between two kills, about [8]")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30), help="what chance begins with")
    asked = parser.parse_args()
    return Options(asked.minutes, asked.workers, asked.clients, asked.kill_every, asked.seed)


def config(asked: Options, url: str) -> str:
    """The gateway's configuration."""
    names = ("steady", *FLAPPING)
    providers = "\n\n".join(
        f'[providers.{name}]\nbase_url = "{url}"\ntimeouts = {{ first_byte = 3, between_bytes = 3 }}' for name in names
    )
    deployments = ", ".join(f'{{ provider = "{name}", model = "{name}" }}' for name in names)
    return CONFIG.format(
        workers=asked.workers, rpm=RPM, usd=_dollars(asked), providers=providers, deployments=deployments
    )


def _dollars(asked: Options) -> float:
    return round(DOLLARS_A_MINUTE * asked.minutes, 2)


@asynccontextmanager
async def gateway(asked: Options, providers: Providers) -> AsyncIterator[tuple[served, str]]:
    """A gateway on a PostgreSQL and a Valkey of its own, and the URL of its database."""
    with postgres_server() as postgres, valkey_server() as valkey:
        admin = await asyncpg.connect(postgres.format(name="postgres"))
        await admin.execute("CREATE DATABASE soak")
        await admin.close()
        url = postgres.format(name="soak")
        environment = {"DATABASE_URL": url, "STATE_URL": valkey.url}
        text = config(asked, providers.base_url)
        async with served(text, env=environment, start_timeout=120, stop_timeout=40) as running:
            yield running, url


async def keys(http: httpx.AsyncClient, asked: Options) -> list[Group]:
    """The clients in groups: most without limits, some with a rate, some with a budget."""
    few = max(asked.clients // 5, 1)
    groups = []
    for name, model, limits, clients in (
        ("free", "fast", "", asked.clients - 2 * few),
        ("rated", "fast", "rate", few),
        ("budgeted", "priced", "money", few),
    ):
        made = await http.post("/api/keys", json={"name": name, "limits": limits})
        made.raise_for_status()
        groups.append(Group(name, made.json()["key"], made.json()["id"], model, clients))
    return groups


async def flap(providers: Providers, done: asyncio.Event, rng: random.Random) -> None:
    """Let providers come and go."""
    while not done.is_set():
        providers.shuffle(rng)
        try:
            async with asyncio.timeout(rng.uniform(2, 6)):
                await done.wait()
        except TimeoutError:
            pass
    providers.ways = dict.fromkeys(FLAPPING, "well")


async def soak(asked: Options) -> list[Line]:
    """The whole of it; what was found."""
    rng, done, books = random.Random(asked.seed), asyncio.Event(), Books()
    async with Providers() as providers, gateway(asked, providers) as (running, url):
        headers = {"authorization": f"Bearer {running.key}"}
        async with httpx.AsyncClient(base_url=running.url, headers=headers, timeout=30, trust_env=False) as http:
            watch = Watch(psutil.Process(running.process.pid))
            groups = await keys(http, asked)
            lines = max(int(LINES_A_MINUTE * asked.minutes), 1)
            batch_id = await begin_batch(http, "fast", lines)
            beside = [
                asyncio.create_task(measure(http, watch, done)),
                asyncio.create_task(kill(http, watch, done, asked.every, rng)),
                asyncio.create_task(flap(providers, done, rng)),
            ]
            await run_clients(running.url, groups, books, asked.minutes * 60, asked.seed)
            done.set()
            await asyncio.gather(*beside)
            batch = await end_batch(http, batch_id, AFTERWARDS)
            watch.look(await workers(http))
        code = await asyncio.to_thread(running.stop)
        left = await asyncio.to_thread(watch.left)
        rows = await rows_of(url)
    return [
        Line("workers killed", str(watch.kills), watch.kills > 0),
        *usage_lines(books, groups, rows),
        rate_line(books, providers, groups[1], RPM),
        *budget_lines(rows, providers, groups[2], _dollars(asked)),
        *batch_lines(batch, providers, lines),
        Line("exit code", str(code), code == 0),
        Line("processes left over", ", ".join(str(one.pid) for one in left) or "0", not left),
        *_told(books),
        *_memory(watch),
    ]


def _told(books: Books) -> list[Line]:
    """What clients were told beside answers: without limits, nothing else should be common."""
    lines = [
        Line(f'calls of "{name}" that broke with their worker', str(count)) for name, count in books.broken.items()
    ]
    lines += [Line(f'calls of "{name}" told {code}', str(count)) for (name, code), count in sorted(books.told.items())]
    failed = sum(count for (name, _), count in books.told.items() if name == "free")
    rate = failed / max(failed + len(books.answered["free"]), 1)
    return [*lines, Line("calls without limits that failed", f"{rate:.2%}", rate < 0.01)]


def _memory(watch: Watch) -> list[Line]:
    return [
        Line(f"memory of {life.name}", f"{life.sizes[0]:.0f} MiB, at most {max(life.sizes):.0f}, at last {life.sizes[-1]:.0f}")
        for life in sorted(watch.lives.values(), key=lambda life: life.name)
        if life.name
    ]  # fmt: skip


def main() -> int:
    """Run; 0 when all is well."""
    asked = options()
    print(
        f"Soaking {asked.minutes:g} min: {asked.workers} workers, {asked.clients} clients, seed {asked.seed}",
        flush=True,
    )
    began = time.monotonic()
    lines = asyncio.run(soak(asked))
    width = max(len(line.what) for line in lines)
    for line in lines:
        mark = " " if line.well is None else "✓" if line.well else "✗"
        print(f" {mark} {line.what:<{width}}  {line.found}")
    bad = [line for line in lines if line.well is False]
    print(
        f"{len(bad)} violations in {time.monotonic() - began:.0f} s"
        if bad
        else f"All is well after {time.monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
