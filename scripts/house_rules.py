"""Holds the house rules that no linter knows: sizes of files and functions, and reasons where a rule is set aside.

Files to 500 lines (tests 800), functions to 60. No broad ``except``, function-local import, ``global`` or ignore
without a reason on its line. Nothing of one machine: no absolute home paths, no addresses of package registries.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, TEST_LINES, FUNCTION_LINES = 500, 800, 60
_IGNORE = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[^\]]*\])?)\s*(?P<reason>.*)$")
_REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|/opt/(?:wheels|pypi)|/root/", re.IGNORECASE)


def main() -> int:
    """Run; 0 when all is well."""
    problems = [problem for path in _tracked() for problem in _problems(path)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def _problems(path: Path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    if name != "scripts/house_rules.py":
        for number, line in enumerate(text.splitlines(), 1):
            if _REGISTRY.search(line):
                yield f"{name}:{number}: names a package registry or a path of one machine"
    if path.suffix != ".py":
        return
    lines = text.splitlines()
    limit = TEST_LINES if name.startswith("tests/") else FILE_LINES
    if len(lines) > limit:
        yield f"{name}: {len(lines)} lines, at most {limit}: the design wants a new noun"
    yield from _functions(name, ast.parse(text))
    if name.startswith("src/"):
        yield from _unexplained(name, lines)


def _functions(name: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"
        if isinstance(node, ast.Global):
            yield f"{name}:{node.lineno}: global: pass the object to whoever needs it"


def _unexplained(name: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        found = _IGNORE.search(line)
        if found and not re.search(r"[A-Za-z]{3}", found["reason"]):
            yield f"{name}:{number}: a rule is set aside without a reason on the line"


if __name__ == "__main__":
    sys.exit(main())
