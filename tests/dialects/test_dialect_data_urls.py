"""Data URLs: what they hold is told apart from their media type, whatever parameters stand between."""

from __future__ import annotations

import pytest

from switchgear.core.errors import RequestError
from switchgear.dialects.data_urls import data_url, is_web_url, read_data_url


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("data:image/png;base64,QUJD", ("image/png", "QUJD")),
        ("DATA:Image/PNG;BASE64,QUJD", ("image/png", "QUJD")),
        ("data:text/plain;charset=utf-8;base64,QUJD", ("text/plain", "QUJD")),
        ("data:;base64,", ("", "")),
        ("https://x.test/a.png", None),
        ("", None),
    ],
)
def test_a_data_url_is_read(url: str, read: tuple[str, str] | None) -> None:
    assert read_data_url(url, "image") == read


@pytest.mark.parametrize(
    "url", ["data:image/png,abc", "data:image/png;base64", "data:", "data:" + "x" * 2000 + ";base64,QUJD"]
)
def test_one_that_is_not_base64_is_refused_by_its_path(url: str) -> None:
    with pytest.raises(RequestError) as raised:
        read_data_url(url, "messages[0].content[0].image_url.url")
    assert raised.value.param == "messages[0].content[0].image_url.url"


def test_what_is_written_is_read_again() -> None:
    assert read_data_url(data_url("image/gif", "QUJD"), "image") == ("image/gif", "QUJD")


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://x.test", True),
        ("HTTP://x.test", True),
        ("file:///etc/passwd", False),
        ("//x.test", False),
        ("", False),
    ],
)
def test_only_http_and_https_are_of_the_web(url: str, web: bool) -> None:
    assert is_web_url(url) is web
