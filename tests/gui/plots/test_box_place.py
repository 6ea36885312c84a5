"""The box beside a cross-hair never covers what is pointed at, leaves most of a small picture free, counts rightly."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.box_place import LARGEST_SHARE, BoxPlace, fitting, place_box
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.training.history import History

MakeHistory = Callable[..., History]
EVENT = "step 11 196: learning rate 0.001 → 0.0002"


def layers(count: int, *notes: str) -> Pointer:
    readings = [Reading(f"dense_{n}", f"0.0{n:02d}3105", "#4488ff", float(n)) for n in range(1, count + 1)]
    return Pointer(11_994.0, "step 11 994 · epoch 800", (*readings, *(Reading(each, "", "#888888") for each in notes)))


def from_height(height: float) -> Callable[[Reading], float]:
    return lambda each: math.inf if each.height is None else abs(each.height - height)


@pytest.mark.parametrize("told", [layers(4), layers(4, EVENT), layers(8, EVENT), layers(20)])
@pytest.mark.parametrize(("width", "height"), [(258, 230), (236, 180), (420, 260), (900, 600)])
def test_neither_the_hand_nor_the_cross_hair_under_it_is_covered(
    qtbot: QtBot, told: Pointer, width: int, height: int
) -> None:
    view = QRectF(0, 0, width, height)
    for x in range(40, width, 23):
        for y in range(6, height, 11):
            hand = QRectF(QPointF(x - 7, y), QPointF(x, y))  # the measured step nearest to it is a little beside it
            box = place_box(told, hand, view, from_height(4.0)).box
            assert not box.intersects(hand.adjusted(-2, -2, 2, 2)), (x, y, box)
            assert view.contains(box), (x, y, box)
            assert box.height() <= max(LARGEST_SHARE * height, 76) + 1, (x, y, box)


def shown(place: BoxPlace) -> list[str]:
    return [each.name for each in place.pointer.readings]


def test_the_nearest_layers_stay_in_their_order_and_the_others_are_counted(qtbot: QtBot) -> None:
    hand, view = QRectF(130, 100, 0, 0), QRectF(0, 0, 258, 230)
    names = shown(place_box(layers(9, "best so far"), hand, view, from_height(6.0)))
    assert names == ["dense_5", "dense_6", "dense_7", "and 6 more", "best so far"]


def test_what_is_left_out_already_is_counted_as_well(qtbot: QtBot) -> None:
    pointer = layers(6)
    pointer = Pointer(1.0, "step 1", (*pointer.readings, Reading("and 12 more", "", "#888888", stands_for=12)))
    told = fitting(pointer, QSizeF(300, 12 + 16 * 5 + 4), from_height(1.0))
    assert [each.name for each in told.readings] == ["dense_1", "dense_2", "dense_3", "and 15 more"]


def test_where_there_is_room_nothing_is_left_out(qtbot: QtBot) -> None:
    told = layers(8, EVENT)
    assert place_box(told, QRectF(300, 100, 0, 0), QRectF(0, 0, 900, 600), from_height(1.0)).pointer == told


def test_words_go_on_below_beside_the_cross_hair(qtbot: QtBot) -> None:
    """A long note of what was changed does not push the box over the curves."""
    place = place_box(layers(4, EVENT), QRectF(60, 150, 0, 0), QRectF(0, 0, 258, 230), from_height(1.0))
    assert place.box.left() > 60
    assert len(place.pointer.readings) == 5


def test_pointing_in_a_narrow_view_leaves_what_is_pointed_at_free(qtbot: QtBot, make_history: MakeHistory) -> None:
    plot = GradientNorms()
    qtbot.addWidget(plot)
    plot.resize(258, 262)
    plot.show_history(make_history(60, layers=7))
    plot.show()
    qtbot.waitExposed(plot)
    frame = plot.area.frame
    for across in (0.1, 0.5, 0.9):
        for down in (0.1, 0.5, 0.9):
            hand = QPointF(frame.left() + across * frame.width(), frame.top() + down * frame.height()).toPoint()
            qtbot.mouseMove(plot.area.viewport(), hand)
            pointer = plot.area.pointer
            assert pointer is not None
            box = plot.area.place_of_box(pointer).box
            assert not box.contains(QPointF(hand)), (across, down, box)
            assert QRectF(0, 0, plot.area.width(), plot.area.height()).contains(box)
            assert "dense_7" in plot.area.accessibleDescription(), "who cannot see it is told all"
    qtbot.keyClick(plot.area, Qt.Key.Key_Left)
    pointer = plot.area.pointer
    assert pointer is not None
    box = plot.area.place_of_box(pointer).box
    dots = [plot.area.y_pixel(each.height) for each in pointer.readings if each.height is not None]
    middle = QPointF(plot.area.x_pixel(pointer.step), sum(dots) / len(dots))
    assert not box.contains(middle)


def test_the_point_of_the_curve_under_the_hand_is_free_too(qtbot: QtBot, make_history: MakeHistory) -> None:
    plot = GradientNorms()
    qtbot.addWidget(plot)
    plot.resize(258, 262)
    plot.show_history(make_history(60, norms=[[1e-3, 1e-2, 0.1, 1.0]] * 60))
    plot.show()
    qtbot.waitExposed(plot)
    x = plot.area.x_pixel(30)
    for height in (-3.0, -2.0, -1.0, 0.0):
        dot = QPointF(x, plot.area.y_pixel(height))
        for below in (-30, 30):
            hand = dot + QPointF(0, below)
            if not plot.area.frame.contains(hand):
                continue
            qtbot.mouseMove(plot.area.viewport(), hand.toPoint())
            assert plot.area.pointer is not None
            assert not plot.area.place_of_box(plot.area.pointer).box.contains(dot), (height, below)
