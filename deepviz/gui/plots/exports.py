"""Pictures and tables written to files: PNG, SVG and CSV.

SVG comes from Qt's own generator and is made readable for others; it shows what is on screen but for the cross-hair.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter, QPicture
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.svg_readers import for_all_readers
from deepviz.training.history_file import replacing

SHARPNESS = 2.0
"""Pixels of a PNG for each pixel of the screen."""

Paint = Callable[[QPainter], None]


def save_picture(paint: Paint, size: QSizeF, title: str, path: Path) -> None:
    """Write a picture in the format that the suffix names.

    Parameters
    ----------
    paint
        Paints the picture with its upper left corner at (0, 0).
    size
        Its width and height in pixels of the screen.
    title
        What the picture is called in an SVG.

    Raises
    ------
    ValueError
        If the suffix is neither `.png` nor `.svg`.
    OSError
        If the file cannot be written.
    """
    encoders = {".png": _png, ".svg": _svg}
    suffix = path.suffix.lower()
    if suffix not in encoders:
        raise ValueError(f"A picture is written as .png or .svg, not as {suffix or 'a file without a suffix'}.")
    path.write_bytes(encoders[suffix](paint, size, title))


def save_table(names: Sequence[str], rows: Iterable[Sequence[object]], path: Path) -> None:
    """Write a table as CSV with a heading.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def paint_widget(painter: QPainter, place: QPointF, widget: QWidget) -> None:
    """Paint a widget with its upper left corner at a place, its words as words and not as a photograph of them.

    It is recorded first: painted straight into an SVG, Qt would clip its parts by places that forget where it stands.
    """
    record = QPicture()
    _painted(
        lambda inner: widget.render(inner, QPoint(0, 0), renderFlags=QWidget.RenderFlag.DrawChildren), QPainter(record)
    )
    painter.save()
    painter.drawPicture(place, record)
    painter.restore()


def _png(paint: Paint, size: QSizeF, title: str) -> bytes:
    image = QImage((size * SHARPNESS).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(SHARPNESS)
    image.fill(0)
    _painted(paint, QPainter(image))
    contents = QByteArray()
    buffer = QBuffer(contents)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know paths only
    return bytes(contents.data())


def _svg(paint: Paint, size: QSizeF, title: str) -> bytes:
    contents = QByteArray()
    buffer = QBuffer(contents)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # Tiny, the default, has no clipping
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setResolution(96)
    _painted(paint, QPainter(generator))
    return for_all_readers(bytes(contents.data()))


def _painted(paint: Paint, painter: QPainter) -> None:
    """Paint, and let go of what is painted on even if that fails: a device that goes before its painter is a crash."""
    try:
        paint(painter)
    finally:
        painter.end()
