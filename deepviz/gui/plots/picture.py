"""All pictures of a run on one sheet, written to a PNG or SVG without a window being opened."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.gui.plots import all_views
from deepviz.gui.plots.exports import save_picture
from deepviz.gui.plots.plot import Plot
from deepviz.gui.theme import Theme
from deepviz.training.history import History

COLUMNS = 2
PICTURE_WIDTH, PICTURE_HEIGHT = 620, 320
MARGIN = 16


def curves_picture(history: History, theme: Theme, path: Path) -> None:
    """Write the curves and maps of a run as one picture, those with nothing to show left out.

    Parameters
    ----------
    history
        The run.
    theme
        The colours.
    path
        Where to; `.png` or `.svg`.

    Raises
    ------
    ValueError
        If the suffix is another.
    OSError
        If the file cannot be written.
    """
    sheet = QWidget()
    sheet.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    plots = []
    for kind in all_views():
        if not issubclass(kind, Plot):
            continue
        plot = kind()
        plot.setParent(sheet)
        plot.resize(PICTURE_WIDTH, PICTURE_HEIGHT)
        plots.append(plot)
    sheet.show()
    QApplication.sendPostedEvents()
    try:
        shown = [plot for plot in plots if _fill(plot, history, theme)] or plots[:1]
        rows = math.ceil(len(shown) / COLUMNS)
        size = QSizeF(
            MARGIN + min(len(shown), COLUMNS) * (PICTURE_WIDTH + MARGIN), MARGIN + rows * (PICTURE_HEIGHT + MARGIN)
        )

        def paint(painter: QPainter) -> None:
            painter.fillRect(0, 0, math.ceil(size.width()), math.ceil(size.height()), QColor(theme.panel))
            for number, plot in enumerate(shown):
                painter.save()
                row, column = divmod(number, COLUMNS)
                painter.translate(MARGIN + column * (PICTURE_WIDTH + MARGIN), MARGIN + row * (PICTURE_HEIGHT + MARGIN))
                plot.paint_picture(painter)
                painter.restore()

        save_picture(paint, size, "A run of DeepViz", path)
    finally:
        sheet.close()
        sheet.deleteLater()


def _fill(plot: Plot, history: History, theme: Theme) -> bool:
    """Draw the run; whether there is anything to see."""
    plot.apply_theme(theme)
    plot.show_history(history)
    plot.draw()
    return not plot.what_is_missing()
