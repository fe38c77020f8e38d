"""One grammar for what is to be installed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.core.errors import InvalidSource
from switchgear.plugins.sources.grammar import Source, parse_source


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("weather", Source("folder", "weather")),
        ("./pypi:odd", Source("folder", "./pypi:odd")),
        ("/srv/weather.MCPB", Source("file", "/srv/weather.MCPB")),
        ("old.dxt", Source("file", "old.dxt")),
        ("server.json", Source("document", "server.json")),
        ("registry:./server.json", Source("document", "./server.json")),
        ("pypi:mcp-server-time", Source("pypi", "mcp-server-time")),
        ("pypi:Mcp_Server[all,x]==1.2.3.post1", Source("pypi", "Mcp_Server[all,x]", "1.2.3.post1")),
        ("npm:thing", Source("npm", "thing")),
        ("npm:@scope/thing@1.2.3-beta.1", Source("npm", "@scope/thing", "1.2.3-beta.1")),
        ("registry:io.github.ann/weather@1.0.0", Source("registry", "io.github.ann/weather", "1.0.0")),
        ("https://example.com/mcp", Source("remote", "https://example.com/mcp")),
        ("HTTPS://example.com/mcp#top", Source("remote", "https://example.com/mcp")),
        ("http://127.0.0.1:8000/mcp", Source("remote", "http://127.0.0.1:8000/mcp")),
        ("http://[::1]/sse", Source("remote", "http://[::1]/sse")),
        ("http://10.0.0.7/mcp", Source("remote", "http://10.0.0.7/mcp")),
        ("https://example.com/a/weather.mcpb?x=1", Source("download", "https://example.com/a/weather.mcpb?x=1")),
    ],
)
def test_every_kind_of_source_is_read_and_written(text: str, source: Source) -> None:
    assert parse_source(text) == source
    assert parse_source(str(source)) == source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a\nb", "cannot be shown"),
        ("pypi:thing>=1", "one version and no range"),
        ("pypi:../thing", "no Python package"),
        ("pypi:thing @ https://evil.example", "no Python package"),
        ("pypi:-r/etc/passwd", "no Python package"),
        ("npm:--registry=x", "no Node package"),
        ("npm:Thing", "no Node package"),
        ("npm:a/b", "no Node package"),
        ("npm:git+https://evil.example", "no Node package"),
        ("npm:thing@file:../x", "no Node package"),
        ("registry:weather", "no entry"),
        ("http://example.com/mcp", "this machine and private addresses"),
        ("http://169.254.169.254/mcp", "never dialled"),
        ("https://169.254.10.7:8443/mcp", "never dialled"),
        ("http://[fe80::1]/mcp", "never dialled"),
        ("https://[fd00:ec2::254]/weather.mcpb", "never dialled"),
        ("foo:bar", "Known: https, npm, openapi, pypi, registry"),
        ("https://ann:secret@example.com/mcp", "user name"),
        ("https:///mcp", "no host"),
        ("https://example.com:99999/", "no host"),
        ("docker:thing", "containers"),
        ("git+https://example.com/x", "Repositories"),
        ("pypy:thing", 'Did you mean "pypi"'),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidSource, match=words) as refused:
        parse_source(text)
    assert "secret" not in refused.value.told


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}:{}".format,
            st.sampled_from(["pypi", "npm", "registry", "http", "https", "file", "PyPI"]),
            st.text(st.sampled_from("abA@/.:-_[]=1#?%\\ é"), max_size=40),
        ),
    )
)
def test_any_text_is_read_or_refused_and_what_is_read_means_the_same_again(text: str) -> None:
    try:
        source = parse_source(text)
    except InvalidSource:
        return
    assert parse_source(str(source)) == source
    if source.kind in {"pypi", "npm"}:
        assert not source.name.startswith("-")
        assert not set(source.name + source.version) & set(" :\\%?#\n")
