"""Where a text comes from, in Anthropic's words.

Source: https://platform.claude.com/docs/en/build-with-claude/citations and the web search tool's page. Anthropic says which
place of a *source* is quoted and lets a citation hold for a whole text block, so ``Citation.start`` and ``end``, which are places
in the answer, are not known here.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.canonical import Citation


class WireCitation(msgspec.Struct):
    """A citation of any of Anthropic's kinds, as far as it is read."""

    type: str = ""
    cited_text: str | None = None
    url: str | None = None
    source: str | None = None
    title: str | None = None
    document_title: str | None = None


def read_citation(wire: WireCitation) -> Citation:
    """The citation: by URL where it is of a web or a search result, else by the document's title."""
    return Citation(
        url=wire.url or wire.source or "", title=wire.title or wire.document_title or "", quoted=wire.cited_text or ""
    )


def write_citation(citation: Citation) -> dict[str, Any]:
    """What cites a page of the web as a result of web search, else as the first document of the request."""
    if citation.url:
        return {
            "type": "web_search_result_location",
            "cited_text": citation.quoted,
            "encrypted_index": "",
            "title": citation.title or None,
            "url": citation.url,
        }
    return {
        "type": "char_location",
        "cited_text": citation.quoted,
        "document_index": 0,
        "document_title": citation.title or None,
        "start_char_index": 0,
        "end_char_index": len(citation.quoted),
        "file_id": None,
    }
