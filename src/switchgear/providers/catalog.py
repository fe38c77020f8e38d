"""What models cost and can take, from LiteLLM's public price map.

The map is a file in the ``litellm`` package, ``model_prices_and_context_window_backup.json``. It is read as data:
the package is found, never imported (importing it takes seconds and most of two hundred megabytes). What the map
says is not checked here; a price it does not know is unknown, never zero.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from switchgear.core.calls import Usage

Mode = Literal["chat", "completion", "embedding", "responses"]

LOCAL = "local"
"""The provider of the embedded models: they cost nothing."""

_FILE = "model_prices_and_context_window_backup.json"
_NANO = Decimal(1_000_000_000)
_WEIGHT = 10**12
_REMEMBERED = 4096
_MODES = frozenset({"chat", "completion", "embedding", "responses"})
_ALIASES = {
    "bedrock_converse": "bedrock",
    "azure_text": "azure",
    "claude": "anthropic",
    "cohere_chat": "cohere",
    "fireworks": "fireworks_ai",
    "google": "gemini",
    "mistralai": "mistral",
    "together": "together_ai",
    "vertex": "vertex_ai",
    "x-ai": "xai",
}
_HOSTS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.cerebras.ai": "cerebras",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepinfra.com": "deepinfra",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks_ai",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.moonshot.ai": "moonshot",
    "api.novita.ai": "novita",
    "api.perplexity.ai": "perplexity",
    "api.sambanova.ai": "sambanova",
    "api.studio.nebius.com": "nebius",
    "api.tokenfactory.nebius.com": "nebius",
    "api.together.ai": "together_ai",
    "api.together.xyz": "together_ai",
    "api.x.ai": "xai",
    "generativelanguage.googleapis.com": "gemini",
    "integrate.api.nvidia.com": "nvidia_nim",
    "openrouter.ai": "openrouter",
}
_DATED = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$")
_NOT_A_NAME = re.compile(
    r"""^(?:ft:                                                # a price for fine-tuned models, not a model
        |(?:us|eu|au|in|jp|ca|apac|global|us-gov)[./]             # the same model in one region
        |global-standard/|invoke/|[a-z]{2}(?:-gov)?-[a-z]+-\d/|\*/|\d+-month-commitment/
        |(?:together|fireworks)-ai-                            # a price by size, not a model
        |.*(?:^|/)(?:container|sample_spec)$)""",
    re.VERBOSE,
)
# Above so many prompt tokens another price holds for the whole call.
_THRESHOLDS = ((128, 128_000), (200, 200_000), (272, 272_000), (512, 512_000))


class _Tier(msgspec.Struct, frozen=True, gc=False):
    range: tuple[float, float] = (0, 0)
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    output_cost_per_reasoning_token: float | None = None
    cache_read_input_token_cost: float | None = None


class _Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry as written: US dollars per token."""

    litellm_provider: str = ""
    mode: str = ""
    max_input_tokens: float | str | None = None
    max_output_tokens: float | str | None = None
    max_tokens: float | str | None = None
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    output_cost_per_reasoning_token: float | None = None
    cache_read_input_token_cost: float | None = None
    input_cost_per_token_above_128k_tokens: float | None = None
    output_cost_per_token_above_128k_tokens: float | None = None
    cache_read_input_token_cost_above_128k_tokens: float | None = None
    input_cost_per_token_above_200k_tokens: float | None = None
    output_cost_per_token_above_200k_tokens: float | None = None
    cache_read_input_token_cost_above_200k_tokens: float | None = None
    input_cost_per_token_above_272k_tokens: float | None = None
    output_cost_per_token_above_272k_tokens: float | None = None
    cache_read_input_token_cost_above_272k_tokens: float | None = None
    input_cost_per_token_above_512k_tokens: float | None = None
    output_cost_per_token_above_512k_tokens: float | None = None
    cache_read_input_token_cost_above_512k_tokens: float | None = None
    tiered_pricing: tuple[_Tier, ...] = ()


class Rates(msgspec.Struct, frozen=True):
    """Nano-dollars (1e-9 USD) a token, exact; None where the map says nothing.

    ``weights`` is what ``cost`` multiplies with, in 1e-21 USD: input, cached input, output, reasoning, each with the
    price that stands in for a missing one.
    """

    input: Decimal | None
    cached_input: Decimal | None
    output: Decimal | None
    reasoning: Decimal | None
    weights: tuple[int | None, int | None, int | None, int | None]


