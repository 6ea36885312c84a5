"""The picture of a network as a file: SVG to scale and edit, or PNG at twice the size of the screen.

It paints the same cards and edges as the canvas, on the colour of the window, with a margin around them.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFontInfo, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from deepviz.document.graph import Edge, Graph
from deepviz.document.shapes import Report
from deepviz.gui.canvas.card_face import face_of, problems_by_node
from deepviz.gui.canvas.card_painter import CardPainter
from deepviz.gui.canvas.edge_style import EdgeStyle, gradient_style, paint_edge, path_of, plain_style
from deepviz.gui.canvas.geometry import bounds
from deepviz.gui.canvas.gradients import GradientPicture, GradientScale
from deepviz.gui.canvas.routes import edge_routes
from deepviz.gui.theme import Theme, body_font

MARGIN = 48.0
PNG_SCALE = 2
LARGEST_PNG = 16_000
"""Pixels along the longer side; a larger network is drawn smaller."""


def write_picture(
    graph: Graph, report: Report, theme: Theme, path: Path, gradients: GradientPicture | None = None
) -> None:
    """Write the picture of a network. A `QGuiApplication` has to be there; a screen does not.

    Parameters
    ----------
    path
        Ends in `.svg` or `.png`.
    gradients
        What to colour the edges by, if anything.

    Raises
    ------
    ValueError
        If `path` has another ending.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise ValueError(f"A picture is written as .svg or .png, not as {path.name!r}.")
    area = picture_area(graph)
    make = _svg if suffix == ".svg" else _png
    # By way of memory: Qt would not say why a file cannot be written, and would leave half of one behind.
    path.write_bytes(make(graph, report, theme, area, gradients))


def picture_area(graph: Graph) -> QRectF:
    """The part of the scene that a picture shows, for an empty graph a small empty one."""
    cards = bounds(node.position for node in graph.nodes)
    if cards is None:
        return QRectF(0.0, 0.0, 4 * MARGIN, 2 * MARGIN)
    places = {node.id: node.position for node in graph.nodes}
    boxes = [cards, *(way.box for way in edge_routes(graph, places, graph.edges).values())]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return QRectF(left, top, right - left, bottom - top).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def paint_picture(
    painter: QPainter,
    graph: Graph,
    report: Report,
    theme: Theme,
    area: QRectF,
    gradients: GradientPicture | None = None,
) -> None:
    """Paint a network in scene units.

    Parameters
    ----------
    area
        What to fill with the colour of the window first.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(area, QColor(theme.window))
    places = {node.id: node.position for node in graph.nodes}
    for edge, way in edge_routes(graph, places, graph.edges).items():
        paint_edge(painter, path_of(way), _style(edge, theme, gradients))
    cards, problems = CardPainter(theme), problems_by_node(report)
    for node in graph.nodes:
        face = face_of(node, graph, report, problems.get(node.id, ()))
        painter.save()
        painter.translate(QPointF(*node.position))
        cards.paint(painter, face, zoom=1.0, as_vectors=True)
        painter.restore()


def _svg(graph: Graph, report: Report, theme: Theme, area: QRectF, gradients: GradientPicture | None) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    # 96 to the inch: one unit of the picture is one pixel of a browser, and so are sizes of text.
    generator.setResolution(96)
    size = QSize(ceil(area.width()), ceil(area.height()))
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setTitle("Network")
    generator.setDescription(f"{len(graph.nodes)} layers, {len(graph.edges)} connections")
    painter = QPainter(generator)
    painter.translate(-area.topLeft())
    paint_picture(painter, graph, report, theme, area.adjusted(-1, -1, 1, 1), gradients)
    painter.end()
    return _with_fonts_of_others(bytes(buffer.data().data()).decode()).encode()


def _with_fonts_of_others(svg: str) -> str:
    """The SVG with fonts to fall back on, for readers that lack this machine's font or do not know Qt's name for it."""
    font = body_font()
    found = QFontInfo(font).family()
    families = dict.fromkeys((found, "DejaVu Sans", "Segoe UI", "Helvetica", "Arial", "sans-serif"))
    return svg.replace(f'font-family="{font.families()[0]}"', f'font-family="{",".join(families)}"')


def _png(graph: Graph, report: Report, theme: Theme, area: QRectF, gradients: GradientPicture | None) -> bytes:
    scale = min(PNG_SCALE, LARGEST_PNG / max(area.width(), area.height()))
    image = QImage(ceil(area.width() * scale), ceil(area.height() * scale), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    paint_picture(painter, graph, report, theme, area.adjusted(-1, -1, 1, 1), gradients)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def _style(edge: Edge, theme: Theme, gradients: GradientPicture | None) -> EdgeStyle:
    if gradients is None or edge not in gradients.edges:
        return plain_style(theme)
    scale = GradientScale.first_fit((*gradients.nodes.values(), *gradients.edges.values()))
    return gradient_style(gradients.edges[edge], scale, theme)
