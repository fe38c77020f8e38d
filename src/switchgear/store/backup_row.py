"""What every row of a backup is, of whichever table."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

Long = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
OBJECTS: Final = msgspec.json.Decoder(list[dict[str, Any]])


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """A row. A column that a later schema adds gets a default here, for the backups made before it."""

    def check(self) -> None:
        """Raise msgspec.MsgspecError when JSON in a column is not of the shape its readers expect."""
