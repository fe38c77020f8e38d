"""What came of reading the configuration again."""

from __future__ import annotations

import json

import msgspec

from switchgear.core.errors import ConfigInvalid, Problem, StoreUnavailable


class ReloadReport(msgspec.Struct, frozen=True):
    """What a reload did: sections that ``changed``, those that wait for a restart, and remarks."""

    changed: list[str]
    needs_restart: list[str]
    notes: list[str]


def reported(answer: bytes) -> ReloadReport:
    """What the supervisor of several workers tells of a reload. Raises ConfigInvalid, StoreUnavailable."""
    told = json.loads(answer)
    if "report" in told:
        return msgspec.convert(told["report"], ReloadReport)
    if "invalid" in told:
        raise ConfigInvalid(told["invalid"], problems=tuple(Problem(**problem) for problem in told["problems"]))
    raise StoreUnavailable(told["failed"])
