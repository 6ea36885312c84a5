"""Pictures are written whole or not at all, and a fault while one is painted is a fault like any other."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.exports import save_picture

SIZE = QSizeF(40, 30)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_fault_while_painting_leaves_no_file_and_the_program_goes_on(
    qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    painters: list[QPainter] = []

    def paint(painter: QPainter) -> None:
        painters.append(painter)  # as the traceback of a fault does, which outlives the picture
        raise ZeroDivisionError

    path = tmp_path / f"picture{suffix}"
    with pytest.raises(ZeroDivisionError):
        save_picture(paint, SIZE, "A picture", path)
    assert not painters[0].isActive(), "a painter that outlives what it paints on ends the program"
    painters.clear()
    gc.collect()
    assert not path.exists()
    save_picture(lambda painter: painter.drawLine(0, 0, 9, 9), SIZE, "A picture", path)
    assert path.stat().st_size


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        save_picture(lambda _: None, SIZE, "A picture", tmp_path / "picture.jpg")
