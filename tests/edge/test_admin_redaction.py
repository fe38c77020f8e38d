"""What the admin API shows of URLs that may hold credentials."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from switchgear.config.fields import PRIVATE
from switchgear.edge.admin.redaction import REDACTED, shown


class Example(BaseModel):
    url: Any = Field(json_schema_extra=PRIVATE)


def told(url: str) -> str:
    return str(shown(Example(url=url))["url"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://u:p@h:3128", "http://[redacted]@h:3128"),
        ("http://u:p@ss@h", "http://[redacted]@h"),
        ("http://TOKEN@h", "http://[redacted]@h"),
        ("postgresql://u:p w@h/d", "postgresql://[redacted]@h/d"),
        ("postgresql://u:p@h1:5432,h2:5433/d?password=x", "postgresql://[redacted]@h1:5432,h2:5433/d"),
        ("postgresql://u:p@[::1]:5432/d", "postgresql://[redacted]@[::1]:5432/d"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("http://proxy.internal:3128", "http://proxy.internal:3128"),
        ("postgresql://u:p/w@h/d", "postgresql://[redacted]"),
        ("postgresql://u:1/w@h/d", "postgresql://[redacted]"),
        ("postgresql://u:1\n/w@h/d", "postgresql://[redacted]"),
        ("postgresql://u:p?w@h/d", "postgresql://[redacted]"),
        ("postgresql://u:p#w@h/d", "postgresql://[redacted]"),
        ("postgresql://u:forgotten/d", "postgresql://[redacted]"),
        ("http://[u:p@h", "[redacted]"),
        ("postgresql:///d?user=u&password=p", "postgresql://[redacted]"),
        ("valkey+cluster://u:p@h1:1,h2:2", "valkey+cluster://[redacted]@h1:1,h2:2"),
        ("valkeys://:p@h/0", "valkeys://[redacted]@h/0"),
        ("memory:", "memory:"),
        ("env:DATABASE_URL", "env:DATABASE_URL"),
        ("none", "none"),
        ("anything else", "[redacted]"),
    ],
)
def test_a_url_is_shown_without_its_credentials(url: str, expected: str) -> None:
    assert told(url) == expected


@given(st.text(min_size=1, max_size=30))
def test_no_password_shows_whatever_it_is_made_of(password: str) -> None:
    url = told(f"postgresql://user:<{password}>@db.test/app")
    assert url in {f"postgresql://{REDACTED}@db.test/app", f"postgresql://{REDACTED}", REDACTED}
