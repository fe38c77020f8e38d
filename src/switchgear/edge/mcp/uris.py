"""Results of one plugin as they stand among others': the URIs in them say whose they are, and those of tasks whose too.

Results are spliced: what is not a URI passes as the plugin wrote it.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from switchgear.plugins.mcp.frames import InvalidFrame, joined, read_fields, read_text
from switchgear.plugins.naming import prefixed_uri

_list = msgspec.json.Decoder(list[Raw])
_encode = msgspec.json.Encoder().encode
_UNREADABLE = (msgspec.DecodeError, InvalidFrame, RecursionError)
_MOST_DEEP: Final = 4


def with_whose(plugin: str, result: bytes) -> bytes:
    """A result with the URIs of its resources, links and embedded resources lengthened; as it is where it has none."""
    if b'"uri"' not in result:
        return result
    try:
        return _of_result(plugin, Raw(result))
    except _UNREADABLE:  # the client gets what the plugin sent, and sees that it makes no sense
        return result


def _of_result(plugin: str, result: Raw, depth: int = 0) -> bytes:
    fields = read_fields(result)
    for name in ("content", "contents", "messages"):
        if name in fields:
            fields[name] = _of_items(plugin, fields[name])
    if "result" in fields and depth < _MOST_DEEP:  # of a task that is done
        fields["result"] = Raw(_of_result(plugin, fields["result"], depth + 1))
    return b"{%b}" % joined(fields)


def _of_items(plugin: str, items: Raw) -> Raw:
    first = bytes(memoryview(items)[:1])
    if first == b"{":
        return _of_item(plugin, items)
    if first != b"[":
        return items
    return Raw(b"[%b]" % b",".join([bytes(_of_item(plugin, item)) for item in _list.decode(items)]))


def _of_item(plugin: str, item: Raw) -> Raw:
    """A block of content, a message with one or more of them, or the contents of a resource."""
    fields = read_fields(item)
    uri = fields.get("uri")
    if uri is not None and (said := read_text(uri)):
        fields["uri"] = Raw(_encode(prefixed_uri(plugin, said)))
    for name in ("resource", "content"):
        if name in fields and bytes(memoryview(fields[name])[:1]) in (b"{", b"["):
            fields[name] = _of_items(plugin, fields[name])
    return Raw(b"{%b}" % joined(fields))
