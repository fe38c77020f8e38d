"""Data URLs, in which several dialects carry images and files (RFC 2397)."""

from __future__ import annotations

from switchgear.dialects.body import wrong


def read_data_url(url: str, path: str) -> tuple[str, str] | None:
    """The media type and the base64 text of a data URL, None for a URL of another kind.

    Raises RequestError, naming ``path``, for a data URL that is not base64.
    """
    if url[:5].lower() != "data:":
        return None
    comma = url.find(",", 5, 1000)
    head = url[5:comma]
    if comma < 0 or not head.lower().endswith(";base64"):
        raise wrong(path, "a data URL begins with data:MEDIA/TYPE;base64,", hint="Encode the data as base64.")
    return head[:-7].partition(";")[0].strip().lower(), url[comma + 1 :]


def data_url(media_type: str, data: str) -> str:
    """Base64 text as a data URL."""
    return f"data:{media_type or 'application/octet-stream'};base64,{data}"


def is_web_url(url: str) -> bool:
    """Whether it is a URL that can be fetched: http or https."""
    return url[:8].lower().startswith(("http://", "https://"))
