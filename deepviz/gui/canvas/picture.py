"""The picture of a network as a file: SVG and PDF to scale and edit, or PNG in the size that is wanted.

All are made in memory and then put in place as a whole, so no half of a file is ever left behind.
"""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontInfo, QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from deepviz.document.graph import Graph
from deepviz.document.replace_file import replace_file
from deepviz.document.shapes import Report
from deepviz.gui.amounts import counted
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.picture_painting import MARGIN as MARGIN
from deepviz.gui.canvas.picture_painting import NetworkPicture, paint_network
from deepviz.gui.theme import LIGHT, Theme, body_font

SUFFIXES = (".svg", ".png", ".pdf")
PNG_SCALE = 2
"""Pixels for each pixel of the screen."""
LARGEST_SIDE, LARGEST_AREA = 16_000, 80_000_000
"""Pixels of a PNG along the longer side, and in all; a larger network is drawn smaller."""
LARGEST_PAGE = 14_400.0
"""Points along the longer side of a PDF's page: more than that readers do not show."""

_POINTS, _FINE = 72 / 96, 1200
"""Points in a pixel of the screen, and dots to the inch by which a PDF places what it draws."""


def write_picture(
    graph: Graph, report: Report, theme: Theme, path: Path, gradients: GradientPicture | None = None
) -> None:
    """Write the picture of a network. A `QGuiApplication` has to be there; a screen does not.

    Parameters
    ----------
    path
        Ends in `.svg`, `.png` or `.pdf`.
    gradients
        What to colour the edges by, if anything.

    Raises
    ------
    ValueError
        If `path` has another ending.
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    write_file(NetworkPicture.of(graph, report, theme, gradients), path)


def write_file(picture: NetworkPicture, path: Path, scale: float = PNG_SCALE) -> None:
    """Write a picture in the format that the file's ending names.

    Parameters
    ----------
    scale
        Pixels of a PNG for each pixel of the screen.

    Raises
    ------
    ValueError
        If the ending is none of `SUFFIXES`.
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"A picture is written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, not as {path.name!r}.")
    made = {".svg": svg_of, ".pdf": pdf_of}[suffix](picture) if suffix != ".png" else png_of(picture, scale)
    replace_file(path, made)


def picture_area(graph: Graph) -> QRectF:
    """The part of the scene that a picture of a sound network shows."""
    return NetworkPicture.of(graph, Report({}, {}, ()), LIGHT).area


def svg_of(picture: NetworkPicture) -> bytes:
    """The contents of an SVG file; one unit in it is one pixel of the screen."""
    buffer = _open_buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    # 96 to the inch: one unit of the picture is one pixel of a browser, and so are sizes of text.
    generator.setResolution(96)
    size = QSize(ceil(picture.area.width()), ceil(picture.area.height()))
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setTitle("Network")
    generator.setDescription(f"{counted(len(picture.nodes), 'layer')}, {counted(len(picture.edges), 'connection')}")
    painter = QPainter(generator)
    painter.translate(-picture.area.topLeft())
    paint_network(painter, picture)
    painter.end()
    return _with_fonts_of_others(bytes(buffer.data().data()).decode()).encode()


def png_of(picture: NetworkPicture, scale: float = PNG_SCALE) -> bytes:
    """The contents of a PNG file with so many pixels for each pixel of the screen.

    Raises
    ------
    OSError
        If there is no memory for it.
    """
    buffer = _open_buffer()
    QImageWriter(buffer, b"png").write(image_of(picture, scale))
    return bytes(buffer.data().data())


def image_of(picture: NetworkPicture, scale: float = PNG_SCALE) -> QImage:
    """The picture in pixels.

    Raises
    ------
    OSError
        If there is no memory for it.
    """
    area, scale = picture.area, _possible_scale(picture, scale)
    kind = QImage.Format.Format_ARGB32_Premultiplied if picture.is_transparent else QImage.Format.Format_RGB32
    image = QImage(size_in_pixels(picture, scale), kind)
    if image.isNull():
        raise OSError("there is not enough memory for a picture of this size")
    image.fill(0)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    paint_network(painter, picture)
    painter.end()
    return image


def size_in_pixels(picture: NetworkPicture, scale: float) -> QSize:
    """How large `image_of` makes the picture."""
    scale = _possible_scale(picture, scale)
    return QSize(ceil(picture.area.width() * scale), ceil(picture.area.height() * scale))


def pdf_of(picture: NetworkPicture) -> bytes:
    """The contents of a PDF file of one page, as large as the network; text in it is text."""
    buffer = _open_buffer()
    writer = QPdfWriter(buffer)
    area = picture.area
    shrunk = min(1.0, LARGEST_PAGE / (max(area.width(), area.height()) * _POINTS))
    points = QSizeF(area.width(), area.height()) * _POINTS * shrunk
    page = QPageSize(points, QPageSize.Unit.Point, "Network", QPageSize.SizeMatchPolicy.ExactMatch)
    # A page wider than high is still upright: turned, readers would show it lying on its side.
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(_FINE)
    writer.setTitle("Network")
    writer.setCreator("DeepViz")
    painter = QPainter(writer)
    painter.scale(shrunk * _FINE / 96, shrunk * _FINE / 96)
    painter.translate(-area.topLeft())
    paint_network(painter, picture)
    painter.end()
    return bytes(buffer.data().data())


def _possible_scale(picture: NetworkPicture, wanted: float) -> float:
    width, height = picture.area.width(), picture.area.height()
    return min(wanted, LARGEST_SIDE / max(width, height), sqrt(LARGEST_AREA / (width * height)))


def _open_buffer() -> QBuffer:
    """Memory to write to. Qt would not say why a file cannot be written, and would leave half of one behind."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _with_fonts_of_others(svg: str) -> str:
    """The SVG with fonts to fall back on, for readers that lack this machine's font or do not know Qt's name for it."""
    font = body_font()
    found = QFontInfo(font).family()
    families = dict.fromkeys((found, "DejaVu Sans", "Segoe UI", "Helvetica", "Arial", "sans-serif"))
    return svg.replace(f'font-family="{font.families()[0]}"', f'font-family="{",".join(families)}"')
