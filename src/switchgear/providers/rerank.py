"""Rankings in the one form that clients get, Cohere's and Jina's, from servers that ask or answer in a neighbouring one.

The form: ``{model, query, documents, top_n, return_documents}`` becomes ``{results: [{index, relevance_score, document?}]}``, best
first. Voyage says ``top_k`` and ``data``; text-embeddings-inference answers a bare list with ``score``. Sources:
https://docs.cohere.com/reference/rerank, https://docs.voyageai.com/reference/reranker-api,
https://huggingface.github.io/text-embeddings-inference.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchgear.core.errors import ProviderInvalidResponse

_VOYAGE = "api.voyageai.com"
_Json = dict[str, Any]


class _Asked(msgspec.Struct):
    documents: list[Any] = []
    return_documents: bool | None = None


class _Result(msgspec.Struct):
    index: int
    relevance_score: float | None = None
    score: float | None = None
    document: Any = None
    text: str | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_asked = msgspec.json.Decoder(_Asked)
_results = msgspec.json.Decoder(list[_Result])
_anything = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def write_request(host: str, body: bytes) -> bytes:
    """The request as the server at ``host`` understands it."""
    if host != _VOYAGE:
        return body
    fields = _fields.decode(body)
    if "top_n" in fields:
        fields["top_k"] = fields.pop("top_n")
    return _encode(fields)


def read_answer(provider: str, request: bytes, body: bytes) -> bytes:
    """The answer to ``request`` in the one form; one that has it already stays as it is.

    Documents that were asked for and not sent back are added. Raises ProviderInvalidResponse.
    """
    try:
        told = _anything.decode(body) if body.lstrip()[:1] == b"[" else _fields.decode(body)
        raw = told if isinstance(told, list) else told.get("results", told.get("data"))
        if raw is None:  # an error that came with a good status, or nothing we know: for others to judge
            return body
        asked = _asked.decode(request)
        found = _results.decode(_encode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with something that is not a ranking.", provider=provider, cause=str(error)
        ) from error
    in_form = isinstance(told, dict) and "results" in told and all(one.relevance_score is not None for one in found)
    documents = asked.return_documents is True
    if in_form and not (documents and any(one.document is None for one in found)):
        return body
    answer: _Json = {} if isinstance(told, list) else {name: value for name, value in told.items() if name != "data"}
    ranked = sorted(found, key=_score, reverse=True)
    return _encode(answer | {"results": [_shown(one, asked.documents if documents else []) for one in ranked]})


def _score(one: _Result) -> float:
    return one.relevance_score if one.relevance_score is not None else one.score or 0.0


def _shown(one: _Result, documents: list[Any]) -> _Json:
    shown: _Json = {"index": one.index, "relevance_score": _score(one)}
    document = one.document if one.document is not None else one.text
    if document is None and 0 <= one.index < len(documents):
        document = documents[one.index]
    if document is not None:
        shown["document"] = {"text": document} if isinstance(document, str) else document
    return shown
