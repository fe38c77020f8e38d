"""What plugins may do: in words, granted in part, capped."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.plugins.permissions import (
    NOTHING,
    Permissions,
    PluginLimits,
    Sampling,
    capped,
    granted,
    joined,
    path_fault,
    words,
)
from switchgear.plugins.targets import parse

HOSTS = ("a.example.com", "b.a.example.com", "*.example.com", "*.a.example.com", "*", "10.0.0.7", "example.com")
PATHS = ("/", "/data", "/data/in", "/database", "${user_config.folder}", "${user_config.folder}/in")
NAMES = ("TOKEN", "TOKEN_A", "HOME", "TOKEN*", "*")
MODELS = ("fast", "gpt-5", "gpt-*", "*", "gpt-?", "g*5", "[fg]*")


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=3).map(tuple)


SAMPLING = st.none() | st.builds(
    Sampling,
    st.lists(st.sampled_from(MODELS), min_size=1, max_size=3).map(tuple),
    st.sampled_from((0.5, 1.0, 20.0)),
    st.sampled_from(("day", "week", "month")),
)
PERMISSIONS = st.builds(
    Permissions,
    some(tuple(f"{host}:{port}" for host, port in product(HOSTS, (80, 443)))),
    some(PATHS),
    some(PATHS),
    some(NAMES),
    some(NAMES),
    SAMPLING,
    st.booleans(),
)


def test_permissions_are_told_as_sentences() -> None:
    asked = Permissions(
        network=("api.github.com:443", "*.example.com:443", "*:80", "10.0.0.7:5432"),
        read=("/srv/docs", "${user_config.folder}"),
        write=("${user_config.folder}/out",),
        environment=("LANG",),
        secrets=("token",),
        sampling=Sampling(("fast", "gpt-*"), 5.0, "month"),
        subprocesses=True,
    )
    assert words(asked) == [
        "Reach api.github.com on port 443.",
        "Reach every host under example.com on port 443.",
        "Reach any public host on port 80.",
        "Reach the private address 10.0.0.7 on port 5432.",
        "Read /srv/docs.",
        'Read what you choose as "folder".',
        'Read and change out in what you choose as "folder".',
        "See the gateway's environment variable LANG.",
        'Use the secret setting "token".',
        "Ask the models fast, gpt-* for up to $5.00 a month.",
        "Start other programs inside its sandbox.",
    ]
    assert words(NOTHING) == []


def test_no_sentence_can_move_a_terminals_cursor() -> None:
    told = words(Permissions(read=("/a\x1b[2J\u202eb\n",), secrets=("\r",)))
    assert all(sentence.isprintable() for sentence in told)


@pytest.mark.parametrize(
    ("asked", "allowed", "both"),
    [
        (("a.example.com:443",), ("*.example.com:443",), ("a.example.com:443",)),
        (("*.example.com:443",), ("a.example.com:443",), ("a.example.com:443",)),
        (("*.example.com:443",), ("example.com:443",), ()),
        (("*:443",), ("*.example.com:443", "10.0.0.7:443"), ("*.example.com:443",)),
        (("10.0.0.7:443",), ("*:443",), ()),
        (("a.example.com:80",), ("a.example.com:443",), ()),
    ],
)
def test_of_hosts_the_narrower_is_granted(
    asked: tuple[str, ...], allowed: tuple[str, ...], both: tuple[str, ...]
) -> None:
    assert granted(Permissions(network=asked), Permissions(network=allowed)).network == both


def test_of_paths_the_inner_is_granted_and_names_that_only_begin_alike_are_not() -> None:
    assert granted(Permissions(read=("/data",)), Permissions(read=("/data/in", "/database"))).read == ("/data/in",)
    assert granted(Permissions(read=("/data/in",)), Permissions(read=("/",))).read == ("/data/in",)


def test_writing_that_is_not_granted_may_still_be_reading() -> None:
    assert granted(Permissions(write=("/data",)), Permissions(read=("/data",))) == Permissions(read=("/data",))
    assert granted(Permissions(read=("/data",)), Permissions(write=("/data",))) == Permissions(read=("/data",))
    assert granted(Permissions(write=("/data",)), Permissions(write=("/data",))) == Permissions(write=("/data",))


def test_a_path_that_waits_for_a_setting_is_not_granted_by_a_path() -> None:
    assert granted(Permissions(read=("${user_config.folder}",)), Permissions(read=("/",))) == NOTHING


def test_of_two_budgets_the_smaller_holds_over_the_longer_period() -> None:
    both = granted(
        Permissions(sampling=Sampling(("gpt-*",), 5, "day")), Permissions(sampling=Sampling(("gpt-5", "x"), 9, "month"))
    )
    assert both.sampling == Sampling(("gpt-5",), 5, "month")
    assert granted(Permissions(sampling=Sampling(("a",), 1)), Permissions(sampling=Sampling(("b",), 1))) == NOTHING


@given(PERMISSIONS)
def test_granting_all_that_is_asked_changes_nothing_of_it(asked: Permissions) -> None:
    once = granted(asked, asked)
    assert granted(once, asked) == once == granted(once, once)
    assert set(once.network) == set(asked.network)
    assert once.sampling == (
        None
        if asked.sampling is None
        else Sampling(tuple(dict.fromkeys(asked.sampling.models)), asked.sampling.usd, asked.sampling.per)
    )


@given(PERMISSIONS, PERMISSIONS)
def test_never_more_is_granted_than_is_asked_or_allowed(asked: Permissions, allowed: Permissions) -> None:
    both = granted(asked, allowed)
    for side in (asked, allowed):
        for host in ("a.example.com", "b.a.example.com", "example.com", "x.example.com", "10.0.0.7", "other.org"):
            for port in (80, 443):
                reached = parse(f"{host}:{port}")
                if any(parse(each).covers(reached) for each in both.network):
                    assert any(parse(each).covers(reached) for each in side.network)
        for inner, outer in ((both.write, side.write), (both.read, side.read + side.write)):
            for path in inner:
                assert any(path == each or path.startswith(each.rstrip("/") + "/") for each in outer)
        if both.sampling is not None:
            assert side.sampling is not None
            assert both.sampling.usd <= side.sampling.usd
        assert not both.subprocesses or side.subprocesses


@given(PERMISSIONS)
def test_joining_nothing_adds_nothing(asked: Permissions) -> None:
    assert granted(asked, NOTHING) == NOTHING
    assert words(joined(asked, NOTHING)) == words(joined(NOTHING, asked))


def test_limits_are_capped_one_by_one() -> None:
    asked = PluginLimits(memory_mb=2048, seconds=5)
    assert capped(asked, PluginLimits(memory_mb=256, seconds=60)) == PluginLimits(memory_mb=256, seconds=5)


@pytest.mark.parametrize("path", ["/", "/data", "/data/.hidden", "${user_config.folder}", "${user_config.folder}/out"])
def test_paths_that_say_what_they_mean(path: str) -> None:
    assert path_fault(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "data",
        "~/x",
        "/data/",
        "//data",
        "/data/../etc",
        "/data/.",
        "/a\0b",
        "/a\nb",
        "${user_config.x}/../y",
        "${user_config.x}y",
        "${user_config.x}//y",
        "${HOME}/x",
        "/x/${user_config.x}",
    ],
)
def test_paths_that_could_mean_another_are_refused(path: str) -> None:
    assert path_fault(path)
