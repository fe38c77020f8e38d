import re
import subprocess
import sys
from pathlib import Path

from switchgear.core.error_reference import PAGE, render
from switchgear.core.errors import every_error

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_tree_says():
    assert (ROOT / PAGE).read_text("utf-8") == render(), "stale: run python -m switchgear.core.error_reference"


def test_every_code_has_one_anchor():
    anchors = re.findall(r'^### `(\w+)`$|<a id="(\w+)">', render(), re.MULTILINE)
    codes = [heading or anchor for heading, anchor in anchors]

    assert sorted(codes) == sorted({kind.code for kind in every_error()})


def test_the_anchor_an_error_names_is_on_the_page():
    assert (ROOT / PAGE).as_posix().endswith("docs/reference/errors.md")
    for kind in every_error():
        assert kind.doc() == f"docs/reference/errors.md#{kind.code}"


def test_every_link_of_the_page_leads_somewhere():
    page = render()
    for target in re.findall(r"\]\(#(\w+)\)", page):
        assert f"### `{target}`" in page


def test_tables_have_as_many_cells_in_every_row():
    for table in re.findall(r"(?:^\|.*\n)+", render(), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_running_the_module_writes_the_page(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "switchgear.core.error_reference"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / PAGE).read_text("utf-8") == render()
