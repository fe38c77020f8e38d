"""References become secrets, and say what to do when they cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from switchgear.config.export import json_schema
from switchgear.config.references import MAX_SECRET_BYTES, REFERENCE_PATTERN, Resolver, parse_reference
from switchgear.core.errors import ConfigInvalid, UnresolvedReference
from switchgear.core.secrets import Secret


def resolver(folder: Path | None = None, **environ: str) -> Resolver:
    return Resolver(environ, {"openai": Secret("stored")}.get, folder)


def test_each_kind_of_reference_is_resolved_to_a_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("filed\n")
    resolve = resolver(tmp_path, KEY="set").resolve
    assert resolve("env:KEY") == Secret("set")
    assert resolve("file:key") == Secret("filed")
    assert resolve(f"file:{tmp_path}/key") == Secret("filed")
    assert resolve("secret:openai") == Secret("stored")
    assert repr(resolve("env:KEY")) == "[redacted]"


@pytest.mark.parametrize(("raw", "value"), [("k", "k"), ("k\n", "k"), ("k\r\n", "k"), (" k ", " k "), ("clé\n", "clé")])
def test_one_line_break_at_the_end_of_a_file_is_not_part_of_the_secret(tmp_path: Path, raw: str, value: str) -> None:
    (tmp_path / "key").write_bytes(raw.encode())
    assert resolver(tmp_path).resolve("file:key").reveal() == value


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"k\n\n", "is not one line of text"),
        (b"k\0", "is not one line of text"),
        (b"\xff", "is not UTF-8"),
        (b"k" * (MAX_SECRET_BYTES + 1), "is too large"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, raw: bytes, sentence: str) -> None:
    (tmp_path / "key").write_bytes(raw)
    with pytest.raises(UnresolvedReference, match=sentence) as caught:
        resolver(tmp_path).resolve("file:key")
    assert caught.value.advice


@pytest.mark.parametrize(
    ("reference", "sentence", "advice"),
    [
        ("env:NONE", "NONE is not set", "Set NONE"),
        ("file:none", "There is no file", "Create it"),
        ("file:.", "is not a file", "Name a file"),
        ("file:" + "x" * 300, "cannot be read: file name too long", "Correct the path"),
        ("file:~nobody-of-that-name/x", "cannot be read", "Correct the path"),
        ("secret:none", 'no secret "none"', "Create it"),
    ],
)
def test_a_reference_to_nothing_says_what_to_do(tmp_path: Path, reference: str, sentence: str, advice: str) -> None:
    with pytest.raises(UnresolvedReference) as caught:
        resolver(tmp_path).resolve(reference)
    assert isinstance(caught.value, ConfigInvalid)
    assert sentence in caught.value.message
    assert advice in caught.value.advice


def test_what_is_no_reference_is_not_echoed() -> None:
    with pytest.raises(UnresolvedReference) as caught:
        resolver().resolve("sk-1")
    assert "sk-1" not in str(caught.value) + caught.value.advice


def test_where_text_may_stand_it_is_taken_as_it_is() -> None:
    assert resolver().value("text") == Secret("text")
    assert resolver(KEY="set").value("env:KEY") == Secret("set")


@pytest.mark.parametrize(
    "text", ["env:", "env:1A", "env:A B", "env:A\n", "file:", "file:a\0b", "secret:", "secret:a b", "ENV:A", "sk-1", ""]
)
def test_the_form_of_a_reference_is_strict(text: str) -> None:
    assert parse_reference(text) is None


def test_the_json_schema_knows_the_form_of_a_reference() -> None:
    assert REFERENCE_PATTERN in re.findall(r'"pattern": "([^"]*)"', json.dumps(json_schema()).replace("\\\\", "\\"))


def test_a_document_may_have_many_lines_and_a_secret_may_not(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text('{\n  "type": "service_account"\n}\n')
    resolver = Resolver({}, lambda _: None, tmp_path)
    assert resolver.document("file:account.json").reveal() == '{\n  "type": "service_account"\n}'
    with pytest.raises(UnresolvedReference, match="is not one line of text"):
        resolver.resolve("file:account.json")
