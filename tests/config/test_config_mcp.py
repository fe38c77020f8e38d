"""Access tokens for /mcp in the configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchgear.config.load import read
from switchgear.core.errors import ConfigInvalid

GOOD = """
[server]
public_url = "https://gateway.example.com"

[mcp.oauth]
scopes = ["mcp"]

[[mcp.oauth.issuers]]
issuer = "https://login.example.com/"
keys = [{ group = "engineering", key = "engineers" }, { key = "everybody" }]
"""


def settings(tmp_path: Path, text: str):
    file = tmp_path / "switchgear.toml"
    file.write_text(text)
    return read(file, {}, stored=None).settings


def test_an_issuer_is_taken_as_it_is_written(tmp_path: Path):
    oauth = settings(tmp_path, GOOD).mcp.oauth
    assert oauth is not None
    assert oauth.issuers[0].issuer == "https://login.example.com/"
    assert [each.key for each in oauth.issuers[0].keys] == ["engineers", "everybody"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('public_url = "https://gateway.example.com"', "", "needs the URL that access tokens are for"),
        ("https://login.example.com/", "http://login.example.com", "reached without TLS"),
        ("https://login.example.com/", "login.example.com", "URL"),
        ("keys = [", "algorithms = [", "algorithms"),
        ('issuer = "', 'algorithms = ["none"]\nissuer = "', "algorithms"),
        ('issuer = "', 'algorithms = ["HS256"]\nissuer = "', "algorithms"),
        ('scopes = ["mcp"]', 'scopes = ["a b"]', "scopes"),
        (
            "[[mcp",
            '[[mcp.oauth.issuers]]\nissuer = "https://login.example.com/"\nkey_claim = "k"\n[[mcp',
            "is there already",
        ),
    ],
)
def test_what_cannot_be_safe_is_a_mistake(tmp_path: Path, old: str, new: str, told: str):
    with pytest.raises(ConfigInvalid) as caught:
        settings(tmp_path, GOOD.replace(old, new, 1))
    assert any(told in f"{each.path} {each.message}" for each in caught.value.problems)


def test_an_issuer_whose_tokens_stand_for_nothing_is_a_mistake(tmp_path: Path):
    with pytest.raises(ConfigInvalid, match="which key it stands for"):
        settings(tmp_path, GOOD.replace("keys = [", "# "))


INTROSPECTING = """
[[mcp.oauth.issuers]]
issuer = "https://{name}.example.com"
keys = [{{ key = "everybody" }}]
introspection = {{ client_id = "gateway", client_secret = "env:{secret}" }}
"""


def test_a_secret_for_introspection_has_to_be_there(tmp_path: Path):
    with pytest.raises(ConfigInvalid, match="NOT_THERE"):
        settings(tmp_path, GOOD + INTROSPECTING.format(name="one", secret="NOT_THERE"))


def test_tokens_of_one_server_are_not_shown_to_another(tmp_path: Path):
    several = INTROSPECTING.format(name="one", secret="PATH") + INTROSPECTING.format(name="two", secret="PATH")
    with pytest.raises(ConfigInvalid, match="shown to another"):
        settings(tmp_path, GOOD + several)
