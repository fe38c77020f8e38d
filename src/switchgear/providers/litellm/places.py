"""Names that become part of an address: of regions, of accounts, and of models, which callers choose."""

from __future__ import annotations

import re
from typing import Final

from switchgear.core.errors import RequestError

_AMAZON: Final = re.compile(r"(af|ap|ca|cn|eu|il|me|mx|sa|us)(-[a-z]+)+-[0-9]{1,2}")
"""Regions of every partition (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html)."""
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)
"""One label of a host's name (RFC 1123 section 2.1), and the underscore that accounts have."""
_PROJECT: Final = re.compile(r"([a-z0-9.-]+:)?[a-z0-9-]+", re.IGNORECASE)
_ARN_REGION: Final = 3
_ADDRESS: Final = re.compile(r"https?:|//", re.IGNORECASE)
_UP: Final = re.compile(r"(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\?#]|%2f|%5c)", re.IGNORECASE)
_UNQUOTED: Final = re.compile(r"[\x00-\x20\x7f\\?#%]")


def is_amazon_region(name: str) -> bool:
    """Whether it is the name of a region, and can be part of a host's."""
    return _AMAZON.fullmatch(name) is not None


def is_label(name: str, *, dots: bool = False) -> bool:
    """Whether it can be one label of a host's name; with ``dots`` several."""
    return all(_LABEL.fullmatch(one) for one in (name.split(".") if dots else (name,)))


def is_project(name: str) -> bool:
    """Whether it can be a project's id or number in a path (https://cloud.google.com/resource-manager/docs/creating-managing-projects)."""
    return _PROJECT.fullmatch(name) is not None


def arn_region(model: str) -> str:
    """The region that a model's ARN names, or nothing."""
    parts = model.split(":")
    return parts[_ARN_REGION] if "arn:" in model and len(parts) > _ARN_REGION else ""


def check_model_name(model: str, *, quoted: bool) -> None:
    """Raises RequestError for a model's name that would lead to another place. ``quoted`` says that it is quoted in paths."""
    region = arn_region(model)
    if (
        _ADDRESS.search(model) or _UP.search(model) or (region and not is_amazon_region(region))
        or (not quoted and _UNQUOTED.search(model))
    ):  # fmt: skip
        raise RequestError("The model's name is not one that a provider can be asked for.", param="model")
