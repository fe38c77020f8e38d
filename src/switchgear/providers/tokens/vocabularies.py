"""The vocabularies that are installed, loaded when one is first counted with.

A loaded one takes 20 to 50 MB and a quarter of a second, which is why none is loaded before it is needed.
"""

from __future__ import annotations

import base64
import importlib.util
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from switchgear.core.errors import SwitchgearError
from switchgear.providers.local.models import MINILM, SMOLLM2
from switchgear.providers.tokens.families import VocabularyName
from switchgear.providers.tokens.gguf import vocabulary_of

_log = structlog.get_logger(__name__)

_FOLDER: Final = Path("litellm_core_utils") / "tokenizers"
_CL100K: Final = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
_O200K: Final = "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The names under which litellm's wheel has OpenAI's files (each is the SHA-1 of its address)."""
_CLAUDE: Final = "anthropic_tokenizer.json"

# How text is cut before bytes are paired: https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py
_CL100K_PATTERN: Final = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
_O200K_PATTERN: Final = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_PIECE: Final = 4096
"""Characters that are given to an engine at once."""
_BEFORE: Final = 256
"""How far before its end a piece may be cut."""


class Vocabulary(Protocol):
    """Counts the tokens of texts. Methods block."""

    def count(self, texts: list[str]) -> int:
        """The tokens of all of them."""
        ...


class Vocabularies:
    """The vocabularies by name. One object serves a gateway; it may be used from several threads.

    ``loaders`` replaces how they are loaded (tests do). A loader raises ImportError, OSError, ValueError or SwitchgearError for a
    vocabulary that is not there or cannot be read.
    """

    def __init__(self, loaders: dict[VocabularyName, Callable[[], Vocabulary]] | None = None) -> None:
        self._loaders = _LOADERS if loaders is None else loaders
        self._loaded: dict[VocabularyName, Vocabulary | None] = {}
        self._loading = threading.Lock()

    def loaded(self, name: VocabularyName) -> bool:
        """Whether ``get`` answers at once."""
        return name in self._loaded

    def get(self, name: VocabularyName) -> Vocabulary | None:
        """The vocabulary, loaded now if it was not yet, which blocks; None when it is not installed."""
        try:
            return self._loaded[name]
        except KeyError:
            with self._loading:
                if name not in self._loaded:
                    self._loaded[name] = self._load(name)
                return self._loaded[name]

    def _load(self, name: VocabularyName) -> Vocabulary | None:
        loader = self._loaders.get(name)
        if loader is None:
            return None
        try:
            return loader()
        except (ImportError, OSError, ValueError, SwitchgearError) as error:
            _log.info("Tokens are estimated: a vocabulary is not there", vocabulary=name, reason=str(error))
            return None


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few thousand characters, cut before a space where there is one.

    Pairing takes more than its share of time on one long piece, and the pattern's engine runs out of stack on one. A cut before a
    space changes no count; any other adds a token at most.
    """
    if len(text) <= _PIECE:
        yield text
        return
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            space = text.rfind(" ", end - _BEFORE, end)
            end = space if space > start else end
        yield text[start:end]
        start = end


class _BytePairs:
    """One of OpenAI's encodings."""

    def __init__(self, encoding: Any) -> None:
        self._encode = encoding.encode_ordinary

    def count(self, texts: list[str]) -> int:
        encode = self._encode
        return sum(len(encode(piece)) for text in texts for piece in pieces(text))


class _Tokenizer:
    """A tokenizer in Hugging Face's form."""

    def __init__(self, tokenizer: Any) -> None:
        self._encode = tokenizer.encode_batch_fast

    def count(self, texts: list[str]) -> int:
        total = 0
        for text in texts:
            whole = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no bytes
            for piece in pieces(whole):
                total += sum(len(each) for each in self._encode([piece], add_special_tokens=False))
        return total


def _of_litellm(name: str) -> Path:
    spec = importlib.util.find_spec("litellm")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("litellm is not installed (pip install 'switchgear[litellm]')")
    return Path(spec.submodule_search_locations[0]) / _FOLDER / name


def _byte_pairs(name: str, pattern: str) -> Vocabulary:
    """One of OpenAI's encodings, from a file of lines of a token in base64 and its rank."""
    import tiktoken  # noqa: PLC0415 - an optional engine; litellm, whose files these are, brings it

    lines = _of_litellm(name).read_bytes().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    ranks.clear()  # the engine has its own copy, and the encoding keeps this one for nothing
    return _BytePairs(encoding)


def _claude() -> Vocabulary:
    from tokenizers import Tokenizer  # noqa: PLC0415 - an optional engine

    return _Tokenizer(Tokenizer.from_str(_of_litellm(_CLAUDE).read_text(encoding="utf-8")))


def _minilm() -> Vocabulary:
    from tokenizers import Tokenizer  # noqa: PLC0415 - an optional engine

    tokenizer = Tokenizer.from_file(str(MINILM.files[1].locate()))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return _Tokenizer(tokenizer)


def _smollm2() -> Vocabulary:
    """SmolLM2's, out of the model's own file: byte pairs, numbers one digit at a time."""
    from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: PLC0415 - an optional engine

    tokens, merges = vocabulary_of(SMOLLM2.files[0].locate())
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE({token: place for place, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return _Tokenizer(tokenizer)


_LOADERS: Final[dict[VocabularyName, Callable[[], Vocabulary]]] = {
    "o200k": lambda: _byte_pairs(_O200K, _O200K_PATTERN),
    "cl100k": lambda: _byte_pairs(_CL100K, _CL100K_PATTERN),
    "claude": _claude,
    "smollm2": _smollm2,
    "minilm": _minilm,
}
