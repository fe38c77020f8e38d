"""Settings that are right one by one and cannot work together."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from switchgear.config.checks import Finding
from switchgear.config.models import AliasSettings
from switchgear.config.problems import Place, path_text
from switchgear.config.schema import Settings


def contradictions(settings: Settings) -> Iterator[Finding]:
    """Every pair of settings of which one makes the other useless, where somebody wrote both."""
    for name, alias in settings.models.items():
        place: Place = ("models", name)
        for field in ("first_token", "between_tokens"):
            yield from _never((*place, "timeouts"), alias.timeouts, field, "total")
        if alias.retry is not None:
            yield from _over((*place, "retry"), alias.retry, "backoff", "longest_pause")
        yield from _deployments(place, alias)
    yield from _places(settings)
    yield from _over(("retry",), settings.retry, "backoff", "longest_pause")
    yield from _over(("cache",), settings.cache, "max_answer_bytes", "max_bytes")
    for name, limits in settings.limits.items():
        yield from _over(("limits", name), limits, "output_tokens", "tpm")


def _deployments(place: Place, alias: AliasSettings) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for index, deployment in enumerate(alias.deployments):
        which = deployment.provider, deployment.model
        path: Place = (*place, "deployments", index)
        if which in seen:
            told = f"{path_text(path)} is {'/'.join(which)} again, which is deployments[{seen[which]}] already."
            yield Finding(path, told, "Leave one of them out; weight says how many of the calls it gets.")
        seen.setdefault(which, index)
    if alias.hedge and len(seen) == 1:
        path = (*place, "hedge")
        yield Finding(
            path,
            f"{path_text(path)} asks a second deployment, and there is one.",
            "Add a deployment, or leave hedge out.",
        )


def _places(settings: Settings) -> Iterator[Finding]:
    """Deployments of several models, whose places are the same ones, with different numbers of them."""
    said: dict[tuple[str, str, str], tuple[Place, int]] = {}
    for name, alias in settings.models.items():
        for index, deployment in enumerate(alias.deployments):
            for field in ("concurrency", "queue") if deployment.concurrency is not None else ():
                if field not in deployment.model_fields_set:
                    continue
                path: Place = ("models", name, "deployments", index, field)
                value = getattr(deployment, field)
                first, other = said.setdefault((deployment.provider, deployment.model, field), (path, value))
                if value != other:
                    told = f"{path_text(path)} = {value}, and {path_text(first)} = {other} for the same deployment."
                    yield Finding(
                        path, told, "All models share its places: say the same in both, or leave one out.", (first,)
                    )


def _never(place: Place, settings: BaseModel, field: str, other: str) -> Iterator[Finding]:
    """A time that another one always comes before."""
    value, most = getattr(settings, field), getattr(settings, other)
    if value is not None and most is not None and value >= most:
        path = (*place, field)
        told = f"{path_text(path)} = {value:g} is never reached: {other} = {most:g} comes first."
        yield Finding(path, told, f"Make it shorter than {other}, or leave it out.")


def _over(place: Place, settings: BaseModel, field: str, other: str) -> Iterator[Finding]:
    """A number over the most that it may be, where it is not a default."""
    value, most = getattr(settings, field), getattr(settings, other)
    if field in settings.model_fields_set and value is not None and most is not None and value > most:
        path = (*place, field)
        yield Finding(
            path, f"{path_text(path)} = {value} is over {other}, which is {most}.", f"Raise {other}, or lower it."
        )
