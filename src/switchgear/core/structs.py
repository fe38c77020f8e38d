"""Bases of records in compiled modules.

A compiled class does not hand its options to ``msgspec.Struct``; it has those of its base. They are written at the class all the same,
which is how type checkers and readers see them. Nor does it keep all of its annotations: what msgspec decodes stands in a module that is
not compiled.
"""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct):
    """A record."""


class Leaf(msgspec.Struct, gc=False):
    """A record that is part of no cycle: the garbage collector need not look at it."""


class Frozen(msgspec.Struct, frozen=True):
    """A record that is not changed, and can be a key."""


class FrozenLeaf(msgspec.Struct, frozen=True, gc=False):
    """Both."""
