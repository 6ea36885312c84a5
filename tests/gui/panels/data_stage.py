"""Files to open and hands to open them with, for the tests of the data panel."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import DataChoice
from deepviz.gui.editor import Editor
from deepviz.gui.panels import data_loader
from deepviz.gui.panels.data_panel import DataPanel

LEFT = Qt.MouseButton.LeftButton

Choose = Callable[[QComboBox, str], None]


def write_pair(folder: Path, count: int = 40, stem: str = "own") -> tuple[Path, Path]:
    """A small IDX pair with images of 6 x 5 in 4 classes."""
    rng = np.random.default_rng(0)
    images, labels = folder / f"{stem}-images-idx3-ubyte", folder / f"{stem}-labels-idx1-ubyte"
    pixels = rng.integers(0, 256, (count, 6, 5), dtype=np.uint8)
    images.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, 6, 5) + pixels.tobytes())
    labels.write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(number % 4 for number in range(count)))
    return images, labels


def input_shape(editor: Editor) -> tuple[int, ...]:
    layer = editor.project.graph.node("input_1").layer
    return tuple(layer.shape)  # type: ignore[union-attr]


def type_into(panel_field: QWidget, text: str) -> None:
    panel_field.setFocus()
    panel_field.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(panel_field, text)
    QTest.keyClick(panel_field, Qt.Key.Key_Return)


def offered(panel: DataPanel) -> list[str]:
    return [button.text() for button in panel.message.buttons if button.isVisible()]


def click(panel: DataPanel, text: str) -> None:
    (button,) = [button for button in panel.findChildren(QPushButton) if button.isVisible() and button.text() == text]
    QTest.mouseClick(button, LEFT)


def slow(monkeypatch: pytest.MonkeyPatch, result: PreparedData | Exception) -> threading.Event:
    """Make loading wait until the event is set, then give the result."""
    may_end = threading.Event()

    def load(choice: DataChoice) -> PreparedData:
        may_end.wait(60)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(data_loader, "prepared", load)
    return may_end


def wait_for_threads(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not any(thread.name == "deepviz-data" for thread in threading.enumerate()))
