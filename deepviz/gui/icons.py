"""The product's own icons: one SVG a name in the resources, drawn in one colour at the size and sharpness asked for.

A layer's icon is called like its key in lower case; whatever has no drawing of its own gets that of `layer`.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from deepviz.resources_path import resource

FALLBACK = "layer"
SIZES = (16, 20, 24)
RATIOS = (1.0, 2.0)
DISABLED_OPACITY = 0.4


@cache
def source(name: str) -> str:
    """The SVG text of the icon called `name`, upper or lower case; that of `layer` if there is none."""
    path = resource("icons", f"{name.lower()}.svg")
    if not path.is_file():
        path = resource("icons", f"{FALLBACK}.svg")
    return path.read_text(encoding="utf-8")


def has_icon(name: str) -> bool:
    """Whether the icon called `name` has a drawing of its own."""
    return resource("icons", f"{name.lower()}.svg").is_file()


def paint(painter: QPainter, name: str, color: str, rectangle: QRectF) -> None:
    """Draw the icon called `name` in `color` (`#rrggbb`) into a rectangle, as sharp as the painter's device allows."""
    _renderer(name, color).render(painter, rectangle)


def pixmap(name: str, color: str, size: int = 16, ratio: float = 1.0, opacity: float = 1.0) -> QPixmap:
    """The icon called `name` in `color`, `size` logical pixels wide and high.

    Parameters
    ----------
    ratio
        Device pixels per logical pixel, as `QWidget.devicePixelRatioF` says.
    """
    key = f"deepviz/{name.lower()}/{QColor(color).name()}/{size}/{ratio:g}/{opacity:g}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setOpacity(opacity)
    if opacity < 1:
        painter.drawPixmap(0, 0, pixmap(name, color, size, ratio))
    else:
        paint(painter, name, color, QRectF(0, 0, size, size))
    painter.end()
    QPixmapCache.insert(key, drawn)
    return drawn


def icon(name: str, color: str, checked: str | None = None) -> QIcon:
    """The icon called `name` in `color`, fainter where what it stands on is disabled.

    Parameters
    ----------
    checked
        The colour while what it stands on is checked, if another.
    """
    made = QIcon()
    for size in SIZES:
        for ratio in RATIOS:
            made.addPixmap(pixmap(name, color, size, ratio))
            made.addPixmap(pixmap(name, color, size, ratio, DISABLED_OPACITY), QIcon.Mode.Disabled)
            if checked is not None:
                made.addPixmap(pixmap(name, checked, size, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return made


def app_icon() -> QIcon:
    """The icon of the application, in its own colours."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(pixmap("deepviz", "#000000", size))
    return made


def _renderer(name: str, color: str) -> QSvgRenderer:
    """The icon as a drawing. Qt's SVG takes `currentColor` for black, so the colour is put into the text."""
    tinted = source(name).replace("currentColor", QColor(color).name())
    return QSvgRenderer(QByteArray(tinted.encode()))
