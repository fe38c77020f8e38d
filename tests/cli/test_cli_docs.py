"""The pages show commands that exist: every one of them is parsed, none is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import CycloptsError, MissingArgumentError

from switchgear.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = re.compile(r"^\s*\$ (.*\bswitchgear .*)$", re.MULTILINE)
IN_TEXT = re.compile(r"`(switchgear [^`\n]+)`")
ENDS = {"|", ">", "<", "&&", "||", ";", ")", "&"}


def commands(line: str) -> Iterator[list[str]]:
    """The arguments of every ``switchgear`` in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.wordchars += "*:/.,-=@…$"
    words = list(lexer)
    for at, word in enumerate(words):
        if word == "switchgear" and (at == 0 or words[at - 1] in ENDS | {"("}):
            rest = words[at + 1 :]
            yield rest[: next((index for index, each in enumerate(rest) if each in ENDS), len(rest))]


def shown() -> Iterator[tuple[str, list[str], bool]]:
    """Every command of the pages: where, its arguments, and whether it is whole (prose may leave arguments out)."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for pattern, whole in ((SHOWN, True), (IN_TEXT, False)):
            for line in pattern.findall(text):
                for words in commands(line):
                    if "COMMAND" not in words:
                        yield str(page.relative_to(ROOT)), words, whole


def parse(words: list[str], *, whole: bool) -> None:
    try:
        main.build().parse_args(main._hoist(words), exit_on_error=False, print_error=False)
    except MissingArgumentError:
        if whole:
            raise


@pytest.mark.parametrize(("page", "words", "whole"), [pytest.param(*one, id=" ".join(one[1])) for one in shown()])
def test_every_command_of_the_pages_is_understood(page, words, whole):
    try:
        parse(words, whole=whole)
    except CycloptsError as error:
        pytest.fail(f"{page} shows: switchgear {' '.join(words)}\n{error}")


def test_commands_are_found_in_every_form_that_the_pages_use():
    assert list(commands("switchgear usage --since 1h   # calls, errors")) == [["usage", "--since", "1h"]]
    assert list(commands("git diff | switchgear chat --system 'Be brief' ")) == [["chat", "--system", "Be brief"]]
    assert list(commands("KEY=$(switchgear keys create ci)")) == [["keys", "create", "ci"]]
    assert list(commands("switchgear check && switchgear config reload")) == [["check"], ["config", "reload"]]
    assert len({page for page, _, _ in shown()}) >= 3


def test_a_command_that_is_none_is_noticed():
    with pytest.raises(CycloptsError):
        parse(["keys", "create", "--name", "ci"], whole=True)
    with pytest.raises(CycloptsError):
        parse(["db", "restore"], whole=True)
    parse(["db", "restore"], whole=False)
