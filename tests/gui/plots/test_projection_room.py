"""A projection has most of its view for its points, all classes can be told apart, and its figures are explained."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.cloud_words import figures_tip
from deepviz.gui.plots.projection import Projection
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import click, flat, hover, images, looking, regression, subject_of

WIDE_DOCK, DOCK = (471, 246), (257, 246)
DIGITS = [str(number) for number in range(10)]


@pytest.fixture(scope="module")
def digits() -> Subject:
    return subject_of(images())


def names_shown(look: Projection) -> list[str]:
    """The classes that can be read, in the header or in lines of their own."""
    if look.header.entries:
        assert look.legend.isHidden()
        assert look.header.has_room_for(look.header.entries)
        return [each.name for each in look.header.entries]
    assert look.legend.isVisible()
    places = look.legend.places(look.legend.width())
    whole = QRectF(look.legend.rect())
    assert not any(one.intersects(two) for number, one in enumerate(places) for two in places[number + 1 :])
    return [each.name for each, place in zip(look.legend.entries, places, strict=True) if whole.contains(place)]


@pytest.mark.parametrize("size", [WIDE_DOCK, DOCK, (236, 246), (471, 420), (1200, 600), (390, 230)])
def test_the_plot_has_at_least_half_and_all_classes_are_named(
    qtbot: QtBot, digits: Subject, size: tuple[int, int]
) -> None:
    look = looking(Projection, digits, qtbot, *size)
    look.resize(size[0] + 1, size[1])
    QApplication.processEvents()
    qtbot.waitUntil(lambda: look.area.height() >= 0.5 * look.height())
    assert names_shown(look) == DIGITS
    if size[0] > 380:
        assert look.area.frame.height() >= 0.45 * look.height()
    assert not look.grab().isNull()


def test_in_a_low_and_wide_view_the_layers_stand_below_each_other(qtbot: QtBot, digits: Subject) -> None:
    look = looking(Projection, digits, qtbot, *WIDE_DOCK)
    strip = look.strip
    qtbot.waitUntil(lambda: strip.geometry().right() < look.area.x() and strip.height() == look.content.height())
    assert strip.is_column
    assert strip.rect_of(0).left() == strip.rect_of(1).left()
    assert strip.current == 4
    assert QRectF(strip.viewport().rect()).contains(strip.rect_of(4)), "the one that is large is in sight"
    place = look.strip.rect_of(3).center()
    click(strip.viewport(), place)
    assert look.node == "flatten_1"
    QTest.keyClick(strip, Qt.Key.Key_Up)
    assert look.node == "relu_1"
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert strip.current == 0
    assert strip.verticalScrollBar().value() == 0
    far = QPointF(strip.mapToGlobal(QPoint(0, 0))) + QPointF(20, 20)
    down = QWheelEvent(
        QPointF(20, 20), far, QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(strip.viewport(), down)
    assert strip.verticalScrollBar().value() > 0
    look.resize(471, 460)
    qtbot.waitUntil(lambda: strip.geometry().bottom() < look.area.y() + look.legend.height() + 1)
    assert not strip.is_column
    assert strip.rect_of(0).top() == strip.rect_of(1).top()
    click(strip.viewport(), strip.rect_of(1).center())
    assert strip.current == 1


def test_a_class_that_is_pointed_at_in_the_lines_stands_out(qtbot: QtBot, digits: Subject) -> None:
    look = looking(Projection, digits, qtbot, *DOCK)
    qtbot.waitUntil(lambda: look.legend.isVisible() and look.legend.width() > 200)
    places = look.legend.places(look.legend.width())
    hover(look.legend, places[9].center())
    assert look.paint.singled == 9
    hover(look.legend, QPointF(look.legend.width() - 2, places[9].center().y()))
    assert look.paint.singled is None
    assert look.legend.toolTip() == ", ".join(DIGITS)


def test_the_figures_are_explained_where_they_stand(qtbot: QtBot, digits: Subject) -> None:
    look = looking(Projection, digits, qtbot, *WIDE_DOCK)
    assert look.answer is not None
    tip = figures_tip(look.answer)
    assert "nearest other sample" in tip
    assert look.strip.toolTip() == tip
    assert look.area.caption.startswith("neighbour of the same class ")
    assert look.area.tip_at(QPointF(20, 4)).endswith(tip)
    cars = looking(Projection, subject_of(regression()), qtbot, *WIDE_DOCK)
    assert "R²" in cars.strip.toolTip()
    assert cars.legend.isHidden()


def test_a_picture_for_a_file_names_the_classes_too(qtbot: QtBot, digits: Subject) -> None:
    look = looking(Projection, digits, qtbot, *DOCK)
    qtbot.waitUntil(lambda: look.legend.isVisible())
    above = look.strip.picture_height(look.width())
    assert look.picture_size().height() == 28 + above + look.legend.height() + look.area.height()
    two = looking(Projection, subject_of(flat()), qtbot, 520, 460)
    assert two.legend.isHidden()
    assert len(two.header.entries) == len(np.unique(subject_of(flat()).data.train.y))
