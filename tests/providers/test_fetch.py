"""URLs of clients: fetched when they are public, bounded in every way, and never a way into the network behind."""

from __future__ import annotations

import pytest

from switchgear.core.errors import UnfetchableURL
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import PublicOnly
from switchgear.testing import FaultUpstream, faults

PNG = b"\x89PNG\r\n\x1a\n"
HERE = PublicOnly(private=["127.0.0.0/8"])


def fetcher(guard: PublicOnly = HERE, max_bytes: int = 4096, seconds: float = 5.0) -> Fetcher:
    return Fetcher(guard, max_bytes, seconds)


def at(upstream: FaultUpstream, path: str = "/a.png") -> str:
    return f"http://127.0.0.1:{upstream.port}{path}"


async def refusal(made: Fetcher, url: str) -> UnfetchableURL:
    with pytest.raises(UnfetchableURL) as refused:
        await made.fetch(url, "messages[0].content[1]")
    assert refused.value.param == "messages[0].content[1]"
    return refused.value


async def test_the_content_and_its_type_come_back() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(PNG, {"content-type": "Image/PNG; x=y"}))
        fetched = await fetcher().fetch(at(upstream, "/a.png?b=c"), "x")
        assert (fetched.data, fetched.media_type) == (PNG, "image/png")
        assert upstream.requests[0].target == "/a.png?b=c"
        assert {name for name, _ in upstream.requests[0].headers} == {"host", "accept-encoding", "user-agent"}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "[::1]",
        "[::ffff:10.0.0.1]", "[fd00::1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]",
        "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b:1::1]", "[fec0::1]", "[3fff::1]", "[5f00::1]", "168.63.129.16", "localhost", "2130706433", "127.1",
    ],
)  # fmt: skip
async def test_what_is_not_public_is_refused_before_it_is_dialled(host: str) -> None:
    error = await refusal(fetcher(PublicOnly()), f"http://{host}:1/x")
    assert "was not fetched" in error.message


async def test_a_redirect_to_the_metadata_service_is_refused() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.redirect("http://169.254.169.254/latest/meta-data"))
        error = await refusal(fetcher(), at(upstream))
        assert "169.254.169.254" in error.message


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.redirect("http://10.0.0.1/", 301))
        assert "not a public address" in (await refusal(fetcher(), at(upstream))).message


async def test_redirects_are_followed_a_few_times() -> None:
    async with FaultUpstream() as upstream:
        upstream.answer(faults.redirect("/b.png", 302))
        upstream.answer(faults.ok(PNG))
        assert (await fetcher().fetch(at(upstream), "x")).data == PNG
        assert [request.target for request in upstream.requests] == ["/a.png", "/b.png"]


async def test_redirects_without_end_are_not() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.redirect("/again", 302))
        assert "leads on more than 3 times" in (await refusal(fetcher(), at(upstream))).message


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/x", "file:///etc/passwd", "http://", "http://user:pw@127.0.0.1/x", "http://[", "http://a b/", "gopher://x", "http://é/"],
)  # fmt: skip
async def test_other_urls_are_refused(url: str) -> None:
    await refusal(fetcher(), url)


async def test_content_that_is_too_large_is_refused() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(b"x" * 5000))
        assert "more than 4096 bytes" in (await refusal(fetcher(), at(upstream))).message


async def test_an_error_of_the_server_is_told() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.status(404))
        assert "it answered 404" in (await refusal(fetcher(), at(upstream))).message


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    async with FaultUpstream() as upstream:
        upstream.always(faults.stall_before_first_byte())
        assert "took" in (await refusal(fetcher(seconds=0.2), at(upstream))).message


async def test_only_hosts_that_are_listed_are_asked_where_there_is_a_list() -> None:
    guard = PublicOnly(["images.example.com"], ["127.0.0.1"])
    async with FaultUpstream() as upstream:
        assert "not one of the hosts" in (await refusal(fetcher(guard), at(upstream))).message
        assert upstream.requests == []
    async with FaultUpstream() as upstream:
        upstream.always(faults.ok(PNG))
        assert (await fetcher(PublicOnly(["127.0.0.1"], ["127.0.0.1"])).fetch(at(upstream), "x")).data == PNG
