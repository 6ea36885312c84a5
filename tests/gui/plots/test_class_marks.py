"""Marks of classes differ in shape, not only in colour; one class can be singled out; thousands are painted at once."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.class_colors import class_color
from deepviz.gui.plots.class_marks import SHAPES, mark, paint_marks
from deepviz.gui.plots.cloud_painting import mixed
from deepviz.gui.plots.projection import Projection
from deepviz.gui.theme import DARK
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import NO_BUTTON, mouse
from tests.gui.plots.looks import answer, flat, looking, regression, subject_of, tell

SIDE = 60
RED, BLUE, PANEL = "#ff0000", "#0000ff", "#000000"


def painted(xs: list[float], classes: list[int], **choices: object) -> np.ndarray:
    """What marks at some places half way down look like, shape ``(SIDE, SIDE, 3)``: blue, green, red."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor(PANEL))
    painter = QPainter(image)
    colors = [RED, BLUE, *["#ffffff"] * 9]
    ys = np.full(len(xs), SIDE / 2)
    paint_marks(painter, np.array(xs), ys, np.array(classes), colors, PANEL, 12.0, **choices)  # type: ignore[arg-type]
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, SIDE, 4)[..., :3].astype(int)


def test_all_shapes_differ_and_are_about_as_large_as_each_other(qtbot: QtBot) -> None:
    inked = [painted([SIDE / 2], [number]).max(axis=2) > 128 for number in range(len(SHAPES))]
    for one, other in combinations(inked, 2):
        differing = (one ^ other).sum() / max(one.sum(), other.sum())
        assert differing > 0.08, "by how much of their area they differ"
    areas = [each.sum() for each in inked]
    assert max(areas) < 2.0 * min(areas)
    assert np.array_equal(painted([30.0], [2]), painted([30.0], [2 + len(SHAPES)]))


@pytest.mark.parametrize("is_picture", [False, True])
def test_each_sample_has_the_colour_of_its_class_at_its_place(qtbot: QtBot, is_picture: bool) -> None:
    seen = painted([15.0, 45.0], [0, 1], is_picture=is_picture)
    assert seen[30, 15].tolist() == [0, 0, 255]
    assert seen[30, 45].tolist() == [255, 0, 0]
    rows, columns = np.nonzero(seen[..., 2] > 128)
    assert (rows.mean(), columns.mean()) == pytest.approx((29.5, 14.5), abs=0.6)


@pytest.mark.parametrize("is_picture", [False, True])
def test_the_class_that_is_singled_out_lies_in_front_and_the_others_fade(qtbot: QtBot, is_picture: bool) -> None:
    for singled, color in ((0, [0, 0, 255]), (1, [255, 0, 0])):
        seen = painted([30.0, 30.0, 50.0], [0, 1, 1 - singled], singled=singled, is_picture=is_picture)
        assert seen[30, 30].tolist() == color
        assert 20 < seen[30, 50].max() < 80, "still to be seen, but little of it"


def test_ten_thousand_are_as_many_marks(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(QColor(PANEL))
    painter = QPainter(image)
    xs, ys = rng.uniform(0, 400, (2, 10_000))
    paint_marks(painter, xs, ys, rng.integers(0, 2, 10_000), [RED, BLUE], PANEL, 6.0)
    painter.end()
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(400, 400, 4)[..., :3]
    assert (seen.max(axis=2) > 100).mean() > 0.5


@pytest.fixture
def subject() -> Subject:
    return subject_of(flat())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> Projection:
    return looking(Projection, subject, qtbot, 520, 460)


def colors_in(look: Projection) -> dict[str, int]:
    image = look.area.grab().toImage()
    names = [class_color(DARK, number) for number in range(2)]
    inside = look.area.frame.toRect()
    pixels = [
        image.pixelColor(x, y).name()
        for x in range(inside.left() + 1, inside.right())
        for y in range(inside.top() + 1, inside.bottom())
    ]
    return {name: pixels.count(name) for name in names}


def test_pointing_at_a_class_in_the_legend_fades_the_others(look: Projection) -> None:
    header = look.header
    header.resize(500, header.height())
    header.grab()
    assert len(header._places) == 2
    assert [entry.mark for entry in header.entries] == [0, 1]
    all_of_them = colors_in(look)
    assert all(count > 20 for count in all_of_them.values())
    first, second = (class_color(DARK, number) for number in range(2))
    for number, (shown, faded) in enumerate(((first, second), (second, first))):
        middle = sum(header._places[number]) / 2
        mouse(header, QEvent.Type.MouseMove, QPointF(middle, 14), NO_BUTTON, NO_BUTTON)
        found = colors_in(look)
        assert found[shown] >= all_of_them[shown]
        assert found[faded] == 0
        assert mixed(faded, DARK.raised, 0.25) in look.strip.colors
        assert faded not in look.strip.colors
    QApplication.sendEvent(header, QEvent(QEvent.Type.Leave))
    assert colors_in(look) == all_of_them


def test_the_menu_singles_a_class_out_for_good(look: Projection, subject: Subject) -> None:
    offered = look._single_menu.actions()
    assert [each.text() for each in offered] == ["None", *subject.data.class_names]
    assert [each.isChecked() for each in offered] == [True, False, False]
    offered[2].trigger()
    assert look.paint.singled == 1
    assert [each.isChecked() for each in offered] == [False, False, True]
    look.header.entry_pointed.emit(0)
    assert look.paint.singled == 0
    look.header.entry_pointed.emit(None)
    assert look.paint.singled == 1
    offered[0].trigger()
    assert look.paint.singled is None


def test_numbers_to_fit_have_no_classes_to_single_out(look: Projection) -> None:
    look._single_menu.actions()[1].trigger()
    other = subject_of(regression())
    tell(look, other)
    answer(look, other)
    assert look.paint.singled is None
    assert not look._single_menu.isEnabled()
    assert not look.grab().isNull()


def test_a_mark_is_around_nothing() -> None:
    for number in range(2 * len(SHAPES)):
        middle = mark(number, 10.0).boundingRect().center()
        assert abs(middle.x()) < 0.1
        assert abs(middle.y()) < 2.0
