"""The real clients, each in a script of its own, against models of every dialect: each check is a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ALL = ("chat", "responses", "messages", "gemini", "azure", "ollama", "bedrock")
SOME = ("chat", "messages", "gemini")
LLMOCK = ("openai", "responses", "anthropic", "gemini", "mistral", "groq", "xai", "cohere")
SCRIPTS = {
    "python/openai_checks.py": ALL,
    "python/anthropic_checks.py": ALL,
    "python/langchain_checks.py": SOME,
    "python/pydantic_ai_checks.py": SOME,
    "python/llm_checks.py": ("chat", "gemini"),
    "python/llmock_checks.py": tuple(f"llmock_{dialect}" for dialect in LLMOCK),
    "python/llmock_routing_checks.py": ("llmock_routed",),
    "node/ai_sdk_checks.mjs": SOME,
}


def checks(script: Path) -> Iterator[tuple[str, list[str]]]:
    """The checks of a script and the kinds each leaves out, read from its source: it runs in another environment."""
    if script.suffix == ".mjs":
        for name, kinds in re.findall(r'^check\("(\w+)", \[(.*?)\]', script.read_text(), re.MULTILINE):
            yield name, re.findall(r'"(\w+)"', kinds)
        return
    for node in ast.parse(script.read_text()).body:
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ():
            if ast.unparse(decorator).partition("(")[0] == "check":
                given = decorator.keywords if isinstance(decorator, ast.Call) else []
                arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in given}
                for ending in [f"_by_{front}" for front in arguments.get("fronts", ())] or [""]:
                    yield node.name + ending, arguments.get("not_behind", [])


def model(script: str, kind: str) -> str:
    return f"{'claude-sonnet-4-5' if 'anthropic' in script else 'gpt-5'}-behind-{kind}"


def cases() -> Iterator[Any]:
    for script, kinds in SCRIPTS.items():
        for name, left_out in checks(HERE / script):
            for kind in kinds:
                if kind not in left_out:
                    client = Path(script).stem.removesuffix("_checks")
                    yield pytest.param(script, kind, name, id=f"{client}-{name}-with-{kind}-behind")


@pytest.mark.parametrize(("script", "kind", "name"), list(cases()))
def test_client(script: str, kind: str, name: str, results: Any) -> None:
    found = results(HERE / script, *(model(script, kind) for kind in SCRIPTS[script]))
    problem = found["checks"].get(f"{model(script, kind)} {name}", f"It was not checked:\n{found['stderr']}")
    if problem:
        pytest.fail(problem, pytrace=False)
