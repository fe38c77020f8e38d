"""Compiles the hot path with mypyc: the modules that ``[tool.switchgear] compiled`` in pyproject.toml names, beside their sources.

Nothing is done when they are up to date. Without a C compiler or Python's headers it says so and ends well: the sources are served
then, which do the same in more time. docs/decisions/031-compiled-hot-path.md.
"""

from __future__ import annotations

import ast
import hashlib
import io
import os
import runpy
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

from mypyc.build import mypycify
from setuptools import Distribution
from setuptools.errors import CCompilerError, ExecError, PlatformError

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
CONFIG = ROOT / "pyproject.toml"
GROUP = "switchgear"
_MYPY = ("--config-file", str(CONFIG), "--cache-dir", str(ROOT / ".mypy_cache"))


def main() -> int:
    """Compile; 0 when the compiled modules are of the sources, or cannot be made here. With ``--check`` say only what cannot be."""
    # without its package, which would import what is compiled here
    native = SimpleNamespace(**runpy.run_path(str(SOURCE / "switchgear" / "native.py")))
    names: list[str] = tomllib.loads(CONFIG.read_text())["tool"]["switchgear"]["compiled"]
    refused = [told for name in names for told in _refused(name, native.PACKAGE / name)]
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    made, builder = native.digest(names), native.PACKAGE / ".compiler"
    current = native.STAMP.is_file() and native.STAMP.read_text().split("\n", 1)[0] == made and _same(builder)
    if current or "--check" in sys.argv[1:]:
        return 0
    print("Compiling the hot path (first time, and when it was changed)", file=sys.stderr, flush=True)
    began = time.monotonic()
    native.STAMP.unlink(missing_ok=True)
    for old in SOURCE.rglob("*.so"):
        old.unlink()
    try:
        _compile(names)
    except (CCompilerError, ExecError, PlatformError) as error:
        print(f"It cannot be compiled here, and is served from its sources: {error}", file=sys.stderr)
        return 0
    builder.write_text(_builder())
    native.STAMP.write_text("\n".join([made, *names]) + "\n")
    print(f"Compiled in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


def _refused(name: str, path: Path) -> Iterator[str]:
    """What mypyc compiles into something else than the source says, or what compiled classes cannot be."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "msgspec.Struct" for base in node.bases):
            yield f"{name}:{node.lineno}: a compiled record has a base of core/structs.py, and is not decoded"
        if isinstance(node, ast.AsyncFunctionDef):
            yield f"{name}:{node.lineno}: coroutines are not compiled: mypyc loses count of exceptions they hold while they wait"
        if isinstance(node, ast.Try | ast.With) and any(
            isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node)
        ):
            yield f"{name}:{node.lineno}: nor are generators that yield within try or with"


def _builder() -> str:
    """What compiled modules depend on beside their sources."""
    own = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=16).hexdigest()
    return f"{own} {version('mypy')} {sys.version}"


def _same(builder: Path) -> bool:
    return builder.is_file() and builder.read_text() == _builder()


def _compile(names: list[str]) -> None:
    os.chdir(SOURCE)  # mypy names modules by where it stands
    os.environ.setdefault("CFLAGS", "-O2")
    with tempfile.TemporaryDirectory() as folder:
        told = io.StringIO()  # mypyc notes every generator that it makes a list of
        try:
            with redirect_stdout(told), redirect_stderr(told):
                extensions = mypycify(
                    [*_MYPY, *(f"switchgear/{name}" for name in names)],
                    opt_level="2",
                    debug_level="0",
                    multi_file=True,
                    group_name=GROUP,
                    target_dir=f"{folder}/c",
                )
        except SystemExit:
            print(told.getvalue(), file=sys.stderr)
            raise
        built = Distribution({"name": "switchgear", "ext_modules": extensions}).get_command_obj("build_ext")
        built.build_lib, built.build_temp = f"{folder}/lib", f"{folder}/temp"
        built.parallel = os.cpu_count()
        built.verbose = 0
        built.ensure_finalized()
        built.run()
        for library in Path(built.build_lib).rglob("*.so"):
            place = SOURCE / library.relative_to(built.build_lib)
            part = place.with_suffix(".part")
            part.write_bytes(library.read_bytes())
            part.replace(place)  # a gateway that runs keeps the one it has


if __name__ == "__main__":
    sys.exit(main())
