"""MNIST in the window: opened through the data page, trained to 0.95, and with the same curve as the command line's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deepviz.document import examples
from deepviz.training.history import History
from tests.e2e.window import OpenWindow, Person

pytestmark = pytest.mark.slow
LONG = 90_000


def logits_of(weights: Path, x: np.ndarray) -> np.ndarray:
    """784-128-64-10 with ReLU, computed from the exported file alone."""
    with np.load(weights) as stored:
        w = {name: stored[name].astype(np.float64) for name in stored.files}
    assert [w[f"dense_{number}/W"].shape for number in (1, 2, 3)] == [(784, 128), (128, 64), (64, 10)]
    values = x.reshape(len(x), -1).astype(np.float64)
    for number in (1, 2):
        values = np.maximum(values @ w[f"dense_{number}/W"] + w[f"dense_{number}/b"], 0)
    return values @ w["dense_3/W"] + w["dense_3/b"]


def opened(person: Person, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the two files through the data page, as the dialog would give them."""
    panel = person.bench.data_panel
    person.bench.window.show_tab("Data")
    monkeypatch.setattr(panel, "ask_files", lambda start: [str(path) for path in files])
    person.press(panel.open_button)
    person.qtbot.waitUntil(lambda: person.bench.editor.data is not None and not panel.loader.is_busy, timeout=LONG)


def trained_by_command(files: tuple[Path, Path], seed: int, folder: Path) -> tuple[list[dict[str, float]], float]:
    """What `deepviz train mnist-mlp` writes and says."""
    command = [sys.executable, "-m", "deepviz", "train", "mnist-mlp", "--data", *map(str, files), "--seed", str(seed)]
    command += ["--history", str(folder / "cli.jsonl"), "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    lines = (folder / "cli.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines], json.loads(done.stdout)["test"]["accuracy"]


def rows_of(history: History, folder: Path) -> list[dict[str, float]]:
    history.write_jsonl(folder / "window.jsonl")
    return [json.loads(line) for line in (folder / "window.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_mnist_is_learned_in_the_window_as_on_the_command_line(
    open_window: OpenWindow,
    mnist_files: tuple[Path, Path],
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = open_window(examples.open_example("mnist-mlp"))
    bench = person.bench
    assert bench.readiness.text() == "1 problem", "without its files it cannot be trained, and says so"
    opened(person, mnist_files, monkeypatch)
    data = bench.editor.data
    assert data is not None
    assert data.validation is not None
    assert data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (8000, 1000, 1000)
    assert bench.data_panel.split_form.bar.counts == (8000, 1000, 1000)
    assert bench.readiness.text().startswith("Ready to train")
    bench.window.show_tab("Training")
    if seed:
        person.type_value(bench.training_panel.run_form, "seed", str(seed))
    assert person.project.plan.run.seed == seed

    person.run_to_the_end(timeout=LONG)
    weights = tmp_path / "mnist.npz"
    assert bench.files.export_to(weights)
    logits = logits_of(weights, data.test.x)
    accuracy = float((logits.argmax(axis=1) == data.test.y).mean())
    assert accuracy >= 0.95

    history = bench.controller.history
    rows, accuracy_there = trained_by_command(mnist_files, seed, tmp_path)
    assert accuracy_there == pytest.approx(accuracy, abs=1e-9)
    # What only the open views wanted was looked at now and then, in the window alone.
    shared = {name for row in rows for name in row}
    assert [{name: row[name] for name in row.keys() & shared} for row in rows_of(history, tmp_path)] == rows
