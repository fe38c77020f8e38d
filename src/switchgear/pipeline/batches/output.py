"""Finished lines as the output file and the error file of a batch have them.

Source: https://platform.openai.com/docs/api-reference/batch/request-output.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchgear.core.errors import ProviderInvalidResponse
from switchgear.core.ids import new_id

_encode = msgspec.json.Encoder().encode
_NULL: Final = None


class _Response(msgspec.Struct):
    status_code: int
    request_id: str
    body: msgspec.Raw


class _Error(msgspec.Struct):
    code: str
    message: str


class _OutputLine(msgspec.Struct):
    id: str
    custom_id: str
    response: _Response | None
    error: _Error | None


def answered(custom_id: str, request_id: str, status: int, body: bytes) -> bytes:
    """A line that was called: ``body`` is the answer, or the document of its error.

    Raises ProviderInvalidResponse for a body that is not JSON, which would spoil the file.
    """
    try:
        whole = msgspec.Raw(msgspec.json.format(body, indent=-1))
        whole_text = bytes(whole)
        whole_text.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderInvalidResponse("The answer is not JSON.", cause=str(error)) from error
    return _encode(_OutputLine(new_id("batch_req"), custom_id, _Response(status, request_id, whole), _NULL))


def unsent(custom_id: str, code: str, message: str) -> bytes:
    """A line that was not called, and will not be."""
    return _encode(_OutputLine(new_id("batch_req"), custom_id, _NULL, _Error(code, message)))
