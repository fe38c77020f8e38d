"""What the body of a provider's error says, whatever its shape.

Every shape is brought into one: a table with ``message`` and, as far as they are told, ``code``, ``type``, ``status``,
``param``, ``details``, ``innererror``, ``metadata``. A body is what a stranger sent: nothing in it need have the type it should.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from switchgear.providers.errors.waits import Header, believed, seconds

Table = dict[str, Any]

_DEEPEST: Final = 3
"""Errors within errors that are looked into: a router's, of its provider's."""
_ZAI_DIGITS: Final = 4
_CODES: Final = ("code", "type", "status", "error_code", "error_type", "__type", "reason")
_ANTHROPIC_FIELD = re.compile(r"([a-z_]+(?:\.[A-Za-z0-9_-]+)*): ")
"""How Anthropic names the field, which it has no place of its own for."""


class Said(msgspec.Struct, frozen=True):
    """What an error says: its message, its codes with the most exact first, the field at fault, the status it names itself,
    seconds to wait, and whether a moderation of input refused it."""

    message: str = ""
    codes: tuple[str, ...] = ()
    param: str | None = None
    status: int | None = None
    wait: float | None = None
    moderated: bool = False


def read_error(body: bytes, header: Header) -> Said:
    """What a body says that came with a status of failure: anything it has is taken for the error."""
    document = _document(body)
    told = _told(document) or document
    said = _said(told, document)
    exception = header(b"x-amzn-errortype").decode("latin-1")
    if not exception:
        return said
    return msgspec.structs.replace(said, codes=(_plain(exception), *said.codes))


def find_error(body: bytes) -> Said | None:
    """What a body says that came with a good status or inside a stream, if it has the shape of an error."""
    document = _document(body)
    told = _told(document)
    return _said(told, document) if told else None


def _said(told: Table, document: Table) -> Said:
    return Said(
        message=_text(told.get("message")),
        codes=tuple(dict.fromkeys(_codes(told))),
        param=_param(told, document),
        status=_status(told),
        wait=_wait(told),
        moderated=_moderated(told),
    )


# ---------------------------------------------------------------- shapes


def _told(document: Table) -> Table:
    """The error in a document, in the one shape; empty where it has none."""
    for shape in _SHAPES:
        if told := shape(document):
            return told
    return {}


def _of_a_response(document: Table) -> Table:
    """``response.failed`` of OpenAI's Responses: the error is the response's."""
    response = document.get("response")
    return _told(response) if document.get("type") == "response.failed" and isinstance(response, dict) else {}


def _of_an_object(document: Table) -> Table:
    """``{"error": {...}}``: OpenAI, Azure, Anthropic, Google, most others; Z.ai's codes are numbers of four digits."""
    error = document.get("error")
    if not isinstance(error, dict):
        return {}
    code = error.get("code")
    if isinstance(code, str) and len(code) == _ZAI_DIGITS and code.isdigit() and "type" not in error:
        return {**error, "code": f"zai:{code}"}
    return error


def _of_words(document: Table) -> Table:
    """``{"error": "..."}`` or a list: Ollama, Hugging Face, TGI, xAI, Fireworks' gateway."""
    error = document.get("error")
    if not isinstance(error, str | list) or not error:
        return {}
    return {**document, "message": document.get("message") or error}


def _of_an_event(document: Table) -> Table:
    """``{"type": "error", "code": …, "message": …}``: an event of OpenAI's Responses."""
    if document.get("type") != "error" or not (document.get("message") or document.get("code")):
        return {}
    return {key: value for key, value in document.items() if key != "type"}


def _of_a_list(document: Table) -> Table:
    """``{"errors": [{"code", "message"}]}``: Cloudflare, whose codes are numbers, and watsonx.ai."""
    errors = document.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return {}
    first = errors[0]
    code = first.get("code")
    return {**first, "code": f"cloudflare:{code}"} if isinstance(code, int) else first


def _of_a_validator(document: Table) -> Table:
    """``{"detail": [{"loc", "msg"}]}``: FastAPI's list of mistakes, with Mistral inside ``message``."""
    message = document.get("message")
    detail = message.get("detail") if isinstance(message, dict) else document.get("detail")
    if not isinstance(detail, list) or not detail or not isinstance(detail[0], dict):
        return {}
    loc = detail[0].get("loc")
    place = ".".join(map(str, loc[1:])) if isinstance(loc, list) else ""
    return {"message": f"{place}: {_text(detail[0].get('msg'))}".removeprefix(": "), "param": place or None}


