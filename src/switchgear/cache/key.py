"""The name of an answer: a hash over everything that could change it, so that two calls with one name want one answer.

It covers who asks (the tenant), what is asked of (operation, and the model as it is defined), the provider's headers, and every
top-level field of the request as the bytes it came in, in the order of their names. White space inside a field makes another name;
that costs a miss and never a wrong answer. Whether the answer streams is not part of the name: one can be made of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from switchgear.providers.base import Operation

SIZE: Final = 24
"""Bytes of a name: nobody finds two requests with the same one."""

_FORM: Final = frozenset({"model", "stream", "stream_options"})
"""The model stands in the definition; whether and how an answer streams is its form, and is compared apart from its name."""
_OPENAI: Final = _FORM | {
    "user",  # who the client's own user is, for the provider's watch for abuse; nothing of it reaches the model
    "safety_identifier",  # the same, by its newer name
    "metadata",  # labels for the provider's dashboard
    "prompt_cache_key",  # which machine of the provider's is likely to have the prompt's beginning at hand
    "prompt_cache_retention",  # and for how long
}
WITHOUT: Final[Mapping[Operation, frozenset[str]]] = {
    Operation.CHAT: _OPENAI,
    Operation.COMPLETION: _OPENAI,
    Operation.EMBEDDING: _FORM | {"user"},
    Operation.MODERATION: _FORM,
    Operation.RERANK: _FORM,
    Operation.MESSAGES: _FORM | {"metadata"},  # it holds user_id alone
    Operation.RESPONSES: _FORM,  # the answer repeats all of the others
}
"""The operations whose answers can be kept, and of each the fields that cannot change one."""

_MOST_PLANS: Final = 512
_LONGEST_PLAN: Final = 1024
_encode = msgspec.json.Encoder().encode
_Plan = tuple[tuple[str, ...], bytes]


class Names:
    """Makes the names of answers. It remembers which fields count for requests that have the same ones, as most do."""

    __slots__ = ("_plans",)

    def __init__(self) -> None:
        self._plans: dict[Operation, dict[tuple[str, ...], _Plan]] = {operation: {} for operation in WITHOUT}

    def name(
        self,
        operation: Operation,
        identity: bytes,
        tenant: str,
        fields: Mapping[str, msgspec.Raw],
        headers: bytes = b"",
    ) -> bytes:
        """The name of the answer to a request: 24 bytes.

        ``identity`` is the model's (``CachePolicy``), ``fields`` are the request's top-level fields, still encoded, and ``headers`` the
        lines of it that a provider gets. Raises KeyError for an operation that is not in ``WITHOUT``.
        """
        asked = tuple(fields)
        counted, head = self._plans[operation].get(asked) or self._plan(operation, asked)
        # No JSON text has a NUL byte (RFC 8259, section 7), nor has a field line (RFC 9110, section 5.5): what stands between two
        # is one part. The head tells how many there are.
        parts = [identity, tenant.encode(), headers, head, *[fields[name] for name in counted]]
        return blake2b(b"\0".join(parts), digest_size=SIZE).digest()

    def _plan(self, operation: Operation, asked: tuple[str, ...]) -> _Plan:
        without = WITHOUT[operation]
        counted = tuple(sorted(name for name in asked if name not in without))
        plan = counted, _encode((operation.value, counted))
        known = self._plans[operation]
        if len(known) < _MOST_PLANS and sum(map(len, asked)) < _LONGEST_PLAN:
            known[asked] = plan
        return plan


def form_of(*, stream: bool, fields: Mapping[str, msgspec.Raw]) -> bytes:
    """In which form an answer is wanted: empty for a whole one, ``s`` and the stream's options for a streamed one."""
    if not stream:
        return WHOLE
    options = fields.get("stream_options")
    return STREAM if options is None else _FORMS.get(bytes(options)) or STREAM + bytes(options)


WHOLE: Final = b""
STREAM: Final = b"s"
COUNTED: Final = b's{"include_usage":true}'
"""A stream that tells its usage, in dialects where that has to be asked for."""
_FORMS: Final = {
    b"null": STREAM,
    b"{}": STREAM,
    b'{"include_usage":false}': STREAM,
    b'{"include_usage": false}': STREAM,
    b'{"include_usage": true}': COUNTED,
}
