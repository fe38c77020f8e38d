"""Entries of a registry on 127.0.0.1 and what they lead to."""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from manifests import bundle
from msgspec.structs import replace
from package_index import PackageIndex, package_index, wheel

from switchgear.core.errors import InvalidSource, PluginNotInstalled
from switchgear.plugins.building.indexes import Indexes
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.sources import fetching
from switchgear.plugins.sources.fetching import Means, fetched
from switchgear.plugins.sources.grammar import parse_source
from switchgear.plugins.sources.registry import Download, RemoteServer


@pytest.fixture
async def registry() -> AsyncIterator[PackageIndex]:
    async with package_index() as made:
        yield made


def publish(registry: PackageIndex, version: str = "latest", **fields: Any) -> None:
    server = {"name": "io.example/weather", "description": "Forecasts.", "version": "1.0.0", **fields}
    path = f"/v0.1/servers/io.example/weather/versions/{version}"
    registry.pages[path] = ("application/json", json.dumps({"server": server, "_meta": {}}).encode())


async def found(source: str, registry: PackageIndex, means: Means, beside: Path) -> Bundle | RemoteServer:
    async with fetched(parse_source(source), beside, replace(means, registry=registry.url)) as what:
        return what


async def test_a_server_elsewhere_is_found_by_its_name(registry: PackageIndex, means: Means, tmp_path: Path) -> None:
    publish(registry, remotes=[{"type": "streamable-http", "url": "https://example.com/mcp"}])
    what = await found("registry:io.example/weather", registry, means, tmp_path)
    assert isinstance(what, RemoteServer)
    assert (what.url, what.name) == ("https://example.com/mcp", "weather")


async def test_one_version_can_be_asked_for(registry: PackageIndex, means: Means, tmp_path: Path) -> None:
    publish(registry, "1.0.0", remotes=[{"type": "sse", "url": "https://example.com/one"}])
    what = await found("registry:io.example/weather@1.0.0", registry, means, tmp_path)
    assert isinstance(what, RemoteServer)
    assert what.transport == "sse"
    with pytest.raises(PluginNotInstalled, match="404"):
        await found("registry:io.example/weather@2.0.0", registry, means, tmp_path)


async def test_what_a_server_json_wishes_is_told(registry: PackageIndex, means: Means, tmp_path: Path) -> None:
    file = tmp_path / "server.json"
    file.write_text(json.dumps({"name": "io.example/weather", "packages": []}))
    with pytest.raises(InvalidSource, match="no package and no server"):
        await found(str(file), registry, means, tmp_path)
    with pytest.raises(InvalidSource, match="cannot be read"):
        await found(str(tmp_path / "gone.json"), registry, means, tmp_path)


async def test_a_bundle_at_a_url_is_downloaded(registry: PackageIndex, means: Means, tmp_path: Path) -> None:
    registry.pages["/weather.mcpb"] = ("application/zip", bundle())
    what = await found(f"{registry.url}/weather.mcpb", registry, means, tmp_path)
    assert isinstance(what, Bundle)
    assert what.manifest.plugin == "weather"


async def test_a_bundle_with_another_hash_than_the_registrys_is_refused(
    registry: PackageIndex, means: Means, tmp_path: Path
) -> None:
    content = bundle()
    registry.pages["/weather.mcpb"] = ("application/zip", content)
    right = hashlib.sha256(content).hexdigest()
    fetch = fetching._Fetch(tmp_path, means)
    assert (await fetch._download(Download(f"{registry.url}/weather.mcpb", right))).manifest.plugin == "weather"
    with pytest.raises(PluginNotInstalled, match="not what the registry says"):
        await fetch._download(Download(f"{registry.url}/weather.mcpb", "0" * 64))


async def test_a_package_with_another_hash_than_the_registrys_is_refused(
    registry: PackageIndex, means: Means, tmp_path: Path
) -> None:
    file, content = wheel("weather", "1.0", {"weather.py": "def main(): pass\n"}, "weather = weather:main")
    registry.python(file, content)
    environ = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": f"{registry.url}/simple"}
    means = replace(means, indexes=Indexes(tmp_path / "cache", environ))
    package = {"registryType": "pypi", "identifier": "weather", "version": "1.0", "transport": {"type": "stdio"}}
    publish(registry, packages=[package | {"fileSha256": hashlib.sha256(content).hexdigest()}])
    what = await found("registry:io.example/weather", registry, means, tmp_path)
    assert isinstance(what, Bundle)
    publish(registry, packages=[package | {"fileSha256": "0" * 64}])
    with pytest.raises(PluginNotInstalled, match="not what the registry says"):
        await found("registry:io.example/weather", registry, means, tmp_path)
