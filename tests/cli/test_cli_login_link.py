"""``switchgear login-link`` and ``users role``: somebody is let into the console from the command line."""

from __future__ import annotations

import httpx

from switchgear.testing import served


def test_a_link_of_the_command_line_signs_in_whom_it_is_for(cli, tmp_path):
    data = tmp_path / "data"
    where = ("--data-dir", str(data))
    assert "No gateway runs" in cli("login-link", *where).err
    with served("[local]\nenabled = false\n", data_dir=data) as gateway:
        assert cli("users", "role", "ann", "developer", *where).out == 'The user "ann" is a developer.\n'
        assert "cannot both be" in cli("login-link", "--user", "ann", "--role", "owner", *where).err
        url = cli("login-link", "--user", "ann", *where).out.strip()
        base, _, link = url.partition("/?link=")
        assert base == gateway.url
        with httpx.Client(base_url=gateway.url, trust_env=False) as browser:
            assert browser.post("/api/sign-in/link", json={"link": link}).status_code == 200
            me = browser.get("/api/me").json()
            assert (me["user"], me["role"]) == ("ann", "developer")
            models = browser.get("/v1/models")
            assert models.status_code == 200, models.text
            call = {"model": "nothing", "messages": []}
            there = browser.post("/v1/chat/completions", json=call, headers={"origin": gateway.url})
            assert there.json()["error"]["code"] == "model_not_found"
            elsewhere = browser.post("/v1/chat/completions", json=call, headers={"origin": "https://evil.example"})
            assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (403, "permission_denied")
        assert cli("users", "delete", "ann", *where).out == 'Deleted the user "ann".\n'
