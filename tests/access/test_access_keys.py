"""Keys in memory: how they are made, found and refused, and what they may call."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.access.keys import Key, Keyring, hash_secret, new_secret, token_from
from switchgear.access.roles import ADMIN, ADMIN_READ, CALL
from switchgear.core.errors import (
    AuthenticationError,
    ExpiredKey,
    MalformedKey,
    MissingKey,
    PermissionDenied,
    RevokedKey,
    UnknownKey,
)  # fmt: skip
from switchgear.store.keys import Key as StoredKey
from switchgear.store.keys import KeySecret

PEPPER = b"p" * 32
NOW = 1_800_000_000.0


def row(*secrets: KeySecret, **fields: Any) -> StoredKey:
    values: dict[str, Any] = {
        "id": "key_1", "name": "ci", "models": ("*",), "scopes": (CALL,), "created_at": 0, "expires_at": None,
        "revoked_at": None, "created_by": "test", "secrets": secrets,
    }  # fmt: skip
    return StoredKey(**values | fields)


def held(token: bytes, expires_at: float | None = None) -> KeySecret:
    until = None if expires_at is None else int(expires_at * 1000)
    return KeySecret(hash_secret(PEPPER, token), token[-4:].decode(), 0, until)


def ring(*rows: StoredKey) -> Keyring:
    keyring = Keyring(PEPPER)
    keyring.load(rows)
    return keyring


@pytest.fixture
def token() -> bytes:
    return new_secret().reveal().encode()


# ---------------------------------------------------------------- making


def test_new_keys_have_one_form_and_never_repeat() -> None:
    made = [new_secret().reveal() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(re.fullmatch(r"sk-sg-[0-9A-Za-z]{40}", one) for one in made)


def test_a_new_key_does_not_show_itself() -> None:
    secret = new_secret()
    assert secret.reveal() not in f"{secret} {secret!r}"


def test_the_hash_is_keyed() -> None:
    assert hash_secret(PEPPER, b"token") != hash_secret(b"q" * 32, b"token")
    assert len(hash_secret(PEPPER, b"token")) == 32


# ---------------------------------------------------------------- finding


def test_a_key_is_found_by_its_secret(token: bytes) -> None:
    assert ring(row(held(token))).authenticate(token, NOW).id == "key_1"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"", MissingKey),
        (b"Bearer", MissingKey),
        (b"nonsense", MalformedKey),
        (b"sk-sg-short", MalformedKey),
        (b"sk-sg-" + b"x" * 41, MalformedKey),
        (b"sk-sg-" + b"-" * 40, MalformedKey),
        (b"\xff" * 46, MalformedKey),
        (b"sk-sg-" + b"x" * 40, UnknownKey),
    ],
)
def test_what_is_no_key_is_refused_by_what_it_is(token: bytes, sent: bytes, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        ring(row(held(token))).authenticate(sent, NOW)
    assert type(raised.value) is error


@given(st.binary(max_size=80))
def test_no_bytes_but_the_key_open_anything(sent: bytes) -> None:
    with pytest.raises(AuthenticationError):
        ring(row(held(b"sk-sg-" + b"a" * 40))).authenticate(sent, NOW)


def test_a_key_made_under_another_pepper_is_unknown(token: bytes) -> None:
    other = Keyring(b"q" * 32)
    other.load([row(held(token))])
    with pytest.raises(UnknownKey):
        other.authenticate(token, NOW)


def test_a_revoked_key_is_refused_even_if_it_also_expired(token: bytes) -> None:
    with pytest.raises(RevokedKey, match='"ci" was revoked'):
        ring(row(held(token), revoked_at=1, expires_at=2)).authenticate(token, NOW)


def test_a_key_is_refused_from_the_moment_it_expires(token: bytes) -> None:
    keyring = ring(row(held(token), expires_at=int(NOW * 1000)))
    assert keyring.authenticate(token, NOW - 0.001)
    with pytest.raises(ExpiredKey, match="has expired"):
        keyring.authenticate(token, NOW)


def test_a_replaced_secret_works_until_its_overlap_is_over(token: bytes) -> None:
    fresh = new_secret().reveal().encode()
    keyring = ring(row(held(token, NOW), held(fresh)))
    assert keyring.authenticate(token, NOW - 0.001) is keyring.authenticate(fresh, NOW)
    with pytest.raises(ExpiredKey, match="overlap is over"):
        keyring.authenticate(token, NOW)
    assert keyring.authenticate(fresh, NOW + 1e6)


def test_loading_replaces_the_whole_ring(token: bytes) -> None:
    keyring = ring(row(held(token)))
    keyring.load([])
    with pytest.raises(UnknownKey):
        keyring.authenticate(token, NOW)


# ---------------------------------------------------------------- scopes


@pytest.mark.parametrize(
    ("models", "name", "allowed"),
    [
        (("*",), "anything/at all\n", True),
        ((), "fast", False),
        (("fast",), "fast", True),
        (("fast",), "faster", False),
        (("fast",), "Fast", False),
        (("fast",), "fast\n", False),
        (("openai/*",), "openai/gpt-5", True),
        (("openai/*",), "openai/", True),
        (("openai/*",), "openai", False),
        (("openai/*",), "xopenai/gpt-5", False),
        (("openai/*",), "openai/a\nb", True),
        (("gpt-?",), "gpt-5", True),
        (("gpt-?",), "gpt-55", False),
        (("gpt-[45]",), "gpt-4", True),
        (("gpt-[45]",), "gpt-6", False),
        (("a.b",), "axb", False),
        (("fast", "slow"), "slow", True),
        (("a|b",), "a", False),
        (("(",), "(", True),
    ],
)
def test_a_scope_is_a_set_of_whole_name_patterns(models: tuple[str, ...], name: str, allowed: bool) -> None:
    key = Key(row(models=models))
    assert key.may_call(name) is allowed
    assert key.may_call(name) is allowed  # the second time from memory


def test_a_key_remembers_a_bounded_number_of_names() -> None:
    key = Key(row(models=("x*",)))
    for number in range(5000):
        assert key.may_call(f"x{number}")
    assert len(key._known) <= 1024


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ((), []),
        ((CALL,), [CALL]),
        ((ADMIN_READ,), [ADMIN_READ]),
        ((ADMIN,), [ADMIN, ADMIN_READ]),
        ((CALL, ADMIN), [CALL, ADMIN, ADMIN_READ]),
    ],
)
def test_a_key_has_the_scopes_it_was_given_and_admin_includes_reading(scopes: tuple[str, ...], may: list[str]) -> None:
    key = Key(row(scopes=scopes))
    assert key.may_call("fast") is (CALL in may)
    for scope in (CALL, ADMIN_READ, ADMIN):
        if scope in may:
            key.require(scope)
        else:
            with pytest.raises(PermissionDenied, match=scope):
                key.require(scope)


# ---------------------------------------------------------------- where a key is sent


@pytest.mark.parametrize(
    ("authorization", "api_key", "token"),
    [
        (b"Bearer k", b"", b"k"),
        (b"bearer k", b"", b"k"),
        (b"BEARER   k  ", b"", b"k"),
        (b"", b"k", b"k"),
        (b"", b" k ", b"k"),
        (b"k", b"", b"k"),
        (b"Bearer k", b"other", b"k"),
        (b"Basic abc", b"other", b"Basic abc"),
        (b"", b"", b""),
    ],
)
def test_a_key_is_read_from_either_header(authorization: bytes, api_key: bytes, token: bytes) -> None:
    assert token_from(authorization, api_key) == token


def test_a_keys_answers_are_shared_with_its_team_or_with_nobody() -> None:
    assert Key(row(id="key_1")).tenant == "key:key_1"
    assert Key(row(id="key_1", team="search")).tenant == "team:search"
