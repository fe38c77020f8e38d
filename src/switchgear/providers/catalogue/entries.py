"""The entries of LiteLLM's public map: as they are written, and as they are kept, which is a tenth of the size.

The map has 250 fields and four thousand entries; what is kept of each is packed (MessagePack), and unpacked when its model is
looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

import msgspec

Amount = float | None
Tiers = tuple[tuple[int, Amount, Amount, Amount, Amount, Amount], ...]
"""Above how many prompt tokens, then US dollars a token: input, output, cached input, cache write, reasoning."""

_THRESHOLDS: Final = ((100, 100_000), (128, 128_000), (200, 200_000), (272, 272_000), (512, 512_000))
"""Above so many prompt tokens another price holds for the whole call."""
_IMAGES: Final = frozenset({"image_generation", "image_edit"})
_SPEECH: Final = frozenset({"audio_speech"})
_HEARING: Final = frozenset({"audio_transcription"})

ABILITIES: Final = (
    "function_calling",
    "parallel_function_calling",
    "tool_choice",
    "response_schema",
    "native_structured_output",
    "vision",
    "audio_input",
    "pdf_input",
    "reasoning",
    "assistant_prefill",
    "system_messages",
    "prompt_caching",
    "web_search",
    "audio_output",
)
"""What the map says of a model as ``supports_…``, in the order of ``Record.abilities``."""

_PLACES: Final = {name: place for place, name in enumerate(ABILITIES)}
_BY_MODALITY: Final = ((_PLACES["vision"], "image"), (_PLACES["audio_input"], "audio"))


class _Tier(msgspec.Struct, frozen=True, gc=False):
    range: tuple[float, float] = (0, 0)
    input_cost_per_token: Amount = None
    output_cost_per_token: Amount = None
    output_cost_per_reasoning_token: Amount = None
    cache_read_input_token_cost: Amount = None
    cache_creation_input_token_cost: Amount = None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry as written: US dollars a token or another unit."""

    litellm_provider: str = ""
    mode: str = ""
    max_input_tokens: float | str | None = None
    max_output_tokens: float | str | None = None
    max_tokens: float | str | None = None
    deprecation_date: str | None = None
    input_cost_per_token: Amount = None
    output_cost_per_token: Amount = None
    output_cost_per_reasoning_token: Amount = None
    cache_read_input_token_cost: Amount = None
    cache_creation_input_token_cost: Amount = None
    input_cost_per_token_above_100k_tokens: Amount = None
    output_cost_per_token_above_100k_tokens: Amount = None
    cache_read_input_token_cost_above_100k_tokens: Amount = None
    cache_creation_input_token_cost_above_100k_tokens: Amount = None
    input_cost_per_token_above_128k_tokens: Amount = None
    output_cost_per_token_above_128k_tokens: Amount = None
    cache_read_input_token_cost_above_128k_tokens: Amount = None
    cache_creation_input_token_cost_above_128k_tokens: Amount = None
    input_cost_per_token_above_200k_tokens: Amount = None
    output_cost_per_token_above_200k_tokens: Amount = None
    cache_read_input_token_cost_above_200k_tokens: Amount = None
    cache_creation_input_token_cost_above_200k_tokens: Amount = None
    input_cost_per_token_above_272k_tokens: Amount = None
    output_cost_per_token_above_272k_tokens: Amount = None
    cache_read_input_token_cost_above_272k_tokens: Amount = None
    cache_creation_input_token_cost_above_272k_tokens: Amount = None
    input_cost_per_token_above_512k_tokens: Amount = None
    output_cost_per_token_above_512k_tokens: Amount = None
    cache_read_input_token_cost_above_512k_tokens: Amount = None
    cache_creation_input_token_cost_above_512k_tokens: Amount = None
    tiered_pricing: tuple[_Tier, ...] = ()
    input_cost_per_image: Amount = None
    output_cost_per_image: Amount = None
    output_cost_per_image_token: Amount = None
    input_cost_per_audio_token: Amount = None
    output_cost_per_audio_token: Amount = None
    input_cost_per_second: Amount = None
    output_cost_per_second: Amount = None
    input_cost_per_character: Amount = None
    output_cost_per_character: Amount = None
    input_cost_per_query: Amount = None
    supported_modalities: tuple[str, ...] | None = None
    supports_function_calling: bool | None = None
    supports_parallel_function_calling: bool | None = None
    supports_tool_choice: bool | None = None
    supports_response_schema: bool | None = None
    supports_native_structured_output: bool | None = None
    supports_vision: bool | None = None
    supports_audio_input: bool | None = None
    supports_pdf_input: bool | None = None
    supports_reasoning: bool | None = None
    supports_assistant_prefill: bool | None = None
    supports_system_messages: bool | None = None
    supports_prompt_caching: bool | None = None
    supports_web_search: bool | None = None
    supports_audio_output: bool | None = None


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What is kept of an entry. ``context`` and ``max_output`` are tokens, ``deprecated`` a date (ISO 8601) or empty.

    ``abilities`` are in the order of ``ABILITIES``, None where nothing is said. ``image``, ``second``, ``character`` and
    ``query`` are US dollars.
    """

    provider: str
    mode: str
    context: int | None
    max_output: int | None
    deprecated: str
    abilities: tuple[bool | None, ...]
    tiers: Tiers
    image: Amount = None
    second: Amount = None
    character: Amount = None
    query: Amount = None

    def ability(self, name: str) -> bool | None:
        """What the map says about one of ``ABILITIES``; None where it says nothing."""
        return self.abilities[_PLACES[name]]

    @property
    def priced(self) -> bool:
        """Whether anything about its price is known."""
        by_unit = (self.image, self.second, self.character, self.query)
        return any(tier[1] is not None for tier in self.tiers) or any(price is not None for price in by_unit)


_flags: Final = attrgetter(*(f"supports_{name}" for name in ABILITIES))
_inputs_above: Final = attrgetter(*(f"input_cost_per_token_above_{thousands}k_tokens" for thousands, _ in _THRESHOLDS))
_NONE_ABOVE: Final = (None,) * len(_THRESHOLDS)
_HIGHER: Final = tuple(
    (
        above,
        attrgetter(
            f"output_cost_per_token_above_{thousands}k_tokens",
            f"cache_read_input_token_cost_above_{thousands}k_tokens",
            f"cache_creation_input_token_cost_above_{thousands}k_tokens",
        ),
    )
    for thousands, above in _THRESHOLDS
)
_entry: Final = msgspec.json.Decoder(Entry)
_packer: Final = msgspec.msgpack.Encoder()
_unpacker: Final = msgspec.msgpack.Decoder(Record)


def packed(raw: msgspec.Raw) -> bytes | None:
    """What is kept of one entry of the map; None for one that has another shape than we know, or is no model."""
    try:
        entry = _entry.decode(raw)
    except msgspec.ValidationError:
        return None
    if not entry.litellm_provider or " " in entry.mode or " " in entry.litellm_provider:  # the map's own example
        return None
    return _packer.encode(_record(entry))


def unpacked(kept: bytes) -> Record:
    """The record that ``packed`` made."""
    return _unpacker.decode(kept)


def _record(entry: Entry) -> Record:
    image, second, character = _by_unit(entry)
    context = entry.max_input_tokens if entry.max_input_tokens is not None else entry.max_tokens
    return Record(
        provider=entry.litellm_provider,
        mode=entry.mode,
        context=_count(context),
        max_output=_count(entry.max_output_tokens),
        deprecated=entry.deprecation_date or "",
        abilities=_abilities(entry),
        tiers=_tiers(entry),
        image=image,
        second=second,
        character=character,
        query=entry.input_cost_per_query,
    )


def _abilities(entry: Entry) -> tuple[bool | None, ...]:
    said: tuple[bool | None, ...] = _flags(entry)
    if entry.supported_modalities is None:
        return said
    known = list(said)
    for place, modality in _BY_MODALITY:
        if not known[place]:
            known[place] = modality in entry.supported_modalities
    return tuple(known)


def _by_unit(entry: Entry) -> tuple[Amount, Amount, Amount]:
    """What an image, a second and a character cost, of the two directions the one that the mode bills."""
    image = entry.output_cost_per_image
    if image is None and entry.mode in _IMAGES:
        image = entry.input_cost_per_image
    second = entry.input_cost_per_second if entry.mode in _HEARING else entry.output_cost_per_second
    if second is None:
        second = entry.input_cost_per_second
    character = entry.input_cost_per_character if entry.mode in _SPEECH else None
    return image, second, character


def _tiers(entry: Entry) -> Tiers:
    """The entry's rates by prompt length: either a list of ranges or fields named ``…_above_200k_tokens``."""
    base = _of_mode(entry)
    above = _inputs_above(entry)
    if above == _NONE_ABOVE and not entry.tiered_pricing:  # nearly all
        return ((0, *base),)
    return tuple(_by_length(entry, base, above))


