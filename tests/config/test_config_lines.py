"""Keys of every TOML spelling are found at their lines."""

from __future__ import annotations

import pytest

from switchgear.config.lines import LineIndex

TEXT = """\
a.b . "c d" = 1
x.y.z = 2

[server] # comment
port = 3
'host' = "h"

[[m.fast.d]]
k = 1
[[m.fast.d]]
k = 2
t = { u = 1, v.w = [ { q = 1 }, # one
  { q = 2,
    r = 3 },
  [ 1,
    2 ] ] }
[m.fast.d.sub]
deep = true
[m."x.y"]
text = \"\"\"
[not.a.table]
\"\"\"
after = 1
[ p . q ]
r = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("a", "b", "c d"), 1),
        (("x", "y", "z"), 2),
        (("server",), 4),
        (("server", "port"), 5),
        (("server", "host"), 6),
        (("server", "missing"), 4),
        (("m", "fast", "d", 0, "k"), 9),
        (("m", "fast", "d", 1), 10),
        (("m", "fast", "d", 1, "k"), 11),
        (("m", "fast", "d", 1, "missing"), 10),
        (("m", "fast", "d", 1, "t", "u"), 12),
        (("m", "fast", "d", 1, "t", "v", "w", 0, "q"), 12),
        (("m", "fast", "d", 1, "t", "v", "w", 1), 13),
        (("m", "fast", "d", 1, "t", "v", "w", 1, "r"), 14),
        (("m", "fast", "d", 1, "t", "v", "w", 2, 1), 16),
        (("m", "fast", "d", 1, "sub", "deep"), 18),
        (("m", "x.y", "text"), 20),
        (("m", "x.y", "after"), 23),
        (("p", "q", "r"), 25),
        (("nowhere",), None),
        (("not",), None),
    ],
)
def test_a_key_is_found_at_its_line(path: tuple[str | int, ...], line: int | None) -> None:
    assert LineIndex(TEXT).line(path) == line


def test_lines_count_the_same_with_windows_line_breaks() -> None:
    assert LineIndex(TEXT.replace("\n", "\r\n")).line(("m", "x.y", "after")) == 23


def test_a_section_written_after_its_subsection_is_found_at_its_own_header() -> None:
    assert LineIndex("[a.b]\nx = 1\n[a]\ny = 1\n").line(("a", "missing")) == 3


def test_very_long_dotted_keys_are_no_problem() -> None:
    assert LineIndex("a." * 5000 + "a = 1\n").line(("a", "a")) == 1
