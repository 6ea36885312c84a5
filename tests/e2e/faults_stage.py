"""Bad files, and hands that open them, for the tests of what a person can do wrong."""

from __future__ import annotations

import gzip
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QMessageBox

from tests.e2e.window import PATIENCE, Person

Answer = Callable[[QMessageBox.StandardButton], list[str]]
BUTTONS = QMessageBox.StandardButton


def idx(path: Path, array: np.ndarray) -> Path:
    """An IDX file of unsigned bytes, compressed if its name says so."""
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def idx_pair(folder: Path, images: int = 40, labels: int = 40, ending: str = "") -> tuple[Path, Path]:
    rng = np.random.default_rng(0)
    pictures = idx(folder / f"a-images-idx3-ubyte{ending}", rng.integers(0, 256, (images, 4, 4)))
    return pictures, idx(folder / f"a-labels-idx1-ubyte{ending}", np.arange(labels) % 3)


def use_files(person: Person, *paths: Path) -> str:
    """Open files through the data page. Returns what it says about them."""
    panel = person.bench.data_panel
    person.bench.window.show_tab("Data")
    panel.ask_files = lambda start: [str(path) for path in paths]  # what the dialog would give
    person.press(panel.open_button)
    person.qtbot.waitUntil(lambda: not panel.loader.is_busy, timeout=PATIENCE)
    return panel.message.text


def train_a_little(person: Person, steps: int = 3) -> dict[str, np.ndarray]:
    """Make a few steps. Returns the weights."""
    person.bench.controller.step(steps)
    person.qtbot.waitUntil(
        lambda: person.bench.controller.step_count == steps and person.bench.controller.status == "paused",
        timeout=PATIENCE,
    )
    return weights_of(person)


def weights_of(person: Person) -> dict[str, np.ndarray]:
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return dict(checkpoint.state.parameters)


def assert_equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])


def training_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "deepviz-training"]


# Data files


def truncated(folder: Path) -> tuple[Path, Path]:
    images, labels = idx_pair(folder)
    images.write_bytes(images.read_bytes()[:-7])
    return images, labels


def truncated_gzip(folder: Path) -> tuple[Path, Path]:
    images, labels = idx_pair(folder, ending=".gz")
    images.write_bytes(images.read_bytes()[:-7])
    return images, labels


def wrong_magic(folder: Path) -> tuple[Path, Path]:
    images, labels = idx_pair(folder)
    images.write_bytes(b"\x7fELF" + images.read_bytes()[4:])
    return images, labels


def different_lengths(folder: Path) -> tuple[Path, Path]:
    return idx_pair(folder, images=40, labels=39)
