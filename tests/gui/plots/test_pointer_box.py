"""The box beside the cross-hair: wholly inside of the view wherever that is narrow, and no number ever cut."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, Reading, beside, box_lines, box_size, inside, paint_box
from deepviz.gui.plots.ticks import linear_ticks
from deepviz.gui.theme import DARK, body_font, number_font

LONG = Pointer(
    40_960.0,
    "step 42 653 · epoch 2 766",
    (
        Reading("train", "5.43211", "#4488ff", 1.0),
        Reading("since 40 961", "1.73946e-5 – 0.00312345", "#888888"),
        Reading("validation (step 42 600)", "1.73946e-5", "#ff8800", 2.0),
        Reading("learning rate 0.01 → 0.003", "", "#888888"),
    ),
)
WIDTHS = (120, 180, 210, 260, 320, 420, 600)


def numbers_of(pointer: Pointer) -> list[str]:
    """Everything in it that has a digit."""
    words = " ".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)]).split(" ")
    return [word for word in words if any(letter.isdigit() for letter in word)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [80, 190, 400])
def test_the_box_is_inside_of_the_view_wherever_the_pointer_is(qtbot: QtBot, width: int, height: int) -> None:
    room = QSizeF(width, height)
    size = box_size(LONG, room)
    view = QRectF(QPointF(), room)
    for x in range(0, width + 1, 17):
        for y in range(0, height + 1, 13):
            for corner in (
                beside(QRectF(QPointF(x, y), QSizeF(9, 9)), size, room, 12),
                inside(QPointF(x, y), size, room),
            ):
                assert view.contains(QRectF(corner, size)), (x, y)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_number_is_cut(qtbot: QtBot, width: int) -> None:
    room = QSizeF(width, 600)
    lines = box_lines(LONG, room)
    said = " ".join(f"{line.name} {line.value}" for line in lines)
    for number in numbers_of(LONG):
        assert number in said.split(), (number, said)
    across = box_size(LONG, room).width() - 16
    names, values = QFontMetricsF(body_font(TEXT_SIZE)), QFontMetricsF(number_font(TEXT_SIZE))
    for line in lines:
        taken = names.horizontalAdvance(line.name) + (16 if line.name and not line.is_heading else 0)
        assert taken + values.horizontalAdvance(line.value) <= across + 0.01, line


def test_where_there_is_room_each_reading_has_one_line(qtbot: QtBot) -> None:
    lines = box_lines(LONG, QSizeF(800, 400))
    assert [(line.name, line.value) for line in lines] == [
        (LONG.heading, ""),
        *((each.name, each.value) for each in LONG.readings),
    ]


def test_a_low_view_says_how_many_readings_it_leaves_out(qtbot: QtBot) -> None:
    lines = box_lines(LONG, QSizeF(600, 70))
    assert [line.name for line in lines] == [LONG.heading, "train", "+3 more"]


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_painted_stays_inside_of_the_box(qtbot: QtBot, width: int) -> None:
    room = QSizeF(width, 300)
    size = box_size(LONG, room)
    image = QImage(width + 300, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("#010203"))
    painter = QPainter(image)
    paint_box(painter, DARK, LONG, QPointF(2, 2), room)
    painter.end()
    right = round(2 + size.width()) + 1
    assert all(image.pixelColor(x, y).name() == "#010203" for x in range(right, right + 60) for y in range(0, 300, 2))


@pytest.mark.parametrize("width", [180, 240, 330, 600])
def test_areas_paint_it_inside_of_themselves(qtbot: QtBot, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[QRectF] = []

    def note(painter: QPainter, theme: object, pointer: Pointer, corner: QPointF, room: QSizeF) -> None:
        painted.append(QRectF(corner, box_size(pointer, room)))

    monkeypatch.setattr("deepviz.gui.plots.area.paint_box", note)
    monkeypatch.setattr("deepviz.gui.plots.plane_area.paint_box", note)
    holder = QWidget()
    qtbot.addWidget(holder)
    area, plane = PlotArea(linear_ticks, holder), PlaneArea(holder)
    for widget in (area, plane):
        widget.resize(width, 160)
    holder.show()
    area.set_range((0.0, 100.0), (0.0, 1.0))
    for step in range(0, 101, 10):
        pointer = Pointer(float(step), LONG.heading, LONG.readings)
        area.set_pointer(pointer)
        area.grab()
        frame, share = plane.frame, step / 100
        place = QPointF(frame.left() + share * frame.width(), frame.top() + share * frame.height())
        numbers = plane.numbers_at(place)
        plane.set_pointer(Pointer(numbers.x(), LONG.heading, LONG.readings), numbers.y())
        plane.grab()
    assert len(painted) >= 15
    for box in painted:
        assert QRectF(0, 0, width, 160).contains(box), box


@pytest.mark.parametrize("width", [120, 400])
def test_the_sample_of_a_dashed_curve_is_dashed_as_the_curve(qtbot: QtBot, width: int) -> None:
    """Eight layers have two of one colour, told apart by their dashes: 28 ways of a line in all."""
    looks = [DARK.curve(number) for number in (0, 7)]
    assert looks[0].color == looks[1].color
    readings = tuple(Reading(f"dense_{n}", "0.1", look.color, None, look.dashes) for n, look in enumerate(looks))
    pointer, room = Pointer(1.0, "step 1", readings), QSizeF(width, 200)
    image = QImage(width, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.panel))
    painter = QPainter(image)
    paint_box(painter, DARK, pointer, QPointF(0, 0), room)
    painter.end()
    color = QColor(looks[0].color).name()
    runs = []
    for row in (1, 2):  # below the heading
        line = range(5 + 16 * row, 5 + 16 * (row + 1))
        across = [any(image.pixelColor(x, y).name() == color for y in line) for x in range(8, 8 + 14)]
        runs.append(sum(now and not before for before, now in zip([False, *across], across, strict=False)))
    assert runs[0] == 1, "an unbroken line"
    assert runs[1] >= 2, "strokes"