class Price(msgspec.Struct, frozen=True):
    """What a model costs and can take.

    ``tiers`` are (prompt tokens above which the rates hold, rates), rising, the first at 0. ``context`` and
    ``max_output`` are tokens, None where unknown.
    """

    model: str
    mode: str
    context: int | None
    max_output: int | None
    tiers: tuple[tuple[int, Rates], ...]

    @property
    def rates(self) -> Rates:
        """The rates of a short call."""
        return self.tiers[0][1]


class Catalog:
    """Prices and limits of models by provider and name.

    ``note`` says in one sentence why the catalogue is empty; it is "" when it is not.
    """

    def __init__(self, entries: dict[str, _Entry], note: str = "") -> None:
        self.note = note
        self._entries = entries
        self._prices: dict[tuple[str, str], Price | None] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def load(cls, path: Path | None = None) -> Catalog:
        """Read the map at ``path``, or the one in the installed ``litellm`` package.

        Never raises: without a readable map the catalogue is empty and ``note`` says why; calls are served all the
        same, their cost is unknown.
        """
        if path is None:
            spec = importlib.util.find_spec("litellm")
            if spec is None or not spec.submodule_search_locations:
                return cls({}, "Costs are unknown: the price map is not installed (pip install 'switchgear[litellm]').")
            path = Path(spec.submodule_search_locations[0]) / _FILE
        try:
            entries = _decode(path.read_bytes())
        except OSError as error:
            return cls({}, f"Costs are unknown: the price map cannot be read ({error.strerror}: {path}).")
        except msgspec.DecodeError as error:
            return cls({}, f"Costs are unknown: the price map is not valid ({error}: {path}).")
        return cls(entries)

    def price(self, provider: str, model: str) -> Price | None:
        """The price of ``model`` at ``provider`` (a name of the map's, or ``local``), None when not known.

        The map's spellings are bridged: with and without the provider in front, dated releases of a model that is
        listed without a date, fine-tuned models, upper case.
        """
        key = (provider, model)
        try:
            return self._prices[key]
        except KeyError:
            found = self._look_up(provider, model)
            # names come from clients, and any date or suffix finds a price: remembered while there is room
            if len(self._prices) < _REMEMBERED:
                self._prices[key] = found
            return found

    def models(self, provider: str, modes: Collection[Mode] = ("chat", "completion", "embedding")) -> list[str]:
        """The names of ``provider``'s models that have a price per token, as the provider writes them, sorted."""
        family = _family(provider)
        found = set()
        for name, entry in self._entries.items():
            if (
                entry.mode not in modes
                or _family(entry.litellm_provider) != family
                or entry.input_cost_per_token is None
            ):
                continue
            plain = name.removeprefix(f"{family}/")
            if not _NOT_A_NAME.match(plain):
                found.add(plain)
        return sorted(found)

    def _look_up(self, provider: str, model: str) -> Price | None:
        if provider == LOCAL:
            free = _rates(Decimal(0), None, Decimal(0), None)
            return Price(model=model, mode="", context=None, max_output=None, tiers=((0, free),))
        family = _family(provider)
        for name in _spellings(family, model):
            entry = self._entries.get(name)
            if entry is not None and _family(entry.litellm_provider) == family:
                return _price(name, entry)
        return None


