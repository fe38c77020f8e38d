"""OpenAI's ``POST /v1/images/generations``, read and answered for Google's two ways of making images.

Imagen models ``predict`` (https://ai.google.dev/gemini-api/docs/imagen), the others ``generateContent`` with an image as the wanted
modality (https://ai.google.dev/gemini-api/docs/image-generation). Both give base64 only.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final, Literal

import msgspec

from switchgear.core.errors import ContentPolicyViolation, NotSupported, ProviderInvalidResponse, RequestError
from switchgear.dialects.body import decode

_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
_RATIOS: Final = {
    "predict": ("1:1", "3:4", "4:3", "9:16", "16:9"),
    "generateContent": ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"),
}
_MOST_PREDICTED = 4
_Json = dict[str, Any]


class _Wanted(msgspec.Struct):
    prompt: str
    n: int | None = None
    size: str | None = None
    stream: bool | None = None
    response_format: str | None = None


class _Prediction(msgspec.Struct, rename="camel"):
    bytes_base64_encoded: str = ""
    rai_filtered_reason: str = ""


class _Inline(msgspec.Struct):
    data: str = ""


class _Part(msgspec.Struct, rename="camel"):
    inline_data: _Inline | None = None
    text: str = ""
    thought: bool = False


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content = msgspec.field(default_factory=_Content)
    finish_reason: str = ""
    finish_message: str = ""


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Counted(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0


class _Told(msgspec.Struct, rename="camel"):
    predictions: list[_Prediction] = []
    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Counted | None = None


_wanted = msgspec.json.Decoder(_Wanted)
_told = msgspec.json.Decoder(_Told)
_encode = msgspec.json.Encoder().encode
Method = Literal["predict", "generateContent"]


def method_of(model: str) -> Method:
    """How a model is asked for an image."""
    return "predict" if model.rpartition("/")[2].startswith("imagen") else "generateContent"


def write_request(method: Method, body: bytes) -> bytes:
    """A request in OpenAI's form as Google takes it. Raises InvalidJSON, RequestError."""
    wanted = decode(_wanted, body)
    if wanted.stream:
        raise NotSupported("This provider does not stream images.", param="stream")
    if wanted.response_format not in (None, "b64_json"):
        raise NotSupported("This provider gives images as b64_json only.", param="response_format")
    most = _MOST_PREDICTED if method == "predict" else 1
    number = 1 if wanted.n is None else wanted.n
    if not 1 <= number <= most:
        raise RequestError(f"n must be 1{f' to {most}' if most > 1 else ''} for this model.", param="n")
    ratio = _ratio(wanted.size, _RATIOS[method])
    if method == "predict":
        parameters: _Json = {"sampleCount": number} | ({"aspectRatio": ratio} if ratio else {})
        return _encode({"instances": [{"prompt": wanted.prompt}], "parameters": parameters})
    config: _Json = {"responseModalities": ["IMAGE"]} | ({"imageConfig": {"aspectRatio": ratio}} if ratio else {})
    contents = [{"role": "user", "parts": [{"text": wanted.prompt}]}]
    return _encode({"contents": contents, "generationConfig": config})


def _ratio(size: str | None, known: tuple[str, ...]) -> str:
    """The known ratio nearest to a size's, ``""`` for none in particular. Raises RequestError for what is no size."""
    if size is None or size == "auto":
        return ""
    found = _SIZE.fullmatch(size)
    if found is None or "0" in (found[1], found[2]):
        raise RequestError('size must be "auto" or like "1024x1024".', param="size")
    wanted = int(found[1]) / max(int(found[2]), 1)

    def distance(ratio: str) -> float:
        width, _, height = ratio.partition(":")
        one, other = int(width) / int(height), wanted
        return max(one, other) / max(min(one, other), 1e-9)

    return min(known, key=distance)


def read_answer(provider: str, body: bytes) -> bytes:
    """Google's answer in OpenAI's form. Raises ContentPolicyViolation where no image was allowed, ProviderInvalidResponse."""
    try:
        told = _told.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderInvalidResponse(
            f"Provider {provider} answered with images in a form that is not Gemini's.",
            provider=provider,
            cause=str(error),
        ) from error
    images = [one.bytes_base64_encoded for one in told.predictions if one.bytes_base64_encoded]
    for candidate in told.candidates:
        parts = [part.inline_data for part in candidate.content.parts if not part.thought]
        images += [inline.data for inline in parts if inline is not None and inline.data]
    if not images:
        raise _no_image(provider, told)
    answer: _Json = {"created": int(time.time()), "data": [{"b64_json": image} for image in images]}
    if told.usage_metadata is not None:
        counted = told.usage_metadata
        made = counted.candidates_token_count + counted.thoughts_token_count
        answer["usage"] = {
            "input_tokens": counted.prompt_token_count,
            "output_tokens": made,
            "total_tokens": counted.prompt_token_count + made,
            "input_tokens_details": {"text_tokens": counted.prompt_token_count, "image_tokens": 0},
        }
    return _encode(answer)


def _no_image(provider: str, told: _Told) -> ContentPolicyViolation | ProviderInvalidResponse:
    """Why there is none: a filter said so, or the model answered in words."""
    reasons = [one.rai_filtered_reason for one in told.predictions]
    reasons += [told.prompt_feedback.block_reason] if told.prompt_feedback is not None else []
    reasons += [
        one.finish_message or one.finish_reason for one in told.candidates if one.finish_reason not in ("", "STOP")
    ]
    said = next((reason for reason in reasons if reason), "")
    if said:
        return ContentPolicyViolation(f"Provider {provider} made no image: {said[:500]}.", provider=provider)
    return ProviderInvalidResponse(
        f"Provider {provider} made no image.", provider=provider, hint="Ask a model that makes images."
    )
