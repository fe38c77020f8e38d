"""Sentence vectors from all-MiniLM-L6-v2 on onnxruntime. Imported in the embeddings child only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

DIMENSIONS = 384
MAX_TOKENS = 256
"""The model's maximum, [CLS] and [SEP] included; the rest of a longer text is not seen."""

BATCH_TEXTS = 32
BATCH_TOKENS = 2048
"""Padded tokens of one run, which bound its memory and how long a short request waits behind it."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """``places``: which of the texts these are; ``tokens``: how many the model sees of them, padding not counted."""

    places: list[int]
    ids: npt.NDArray[np.int64]
    mask: npt.NDArray[np.int64]

    @property
    def tokens(self) -> int:
        """Tokens that are not padding."""
        return int(self.mask.sum())


class SentenceVectors:
    """The model and its tokenizer. Methods block and are for one worker thread."""

    def __init__(self, model: Path, tokenizer: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait spin by default, which burns cores other processes need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Without the arena, memory of a large batch goes back to the system after it.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def batches(self, texts: list[str]) -> list[Batch]:
        """``texts`` as token ids, texts of like length together so that little is padded."""
        encodings = self._tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda place: len(encodings[place].ids))
        batches: list[Batch] = []
        places: list[int] = []
        for place in order:
            width = len(encodings[place].ids)  # the longest so far, since they are sorted
            if places and (len(places) == BATCH_TEXTS or width * (len(places) + 1) > BATCH_TOKENS):
                batches.append(_batch(places, encodings))
                places = []
            places.append(place)
        if places:
            batches.append(_batch(places, encodings))
        return batches

    def run(self, batch: Batch) -> Vectors:
        """One unit vector of 384 numbers a text: the mean over its tokens, then L2 normalised.

        As https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 describes.
        """
        feeds: dict[str, Any] = {"input_ids": batch.ids, "attention_mask": batch.mask}
        if "token_type_ids" in self._inputs:
            feeds["token_type_ids"] = np.zeros_like(batch.ids)
        hidden: Vectors = self._session.run(None, feeds)[0]
        weights = batch.mask[..., None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Vectors = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _batch(places: list[int], encodings: list[Encoding]) -> Batch:
    width = max(len(encodings[place].ids) for place in places)
    ids = np.zeros((len(places), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, place in enumerate(places):
        tokens = encodings[place].ids
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return Batch(places, ids, mask)
