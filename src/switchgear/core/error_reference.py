"""Writes the reference page of errors from the tree: ``python -m switchgear.core.error_reference``.

A test fails while ``docs/reference/errors.md`` is not what ``render`` gives.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from switchgear.core.errors import (
    AuthenticationError,
    GatewayError,
    InternalError,
    LimitReached,
    PermissionDenied,
    PluginError,
    PluginFailed,
    ProviderError,
    RequestError,
    StartupError,
    SwitchgearError,
    every_error,
)

PAGE = Path("docs/reference/errors.md")
"""Where the page is, from the repository's root."""

_HEAD = """\
<!-- Generated from src/switchgear/core/errors by: python -m switchgear.core.error_reference -->

# Errors

Every error has a `code` that does not change between versions, a message that says what happened and where, and
something to do about it. Programs should look at the code, people at the message.

An OpenAI-compatible endpoint answers with the status below and

```json
{"error": {"message": "…", "type": "invalid_request_error", "code": "model_not_found", "param": "model", "request_id": "req_…"}}
```

Once a stream has begun its status is sent already: the error is then the last event of the stream, in the same form,
and the stream does not end as a complete one does. Every answer carries `x-request-id`; the log has the details under
it. A call whose client left before the end is recorded with status 499 and the code `client_closed_request`.

*Retry* says whether the same request may succeed later; `retry-after` says when, where that is known.
"""

_GROUPS: tuple[tuple[type[SwitchgearError], str, str], ...] = (
    (RequestError, "The request is wrong", "Sending it again unchanged will not help."),
    (AuthenticationError, "The key is missing or opens nothing", "Each reason has a code of its own."),
    (PermissionDenied, "The key may not do this", "The key is valid; its scope is not wide enough."),
    (
        LimitReached,
        "A limit has no room",
        "Nothing was counted and nothing was sent; retry-after says when there is room.",
    ),
    (
        ProviderError,
        "A provider failed",
        "The gateway understood the request, and the provider behind it failed, refused or made no sense.",
    ),
    (PluginError, "A plugin cannot be used as it is", "What is named in the message has to change first."),
    (
        PluginFailed,
        "A plugin failed",
        "The gateway understood the call, and the plugin, or the tool server in it, failed, refused or made no sense.",
    ),
    (GatewayError, "The gateway cannot serve now", "A later try may succeed."),
    (InternalError, "The gateway has a defect", "These should not happen."),
)

_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Names that RFC 9110 (section 15.5) changed and that not every Python knows yet."""

_START = """\
## A command or the server cannot start

Shown as one sentence on standard error; the process ends with the exit code. 0 is success.

| exit code | code | what it means | what to do |
|---|---|---|---|
"""


def render() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, *_contents()]
    for group, title, text in _GROUPS:
        parts.append(f"\n## {title}\n\n{text}\n")
        parts += [_entry(kind) for kind in _concrete() if _group_of(kind) is group]
    parts.append("\n" + _START)
    starts = [kind for kind in _concrete() if issubclass(kind, StartupError)]
    parts += [
        f'| {kind.exit_code} | <a id="{kind.code}"></a>`{kind.code}` | {_meaning(kind)} | {kind.hint} |\n'
        for kind in sorted(starts, key=lambda kind: kind.exit_code)
    ]
    return "".join(parts)


def _contents() -> Iterator[str]:
    yield "\n| code | status | retry | |\n|---|---|---|---|\n"
    for group, _, _ in _GROUPS:
        for kind in _concrete():
            if _group_of(kind) is group:
                yield f"| [`{kind.code}`](#{kind.code}) | {kind.status} | {_retry(kind)} | {_meaning(kind)} |\n"


def _entry(kind: type[SwitchgearError]) -> str:
    return (
        f"\n### `{kind.code}`\n\n"
        f"{_meaning(kind)}\n\n"
        f"- Status: {kind.status} {_phrase(kind.status)}\n"
        f"- Type: `{kind.openai_type}`\n"
        f"- Retry: {_retry(kind)}\n"
        f"- What to do: {kind.hint}\n"
    )


def _concrete() -> list[type[SwitchgearError]]:
    """One class a code: where a class only narrows its parent's meaning, it tells of the code best."""
    by_code: dict[str, type[SwitchgearError]] = {}
    for kind in every_error():
        by_code[kind.code] = kind
    return list(by_code.values())


def _group_of(kind: type[SwitchgearError]) -> type[SwitchgearError] | None:
    """The nearest of the groups' classes that ``kind`` belongs to; None for those that stop a start."""
    groups = {group for group, _, _ in _GROUPS}
    return next((ancestor for ancestor in kind.__mro__ if ancestor in groups), None)


def _meaning(kind: type[SwitchgearError]) -> str:
    """The first sentence of the docstring, in Markdown; what follows it is for those who write code."""
    paragraph = " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=\.) (?=[A-Z`])", paragraph)[0]
    return re.sub(r"``(.+?)``", r"`\1`", sentence).replace("|", r"\|")


def _phrase(status: int) -> str:
    return _PHRASES.get(status) or HTTPStatus(status).phrase


def _retry(kind: type[SwitchgearError]) -> str:
    return "yes" if kind.retryable else "no"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"Wrote {PAGE}.\n")
