"""Exports: what is in the file, read without DeepViz, computes what the network computes."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from deepviz.document import edits, examples
from deepviz.document.compile import compile_project
from deepviz.document.project import Project
from deepviz.engine.trainer import Trainer
from deepviz.exchange import ExchangeError, export, exporter_for, registry
from deepviz.training.run_plan import RunPlan
from tests.exchange.plain import cross_entropy, mlp_logits, small_cnn_logits

Arrays = dict[str, np.ndarray]


def plain_npz(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


READERS: dict[str, Callable[[Path], Arrays]] = {".npz": plain_npz, ".safetensors": load_file}


def trained_example(name: str, epochs: int) -> tuple[Project, RunPlan, Trainer]:
    project = examples.open_example(name)
    run = project.plan.run.changed(epochs=epochs)
    project = edits.set_plan(project, replace(project.plan, run=run))
    plan = RunPlan.of(project)
    trainer = plan.trainer(probes=("loss",))
    for _ in trainer.steps():
        pass
    return project, plan, trainer


EXAMPLES = [("spirals", 1200, "tanh"), ("digits-mlp", 10, "relu")]


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda each: each[0])
def trained(request: pytest.FixtureRequest) -> tuple[Project, RunPlan, Trainer, str]:
    name, epochs, activation = request.param
    return *trained_example(name, epochs), activation


@pytest.mark.parametrize("suffix", READERS)
def test_plain_numpy_computes_the_same_logits_from_the_file_alone(
    trained: tuple[Project, RunPlan, Trainer, str], suffix: str, tmp_path: Path
) -> None:
    project, plan, trainer, activation = trained
    path = tmp_path / f"weights{suffix}"
    export(path, project, trainer.network.parameters)
    arrays = READERS[suffix](path)
    assert plan.data.test is not None
    x, classes = plan.data.test.x, plan.data.test.y
    logits = mlp_logits(arrays, x, activation)
    # In float32 sums are rounded in another order; in float64 rounding does not count.
    theirs = trainer.network.forward(x)
    ours = mlp_logits(arrays, x, activation, "float32")
    assert np.abs(ours - theirs).max() <= 5e-6 * max(1.0, np.abs(theirs).max())
    exact, _ = compile_project(project, plan.facts, "float64")
    exact.parameters.load(trainer.network.parameters)
    assert np.abs(logits - exact.forward(x)).max() <= 1e-6
    evaluation = trainer.evaluate(x, classes)
    assert cross_entropy(logits, classes) == pytest.approx(evaluation.loss, rel=1e-5, abs=1e-6)
    assert (logits.argmax(axis=1) == classes).mean() == pytest.approx(evaluation.accuracy)
    assert evaluation.accuracy is not None
    assert evaluation.accuracy > 0.8, "an untrained network would prove little"


@pytest.mark.parametrize("suffix", READERS)
def test_names_types_shapes_and_bits_are_those_of_the_network(
    trained: tuple[Project, RunPlan, Trainer, str], suffix: str, tmp_path: Path
) -> None:
    project, _, trainer, _ = trained
    path = tmp_path / f"weights{suffix}"
    export(path, project, trainer.network.parameters)
    arrays = READERS[suffix](path)
    assert sorted(arrays) == sorted(trainer.network.parameters)
    for name, array in arrays.items():
        assert array.dtype == np.float32
        assert array.tobytes() == trainer.network.parameters[name].tobytes()


SMALL: Mapping[str, np.ndarray] = {
    "dense_1/W": np.arange(6, dtype=np.float32).reshape(2, 3),
    "dense_1/b": np.array([1, 2, 3], np.float32),
    "grüße/γ": np.asfortranarray(np.arange(6, dtype=np.float64).reshape(3, 2)),
}


@pytest.mark.parametrize("suffix", READERS)
def test_what_layers_keep_without_training_it_is_in_the_file_too(suffix: str, tmp_path: Path) -> None:
    """A network with batch normalisation computes with running means: without them the weights are worth nothing."""
    project, plan, trainer = trained_example("digits-cnn", 2)
    path = tmp_path / f"weights{suffix}"
    export(path, project, trainer.network.weights())
    assert plan.data.test is not None
    x, classes = plan.data.test.x, plan.data.test.y
    logits = small_cnn_logits(READERS[suffix](path), x)
    assert np.abs(logits - trainer.network.forward(x)).max() <= 1e-5
    assert (logits.argmax(axis=1) == classes).mean() > 0.7, "an untrained network would prove little"


@pytest.mark.parametrize("suffix", READERS)
def test_any_layout_and_any_name_survives(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"w{suffix}"
    export(path, Project("größe"), SMALL)
    found = READERS[suffix](path)
    assert found.keys() == SMALL.keys()
    for name, array in SMALL.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize("suffix", READERS)
def test_equal_weights_give_equal_bytes(suffix: str, tmp_path: Path) -> None:
    one, other = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    export(one, Project(), SMALL)
    export(other, Project(), SMALL)
    assert one.read_bytes() == other.read_bytes()


def test_an_npz_is_a_zip_of_npy_files_without_a_trace_of_pickle(tmp_path: Path) -> None:
    export(tmp_path / "w.npz", Project(), SMALL)
    with zipfile.ZipFile(tmp_path / "w.npz") as archive:
        assert archive.namelist() == [f"{name}.npy" for name in SMALL]
        for name, array in SMALL.items():
            content = archive.read(f"{name}.npy")
            assert content.startswith(b"\x93NUMPY")
            np.testing.assert_array_equal(np.lib.format.read_array(io.BytesIO(content), allow_pickle=False), array)


def test_a_safetensors_file_says_which_project_it_is_of(tmp_path: Path) -> None:
    export(tmp_path / "w.safetensors", Project("my network"), SMALL)
    content = (tmp_path / "w.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"]["project"] == "my network"
    assert header["dense_1/W"]["shape"] == [2, 3]
    with safe_open(tmp_path / "w.safetensors", framework="numpy") as file:
        assert set(file.keys()) == SMALL.keys()


def test_every_format_has_a_suffix_of_its_own_and_a_line_for_the_list() -> None:
    suffixes = [kind.suffix for kind in registry.values()]
    assert {".npz", ".safetensors"} <= set(suffixes)
    assert len(set(suffixes)) == len(suffixes)
    for kind in registry.values():
        assert kind.suffix == kind.suffix.lower()
        assert kind.summary()


@pytest.mark.parametrize("name", ["weights", "weights.txt", "weights.npz.bak", ".npzz", "weights.pt"])
def test_an_unknown_suffix_is_answered_with_those_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"\.npz, \.safetensors") as caught:
        export(tmp_path / name, Project(), SMALL)
    assert name in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["W.NPZ", "w.SafeTensors"])
def test_the_case_of_a_suffix_does_not_matter(name: str, tmp_path: Path) -> None:
    export(tmp_path / name, Project(), SMALL)
    assert READERS[Path(name).suffix.lower()](tmp_path / name).keys() == SMALL.keys()
    assert exporter_for(Path(name)).suffix == Path(name).suffix.lower()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        export(tmp_path / "missing" / "w.npz", Project(), SMALL)


def test_a_full_disk_leaves_the_last_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    export(tmp_path / "w.npz", Project(), SMALL)
    before = (tmp_path / "w.npz").read_bytes()
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        export(tmp_path / "w.npz", Project(), {"dense_1/W": np.ones((9, 9), np.float32)})
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]
    assert (tmp_path / "w.npz").read_bytes() == before


def test_a_new_format_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deepviz.exchange import formats

    (tmp_path / "npy_sum.py").write_text(
        "from deepviz.exchange.exporter import Exporter\n"
        "class Count(Exporter):\n"
        '    """How many arrays there are, for a test."""\n'
        "    suffix = '.count'\n"
        "    def to_bytes(self, content):\n"
        "        return str(len(content.parameters)).encode()\n"
    )
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "_found", dict(registry._all()))
    monkeypatch.setattr(registry, "_scanned", set(registry._scanned))
    registry.scan()
    export(tmp_path / "w.count", Project(), SMALL)
    assert (tmp_path / "w.count").read_text() == "3"
