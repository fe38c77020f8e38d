"""Fetching a newer map."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

import msgspec

from switchgear.core.errors import RequestError
from switchgear.providers.catalogue.catalogue import Catalog
from switchgear.providers.catalogue.kept import Kept, taken
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import resolve

MAP_URL: Final = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
"""Where LiteLLM publishes its map."""

MAX_MAP_BYTES: Final = 32 * 1024 * 1024
_SECONDS: Final = 60.0
_SMALLEST_SHARE: Final = 0.5
_PARAM: Final = "from"


async def fetch_map(url: str = MAP_URL) -> Kept:
    """The map at ``url``: https, or http on this machine. Raises RequestError where there is none to be had."""
    if not _allowed(url):
        raise RequestError(
            f"{url[:200]} is not an https URL.", param=_PARAM, hint="A catalogue is fetched over https alone."
        )
    fetched = await Fetcher(resolve, MAX_MAP_BYTES, _SECONDS).fetch(url, _PARAM)
    return read_map(fetched.data, url)


def read_map(data: bytes, source: str) -> Kept:
    """The map in ``data``, which came from ``source``. Raises RequestError for anything else than a map."""
    try:
        models = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestError(
            f"What {source[:200]} holds is no price map: it is not a JSON object.", param=_PARAM
        ) from error
    return taken(source, models)


def judged(kept: Kept, present: Catalog) -> Catalog:
    """The catalogue of a new map. Raises RequestError for one that cannot take the place of ``present``."""
    catalog = Catalog.of_kept(kept)
    source = kept.source[:200]
    if not len(catalog):
        raise RequestError(f"What {source} holds is no price map: none of its entries is one.", param=_PARAM)
    if len(catalog) < len(present) * _SMALLEST_SHARE:
        raise RequestError(
            f"The map of {source} has {len(catalog):,} usable entries and the present one {len(present):,}: "
            "it is not taken, it looks cut off.",
            param=_PARAM,
            hint="Look at what is there; switchgear catalogue refresh --reset goes back to the packaged map.",
        )
    return catalog


def _allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
