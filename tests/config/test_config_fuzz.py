"""Whatever stands in the file, loading it either works or raises ConfigInvalid."""

from __future__ import annotations

import contextlib
import tempfile
import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from switchgear.config.lines import LineIndex
from switchgear.config.load import load
from switchgear.config.template import render_template
from switchgear.core.errors import ConfigInvalid

VALID = b"""\
[server]
port = 4100
[providers.openai]
base_url = "https://api.openai.com/v1"
api_key = "env:KEY"
headers = { "x-a" = "b" }
timeouts.connect = 5
[[models.a.deployments]]
provider = "openai"
model = 'm'
[models."b:c"]
deployments = [ { provider = "local", model = "smollm2", weight = 3 } ]
[store]
url = "sqlite:/tmp/x.db"
"""
FRAGMENTS = [
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"'",
    b'"""',
    b"=",
    b".",
    b",",
    b"\n",
    b"#",
    b"\\",
    b"\0",
    b"\xff",
    b"\xc2\x85",
]
FRAGMENTS += [
    b"[[models.a]]",
    b"[server.port]",
    b"= inf",
    b"= 1979-05-27",
    b"= 0x",
    b"true",
    b"models",
    b"sk-",
    b"env:",
]

edits = st.lists(
    st.tuples(
        st.integers(0, len(VALID)), st.integers(0, 12), st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=6))
    ),
    min_size=1,
    max_size=4,
)
scalars: st.SearchStrategy[object] = st.one_of(
    st.none().map(lambda _: []), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)
)
names = st.sampled_from(
    [
        "server",
        "port",
        "providers",
        "openai",
        "base_url",
        "models",
        "deployments",
        "provider",
        "api_key",
        "headers",
        "kind",
    ]
)
tables = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


def load_bytes(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.toml"
        path.write_bytes(raw)
        with contextlib.suppress(ConfigInvalid):
            load(path, {"KEY": "k"})


def test_the_file_that_is_corrupted_here_is_valid() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.toml"
        path.write_bytes(VALID)
        assert load(path, {"KEY": "k"}).models["a"].deployments[0].provider == "openai"


@settings(deadline=None, max_examples=300)
@given(edits)
def test_a_corrupted_file_raises_nothing_but_config_invalid(changes: list[tuple[int, int, bytes]]) -> None:
    raw = VALID
    for place, length, replacement in changes:
        raw = raw[:place] + replacement + raw[place + length :]
    load_bytes(raw)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_bytes_at_random_raise_nothing_but_config_invalid(raw: bytes) -> None:
    load_bytes(raw)


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {written(each)}' for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value if not 0xD800 <= ord(c) < 0xE000) + '"'
    return str(value)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(names, tables, max_size=4))
def test_tables_of_any_shape_raise_nothing_but_config_invalid(data: dict[str, object]) -> None:
    text = "".join(f"{key} = {written(value)}\n" for key, value in data.items())
    tomllib.loads(text)
    load_bytes(text.encode())


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_locating_lines_never_fails(text: str) -> None:
    assert LineIndex(text.encode("utf-8", "replace").decode()).line(("server",)) is None or "server" in text


def test_every_line_of_the_template_may_be_lost() -> None:
    lines = render_template().splitlines()
    for index in range(len(lines)):
        load_bytes("\n".join(lines[:index] + lines[index + 1 :]).encode())
