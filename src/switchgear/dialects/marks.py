"""What a request has in it that the gateway must see to, told from its bytes.

Reading a request costs more than all else that is done for it, and few need it. Every word that is looked for here is the name of a
field, and nearly all of them have an underscore in them, as few texts have: one look for that byte spares the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from switchgear.core.canonical import SIGNATURE_MARK
from switchgear.core.structs import FrozenLeaf
from switchgear.dialects.base import DialectName

_PROMPT: Final = {"chat": "messages", "messages": "messages", "responses": "input"}
_FLAT: Final = frozenset({
    "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "max_output_tokens", "temperature",
    "top_p", "top_k", "n", "seed", "stop", "stop_sequences", "user", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs",
    "parallel_tool_calls", "reasoning_effort", "store", "service_tier",
})  # fmt: skip
"""Fields that have nothing below them."""
_LOOKED_AT: Final = {dialect: _FLAT | {prompt} for dialect, prompt in _PROMPT.items()}

_OURS: Final = SIGNATURE_MARK.encode()
_IMAGES: Final = {"chat": b'"image_url"', "responses": b'"input_image"', "messages": b'"image"'}
_ESCAPE: Final = b"\\u00"
_FILE: Final = b'"file_id'
_FILE_ESCAPED: Final = (b"\\u006", b"\\u005")
"""What a letter of ``file_id`` begins with when it is written as an escape."""


class Marks(FrozenLeaf, frozen=True, gc=False):
    """What may be in a request: what is not said to be there is not there.

    ``images`` by the dialect's name for them, ``files`` that are named by their ids, ``escaped`` letters, which can hide any of the others,
    ``signed`` reasoning that comes back: with ``ours``, the gateway's own mark, or in chat with any signature, as OpenAI's chat has no
    field for those and what compatible APIs add to it tells nobody whose they are.
    """

    images: bool = False
    files: bool = False
    signed: bool = False
    ours: bool = False
    escaped: bool = False


_NONE: Final = Marks()
_SIGNED: Final = Marks(signed=True)


def marks_of(dialect: DialectName | Literal[""], fields: Mapping[str, msgspec.Raw], body: bytes) -> Marks:
    """What is in ``body``, whose top-level fields are ``fields``. ``dialect`` is ``""`` for what is no chat."""
    if not dialect:
        return Marks(files=may_name_files(body))
    if fields.keys() <= _LOOKED_AT[dialect]:
        prompt = bytes(fields.get(_PROMPT[dialect], b""))
        if b"_" not in prompt and b"\\" not in prompt:
            if dialect == "responses":
                return _NONE
            if dialect == "chat":
                return _SIGNED if b'signature"' in prompt else _NONE
    ours = _OURS in body
    signed = ours or (dialect == "chat" and (b'"reasoning_details"' in body or b'signature"' in body))
    return Marks(_IMAGES[dialect] in body, may_name_files(body), signed, ours, _ESCAPE in body)


def may_name_files(body: bytes) -> bool:
    """Whether a request may name files by their ids."""
    return _FILE in body or (_ESCAPE in body and any(escape in body for escape in _FILE_ESCAPED))
