"""Addresses that are never dialled, however they are written."""

from __future__ import annotations

import asyncio

import pytest

from switchgear.core.errors import ProviderUnreachable
from switchgear.providers.guard import forbidden, resolve
from switchgear.providers.transport import Origin, OriginSettings


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200",
     "168.63.129.16", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::a9fe:a9fe"],
)  # fmt: skip
def test_metadata_and_link_local_addresses_are_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.2", "8.8.8.8", "2606:4700::1111"])
def test_addresses_where_models_run_are_not(address: str) -> None:
    assert not forbidden(address)


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:a9fe:a9fe]"])
async def test_a_provider_there_is_refused_before_it_is_dialled(host: str) -> None:
    origin = Origin(OriginSettings("cloud", f"http://{host}/v1", proxy="none"))
    with pytest.raises(ProviderUnreachable, match="never dialled"):
        await origin.send(origin.request_line(b"GET", b"/") + b"\r\n")


async def test_a_name_is_looked_up_and_its_addresses_are_given() -> None:
    assert set(await resolve(asyncio.get_running_loop(), "localhost", 80)) <= {"127.0.0.1", "::1"}