def _of_minimax(document: Table) -> Table:
    """``{"base_resp": {"status_code", "status_msg"}}``, which MiniMax sends with status 200; 0 is no error."""
    told = document.get("base_resp")
    if not isinstance(told, dict) or not told.get("status_code"):
        return {}
    return {"message": told.get("status_msg"), "code": f"minimax:{told['status_code']}"}


def _of_an_exception(document: Table) -> Table:
    """``{"throttlingException": {"message"}}``: an event of AWS's streams (Smithy's unions)."""
    for name, told in document.items():
        if name.endswith("Exception") and isinstance(told, dict):
            return {**told, "code": name[:1].upper() + name[1:]}
    return {}


def _of_itself(document: Table) -> Table:
    """A document that is the error: vLLM and Mistral (``object``), AWS, Databricks, problem details (RFC 9457)."""
    detail = document.get("detail")
    marked = document.get("object") == "error" or any(
        isinstance(document.get(key), str) for key in ("__type", "error_code")
    )
    if not marked and not isinstance(detail, str):
        return {}
    message = document.get("message") or document.get("Message") or detail or document.get("title")
    return {**document, "message": message}


_SHAPES: Final[tuple[Callable[[Table], Table], ...]] = (
    _of_a_response,
    _of_an_object,
    _of_words,
    _of_an_event,
    _of_a_list,
    _of_a_validator,
    _of_minimax,
    _of_an_exception,
    _of_itself,
)


# ---------------------------------------------------------------- what an error says


def _codes(told: Table, depth: int = 0) -> Iterator[str]:
    """Every code, the most exact first: of an error within, of details, then its own."""
    for inner in _within(told) if depth < _DEEPEST else ():
        yield from _codes(inner, depth + 1)
    for detail in _details(told):
        for name in ("reason", "code"):
            if isinstance(code := detail.get(name), str):
                yield code
        if any("PerDay" in _text(violation.get("quotaId")) for violation in _tables(detail.get("violations"))):
            yield "QuotaPerDay"  # Google's QuotaFailure; what is counted by the minute comes back soon
    for name in _CODES:
        if isinstance(code := told.get(name), str) and code:
            yield _plain(code)


def _within(told: Table) -> Iterator[Table]:
    """Errors that this one was made of: OpenRouter's and Databricks' of their providers, Azure's inner errors."""
    metadata = told.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, str) and (inner := _told(_document(raw.encode()))):
        yield inner
    for name in ("external_model_message", "innererror"):
        part = told.get(name)
        if isinstance(part, dict):
            yield _told(part) or part


def _details(told: Table) -> list[Table]:
    """Google's details (https://google.aip.dev/193)."""
    details = told.get("details")
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _plain(code: str) -> str:
    """A code without the names that AWS puts around it: ``com.amazon…#ThrottlingException:http://…``."""
    if "Exception" in code:
        return code.rpartition("#")[2].partition(":")[0]
    return code[:200]


def _param(told: Table, document: Table) -> str | None:
    """The field at fault."""
    param = told.get("param")
    if isinstance(param, str) and param:
        return param
    target = told.get("target")
    places = [
        violation.get("field") for detail in _details(told) for violation in _tables(detail.get("fieldViolations"))
    ]
    places += [field.get("field") for field in _tables(document.get("invalid_fields"))]  # Replicate
    places += [target.get("name")] if isinstance(target, dict) else []  # watsonx.ai
    place = next((place for place in places if isinstance(place, str) and place), None)
    if place is None and told.get("type") == "invalid_request_error" and document.get("type") == "error":
        found = _ANTHROPIC_FIELD.match(_text(told.get("message")))
        return found[1] if found else None
    return place


def _tables(value: object) -> list[Table]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _status(told: Table) -> int | None:
    for name in ("code", "status", "status_code", "raw_status_code", "http_status_code"):
        status = told.get(name)
        if isinstance(status, str) and status.isascii() and status.isdigit():
            status = int(status[:4])
        if isinstance(status, int) and 400 <= status < 600:
            return status
    return None


def _wait(told: Table) -> float | None:
    """Seconds of Google's ``RetryInfo``, as in ``{"retryDelay": "34s"}``, or of a model that loads (Hugging Face)."""
    for detail in _details(told):
        delay = detail.get("retryDelay")
        if isinstance(delay, str) and delay.endswith("s"):
            return _seconds(delay[:-1])
    estimated = told.get("estimated_time")
    return _seconds(str(estimated)) if isinstance(estimated, int | float) else None


def _seconds(text: str) -> float | None:
    wait = seconds(text)
    return None if wait is None else believed(wait)


def _moderated(told: Table) -> bool:
    metadata = told.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("reasons"))


def _document(body: bytes) -> Table:
    """The JSON object in a body, also as the only one of a list (Gemini), or nothing."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
