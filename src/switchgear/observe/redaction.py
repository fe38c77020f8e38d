"""Keeps secrets and message contents out of the log.

Three nets, the first of which should always be enough: a ``Secret`` is redacted because of its type; a value under a
name such as ``authorization`` because of its name; and text that looks like a key, a bearer token or a password in
a URL because of its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

from switchgear.core.secrets import Secret

REDACTED = "[redacted]"

TEXT_LIMIT = 8192
"""Characters of one text that are logged."""

_ITEMS_LIMIT = 100
_DEPTH_LIMIT = 6

_SECRET_ENDS = (
    "accesskey", "accountkey", "apikey", "apikeys", "auth", "authorization", "bearer", "cookie", "cookies",
    "credential", "credentials", "encryptionkey", "jwt", "masterkey", "passphrase", "passwd", "password", "passwords",
    "pepper", "privatekey", "pwd", "secret", "secretkey", "secrets", "signingkey", "subscriptionkey", "token",
)  # fmt: skip
_AFTER_NAME = "0123456789:=\t\r\n"
_LONGEST_NAME = 256
_LONGEST_WORD = 64
_CONTENT_NAMES = frozenset(
    {"body", "choices", "completion", "content", "contents", "input", "inputs", "messages", "prompt"}
)

# What stands behind a name, each form always matching to its end, so that no pattern is tried again from within:
# "…" and '…' with escapes; \"…\" in JSON within JSON. An opening quote that is never closed quotes all that follows.
_QUOTED = r"""(?:(")(?:[^"\\]|\\.)*+|(')(?:[^'\\]|\\.)*+|(\\+["'])(?:(?!\4).)*+)"""
_BEHIND_NAME = r"""(?![a-z])[_\d]{0,4}(?![a-z\d_])(?:\\{0,8}["'])?\s*+"""
_PLAIN = r"""(?:(?:bearer|basic|digest|token|apikey)\s++)?[^\s"'\\,;&]*[^\s"'\\,;&)}\]]"""
_QUOTE_FOLLOWS = r"""(?=\s*b?\\{0,8}["'])"""
_BYTES = r"""(?:b(?=\\{0,8}["']))?"""
_HIDDEN = rf"\1\2\3\4{REDACTED}"

# Each with words of which one is in every text it matches, in lower case: to look for them costs next to nothing.
_PATTERNS = (
    (
        ("private key",),
        re.compile(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?=-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL),
        rf"\1{REDACTED}",
    ),
    # Authorization: Digest username="…", response="…" and Cookie: a=1; b=2 hold secrets up to the end of the line
    (
        ("authorization", "cookie"),
        re.compile(
            rf"((?:authorization|cookie){_BEHIND_NAME}(?:[:=]|,{_QUOTE_FOLLOWS})\s*+{_BYTES})(?:{_QUOTED}|(?:[^\r\n\\]|\\(?![rn]))++)",
            re.IGNORECASE | re.DOTALL,
        ),
        _HIDDEN,
    ),
    # x-api-key: …, "client_secret": "…", AWS_SECRET_ACCESS_KEY=…, Incorrect API key provided: …; not secret:NAME
    (
        ("key", "secret", "token", "pass", "pwd", "credential", "auth"),
        re.compile(
            r"((?:(?:api|access|account|encryption|master|private|secret|signing|subscription)[-_ ]?key(?:[ ]provided)?|passw(?:or)?d|passphrase|pwd|token"
            r"|credentials?|(?<![a-z\d_-])secret(?!:[^\s\"'\\])|(?<=[a-z\d_-])secret|auth(?!:))"
            rf"{_BEHIND_NAME}(?:[:=]|,{_QUOTE_FOLLOWS})\s*+{_BYTES})(?:{_QUOTED}|{_PLAIN})",
            re.IGNORECASE | re.DOTALL,
        ),
        _HIDDEN,
    ),
    (("key=", "sig="), re.compile(r"(?i)([?&](?:key|sig)=)[^\s\"'&]+"), rf"\1{REDACTED}"),
    # https://token@host, https://token:@host
    (("http",), re.compile(r"(?i)(https?://)[^\s/:@?#]+(?::(?:x-oauth-basic)?)?@"), rf"\1{REDACTED}@"),
    # https://user:password@host (RFC 3986, section 3.2.1); the last @ before the path ends it,
    # or one behind a slash when what stands before that slash is no port
    (
        ("://",),
        re.compile(r"(://[^\s/:@]{0,256}:)(?:[^\s/]+@|(?!\d{1,5}[/?#])[^\s\"'@]{1,256}@)"),
        rf"\1{REDACTED}@",
    ),
    (
        ("bearer",),
        re.compile(r"(?i)\b(bearer)\s+(?:\[redacted\]?)?[A-Za-z0-9._~+/=-]{6,}"),
        rf"\1 {REDACTED}",
    ),
    (("eyj",), re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,4}"), REDACTED),
    # keys that are known by their first characters: OpenAI and ours, Stripe, Groq, Hugging Face, xAI, NVIDIA, GitHub,
    # GitLab, Slack, npm, Google, AWS
    (
        (
            "sk-", "sk_", "rk_", "gsk_", "hf_", "xai-", "nvapi-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
            "glpat-", "xox", "xapp-", "npm_", "ya29.", "aiza", "akia", "asia",
        ),
        re.compile(
            r"(?:(?<![A-Za-z0-9])|(?<=\[redacted))"
            r"(sk-|[sr]k_(?:live|test)_|gsk_|hf_|xai-|nvapi-|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|xapp-|npm_|ya29\.|AIza|AKIA|ASIA)"
            r"[A-Za-z0-9_-]{8,}"
        ),
        rf"\1{REDACTED}",
    ),
)  # fmt: skip
# Without any of these no pattern can match: most values of most lines are single words, told by one search.
_SUSPECT = re.compile(
    r"[\s:=,]|[sr]k[-_]|gsk_|hf_|xai-|nvapi-|gh[pousr]_|github_|glpat-|xox|xapp-|npm_|ya29|AIza|AKIA|ASIA|eyJ"
)


def scrub(text: str) -> str:
    """``text`` without what looks like a secret, cut to ``TEXT_LIMIT`` characters."""
    rest = len(text) - TEXT_LIMIT
    if rest > 0:
        text = text[:TEXT_LIMIT]
    if _SUSPECT.search(text) is not None:
        lower = text.lower()
        for words, pattern, replacement in _PATTERNS:
            for word in words:
                if word in lower:
                    text = pattern.sub(replacement, text)
                    break
    return text if rest <= 0 else f"{text}… ({rest} more characters)"


def redact(fields: Mapping[str, Any], *, contents: bool) -> dict[str, Any]:
    """``fields`` of a log line as plain JSON values, without secrets; message contents only if ``contents``.

    Objects that JSON does not know are shown by their ``repr``. Long texts and containers are cut.
    """
    return _mapping(fields, contents, 0)


def _mapping(fields: Mapping[Any, Any], contents: bool, depth: int) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in fields.items():
        if len(clean) == _ITEMS_LIMIT:
            clean["…"] = f"{len(fields) - _ITEMS_LIMIT} more"
            break
        clean[name if type(name) is str and name.isidentifier() else scrub(_text(name))] = _named(
            name, value, contents, depth
        )
    return clean


def _named(name: object, value: object, contents: bool, depth: int) -> Any:
    """What may be shown of ``value`` under ``name``."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(name, str | bytes):
        if _is_secret(name):
            return REDACTED
        if not contents and _text(name).lower() in _CONTENT_NAMES:
            return "[not logged]"
    return _value(value, contents, depth)


def _is_secret(name: str | bytes, *, alone: bool = False) -> bool:
    """Whether what stands under ``name`` is a secret: ``OPENAI_API_KEY``, ``x-api-key``, ``apiKey2``, ``--token``.

    ``alone``: only if ``name`` is one word, for texts of which nobody said that they are names.
    """
    text = _text(name[-_LONGEST_NAME:])
    if alone and (len(name) > _LONGEST_WORD or len(text.split()) != 1):
        return False
    letters = text.lower().replace("_", "").replace("-", "").replace(".", "").replace(" ", "").rstrip(_AFTER_NAME)
    return letters.removesuffix("value").removesuffix("header").endswith(_SECRET_ENDS)


def _value(value: object, contents: bool, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, Enum):
        return _value(value.value, contents, depth)
    if isinstance(value, str | bytes | PurePath | date):
        return scrub(_text(value))
    if depth < _DEPTH_LIMIT:
        if isinstance(value, Mapping):
            return _mapping(value, contents, depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            return _sequence(value, contents, depth + 1)
    return scrub(_shown(value))


def _sequence(values: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any], contents: bool, depth: int) -> list[Any]:
    """The items. What follows a name is taken as its value: ``(b"authorization", b"…")``, ``["--token", "…"]``."""
    if isinstance(values, tuple) and len(values) == 2 and isinstance(values[0], str | bytes):
        return [scrub(_text(values[0])), _named(values[0], values[1], contents, depth)]
    ordered = isinstance(values, list | tuple)
    clean: list[Any] = []
    secret = False
    for value in _first(values, _ITEMS_LIMIT):
        shown = _value(value, contents, depth)
        clean.append(REDACTED if secret and not isinstance(shown, bool | int | float | None) else shown)
        secret = ordered and isinstance(value, str | bytes) and _is_secret(value, alone=True)
    if len(values) > _ITEMS_LIMIT:
        clean.append(f"… {len(values) - _ITEMS_LIMIT} more")
    return clean


def _first(values: Iterable[Any], count: int) -> Iterable[Any]:
    return (value for _, value in zip(range(count), values, strict=False))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str | PurePath) else _shown(value)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - an object that cannot show itself must not cost the line it stands in
        return f"<{type(value).__name__}, its repr failed>"
