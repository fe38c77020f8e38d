"""Reads py-spy's raw output: one line a stack, frames from the outside in, and how often it was seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Samples by function: in the function itself, and in it or what it called."""

    samples: int
    own: Counter[str]
    within: Counter[str]


def read_profile(raw: str) -> Profile:
    """Parse lines of ``frame;frame;frame count``. Lines of another form are skipped."""
    own, within, samples = Counter[str](), Counter[str](), 0
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        if not stack or not count.isdigit():
            continue
        frames = stack.split(";")
        samples += int(count)
        own[frames[-1]] += int(count)
        for frame in set(frames):
            within[frame] += int(count)
    return Profile(samples, own, within)


def top(profile: Profile, lines: int) -> str:
    """The functions with the most time of their own, in per cent of all samples."""
    if not profile.samples:
        return "no samples"
    told = ["  own   with callees   function"]
    for frame, count in profile.own.most_common(lines):
        share, whole = count / profile.samples, profile.within[frame] / profile.samples
        told.append(f"{share:6.1%} {whole:9.1%}       {frame}")
    return "\n".join(told)
