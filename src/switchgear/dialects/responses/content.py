"""Parts of content: what a message of a user holds, and what a tool answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from mimetypes import guess_type
from types import MappingProxyType

from switchgear.core.canonical import Audio, Citation, File, Image, Part, Text
from switchgear.dialects.body import wrong
from switchgear.dialects.data_urls import is_web_url, read_data_url
from switchgear.dialects.responses.wire import Annotation, Breakpoint, Content

_DEFAULT_TTL = "30m"


def read_content(content: str | list[Content] | None, at: str) -> list[Part]:
    """What a user said. Raises RequestError for a part that is not for users, and for no content at all."""
    if isinstance(content, str):
        if not content:
            raise wrong(at, "must not be empty")
        return [Text(content)]
    parts = [_read(part, f"{at}[{place}]") for place, part in enumerate(content or ())]
    if not parts:
        raise wrong(at, "must not be empty")
    return parts


def read_results(output: list[Content], at: str) -> list[Text | Image | File]:
    """What a tool answered, in parts. Raises RequestError."""
    found: list[Text | Image | File] = []
    for place, part in enumerate(output):
        read = _read(part, f"{at}[{place}]", _RESULTS)
        if isinstance(read, Text | Image | File):
            found.append(read)
    return found


def read_texts(content: str | list[Content] | None, at: str) -> list[Part]:
    """What a system or developer message says, which is text. Raises RequestError."""
    if isinstance(content, str):
        if not content:
            raise wrong(at, "must not be empty")
        return [Text(content)]
    parts = [_read(part, f"{at}[{place}]", _TEXTS) for place, part in enumerate(content or ())]
    if not parts:
        raise wrong(at, "must not be empty")
    return parts


def citations_of(annotations: list[Annotation] | None) -> list[Citation]:
    """The citations of the web among annotations."""
    return [citation_of(one) for one in annotations or () if one.type == "url_citation"]


def citation_of(one: Annotation) -> Citation:
    """A citation of the web."""
    return Citation(one.url or "", one.title or "", "", one.start_index, one.end_index)


def required(value: str | None, at: str) -> str:
    """The value of a field that must be there. Raises RequestError."""
    if value is None:
        raise wrong(at, "must be given")
    return value


# ---------------------------------------------------------------- one part


def _read(part: Content, at: str, readers: Mapping[str, Callable[[Content, str], Part]] | None = None) -> Part:
    known = _READERS if readers is None else readers
    reader = known.get(part.type)
    if reader is None:
        if part.type in _READERS:
            raise wrong(f"{at}.type", f"{part.type} cannot stand here", f"Use {_listed(known)}.")
        said = f'"{part.type[:40]}" is no content that is known here' if part.type else "must be given"
        raise wrong(f"{at}.type", said, f"Use {_listed(known)}.")
    return reader(part, at)


def _listed(names: Mapping[str, object]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _text(part: Content, at: str) -> Text:
    return Text(required(part.text, f"{at}.text"), _cache(part.prompt_cache_breakpoint))


def _image(part: Content, at: str) -> Image:
    cache, detail = _cache(part.prompt_cache_breakpoint), part.detail or ""
    if part.image_url is None:
        if part.file_id is None:
            raise wrong(f"{at}.image_url", "must be given", "Give image_url or file_id.")
        return Image(file_id=part.file_id, detail=detail, cache=cache)
    read = read_data_url(part.image_url, f"{at}.image_url")
    if read is not None:
        return Image(data=read[1], media_type=read[0], detail=detail, cache=cache)
    if is_web_url(part.image_url):
        return Image(url=part.image_url, detail=detail, cache=cache)
    raise wrong(f"{at}.image_url", "is neither a data URL nor one of http or https")


def _file(part: Content, at: str) -> File:
    cache, name = _cache(part.prompt_cache_breakpoint), part.filename or ""
    if part.file_data is not None:
        read = read_data_url(part.file_data, f"{at}.file_data")
        media_type, data = read or (guess_type(name)[0] or "application/pdf", part.file_data)
        return File(data=data, media_type=media_type, filename=name, cache=cache)
    if part.file_url is not None:
        if not is_web_url(part.file_url):
            raise wrong(f"{at}.file_url", "is not a URL of http or https")
        return File(url=part.file_url, filename=name, cache=cache)
    if part.file_id is None:
        raise wrong(f"{at}.file_data", "must be given", "Give file_data, file_url or file_id.")
    return File(file_id=part.file_id, filename=name, cache=cache)


def _audio(part: Content, at: str) -> Audio:
    if part.input_audio is None:
        raise wrong(f"{at}.input_audio", "must be given")
    return Audio(part.input_audio.data, part.input_audio.format)


_READERS: Mapping[str, Callable[[Content, str], Part]] = MappingProxyType(
    {"input_text": _text, "input_image": _image, "input_file": _file, "input_audio": _audio}
)
_RESULTS: Mapping[str, Callable[[Content, str], Part]] = MappingProxyType(
    {"input_text": _text, "input_image": _image, "input_file": _file}
)
_TEXTS: Mapping[str, Callable[[Content, str], Part]] = MappingProxyType({"input_text": _text})


def _cache(breakpoint_: Breakpoint | None) -> str:
    return (breakpoint_.ttl or _DEFAULT_TTL) if breakpoint_ is not None else ""
