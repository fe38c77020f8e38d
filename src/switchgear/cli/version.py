"""``switchgear version``."""

from __future__ import annotations

import platform
from importlib import metadata

from cyclopts import App

from switchgear import __version__, native
from switchgear.cli import screen
from switchgear.cli.where import HERE, AsJson, Where

_ENGINES = ("xllamacpp", "onnxruntime", "litellm", "asyncpg", "redis", "opentelemetry-sdk")


app = App(name="version", help_epilogue="")


@app.default
def version(*, as_json: AsJson = False, where: Where = HERE) -> None:
    """Show the version of Switchgear, of Python and of the optional engines that are installed, and whether the hot path is compiled."""
    del where
    engines = {}
    for name in _ENGINES:
        try:
            engines[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    if as_json:
        screen.show_json(
            {
                "switchgear": __version__,
                "python": platform.python_version(),
                "compiled": native.compiled(),
                "engines": engines,
            }
        )
        return
    screen.say(
        f"switchgear {__version__} · Python {platform.python_version()} · {platform.system()} {platform.machine()}"
        f" · hot path {'compiled' if native.compiled() else 'interpreted'}"
    )
    if engines:
        screen.say(" · ".join(f"{name} {number}" for name, number in engines.items()))
