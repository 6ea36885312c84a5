"""Dragging to the border pushes the network along, and nothing goes on pushing when the drag is over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.canvas.geometry import Point

MIDDLE = Qt.MouseButton.MiddleButton


@pytest.fixture
def wide(owner):
    """The owner of a canvas that shows the left half of two rows, at 100 %."""
    project = Project()
    for number in range(9):
        project = edits.add_node(project, edits.new_layer("Dense"), (number * 216.0, 200.0))
    owner.show(project)
    owner.view.look_at(1.0, Point(500.0, 300.0))
    return owner


def _at(owner, x, y) -> Point:
    """A place of the viewport in the scene, as it is now."""
    return owner.view.scene_point(QPointF(x, y))


def _wait_until_pushed(owner, qtbot, by=150.0):
    before = owner.view.seen().left
    qtbot.waitUntil(lambda: abs(owner.view.seen().left - before) > by)


def test_a_card_goes_along_with_the_network(wide, qtbot):
    start = wide.middle("dense_2")
    wide.press(start)
    wide.move(Point(start.x + 100, start.y + 200))
    wide.move(_at(wide, 996, 500))
    assert wide.view.border.is_pushing
    _wait_until_pushed(wide, qtbot)
    shown = wide.view.network.places["dense_2"]
    assert shown.x > 1000
    wide.release(_at(wide, 996, 500))
    assert not wide.view.border.is_pushing
    assert wide.place("dense_2")[0] >= shown.x - 8


def test_a_rubber_band_reaches_what_was_out_of_sight(wide, qtbot):
    wide.press(Point(-50, 150))
    wide.move(Point(300, 350))
    wide.move(_at(wide, 998, 400))
    qtbot.waitUntil(lambda: "dense_7" in wide.view.network.selected)
    wide.key(Qt.Key.Key_Escape)
    assert not wide.view.border.is_pushing


def test_a_connection_reaches_there_as_well(wide, qtbot):
    wide.press(wide.output("dense_1"))
    wide.move(Point(500, 400))
    wide.move(_at(wide, 998, 400))
    _wait_until_pushed(wide, qtbot)
    wide.release(wide.input("dense_7"))
    assert ("dense_1", "dense_7") in wide.pairs()
    assert not wide.view.border.is_pushing


def test_a_layer_of_the_palette_pushes_only_after_it_has_been_inside(wide, qtbot):
    wide.drag_over("Tanh", _at(wide, 2, 400))
    assert not wide.view.border.is_pushing
    wide.drag_on(_at(wide, 2, 410))
    assert not wide.view.border.is_pushing
    wide.drag_out()
    wide.drag_over("Tanh", _at(wide, 500, 410))
    wide.drag_on(_at(wide, 998, 410))
    assert wide.view.border.is_pushing
    _wait_until_pushed(wide, qtbot, by=60.0)
    wide.drag_out()
    assert not wide.view.border.is_pushing


def test_what_begins_at_the_border_does_not_push_at_once(wide):
    wide.press(_at(wide, 990, 650))
    wide.move(_at(wide, 994, 655))
    assert not wide.view.border.is_pushing
    wide.move(_at(wide, 900, 600))
    wide.move(_at(wide, 996, 600))
    assert wide.view.border.is_pushing
    wide.release(_at(wide, 996, 600))


def test_away_from_the_border_it_stops(wide):
    start = wide.middle("dense_2")
    wide.press(start)
    wide.move(Point(start.x + 100, start.y + 200))
    wide.move(_at(wide, 996, 500))
    wide.move(_at(wide, 600, 500))
    assert not wide.view.border.is_pushing
    wide.release(_at(wide, 600, 500))


def test_pushing_the_canvas_by_hand_is_not_pushed_in_addition(wide):
    wide.press(_at(wide, 500, 500), MIDDLE)
    wide.move(_at(wide, 998, 500), MIDDLE)
    assert not wide.view.border.is_pushing
    wide.release(_at(wide, 998, 500), MIDDLE)