def _by_length(
    entry: Entry, base: tuple[Amount, Amount, Amount, Amount, Amount], inputs: tuple[Amount, ...]
) -> Iterator[tuple[int, Amount, Amount, Amount, Amount, Amount]]:
    ranges = sorted(entry.tiered_pricing, key=lambda tier: tier.range[0])
    if not ranges or ranges[0].range[0] > 0 or base[0] is not None:
        yield 0, *base
    for tier in ranges:
        if tier.range[0] > 0 or base[0] is None:
            yield int(tier.range[0]), *_of_tokens(tier)
    for (above, others), prompt in zip(_HIGHER, inputs, strict=True):
        if prompt is not None:
            higher: tuple[Amount, ...] = others(entry)
            output, cached, written = (_first(high, low) for low, high in zip(base[1:4], higher, strict=True))
            yield above, prompt, output, cached, written, base[4]


def _of_mode(entry: Entry) -> tuple[Amount, Amount, Amount, Amount, Amount]:
    """The rates of a short call. Where the prompt or the answer of a mode is sound or an image, theirs hold."""
    prompt, output, cached, written, reasoning = _of_tokens(entry)
    if entry.mode in _IMAGES:
        output = _first(entry.output_cost_per_image_token, output)
    elif entry.mode in _SPEECH:
        output = _first(entry.output_cost_per_audio_token, output)
    elif entry.mode in _HEARING:
        prompt = _first(entry.input_cost_per_audio_token, prompt)
    elif entry.mode == "embedding":
        output = _first(output, 0.0)
    return prompt, output, cached, written, reasoning


def _of_tokens(source: Entry | _Tier) -> tuple[Amount, Amount, Amount, Amount, Amount]:
    return (
        source.input_cost_per_token,
        source.output_cost_per_token,
        source.cache_read_input_token_cost,
        source.cache_creation_input_token_cost,
        source.output_cost_per_reasoning_token,
    )


def _first(one: Amount, other: Amount) -> Amount:
    return other if one is None else one


def _count(value: float | str | None) -> int | None:
    return int(value) if isinstance(value, int | float) else None
