"""How deep a JSON value is nested, found without recursion: a hostile one would be deeper than the stack."""

from __future__ import annotations


def nests_deeper(value: object, most: int) -> bool:
    """Whether ``value``, as JSON is decoded, has more than ``most`` levels; a number or a text is one."""
    level = [value]
    for _ in range(most):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
