"""What is written as SVG is the same to every reader: an independent one finds pixels, usual fonts and whole cells."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.accuracy import AccuracyPlot
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.exports import save_picture
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.plot import Plot
from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.gui.plots.svg_readers import for_all_readers
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from deepviz.gui.theme import body_font, number_font
from deepviz.training.history import History
from tests.gui.plots.looks import flat, looking, subject_of
from tests.gui.plots.rate_curves import found as rates_found

MakeHistory = Callable[..., History]
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
GENERIC = {"serif", "sans-serif", "monospace"}


def numbers_of(transform: str) -> list[float]:
    """The six numbers of a matrix."""
    assert transform.startswith("matrix(")
    return [float(each) for each in transform[7:-1].split(",")]


def scales_of(root: ElementTree.Element) -> Iterator[tuple[float, ElementTree.Element]]:
    """By how much widths are scaled against heights where something is stroked."""
    for group in root.iter(f"{SVG}g"):
        a, b, c, d, _, _ = numbers_of(group.get("transform", "matrix(1,0,0,1,0,0)"))
        for child in group:
            if child.tag in (f"{SVG}path", f"{SVG}polyline", f"{SVG}line", f"{SVG}circle", f"{SVG}rect"):
                yield from ((each, child) for each in (math.hypot(a, b), math.hypot(c, d)))


def hidden_words(root: ElementTree.Element) -> Iterator[str]:
    """Words that begin outside of what they are clipped to."""
    clips = {each.get("id"): points_of(each[0]) for each in root.iter(f"{SVG}clipPath")}
    for clipped in root.iter(f"{SVG}g"):
        corners = clips.get(clipped.get("clip-path", "").removeprefix("url(#").removesuffix(")"))
        for group in clipped if corners is not None else ():
            a, b, c, d, left, top = numbers_of(group.get("transform", "matrix(1,0,0,1,0,0)"))
            for word in group.iter(f"{SVG}text"):
                x, y = float(word.get("x", "")), float(word.get("y", ""))
                x, y = a * x + c * y + left, b * x + d * y + top
                (xs, ys) = zip(*corners, strict=True)
                if not (min(xs) - 1 <= x <= max(xs) and min(ys) <= y <= max(ys) + 15):
                    yield f"{word.text} at {x}, {y} in {corners}"


def check(path: Path) -> ElementTree.Element:
    """The picture, read by a reader that knows no more than SVG 1.1 and CSS."""
    root = ElementTree.parse(path).getroot()
    for element in root.iter():
        assert "vector-effect" not in element.attrib
        if family := element.get("font-family"):
            assert family.split(",")[-1].strip() in GENERIC, family
    assert not list(hidden_words(root))
    assert all(scale == pytest.approx(1, abs=1e-3) for scale, _ in scales_of(root))
    return root


def points_of(path: ElementTree.Element) -> list[tuple[float, float]]:
    """Corners of a path of straight lines."""
    if path.tag == f"{SVG}polyline":
        return [(float(x), float(y)) for x, y in (each.split(",") for each in path.get("points", "").split())]
    words = path.get("d", "").replace("M", " ").replace("L", " ").replace("Z", " ").split()
    return [(float(x), float(y)) for x, y in (each.split(",") for each in words)]


@pytest.mark.parametrize("kind", [LossPlot, GradientNorms, GradientMap, AccuracyPlot])
def test_curves_and_maps_are_in_pixels(
    qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, kind: type[Plot]
) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_history(make_history(900, norms=10.0 ** np.linspace((-3, -1, -2), (0, 1, -2), 900)))
    view.show()
    view.draw()
    view.save(tmp_path / "view.svg")
    check(tmp_path / "view.svg")


def test_a_curve_is_where_it_is_on_screen_and_as_strong(
    qtbot: QtBot, make_history: MakeHistory, tmp_path: Path
) -> None:
    view = LossPlot()
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show_history(make_history(50))
    view.show()
    view.draw()
    view.save(tmp_path / "view.svg")
    root = check(tmp_path / "view.svg")
    color = view.theme.curve(0).color
    found = [
        (group, points)
        for group in root.iter(f"{SVG}g")
        if group.get("stroke") == color
        for path in group
        if len(points := points_of(path)) == 50
    ]
    assert len(found) == 1
    group, points = found[0]
    assert float(group.get("stroke-width", "0")) == pytest.approx(1.3)
    left, top = view.area.x(), view.header.height()
    expected = [(left + view.area.x_pixel(step), top + view.area.y_pixel(2 / step)) for step in range(1, 51)]
    np.testing.assert_allclose(points, expected, atol=0.6)  # the frame stands at whole pixels


def test_the_rate_finder_too(qtbot: QtBot, tmp_path: Path) -> None:
    view = looking(RateFinder, subject_of(flat()), qtbot)
    view.take_answer(rates_found(), 0)
    view.save(tmp_path / "view.svg")
    check(tmp_path / "view.svg")


@pytest.mark.parametrize("kind", [WorstPredictionsView, PredictionExplorer])
def test_words_of_widgets_are_not_clipped_away(
    qtbot: QtBot, tmp_path: Path, kind: type[WorstPredictionsView] | type[PredictionExplorer]
) -> None:
    view = looking(kind, subject_of(flat()), qtbot)
    view.save(tmp_path / "view.svg")
    root = check(tmp_path / "view.svg")
    assert sum(1 for _ in root.iter(f"{SVG}text")) > 5


def test_words_name_fonts_that_css_knows(qtbot: QtBot, tmp_path: Path) -> None:
    def paint(painter: QPainter) -> None:
        for font, words in ((body_font(), "words"), (number_font(), "0.5 & <b>")):
            painter.setFont(font)
            painter.drawText(QPointF(5, 20), words)

    save_picture(paint, QSizeF(90, 40), "A picture", tmp_path / "words.svg")
    root = check(tmp_path / "words.svg")
    families = {"".join(each.itertext()).strip(): each.get("font-family", "") for each in root.iter(f"{SVG}text")}
    assert families["words"].endswith("sans-serif")
    assert families["0.5 & <b>"].endswith("monospace")
    assert "Sans Serif" not in families["words"], "which is a name of Qt's"


def test_cells_are_enlarged_as_wholes(qtbot: QtBot, tmp_path: Path) -> None:
    cells = QImage(2, 1, QImage.Format.Format_RGB32)
    cells.setPixelColor(0, 0, QColor("#ff0000"))
    cells.setPixelColor(1, 0, QColor("#0000ff"))
    save_picture(lambda painter: painter.drawImage(QRectF(5, 5, 60, 45), cells), QSizeF(90, 60), "", tmp_path / "a.svg")
    (image,) = ElementTree.parse(tmp_path / "a.svg").getroot().iter(f"{SVG}image")
    assert [float(image.get(name, "")) for name in ("x", "y", "width", "height")] == [5, 5, 60, 45]
    written = QImage.fromData(base64.b64decode(image.get(LINK, "").partition(",")[2]))
    assert written.size().toTuple() == (120, 90)
    colors = [[written.pixelColor(x, y).name() for x in range(120)] for y in (0, 44, 89)]
    assert colors == [["#ff0000"] * 60 + ["#0000ff"] * 60] * 3


def test_what_is_no_picture_of_cells_stays_as_it_is() -> None:
    link = "data:image/png;base64,AAAA"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><g><g></g>'
        f'<image width="9" height="9" image-rendering="optimizeSpeed" xlink:href="{link}"/>'
        '<text xml:space="preserve" font-family="Sans Serif">a  b</text></g></svg>'
    )
    root = ElementTree.fromstring(for_all_readers(svg.encode()))
    assert [each.tag for each in root.iter()] == [f"{SVG}{name}" for name in ("svg", "g", "image", "text")]
    assert root[0][0].get(LINK) == link
    assert root[0][1].text == "a  b"
    assert root[0][1].get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
