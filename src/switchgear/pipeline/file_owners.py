"""Whose the files are that a request names: a provider knows one account, ours, and gives any of its files to any model.

Ids that the store does not know were uploaded elsewhere, and pass.
"""

from __future__ import annotations

import json
from typing import Any, Final

from switchgear.access.roles import ADMIN
from switchgear.core.errors import InvalidJSON, NotFound
from switchgear.pipeline.call import ModelCall
from switchgear.store.files import Files

_NAMES: Final = ("file_id", "file_ids")


class FileOwners:
    """Knows whose files are. ``files`` are those that were uploaded through the gateway."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def check(self, call: ModelCall, body: bytes) -> None:
        """Refuse the files of other keys at the provider of the call.

        Raises NotFound, InvalidJSON, StoreUnavailable.
        """
        key, deployment = call.key, call.deployment
        if key is None or deployment is None or ADMIN in key.scopes:
            return
        named = named_files(body)
        if not named:
            return
        found = await self._files.another_keys(named, deployment.provider.name, key.id)
        if found is not None:
            raise NotFound(
                f'No file has the id "{found}".',
                param="file_id",
                hint="GET /v1/files lists the files that were uploaded with this key.",
            )


def named_files(body: bytes) -> list[str]:
    """The ids of files that a request names anywhere in it. A member given twice counts twice: providers differ in which they take.

    Raises InvalidJSON.
    """
    named: dict[str, None] = {}

    def look(members: list[tuple[str, Any]]) -> None:
        for name, value in members:
            if name in _NAMES:
                values = value if isinstance(value, list) else [value]
                named.update((one, None) for one in values if isinstance(one, str))

    try:
        json.loads(body, object_pairs_hook=look)
    except (ValueError, RecursionError) as error:
        raise InvalidJSON("The body cannot be read.") from error
    return list(named)
