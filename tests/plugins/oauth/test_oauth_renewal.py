"""Tokens that are renewed: in time, once for all who wait, in whichever worker, and not at all where a person has to sign in."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.oauth_server import Answer, browse
from tests.plugins.protected_server import BACK, Scene, scene
from tests.plugins.tool_servers import until

from switchgear.core.errors import PluginLoginFailed, PluginUnauthorized, PluginUnavailable
from switchgear.core.secrets import Secret
from switchgear.plugins.oauth.authorization import OAuthAuthorization
from switchgear.plugins.oauth.kept import Tokens
from switchgear.plugins.oauth.logins import Wish

SERVICE = Wish(client="service", client_secret=Secret("s3cret"), as_client=True)


async def sign_in(at: Scene) -> OAuthAuthorization:
    """The authorization of one worker, after a person signed in."""
    begun = await at.worker().begin(at.remote, Wish(BACK))
    await at.worker().finish(at.remote, await browse(begun.url))
    return at.worker().authorization(at.remote)


def bearer(fields: object) -> str:
    return dict(fields)["authorization"].removeprefix("Bearer ")  # type: ignore[call-overload]


def refreshes(at: Scene) -> int:
    return sum(each.form.get("grant_type") == "refresh_token" for each in at.auth.asked("/token"))


async def test_tokens_that_hold_are_sent_as_they_are(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        first = bearer(await ours.fields())
        at.clock.seconds += 3500
        assert bearer(await ours.fields()) == first
        assert refreshes(at) == 0


async def test_tokens_are_renewed_before_they_end(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        first = bearer(await ours.fields())
        at.clock.seconds += 3580
        second = bearer(await ours.fields())
        assert second != first
        assert second in at.auth.access
        assert at.auth.asked("/token")[-1].form["resource"] == at.url


async def test_a_refresh_token_that_is_replaced_is_used_no_more(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        for _ in range(3):
            at.clock.seconds += 3600
            assert bearer(await ours.fields()) in at.auth.access
        assert refreshes(at) == 3


async def test_a_refresh_token_that_is_not_replaced_is_used_again(tmp_path: Path):
    async with scene(tmp_path, auth={"rotating": False}) as at:
        begun = await at.worker().begin(at.remote, Wish(BACK))
        await at.worker().finish(at.remote, await browse(begun.url))
        ours = at.worker().authorization(at.remote)
        for _ in range(2):
            at.clock.seconds += 3600
            await ours.fields()
        assert refreshes(at) == 2


async def test_calls_at_once_in_several_workers_renew_once(tmp_path: Path):
    async with scene(tmp_path) as at:
        await sign_in(at)
        workers = [at.worker().authorization(at.remote) for _ in range(3)]
        at.clock.seconds += 3600
        at.auth.gate = asyncio.Event()
        calls = [asyncio.ensure_future(each.fields()) for each in workers for _ in range(5)]
        await until(lambda: refreshes(at) == 1)
        at.auth.gate.set()
        assert len({bearer(fields) for fields in await asyncio.gather(*calls)}) == 1
        assert refreshes(at) == 1


async def test_who_leaves_does_not_take_the_renewal_along(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        await ours.fields()
        at.clock.seconds += 3600
        at.auth.gate = asyncio.Event()
        first, second = asyncio.ensure_future(ours.fields()), asyncio.ensure_future(ours.fields())
        await until(lambda: refreshes(at) == 1)
        first.cancel()
        at.auth.gate.set()
        assert bearer(await second) in at.auth.access
        assert refreshes(at) == 1


async def test_tokens_that_are_refused_are_renewed_and_tried_once_more(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        first = bearer(await ours.fields())
        at.clock.seconds += 60
        assert await ours.refused(401, 'Bearer error="invalid_token"')
        assert bearer(await ours.fields()) != first


async def test_a_server_that_refuses_all_tokens_has_none_renewed_at_each_call(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        at.clock.seconds += 60
        for _ in range(20):
            await ours.refused(401, "Bearer")
        assert refreshes(at) == 1


async def test_tokens_that_another_worker_got_are_taken_instead(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        first = bearer(await ours.fields())
        await sign_in(at)
        assert await ours.refused(401, "Bearer")
        assert bearer(await ours.fields()) != first
        assert refreshes(at) == 0


async def test_a_worker_hears_of_a_login_and_of_its_end_elsewhere(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = at.worker().authorization(at.remote, (("x-team", "a"),))
        assert await ours.fields() == (("x-team", "a"),)
        await sign_in(at)
        at.clock.seconds += 16
        assert bearer(await ours.fields()) in at.auth.access
        await at.worker().logout(at.remote)
        at.clock.seconds += 16
        assert await ours.fields() == (("x-team", "a"),)


async def test_a_login_whose_refresh_token_is_refused_has_ended(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        at.auth.refresh.clear()
        at.clock.seconds += 3600
        with pytest.raises(PluginUnauthorized, match="no such refresh token"):
            await ours.fields()
        with pytest.raises(PluginUnauthorized):
            await ours.fields()
        assert refreshes(at) == 1
        status = await at.worker().status(at.remote)
        assert (status.state, status.renewable) == ("ended", False)
        assert "invalid_grant" in status.reason


async def test_a_login_that_cannot_be_renewed_ends_with_its_tokens(tmp_path: Path):
    async with scene(tmp_path, auth={"refreshing": False}) as at:
        ours = await sign_in(at)
        await ours.fields()
        at.clock.seconds += 3599
        assert bearer(await ours.fields()) in at.auth.access
        at.clock.seconds += 1
        with pytest.raises(PluginUnauthorized):
            await ours.fields()
        assert (await at.worker().status(at.remote)).state == "ended"


async def test_tokens_that_still_hold_are_used_while_their_server_is_away(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        first = bearer(await ours.fields())
        at.auth.instead["/token"] = Answer(503)
        at.clock.seconds += 3580
        assert bearer(await ours.fields()) == first
        at.clock.seconds += 60
        with pytest.raises(PluginUnavailable, match="503"):
            await ours.fields()
        del at.auth.instead["/token"]
        assert bearer(await ours.fields()) != first


async def test_who_signs_out_while_tokens_are_renewed_stays_out(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        await ours.fields()
        at.clock.seconds += 3600
        at.auth.gate = asyncio.Event()
        renewing = asyncio.ensure_future(ours.fields())
        await until(lambda: refreshes(at) == 1)
        await at.kept.forget(Tokens)
        at.auth.gate.set()
        assert await renewing == ()
        assert (await at.worker().status(at.remote)).state == "signed_out"


# ------------------------------------------------------------ more than was given


async def test_what_was_refused_for_want_of_scopes_is_asked_for_next_time(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        ours = await sign_in(at)
        await ours.fields()
        assert not await ours.refused(403, 'Bearer error="insufficient_scope", scope="files:write"')
        assert (await at.worker().status(at.remote)).wanted == ("files:write",)
        begun = await at.worker().begin(at.remote, Wish(BACK))
        assert begun.scopes == ("files:read", "offline_access", "files:write")
        login = await at.worker().finish(at.remote, await browse(begun.url))
        assert "files:write" in login.scopes
        assert login.wanted == ()


async def test_what_is_forbidden_for_another_reason_is_not_tried_again(tmp_path: Path):
    async with scene(tmp_path) as at:
        ours = await sign_in(at)
        assert not await ours.refused(403, "Bearer")
        assert (await at.worker().status(at.remote)).wanted == ()


# ------------------------------------------------------------ the gateway as itself


async def test_the_gateway_calls_as_itself_without_a_person(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        at.auth.add_client("service", "s3cret")
        begun = await at.worker().begin(at.remote, SERVICE)
        assert begun.url == ""
        ours = at.worker().authorization(at.remote)
        first = bearer(await ours.fields())
        assert at.auth.access[first]["resource"] == at.url
        at.clock.seconds += 3600
        assert bearer(await ours.fields()) != first
        assert (await at.worker().status(at.remote)).as_client


async def test_the_gateway_as_itself_asks_for_the_scopes_it_lacks(tmp_path: Path):
    async with scene(tmp_path, told="files:read") as at:
        at.auth.add_client("service", "s3cret")
        await at.worker().begin(at.remote, SERVICE)
        ours = at.worker().authorization(at.remote)
        challenge = 'Bearer error="insufficient_scope", scope="files:write"'
        assert await ours.refused(403, challenge)
        assert at.auth.access[bearer(await ours.fields())]["scope"] == "files:read files:write"
        assert not await ours.refused(403, challenge)


async def test_the_gateway_needs_a_secret_to_call_as_itself(tmp_path: Path):
    async with scene(tmp_path) as at:
        with pytest.raises(PluginLoginFailed, match="client with a secret"):
            await at.worker().begin(at.remote, Wish(as_client=True))
        at.auth.add_client("service", "another")
        with pytest.raises(PluginLoginFailed, match="invalid_client"):
            await at.worker().begin(at.remote, SERVICE)
