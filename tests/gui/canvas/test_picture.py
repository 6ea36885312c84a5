"""Pictures of networks as files that others can open."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from deepviz.document.graph import Graph
from deepviz.document.shapes import Report, check
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.picture import MARGIN, picture_area, write_picture
from deepviz.gui.canvas.routes import edge_routes
from deepviz.gui.theme import DARK, LIGHT


def _written(owner, path, theme=LIGHT, gradients=None):
    write_picture(owner.project.graph, check(owner.project), theme, path, gradients)
    return path


def test_an_svg_holds_readable_text_and_scales(on_chain, tmp_path):
    path = _written(on_chain, tmp_path / "net.svg")
    text = path.read_text(encoding="utf-8")
    words = {element.text for element in ElementTree.fromstring(text).iter() if element.tag.endswith("text")}
    assert {"Input", "Dense", "ReLU", "Cross-entropy", "8"} <= words
    assert "sans-serif" in text
    assert "<image" not in text, "icons are drawn in lines"
    area = picture_area(on_chain.project.graph)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    assert renderer.isValid()
    assert renderer.viewBoxF().width() == pytest.approx(area.width(), abs=1)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_png_has_twice_the_size_on_the_colour_of_the_window(on_chain, tmp_path, theme):
    image = QImage(str(_written(on_chain, tmp_path / "net.PNG", theme)))
    area = picture_area(on_chain.project.graph)
    assert (image.width(), image.height()) == pytest.approx((2 * area.width(), 2 * area.height()), abs=2)
    assert image.pixelColor(2, 2).name() == theme.window
    assert image.pixelColor(image.width() - 1, image.height() - 1).name() == theme.window
    band = image.pixelColor(round(2 * (-area.left() + 216 + 85)), round(2 * (-area.top() + 3)))
    assert band.name() == theme.category("Core")


def test_edges_take_the_colours_of_gradients(on_chain, tmp_path):
    plain = _written(on_chain, tmp_path / "plain.svg").read_text(encoding="utf-8")
    edges = {edge: 10.0**-number for number, edge in enumerate(on_chain.project.graph.edges)}
    coloured = _written(on_chain, tmp_path / "live.svg", gradients=GradientPicture(edges=edges))
    widths = [
        set(re.findall(r'stroke-width="([\d.]+)"', text)) for text in (plain, coloured.read_text(encoding="utf-8"))
    ]
    assert "5.5" not in widths[0]
    assert {"5.5", "1.5"} <= widths[1]


def test_the_area_has_room_for_ways_that_leave_the_cards(on_chain):
    area = picture_area(on_chain.project.graph)
    assert area.left() < -MARGIN - 10
    assert area.right() > 3 * 216 + 170 + MARGIN + 10


def test_an_empty_network_makes_a_small_picture(tmp_path):
    write_picture(Graph(), Report({}, {}, ()), DARK, tmp_path / "none.png")
    assert QImage(str(tmp_path / "none.png")).width() > 10


def test_other_endings_are_refused_before_anything_is_written(on_chain, tmp_path):
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.pdf"):
        _written(on_chain, tmp_path / "net.jpeg")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_says_why(on_chain, tmp_path):
    with pytest.raises(FileNotFoundError):
        _written(on_chain, tmp_path / "missing" / "net.svg")


def test_a_large_network_stays_within_what_images_can_hold(on_chain, tmp_path):
    graph = on_chain.project.graph
    far = Graph((graph.nodes[0], type(graph.nodes[0])("dense_9", graph.nodes[1].layer, (30_000.0, 0.0))), ())
    write_picture(far, Report({}, {}, ()), DARK, tmp_path / "wide.png")
    image = QImage(str(tmp_path / "wide.png"))
    assert 15_000 < image.width() <= 16_001


def test_every_edge_is_drawn(on_branches, tmp_path):
    image = QImage(str(_written(on_branches, tmp_path / "net.png")))
    graph = on_branches.project.graph
    corner = picture_area(graph).topLeft()
    routes = edge_routes(graph, {node.id: node.position for node in graph.nodes}, graph.edges)
    for edge, way in routes.items():
        middle = way.points[len(way.points) // 2]
        drawn = image.pixelColor(round(2 * (middle.x - corner.x())), round(2 * (middle.y - corner.y())))
        assert drawn.name() == LIGHT.faint, edge
