"""The section [state]: what its URL says, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from switchgear.config.fields import Mistake
from switchgear.config.load import load, read
from switchgear.config.state import ValkeyAddress, valkey_address
from switchgear.core.errors import ConfigInvalid

SECRET = "s3cr3t-word"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("valkey://cache", ValkeyAddress((("cache", 6379),))),
        ("valkey://127.0.0.1:6380/3", ValkeyAddress((("127.0.0.1", 6380),), db=3)),
        ("valkey://[::1]:6380/", ValkeyAddress((("::1", 6380),))),
        ("valkeys://cache:1", ValkeyAddress((("cache", 1),), tls=True)),
        ("valkey://:p%40ss@cache", ValkeyAddress((("cache", 6379),), password="p@ss")),
        ("valkey://me:p:w@cache", ValkeyAddress((("cache", 6379),), username="me", password="p:w")),
        (
            "valkey+cluster://me:pw@a:1,b,[::1]:3",
            ValkeyAddress((("a", 1), ("b", 6379), ("::1", 3)), cluster=True, username="me", password="pw"),
        ),
        ("valkeys+cluster://a", ValkeyAddress((("a", 6379),), tls=True, cluster=True)),
    ],
)
def test_a_url_says_where_valkey_is(url: str, address: ValkeyAddress) -> None:
    assert valkey_address(url) == address


def test_memory_is_no_address() -> None:
    assert valkey_address("memory:") is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "is not a state we know."),
        ("memory", "is not a state we know."),
        ("valkey:", "is not a state we know."),
        ("valkey:cache", "is not a state we know."),
        (f"redis://:{SECRET}@cache", "is not a state we know."),
        ("valkey://", "must name a host."),
        ("valkey:///0", "must name a host."),
        (f"valkey://:{SECRET}@", "must name a host."),
        ("valkey://a b", "is not a URL."),
        ("valkey://a\n", "is not a URL."),
        ("valkey://[::1", "is not a URL."),
        ("valkey://a:0", "must have a port"),
        ("valkey://a:65536", "must have a port"),
        ("valkey://a:port", "must have a port"),
        ("valkey://a:²", "is not a URL."),
        ("valkey://a,b", "names several hosts"),
        ("valkey+cluster://a,", "must name a host."),
        ("valkey://a/zero", "number of a database"),
        ("valkey://a/99999", "number of a database"),
        (f"valkey://:x/{SECRET}@a", "must name a host."),
        ("valkey+cluster://a/1", "names a database"),
        (f"valkey://a?password={SECRET}", "must not have a query"),
        (f"valkey://:x#{SECRET}@a", "must not have a query or a fragment"),
    ],
)
def test_a_url_that_cannot_be_is_told_without_being_quoted(url: str, told: str) -> None:
    with pytest.raises(Mistake) as caught:
        valkey_address(url)
    assert told in caught.value.message
    assert SECRET not in caught.value.message + caught.value.advice


def test_an_address_shows_no_password() -> None:
    address = valkey_address(f"valkey+cluster://me:{SECRET}@a:1,b:2")
    assert address is not None
    assert SECRET not in repr(address) + address.words
    assert address.words == "The Valkey cluster at a:1, b:2"


@pytest.mark.parametrize(
    ("text", "environ", "line", "told"),
    [
        (f'[state]\nurl = "valkey://:{SECRET}@a/x"\n', {}, 2, "state.url must end in the number of a database"),
        ('[state]\nurl = "env:STATE_URL"\n', {}, 2, "STATE_URL is not set"),
        ('[state]\nurl = "env:STATE_URL"\n', {"STATE_URL": f"http://{SECRET}"}, 2, "is not a state we know"),
        ('[state]\nurl = "secret:state"\n', {}, 2, "cannot be a secret of the store"),
        ('[state]\non_loss = "ignore"\n', {}, 2, "state.on_loss"),
        ("[state]\ntimeout = 0\n", {}, 2, "state.timeout = 0 must be at least 0.01"),
        ('[state]\nprefix = "a{b}"\n', {}, 2, "state.prefix"),
        ('[state]\nca_file = "none.pem"\n', {}, 2, "does not exist"),
    ],
)
def test_a_mistake_is_told_at_its_line(
    tmp_path: Path, text: str, environ: dict[str, str], line: int, told: str
) -> None:
    path = tmp_path / "switchgear.toml"
    path.write_text(text)
    with pytest.raises(ConfigInvalid) as caught:
        read(path, environ)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert told in problem.message
    assert SECRET not in f"{problem} {caught.value}"


def test_a_whole_section_is_read(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    path = tmp_path / "switchgear.toml"
    path.write_text(
        '[state]\nurl = "env:STATE_URL"\non_loss = "refuse"\ntimeout = 1\nca_file = "ca.pem"\nprefix = "sg-2"\n'
    )
    state = load(path, {"STATE_URL": "valkeys://:pw@cache"}).state
    assert (state.url, state.on_loss, state.timeout, state.prefix) == ("env:STATE_URL", "refuse", 1.0, "sg-2")
    assert state.ca_file == tmp_path / "ca.pem"