def cost(price: Price | None, usage: Usage) -> int | None:
    """What ``usage`` costs in nano-dollars, to the nearest; None when a price that is needed is not known.

    Cached tokens without a price of their own cost what others do, and so do reasoning tokens. An embedding has no
    output, and a price for it is not needed; neither is one for tokens that were not used.
    """
    if price is None:
        return None
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    tiers = price.tiers
    rates = tiers[0][1]
    if len(tiers) == 1 and not usage.cached_tokens and not usage.reasoning_tokens:  # most calls, at a third of the cost
        weights = rates.weights
        inward, outward = weights[0], weights[2]
        if inward is not None and outward is not None:
            return (prompt * inward + completion * outward + _WEIGHT // 2) // _WEIGHT
    for above, others in tiers[1:]:
        if prompt > above:
            rates = others
    cached = min(usage.cached_tokens, prompt)
    reasoning = min(usage.reasoning_tokens, completion)
    total = 0
    for tokens, weight in zip((prompt - cached, cached, completion - reasoning, reasoning), rates.weights, strict=True):
        if tokens:
            if weight is None:
                return None
            total += tokens * weight
    return (total + _WEIGHT // 2) // _WEIGHT


def provider_for(base_url: str) -> str | None:
    """The map's name for the provider that answers at ``base_url``, None when it is not a known one."""
    return _HOSTS.get((urlsplit(base_url).hostname or "").lower())


def _decode(data: bytes) -> dict[str, _Entry]:
    """The map's entries that are priced by token; one that has another shape than we know is left out."""
    try:
        entries = msgspec.json.decode(data, type=dict[str, _Entry])
    except msgspec.ValidationError:
        entries = {}
        for name, raw in msgspec.json.decode(data, type=dict[str, msgspec.Raw]).items():
            with contextlib.suppress(msgspec.ValidationError):
                entries[name] = msgspec.json.decode(raw, type=_Entry)
    return {name: entry for name, entry in entries.items() if entry.mode in _MODES}


def _family(provider: str) -> str:
    """One name for the map's several spellings of a provider (``vertex_ai-language-models`` is ``vertex_ai``)."""
    plain = provider.removeprefix("text-completion-")
    head, dash, _ = plain.partition("-")
    if dash and head in {"vertex_ai", "fireworks_ai"}:
        plain = head
    return _ALIASES.get(plain, plain)


def _spellings(family: str, model: str) -> Iterator[str]:
    """The names under which the map may have the model, most exact first."""
    plain = model.removeprefix(f"{family}/")
    for name in dict.fromkeys((plain, plain.lower(), *_broader(plain))):
        yield f"{family}/{name}"
        yield name


def _broader(name: str) -> Iterator[str]:
    if name.startswith("ft:"):  # ft:gpt-4o-mini-2024-07-18:organisation:suffix:id
        yield ":".join(name.split(":")[:2])
    undated = _DATED.sub("", name)
    if undated != name:
        yield undated


def _price(name: str, entry: _Entry) -> Price:
    context = entry.max_input_tokens if entry.max_input_tokens is not None else entry.max_tokens
    return Price(
        model=name,
        mode=entry.mode,
        context=_count(context),
        max_output=_count(entry.max_output_tokens),
        tiers=tuple(_tiers(entry)),
    )


def _tiers(entry: _Entry) -> Iterator[tuple[int, Rates]]:
    """The entry's rates by prompt length: either a list of ranges or fields named ``…_above_200k_tokens``."""
    base = _rates_of(entry, entry.mode)
    ranges = sorted(entry.tiered_pricing, key=lambda tier: tier.range[0])
    if not ranges or ranges[0].range[0] > 0 or base.input is not None:
        yield 0, base
    for tier in ranges:
        if tier.range[0] > 0 or base.input is None:
            yield int(tier.range[0]), _rates_of(tier, entry.mode)
    for thousands, above in _THRESHOLDS:
        end = f"above_{thousands}k_tokens"
        if getattr(entry, f"input_cost_per_token_{end}") is not None:
            yield (
                above,
                _rates(
                    _nano(getattr(entry, f"input_cost_per_token_{end}")),
                    _or(_nano(getattr(entry, f"cache_read_input_token_cost_{end}")), base.cached_input),
                    _or(_nano(getattr(entry, f"output_cost_per_token_{end}")), base.output),
                    base.reasoning,
                ),
            )


def _rates_of(source: _Entry | _Tier, mode: str) -> Rates:
    output = _nano(source.output_cost_per_token)
    return _rates(
        _nano(source.input_cost_per_token),
        _nano(source.cache_read_input_token_cost),
        Decimal(0) if output is None and mode == "embedding" else output,
        _nano(source.output_cost_per_reasoning_token),
    )


def _rates(
    prompt: Decimal | None, cached: Decimal | None, completion: Decimal | None, reasoning: Decimal | None
) -> Rates:
    used = (prompt, _or(cached, prompt), completion, _or(reasoning, completion))
    first, second, third, fourth = (None if rate is None else int(rate * _WEIGHT) for rate in used)
    return Rates(prompt, cached, completion, reasoning, (first, second, third, fourth))


def _nano(dollars: float | None) -> Decimal | None:
    """The number as it is written in the map (a float's shortest form), in nano-dollars."""
    return None if dollars is None else Decimal(repr(dollars)) * _NANO


def _or(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return second if first is None else first


def _count(value: float | str | None) -> int | None:
    return int(value) if isinstance(value, int | float) else None
