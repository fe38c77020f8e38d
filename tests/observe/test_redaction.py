from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.secrets import Secret
from switchgear.observe.redaction import TEXT_LIMIT, redact, scrub

WORD = "hunter2-correct-horse"


def shown(**fields: Any) -> dict[str, Any]:
    return redact(fields, contents=False)


class Colour(Enum):
    RED = "red"


@dataclass
class Holder:
    secret: Secret


class Struct(msgspec.Struct):
    secret: Secret


@pytest.mark.parametrize(
    "value",
    [
        Secret(WORD),
        [Secret(WORD)],
        (Secret(WORD), 1),
        {Secret(WORD)},
        {"a": {"b": [{"c": Secret(WORD)}]}},
        {Secret(WORD): 1},
        Holder(Secret(WORD)),
        Struct(Secret(WORD)),
        [[[[[[[[Secret(WORD)]]]]]]]],
        ValueError(Secret(WORD)),
        f"{Secret(WORD)}",
    ],
)
def test_a_secret_is_not_shown_wherever_it_stands(value: Any):
    assert WORD not in str(shown(field=value))


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "x-api-key",
        "api_key",
        "password",
        "Set-Cookie",
        "client_secret",
        "token",
        "openai_api_key",
        "OPENAI_API_KEY_2",
        "openaiApiKey",
        "auth",
        "proxy-auth",
        "authorization_header",
        "token_value",
        "Token ",
        "AWS_SECRET_ACCESS_KEY",
        "db_password",
        "session_token",
        "x" * 300 + "_token",
    ],
)
def test_a_value_is_redacted_for_the_name_it_has(name: str):
    assert shown(**{name: WORD}) == {name: "[redacted]"}
    assert WORD not in str(shown(headers={name: WORD}))
    assert WORD not in str(shown(headers=[(name.encode(), WORD.encode())]))
    assert WORD not in str(shown(headers=(name, [WORD])))


@pytest.mark.parametrize(
    "items",
    [
        ["authorization", WORD],
        [b"Authorization", WORD.encode()],
        ["accept", "*/*", "cookie", WORD, "host", "h"],
        ["curl", "--token", WORD],
        ["password", [WORD]],
        [["x-api-key", WORD]],
        ("accept", "*/*", "cookie", WORD),
    ],
)
def test_what_follows_a_name_in_a_list_is_redacted(items: Any):
    assert WORD not in str(shown(items=items))


def test_lists_of_other_words_are_shown():
    items = ["an unexpected token", "models", "providers", "key_id", "key_01", "tokens", "many"]
    assert shown(items=items) == {"items": items}
    assert shown(items=["token", 5]) == {"items": ["token", 5]}


@pytest.mark.parametrize(
    "name", ["key_id", "tokens", "token_type", "author", "secret_differs", "passed", "keys", "key"]
)
def test_names_that_only_resemble_those_are_shown(name: str):
    assert shown(**{name: "value"}) == {name: "value"}


