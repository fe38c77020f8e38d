"""Whether a bundle may be installed: who signed it, whether that key is trusted for it, and what was installed before.

A key is trusted because a person added it, or because one that is trusted says that it comes after it; what a revoked key signed, its
word on a successor included, counts for nothing from the date of the revocation on. That date is compared with the one in the signature,
which whoever has the key can choose: a stolen key is revoked from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from switchgear.core.errors import Conflict, DowngradeRefused, InvalidSignature, UntrustedBundle
from switchgear.core.structs import Frozen
from switchgear.plugins import versions
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.public_keys import PublicKey, parse_public, short
from switchgear.plugins.signature import Envelope, Signed, succession, verify
from switchgear.store.trust import PublisherKey, Seen, Succession, Trust

_DAY: Final = 86_400_000
_LONGEST_CHAIN: Final = 16


class Accepted(Frozen, frozen=True):
    """What the operator accepts, this once: no signature, or one of a key that is not trusted (``unsigned``); an older version, or other
    content under the same version (``downgrade``); another publisher than before (``publisher``).
    """

    unsigned: bool = False
    downgrade: bool = False
    publisher: bool = False


NOTHING_ACCEPTED: Final = Accepted()


class Known(Frozen, frozen=True):
    """What is known of publishers: keys by id, and successions by the key that signed them."""

    keys: Mapping[str, PublisherKey]
    successions: Mapping[str, Succession]


class Judgement(Frozen, frozen=True):
    """That a bundle may be installed, and why. ``signed`` is its signature, ``root`` the key that a person trusts for it; None where
    there is none. ``learned`` are successions that were not known, ``words`` a sentence for a person.
    """

    signed: Signed | None
    root: PublisherKey | None
    learned: tuple[Succession, ...]
    words: str


async def known(store: Trust) -> Known:
    """What the store knows. Raises StoreUnavailable."""
    keys = await store.keys()
    successions = await store.successions()
    return Known({key.id: key for key in keys}, {each.key_id: each for each in successions})


async def judged(store: Trust, bundle: Bundle, at: int, accepted: Accepted = NOTHING_ACCEPTED) -> Judgement:
    """As ``judge``, with what the store knows. Raises StoreUnavailable as well."""
    return judge(bundle, await known(store), await store.seen(bundle.manifest.plugin), at, accepted)


async def remember(store: Trust, bundle: Bundle, judgement: Judgement, at: int) -> None:
    """Keep what was learned with a bundle that is being installed. Raises UntrustedBundle, StoreUnavailable."""
    for each in judgement.learned:
        try:
            await store.learn(each)
        except Conflict as error:
            raise _two_successors() from error
    manifest = bundle.manifest
    # As anybody else's who is not trusted, a signature that was accepted for once vouches for nothing later.
    key_id = judgement.signed.key.id if judgement.signed is not None and judgement.root is not None else ""
    await store.remember(Seen(manifest.plugin, manifest.version, bundle.digest, key_id, at))


def judge(
    bundle: Bundle, known: Known, seen: Sequence[Seen], at: int, accepted: Accepted = NOTHING_ACCEPTED
) -> Judgement:
    """Whether ``bundle`` may be installed at ``at`` (ms since 1970). ``seen`` are the versions of its plugin that were installed once.

    Raises InvalidSignature, UntrustedBundle or DowngradeRefused when it may not. What is revoked or not genuine is never accepted.
    """
    signed = verify(bundle)
    chain = _Chain(known, signed.successions if signed else ())
    root = chain.root_of(signed, at) if signed else None
    _check_trust(bundle, signed, root, accepted)
    if root is not None and not _is_for(root, bundle):
        root = None  # which is accepted for once, and vouches for nothing
    if signed is not None and root is not None:
        _check_publisher(signed, chain, seen, accepted)
    if not accepted.downgrade:
        _check_version(bundle, seen)
    return Judgement(signed, root, tuple(chain.learned), _words(signed, root))


class _Chain:
    """Follows keys from one that a person trusts to the one that signed."""

    def __init__(self, known: Known, offered: Sequence[Envelope]) -> None:
        self._known = known
        self._offered = offered
        self.learned: list[Succession] = []

    def root_of(self, signed: Signed, at: int) -> PublisherKey | None:
        """The key a person trusts from which the signer's trust comes; None where there is none. Raises UntrustedBundle, InvalidSignature."""
        statement = signed.statement
        if statement.signed_at > at + _DAY:
            raise UntrustedBundle(f"The bundle was signed in the future, on {_day(statement.signed_at)}.")
        own = self._known.keys.get(signed.key.id)
        if own is not None and _revoked(own, statement.signed_at):
            raise UntrustedBundle(
                _revocation(own), hint="Do not install it. Ask its publisher for one signed with another key."
            )
        replaced = self._known.successions.get(signed.key.id)
        if replaced is not None and statement.signed_at > replaced.at + _DAY:
            raise UntrustedBundle(
                f"The bundle was signed with the key {short(signed.key.id)} on {_day(statement.signed_at)}, after that key was replaced "
                f"by {short(replaced.successor_id)} on {_day(replaced.at)}.",
                hint="Ask its publisher for one signed with the new key.",
            )
        if own is not None and own.trusted:
            return own
        return next((root for root in self._known.keys.values() if root.trusted and self._path(root, signed.key)), None)

    def same_publisher(self, before: str, signer: PublicKey) -> bool:
        """Whether the key with the id ``before`` is the signer's, or one that it came after."""
        return before == signer.id or any(before in self._path(each, signer) for each in self._known.keys.values())

    def _path(self, root: PublisherKey, signer: PublicKey) -> list[str]:
        """The ids of the keys from ``root`` to the signer's, each the word of the one before it; empty where they do not reach it.

        Successions that nobody knew yet are learned when they lead there.
        """
        current = _public(root)
        path: list[str] = []
        learned: list[Succession] = []
        while current is not None and len(path) < _LONGEST_CHAIN:
            path.append(current.id)
            if current == signer:
                self.learned += [each for each in learned if each not in self.learned]
                return path
            found = self._next(current)
            if found is None or self._void(current.id, found[1].at):
                break
            current, link = found
            if link.key_id not in self._known.successions:
                learned.append(link)
        return []

    def _void(self, key_id: str, signed_at: int) -> bool:
        key = self._known.keys.get(key_id)
        return key is not None and _revoked(key, signed_at)

    def _next(self, key: PublicKey) -> tuple[PublicKey, Succession] | None:
        """The key that came after ``key``. Its first word on that, once it is known, holds against any later one."""
        first: tuple[PublicKey, Succession] | None = None
        for envelope in self._words_of(key):
            try:
                successor, at = succession(envelope, key)
            except InvalidSignature:
                continue  # another key's word
            if first is None:
                text = msgspec.json.encode(envelope).decode()
                first = successor, Succession(key.id, successor.id, at, text)
            elif successor != first[0]:
                raise _two_successors()
        return first

    def _words_of(self, key: PublicKey) -> Iterator[Envelope]:
        kept = self._known.successions.get(key.id)
        if kept is not None:
            with suppress(msgspec.MsgspecError):
                yield msgspec.json.decode(kept.envelope, type=Envelope)
        yield from (each for each in self._offered if each.signatures and each.signatures[0].keyid == key.id)


