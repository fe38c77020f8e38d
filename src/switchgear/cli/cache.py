"""``switchgear cache``: answers that are kept to be given again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from cyclopts import App, Parameter

from switchgear.cli import progress, screen, tables
from switchgear.cli.client import connected
from switchgear.cli.where import HERE, AsJson, Where
from switchgear.config.schema import LOCAL_PROVIDER
from switchgear.core.errors import UsageError
from switchgear.observe import logs
from switchgear.providers.embedded import EmbeddedProvider
from switchgear.providers.local import embedded
from switchgear.providers.local.embedder import LocalEmbedder
from switchgear.providers.local.models import MINILM

if TYPE_CHECKING:
    from switchgear.cache.evaluation import Rate

EMBEDDING_MODEL: Final = MINILM.name

app = App(name="cache", help="Show, purge and evaluate the answers that are kept.", help_epilogue="")

_RATES: Final = (
    tables.Column("threshold", right=True),
    tables.Column("hits", right=True),
    tables.Column("wrong hits", right=True),
    tables.Column("hits with the guard", right=True),
    tables.Column("wrong hits with it", right=True),
)
_AT_ONCE: Final = 64
"""Texts that the embedding model is sent together."""


@app.command(
    help_epilogue="""\
Examples
  switchgear cache stats
  switchgear cache stats --json"""
)
async def stats(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show what is kept, how often that answered, and what it saved."""
    async with connected(where) as api:
        told = await api.get("/api/cache")
    if as_json:
        screen.show_json(told)
        return
    for name, value in _facts(told):
        screen.say(f" {screen.style(name.ljust(10), 'dim')} {value}")


@app.command(
    help_epilogue="""\
Examples
  switchgear cache purge --model fast
  switchgear cache purge --tenant team:search
  switchgear cache purge --all"""
)
async def purge(
    *,
    model: Annotated[str | None, Parameter(metavar="NAME", help="Answers of this model alone.")] = None,
    tenant: Annotated[
        str | None, Parameter(metavar="WHO", help="Answers of this tenant alone: team:NAME, or key:ID.")
    ] = None,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="Every answer.")] = False,
    as_json: AsJson = False,
    where: Where = HERE,
) -> None:
    """Forget answers, in every process."""
    if everything == (model is not None or tenant is not None):
        raise UsageError("What is to be purged?", hint="Give --model, --tenant or both, or --all.")
    which = {name: value for name, value in (("model", model), ("tenant", tenant)) if value is not None}
    async with connected(where) as api:
        told = await api.ask("DELETE", "/api/cache", query=which)
    if as_json:
        screen.show_json(told)
        return
    count = told["dropped"]
    screen.say(f"{screen.mark('ok')} Purged; {count:,} answer{'' if count == 1 else 's'} dropped here.")


@app.command(
    help_epilogue="""\
A hit is a question that gets the answer to another one; it is wrong where the
two have not the same answer. Both are shares of the pairs of that kind.
Without --pairs those of the package fow-cache are used: pip install
'switchgear[cache-eval]'.

Examples
  switchgear cache evaluate
  switchgear cache evaluate --threshold 0.95 --threshold 0.99
  switchgear cache evaluate --pairs ours.jsonl --json"""
)
async def evaluate(
    *,
    pairs: Annotated[
        Path | None,
        Parameter(metavar="FILE", help='Labelled pairs, a line each: {"a": …, "b": …, "same_answer": true}.'),
    ] = None,
    threshold: Annotated[
        tuple[float, ...], Parameter(metavar="SHARE", negative="", help="Cosine similarity; several times for several.")
    ] = (),
    as_json: AsJson = False,
) -> None:
    """Show how often questions would be found, and how often with a wrong answer, at several thresholds."""
    from switchgear.cache import evaluation  # noqa: PLC0415 - numpy, which comes with the extra "local"

    if not all(0 < each <= 1 for each in threshold):
        raise UsageError("--threshold is a number from 0 to 1.")
    embedded.require(EMBEDDING_MODEL)
    file = pairs or evaluation.bundled_pairs()
    labelled = evaluation.read_pairs(file)
    vectors = await _vectors([pair.a for pair in labelled] + [pair.b for pair in labelled])
    found = evaluation.rates(labelled, vectors, sorted(threshold) or evaluation.THRESHOLDS)
    same = sum(pair.same for pair in labelled)
    if as_json:
        told = {"pairs": len(labelled), "same": same, "rates": msgspec.to_builtins(found)}
        screen.show_json(told)
        return
    screen.say(f"{len(labelled):,} pairs: {same:,} with one answer, {len(labelled) - same:,} without.")
    tables.show(_RATES, [_rate(each) for each in found], nothing="")


async def _vectors(texts: list[str]) -> list[bytes]:
    """The vectors of ``texts``, from a process that is started for it."""
    control = logs.configure("warning", "pretty")
    models = embedded.EmbeddedModels(embedded.EmbeddedSettings())
    provider = EmbeddedProvider(LOCAL_PROVIDER, models)
    embedder = LocalEmbedder(models, provider)
    found: list[bytes] = []
    try:
        with progress.bar("Reading the pairs") as advance:
            await models.restart(EMBEDDING_MODEL)
            for start in range(0, len(texts), _AT_ONCE):
                found += await embedder.all_packed(texts[start : start + _AT_ONCE])
                advance(len(found), len(texts))
    finally:
        provider.close()
        await models.stop()
        control.close()
    return found


def _rate(rate: Rate) -> tuple[str, ...]:
    shares = (rate.hits, rate.wrong, rate.guarded_hits, rate.guarded_wrong)
    return (f"{rate.threshold:g}", *(f"{share:.1%}" for share in shares))


def _facts(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "answers", f"{told['entries']:,} in {tables.size(told['bytes'])} of {tables.size(told['max_bytes'])}"
    counts = told["answered"]
    asked = sum(counts.values()) + told["misses"]
    given = sum(counts.values())
    yield "answered", f"{given:,} of {asked:,} calls" + (f" ({given / asked:.0%})" if asked else "")
    for name, count in counts.items():
        if count:
            yield "", f"{count:,} {name}"
    yield "saved", f"{tables.dollars(int(Decimal(told['saved']) * 1_000_000_000))}, {told['saved_tokens']:,} tokens"
