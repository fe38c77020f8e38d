"""Where packages come from is what pip and npm are configured for, and what is secret in that stays so."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.indexes import Indexes, network, python_source
from switchgear.plugins.building.interpreters import Interpreters, fits
from switchgear.plugins.building.node_packages import node_source
from switchgear.plugins.building.python_packages import _plain

HELP = """
Package Index Options:
  -i, --index-url <url>       Base URL of the Python Package Index (default
                              https://index.example/simple). This should point
                              to a repository compliant with PEP 503.
"""


def test_without_a_word_it_is_pips_own_default() -> None:
    found = python_source("", HELP, {})
    assert found.urls == ("https://index.example/simple",)
    assert found.env["PIP_INDEX_URL"] == "https://index.example/simple"
    assert found.hidden == ()


def test_the_authorities_that_this_machine_trusts_are_trusted_for_the_index(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("")
    found = python_source("", HELP, {"SSL_CERT_FILE": str(tmp_path / "own.pem")})
    assert found.env["PIP_CERT"] == found.env["SSL_CERT_FILE"] == str(tmp_path / "own.pem")
    assert found.files == (tmp_path / "own.pem",)


def test_the_environment_counts_more_than_a_command_and_that_more_than_everything(tmp_path: Path) -> None:
    listed = (
        ":env:.index-url='https://three.example/simple'\n"
        "download.index-url='https://two.example/simple'\n"
        "global.index-url='https://one.example/simple'\n"
        "global.timeout='5'\n"
        "freeze.timeout='1'\n"
        "nonsense\n"
        "global.broken='\n"
    )
    found = python_source(listed, HELP, {})
    assert found.urls == ("https://three.example/simple",)
    assert found.env["PIP_TIMEOUT"] == "5"


def test_an_index_can_be_a_folder(tmp_path: Path) -> None:
    for name in ("mirror/simple", "wheels"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ca.pem").write_text("")
    listed = (
        f"global.extra-index-url='file://{tmp_path}/mirror/simple https://more.example/simple'\n"
        f"global.find-links='{tmp_path}/wheels {tmp_path}/gone'\n"
        f"global.cert='{tmp_path}/ca.pem'\n"
    )
    found = python_source(listed, HELP, {})
    assert found.urls == ("https://index.example/simple", "https://more.example/simple")
    assert found.files == (tmp_path / "mirror", tmp_path / "wheels", tmp_path / "ca.pem")
    assert found.env["PIP_FIND_LINKS"] == f"{tmp_path}/wheels {tmp_path}/gone"


def test_no_index_is_asked_where_pip_is_told_so() -> None:
    found = python_source("global.no-index='true'\nglobal.find-links='https://links.example/'\n", HELP, {})
    assert found.urls == ("https://links.example/",)
    assert "PIP_INDEX_URL" not in found.env


def test_uvs_variables_count_where_pip_is_told_nothing() -> None:
    environ = {"UV_DEFAULT_INDEX": "https://uv.example/simple", "UV_INDEX": "own=https://own.example/simple"}
    assert python_source("", HELP, environ).urls == ("https://uv.example/simple", "https://own.example/simple")
    told = python_source("global.index-url='https://pip.example/simple'\n", HELP, environ)
    assert told.urls[0] == "https://pip.example/simple"


def test_passwords_of_indexes_are_known_to_be_hidden() -> None:
    listed = "global.index-url='https://ann:hush%2F4711@index.example/simple'\n"
    assert set(python_source(listed, HELP, {}).hidden) == {"hush%2F4711", "hush/4711"}
    listed = "global.index-url='https://token-4711@index.example/simple'\n"
    assert python_source(listed, HELP, {}).hidden == ("token-4711",)


def test_npms_registries_are_taken_with_their_credentials_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text(
        "registry=https://elsewhere.example/\n//npm.example/:_authToken=${TOKEN}\n"
        "//npm.example/:_password=hush\nscript-shell=/bin/evil\n"
    )
    said: dict[str, Any] = {
        "registry": "https://npm.example/",
        "@acme:registry": "https://acme.example/",
        "userconfig": str(tmp_path / ".npmrc"),
        "globalconfig": str(tmp_path / "none"),
        "cafile": None,
        "ignore-scripts": False,
    }
    source, settings = node_source(said, {"TOKEN": "token-4711"})
    assert source.urls == ("https://npm.example/", "https://acme.example/")
    assert set(source.hidden) == {"token-4711", "hush"}
    assert settings.splitlines() == [
        'registry="https://npm.example/"',
        '@acme:registry="https://acme.example/"',
        '//npm.example/:_authToken="token-4711"',
        '//npm.example/:_password="hush"',
    ]


async def test_a_private_address_of_an_index_is_reached_and_one_that_it_names_only_then() -> None:
    assert await network(["http://127.0.0.1:3141/simple"]) == ("127.0.0.1:3141",)
    beside = await network(["http://127.0.0.1:3141"], ["http://127.0.0.2:80"])
    assert beside == ("127.0.0.1:3141", "127.0.0.2:80")


@pytest.mark.parametrize("url", ["https:///simple", "https://in dex/", "https://x.invalid/"])
async def test_an_index_that_is_nowhere_is_told(url: str) -> None:
    with pytest.raises(PluginNotInstalled, match="index"):
        await network([url])


async def test_this_machines_own_configuration_is_read(tmp_path: Path) -> None:
    environ = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "https://index.example/own"}
    found = await Indexes(tmp_path, environ).python()
    assert found.env["PIP_INDEX_URL"] == "https://index.example/own"
    assert found.urls == ("https://index.example/own",)


async def test_a_cache_that_has_grown_too_large_is_emptied_when_nobody_uses_it(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "pip").mkdir(parents=True)
    indexes = Indexes(cache, {}, most_cached=100_000)
    async with indexes.in_use():
        (cache / "pip" / "small").write_bytes(bytes(50_000))
    assert cache.exists()
    async with indexes.in_use():
        (cache / "pip" / "large").write_bytes(bytes(90_000))
        async with indexes.in_use():
            pass
        assert cache.exists()
    assert not cache.exists()


@given(
    st.one_of(
        st.text(max_size=200),
        st.builds(
            "global.{}={!r}".format,
            st.sampled_from(["index-url", "extra-index-url", "find-links", "cert", "no-index"]),
            st.text(st.sampled_from("htps:/[]@%file. \\0a"), max_size=30),
        ),
    ),
    st.text(max_size=200),
)
def test_whatever_pip_answers_is_read_or_refused(listed: str, described: str) -> None:
    with contextlib.suppress(PluginNotInstalled):
        python_source(listed, described, {})


@pytest.mark.parametrize(
    ("wanted", "version", "fit"),
    [
        ("", "3.11.7", True),
        (">=3.10", "3.11.7", True),
        (">=3.10,<3.11", "3.11.7", False),
        (">=3.10, !=3.11.*, <4", "3.11.7", False),
        ("~=3.11", "3.14.0", True),
        ("~=3.11.2", "3.12.0", False),
        ("==3.11.*", "3.11.7", True),
        (">=3.10 <4.0", "3.11.7", True),
        ("^20 || >=22", "22.3.0", True),
        ("^20 || >=22", "21.0.0", False),
        (">=18.0.0", "20.20.2", True),
    ],
)
def test_ranges_of_python_and_of_node_are_understood(wanted: str, version: str, fit: bool) -> None:
    assert fits(wanted, version) is fit


@pytest.mark.parametrize(
    ("requirements", "plain"),
    [
        ("", True),
        ("# a comment\n\nwords\nmore[all, x] >= 1.0, < 2\n", True),
        ('words==1.0 ; python_version < "3.12" \\\n    --hash=sha256:ab \\\n    --hash=sha512:cd\n', True),
        ("words (>=1)\n", True),
        ("words~=1.0  # why\n", True),
        ("./words\n", False),
        ("words/\n", False),
        ("-e .\n", False),
        ("-r more.txt\n", False),
        ("--no-binary :all:\nwords\n", False),
        ("--index-url https://x.example\n", False),
        ("words @ file:///plugin\n", False),
        ("words@https://x.example/w.whl\n", False),
        ("https://x.example/w.tar.gz\n", False),
        ("words.tar.gz ./own\n", False),
        ("words --config-settings=a=b\n", False),
    ],
)
def test_what_asks_for_packages_of_an_index_alone_is_told_apart(requirements: str, plain: bool) -> None:
    assert _plain(requirements) is plain


async def test_a_node_that_can_use_the_sandboxs_proxy_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("node", "20.1.0"), ("nodejs", "24.5.0")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {program}\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Interpreters()
    assert (await found.find("node")).version == "24.5.0"
    assert (await found.find("node", "^20")).version == "20.1.0"
    with pytest.raises(PluginNotInstalled, match="needs Node"):
        await found.find("node", "^12")
