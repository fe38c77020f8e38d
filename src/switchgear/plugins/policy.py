"""What the operator lets plugins have at most, whatever a person grants."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from switchgear.config.plugins import PluginSettings
from switchgear.core.structs import Frozen
from switchgear.plugins.permissions import NOTHING, Permissions, PluginLimits, Sampling, capped, granted, words

_EVERYTHING: Final = ("*",)


class Policy(Frozen, frozen=True):
    """Caps. A field of ``fields`` is capped by what ``most`` has in it, another is not; ``limits`` are what a plugin gets at most,
    ``keep_versions`` how many versions of it stay.
    """

    most: Permissions = NOTHING
    fields: frozenset[str] = frozenset()
    limits: PluginLimits = PluginLimits()
    keep_versions: int = 3

    def permitted(self, permissions: Permissions) -> Permissions:
        """What of ``permissions`` may be."""
        return granted(permissions, self._allowed(permissions))

    def withheld(self, permissions: Permissions) -> list[str]:
        """In words, what of ``permissions`` may not be."""
        kept = words(self.permitted(permissions))
        return [each for each in words(permissions) if each not in kept]

    def limited(self, limits: PluginLimits) -> PluginLimits:
        """The smaller of each limit."""
        return capped(limits, self.limits)

    def _allowed(self, permissions: Permissions) -> Permissions:
        """``permissions``, with the caps in place of what is capped. Writing includes reading, so both are there or neither."""
        most, fields = self.most, self.fields
        allowed = replace(permissions, **{name: getattr(most, name) for name in fields - {"sampling", "write"}})
        if "write" in fields:
            read = allowed.read if "read" in fields else ("/",)
            allowed = replace(allowed, write=most.write, read=read)
        if "sampling" in fields and permissions.sampling is not None and most.sampling is not None:
            allowed = replace(allowed, sampling=replace(most.sampling, per=permissions.sampling.per))
        elif "sampling" in fields:
            allowed = replace(allowed, sampling=None)
        return allowed


def policy_of(settings: PluginSettings) -> Policy:
    """The policy that the configuration has."""
    told = settings.policy
    fields = {"subprocesses"} if not told.subprocesses else set[str]()
    most = NOTHING
    for name, values in (
        ("network", told.network),
        ("read", told.read),
        ("write", told.write),
        ("environment", told.environment),
        ("secrets", told.secrets),
    ):
        if values is not None:
            fields.add(name)
            most = replace(most, **{name: tuple(str(each) for each in values)})
    if told.sampling is not None or told.sampling_usd < 1_000_000:
        fields.add("sampling")
        models = _EVERYTHING if told.sampling is None else told.sampling
        if models and told.sampling_usd:
            most = replace(most, sampling=Sampling(models, told.sampling_usd))
    ceilings = settings.most
    limits = PluginLimits(**{name: getattr(ceilings, name) for name in PluginLimits.__struct_fields__})
    return Policy(most, frozenset(fields), limits, settings.keep_versions)