def test_numbers_under_such_names_are_counts_and_are_shown():
    assert shown(token=5, password=None) == {"token": 5, "password": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-sg-0123456789abcdef refused", "key sk-[redacted] refused"),
        ("sk-proj-abc_DEF-123456", "sk-[redacted]"),
        ("gsk_0123456789", "gsk_[redacted]"),
        ("sent Bearer abcdef.123~x", "sent Bearer [redacted]"),
        ("authorization: Bearer abc", "authorization: [redacted]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]"),
        ('{"x-api-key": "abc", "a": 1}', '{"x-api-key": "[redacted]", "a": 1}'),
        ("(b'api-key', b'abc')", "(b'api-key', b'[redacted]')"),
        ("GET /v1?api_key=abc&a=1", "GET /v1?api_key=[redacted]&a=1"),
        ("postgresql://app:pa:ss@db.internal/app", "postgresql://app:[redacted]@db.internal/app"),
        ("https://user:p@ss@host:8080/path?q=a@b", "https://user:[redacted]@host:8080/path?q=a@b"),
        ("GROQ_API_KEY=abc DB_PASSWORD='xy'", "GROQ_API_KEY=[redacted] DB_PASSWORD='[redacted]'"),
        ("redis://:pw@host", "redis://:[redacted]@host"),
        ("Authorization: ApiKey abc123", "Authorization: [redacted]"),
        (
            "Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=abc\nhost: h",
            "Authorization: [redacted]\nhost: h",
        ),
        (
            'Proxy-Authorization: Digest username="u", nonce="n", response="abc"\\r\\nHost: h',
            "Proxy-Authorization: [redacted]\\r\\nHost: h",
        ),
        ("{'authorization': 'Digest u=\"u\", response=\"abc\"', 'a': 1}", "{'authorization': '[redacted]', 'a': 1}"),
        (r'{"authorization": "Digest u=\"u\", r=\"abc\"", "a": 1}', '{"authorization": "[redacted]", "a": 1}'),
        (r'"{\"authorization\": \"Bearer a b\", \"a\": 1}"', r'"{\"authorization\": \"[redacted]\", \"a\": 1}"'),
        ("Cookie: a=1; session=abc", "Cookie: [redacted]"),
        ("Set-Cookie: a=1; Path=/\nx: y", "Set-Cookie: [redacted]\nx: y"),
        ('password="correct horse battery", a=1', 'password="[redacted]", a=1'),
        (r"""password='it\'s me', a=1""", "password='[redacted]', a=1"),
        ('password="never closed abc', 'password="[redacted]'),
        ("connect(password=abc) failed", "connect(password=[redacted]) failed"),
        ("AWS_SECRET_ACCESS_KEY=abc/d+e=", "AWS_SECRET_ACCESS_KEY=[redacted]"),
        ("secret=abc token=def pwd=ghi auth=jkl", "secret=[redacted] token=[redacted] pwd=[redacted] auth=[redacted]"),
        ('{"secret":"abc","auth":"d e"}', '{"secret":"[redacted]","auth":"[redacted]"}'),
        ("client_secret:abc", "client_secret:[redacted]"),
        ("openaiApiKey: abc", "openaiApiKey: [redacted]"),
        ("DB_PASSWORD_2=abc", "DB_PASSWORD_2=[redacted]"),
        ("Incorrect API key provided: abc***xyz.", "Incorrect API key provided: [redacted]"),
        ("GET /v1beta/models?key=abc&a=1", "GET /v1beta/models?key=[redacted]&a=1"),
        ("clone https://abcdef@host/repo", "clone https://[redacted]@host/repo"),
        (
            "https://abcdef:@host/ https://abcdef:x-oauth-basic@host/",
            "https://[redacted]@host/ https://[redacted]@host/",
        ),
        ("Ocp-Apim-Subscription-Key: abc", "Ocp-Apim-Subscription-Key: [redacted]"),
        ("postgresql://app:p/w@db/app", "postgresql://app:[redacted]@db/app"),
        ("jwt eyJhbGciOiJI.eyJzdWIiOiIx.abc-_d end", "jwt [redacted] end"),
        ("sk_live_0123456789 rk_test_0123456789", "sk_live_[redacted] rk_test_[redacted]"),
        ("github_pat_0123456789_abc", "github_pat_[redacted]"),
        ("glpat-0123456789", "glpat-[redacted]"),
        ("xoxb-0123456789-abc", "xoxb-[redacted]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY----- end",
            "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY----- end",
        ),
        ("-----BEGIN PRIVATE KEY-----\nabc", "-----BEGIN PRIVATE KEY-----[redacted]"),
        ("api_key=[redacted]abc", "api_key=[redacted]"),
        ("api_key=[redactedabc", "api_key=[redacted]"),
        ("authorization: [redacted] abc", "authorization: [redacted]"),
        ("Bearer [redacted]abcdef", "Bearer [redacted]"),
        ("[redactedsk-0123456789", "[redactedsk-[redacted]"),
    ],
)
def test_text_that_looks_like_a_secret_is_redacted(text: str, expected: str):
    assert scrub(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Keys start with sk-sg- and are sent as a header",
        "the task-management-system and risk-assessment",
        "http://127.0.0.1:4100/v1/chat/completions",
        "https://host/a@b:c",
        "2 keys, 3 tokens, key_id=key_01",
        "prompt_tokens: 12",
        "the secret secret:provider.mine is not in the store",
        "authorization, cookie and host are headers",
        "Expected a token, got a password",
        "postgresql://app@db.internal/app",
        "http://127.0.0.1:4100/v1/models/@cf/meta",
        "the author: somebody",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text: str):
    assert scrub(text) == text


@pytest.mark.parametrize(
    "text",
    ["authorization: Bearer abc", "api_key='a b'", "https://u:p@h", "Bearer abcdefg", "sk-0123456789", "token=)"],
)
def test_what_was_redacted_stays_as_it_is(text: str):
    assert scrub(scrub(text)) == scrub(text)


@pytest.mark.parametrize(
    "part",
    [
        "://a:", "://", "https://a", "api_key=", 'api_key="', "api_key='\\", "secret ", "token\\\\\\\\", "cookie:\\r",
        "authorization ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN A ", "eyJaaaaaaaa", "eyJaaaaaaaa.", "bearer ",
        "sk-", "password=)", "token=,", "?key=", "\\\"", "password\\\\\\\\\"", "api key provided", " ", "[redacted",
        "token______",
    ],
)  # fmt: skip
def test_texts_made_to_keep_patterns_busy_come_back(part: str):
    text = (part * TEXT_LIMIT)[:TEXT_LIMIT]
    assert len(scrub(text)) <= 8 * TEXT_LIMIT


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=8, max_size=200))
def test_no_key_of_our_form_survives_in_a_message(tail: str):
    assert tail not in scrub(f"the key sk-sg-{tail} is unknown")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.binary() | st.integers(), st.lists))
def test_whatever_is_logged_becomes_plain_values(value: Any):
    def plain(part: Any) -> bool:
        if isinstance(part, list):
            return all(map(plain, part))
        return part is None or isinstance(part, str | int | float)

    assert plain(shown(field=value)["field"])


def test_what_people_say_to_models_shows_at_debug_level_only():
    line = {"messages": [{"role": "user", "content": WORD}], "body": WORD.encode(), "prompt": WORD}

    assert WORD not in str(redact(line, contents=False))
    assert str(redact(line, contents=True)).count(WORD) == 3


def test_values_keep_their_meaning():
    assert shown(a=1, b=1.5, c=True, d=None, e="x", f=Path("/tmp/x"), g=Colour.RED, h=b"raw") == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "x",
        "f": "/tmp/x",
        "g": "red",
        "h": "raw",
    }


def test_long_texts_and_containers_are_cut():
    assert len(shown(a="x" * 1_000_000)["a"]) < TEXT_LIMIT + 50
    assert len(shown(a=list(range(5000)))["a"]) == 101
    assert len(shown(a={str(number): 1 for number in range(5000)})["a"]) == 101


def test_a_value_that_contains_itself_is_cut():
    loop: list[Any] = []
    loop.append(loop)

    assert "..." in str(shown(a=loop))


def test_an_object_that_cannot_show_itself_does_not_cost_the_line():
    class Broken:
        def __repr__(self) -> str:
            raise ZeroDivisionError

    assert shown(a=Broken(), b=1) == {"a": "<Broken, its repr failed>", "b": 1}
