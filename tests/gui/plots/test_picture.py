"""All curves of a run on one sheet, without a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.picture import MARGIN, PICTURE_HEIGHT, PICTURE_WIDTH, curves_picture
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.training.history import History

MakeHistory = Callable[..., History]


def colors(image: QImage, x: int, y: int, width: int, height: int) -> set[str]:
    return {image.pixelColor(x + dx, y + dy).name() for dx in range(0, width, 2) for dy in range(0, height, 2)}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_png_has_all_four_pictures(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, theme: Theme):
    norms = 10.0 ** np.linspace((-3, -1), (0, 1), 300)
    curves_picture(make_history(300, norms=norms), theme, tmp_path / "curves.png")
    image = QImage(str(tmp_path / "curves.png"))
    assert image.width() == 2 * (3 * MARGIN + 2 * PICTURE_WIDTH)
    assert image.height() == 2 * (3 * MARGIN + 2 * PICTURE_HEIGHT)
    assert image.pixelColor(4, 4).name() == theme.panel
    for column in (0, 1):
        for row in (0, 1):
            left, top = 2 * (MARGIN + column * (PICTURE_WIDTH + MARGIN)), 2 * (MARGIN + row * (PICTURE_HEIGHT + MARGIN))
            assert len(colors(image, left + 100, top + 80, 1000, 500)) > 3
    assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]


def test_an_svg_is_readable_and_has_the_names(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    curves_picture(make_history(300), LIGHT, tmp_path / "curves.svg")
    assert QSvgRenderer(str(tmp_path / "curves.svg")).isValid()
    text = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    for word in ("Loss", "Accuracy", "dense_1", "dense_2", "validation"):
        assert word in text


def test_pictures_with_nothing_to_show_are_left_out(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    history = make_history(30, accuracy=False, skipped=range(1, 31))
    curves_picture(history, DARK, tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    assert image.height() == 2 * (2 * MARGIN + PICTURE_HEIGHT)
    assert image.width() == 2 * (2 * MARGIN + PICTURE_WIDTH)


def test_an_empty_history_gives_an_invitation(qtbot: QtBot, tmp_path: Path):
    curves_picture(History([]), DARK, tmp_path / "empty.svg")
    assert "Press Run" in (tmp_path / "empty.svg").read_text(encoding="utf-8")


def test_another_format_is_refused(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    with pytest.raises(ValueError, match=r"not as \.pdf"):
        curves_picture(make_history(5), DARK, tmp_path / "curves.pdf")
    assert list(tmp_path.iterdir()) == []