def _check_trust(bundle: Bundle, signed: Signed | None, root: PublisherKey | None, accepted: Accepted) -> None:
    if accepted.unsigned:
        return
    plugin = bundle.manifest.plugin
    if signed is None:
        raise UntrustedBundle(
            f'The bundle of "{plugin}" is not signed.', hint="Say --unsigned to install it all the same."
        )
    if root is None:
        raise UntrustedBundle(
            f'The bundle of "{plugin}" is signed with the key {short(signed.key.id)}, which you do not trust.',
            hint=f"If it is its publisher's: switchgear plugin trust add {signed.key}. Else say --unsigned to install it all the same.",
        )
    if not _is_for(root, bundle):
        raise UntrustedBundle(
            f'The key "{root.name}" is trusted for {", ".join(root.plugins) or "nothing"}, not for "{plugin}".',
            hint="Add the key again for this plugin too, or say --unsigned to install it all the same.",
        )


def _is_for(root: PublisherKey, bundle: Bundle) -> bool:
    return any(fnmatchcase(bundle.manifest.plugin, pattern) for pattern in root.plugins)


def _check_publisher(signed: Signed, chain: _Chain, seen: Sequence[Seen], accepted: Accepted) -> None:
    """A plugin stays with who published it, unless it is said otherwise; one that nobody signed may get a publisher."""
    before = next((each for each in reversed(seen) if each.key_id), None)
    if before is None or accepted.publisher:
        return
    if not chain.same_publisher(before.key_id, signed.key):
        raise UntrustedBundle(
            f'"{before.plugin}" {before.version} was signed with the key {short(before.key_id)}, this bundle with '
            f"{short(signed.key.id)}, which does not come after it.",
            hint="Say --new-publisher if the plugin changed hands.",
        )


def _check_version(bundle: Bundle, seen: Sequence[Seen]) -> None:
    manifest = bundle.manifest
    # 1.0 and 1.0.0+b are 1.0.0 too
    same = [each.digest for each, version in _versions(seen) if version == manifest.parsed_version]
    if same and bundle.digest not in same:
        raise DowngradeRefused(
            f'"{manifest.plugin}" {manifest.version} was installed before, with other content under the same version.',
            hint="A version is published once. Say --downgrade if it is meant.",
        )
    newest = max((version for _, version in _versions(seen)), default=None)
    if newest is not None and manifest.parsed_version < newest:
        raise DowngradeRefused(f'"{manifest.plugin}" {newest} was installed before, and {manifest.version} is older.')


def _versions(seen: Sequence[Seen]) -> Iterator[tuple[Seen, versions.Version]]:
    for each in seen:
        with suppress(ValueError):
            yield each, versions.parse(each.version)


def _public(key: PublisherKey) -> PublicKey | None:
    with suppress(ValueError):
        return parse_public(key.public_key)
    return None


def _revoked(key: PublisherKey, signed_at: int) -> bool:
    return key.revoked_from is not None and signed_at >= key.revoked_from


def _revocation(key: PublisherKey) -> str:
    why = f": {key.reason.rstrip('.')}" if key.reason else ""
    since = "" if not key.revoked_from else f" What it signed from {_day(key.revoked_from)} on is not trusted."
    return f"The bundle is signed with the key {short(key.id)}, which was revoked on {_day(key.revoked_at or 0)}{why}.{since}"


def _two_successors() -> UntrustedBundle:
    return UntrustedBundle(
        "The publisher's key names another key as its successor than it did before, as happens when a key was stolen.",
        hint="Ask its publisher which key is theirs.",
    )


def _words(signed: Signed | None, root: PublisherKey | None) -> str:
    if signed is None:
        return "Not signed."
    if root is None:
        return f"Signed with the key {short(signed.key.id)}, which you do not trust for it."
    through = "" if root.id == signed.key.id else f", with the key {short(signed.key.id)} that came after it"
    return f'Signed by "{root.name}", whom you trust, on {_day(signed.statement.signed_at)}{through}.'


def _day(at: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return "a day far off"
