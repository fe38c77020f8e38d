"""Bundles made around packages."""

import pytest
from manifests import encoded

from switchgear.core.errors import InvalidSource
from switchgear.plugins.manifest import read_manifest
from switchgear.plugins.sources.making import Described, manifest_of, merged, short_name, variables_in, with_variables

SERVER = {"type": "python", "entry_point": "server/main.py", "mcp_config": {"command": "python", "args": ["x"]}}


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("mcp-server-time", "time"),
        ("@modelcontextprotocol/server-filesystem", "filesystem"),
        ("@acme/mcp-server", "acme"),
        ("@acme/mcp", "acme"),
        ("weather-mcp", "weather"),
        ("Weather_MCP_Server", "weather"),
        ("mcp-server-sentry-mcp", "sentry"),
        ("mcp", "mcp"),
        ("server", "server"),
        ("fastmcp", "fastmcp"),
    ],
)
def test_a_plugin_is_named_for_what_its_package_does(package: str, name: str) -> None:
    assert short_name(package) == name


def test_variables_become_settings_and_are_known_again() -> None:
    variables = {"API_KEY": True, "LOG_LEVEL": False}
    made = manifest_of(Described("mcp-server-x", "1.0"), SERVER, with_variables(variables))
    manifest = read_manifest(encoded(made))
    assert manifest.plugin == "x"
    assert variables_in(manifest) == variables
    assert manifest.permissions.secrets == ("API_KEY",)
    assert not manifest.declared


@pytest.mark.parametrize("name", ["", "a b", "1X", "X=Y", "${HOME}", "A" * 65])
def test_what_is_no_variable_is_refused(name: str) -> None:
    with pytest.raises(InvalidSource):
        with_variables({name: False})


def test_what_an_entry_wishes_is_not_changed_by_what_a_person_adds() -> None:
    own, more = with_variables({"KEY": True}), with_variables({"KEY": False, "MORE": False}, "mine")
    both = merged(own, more)
    assert both.settings["KEY"]["sensitive"] is True
    assert set(both.env) == {"KEY", "MORE"}
    assert both.name == "mine"


def test_text_of_a_package_is_one_line_that_can_be_shown() -> None:
    described = Described("x", "1.0", "One\n\x1b[31mtwo\u202e", "A\tB")
    made = manifest_of(described, SERVER, with_variables({}))
    assert made["description"] == "One [31mtwo"
    assert made["author"]["name"] == "A B"


def test_a_version_that_no_plugin_can_have_is_told() -> None:
    with pytest.raises(InvalidSource, match="its version"):
        manifest_of(Described("x", "1!2"), SERVER, with_variables({}))
