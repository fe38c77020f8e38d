"""One data folder, one gateway."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from switchgear.testing import ServeFailed, served

CONFIG = "[local]\nenabled = false\n"


def test_a_second_gateway_on_the_same_folder_does_not_start_and_disturbs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with served(CONFIG, data_dir=folder) as first:
        with (
            pytest.raises(ServeFailed, match="Another gateway serves the data folder"),
            served(CONFIG, data_dir=folder),
        ):
            pass
        assert json.loads((folder / "server.json").read_text())["url"] == first.url
        assert (folder / "server.json").stat().st_mode & 0o777 == 0o600
        assert httpx.get(f"{first.url}/healthz", trust_env=False).status_code == 200
    with served(CONFIG, data_dir=folder) as again:
        assert httpx.get(f"{again.url}/healthz", trust_env=False).status_code == 200
