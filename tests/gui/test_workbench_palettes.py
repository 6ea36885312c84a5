"""Palette and add menu in the whole window: what is chosen arrives on the canvas, and is remembered as used."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from deepviz.gui.canvas.geometry import GRID, HEIGHT, WIDTH, Point
from deepviz.gui.settings import CLOSED_CATEGORIES, RECENT_LAYERS
from tests.e2e.window import LEFT, OpenWindow, Person, small_project


def double_click(person: Person, point: Point) -> None:
    person.click_at(point)
    person.mouse(QEvent.Type.MouseButtonDblClick, point)
    person.mouse(QEvent.Type.MouseButtonRelease, point)


def recent(person: Person) -> tuple[str, ...]:
    """What palette and add menu both show as lately used, and what the next start will."""
    shown = person.bench.palette.model.recent
    assert person.bench.add_menu.palette_list.model.recent == shown
    assert person.bench.settings.get(RECENT_LAYERS) == shown
    return shown


def test_double_click_type_enter(person: Person) -> None:
    bench = person.bench
    place = person.in_viewport(0.6, 0.9)
    double_click(person, place)
    assert bench.add_menu.isVisible()
    QTest.keyClicks(bench.add_menu.palette_list.search, "max pool 2d")
    QTest.keyClick(bench.add_menu.palette_list.search, Qt.Key.Key_Return)
    x, y = person.graph.node("maxpool2d_1").position
    assert abs(x + WIDTH / 2 - place.x) <= 4
    assert abs(y + HEIGHT / 2 - place.y) <= 4
    assert bench.canvas.hasFocus()
    assert bench.editor.undo_stack.undoText() == "Add MaxPool2D"


@pytest.mark.parametrize("zoom", [0.7, 1.0, 0.31, 2.0])
def test_a_dragged_card_is_as_large_as_it_will_be_on_the_canvas(person: Person, zoom: float) -> None:
    bench, carried = person.bench, []
    bench.canvas.look_at(zoom, person.middle("tanh_1"))
    bench.palette.choose("Dropout")
    bench.palette.run_drag = carried.append  # type: ignore[method-assign]
    viewport = bench.palette.view.viewport()
    start = bench.palette.view.visualRect(bench.palette.model.index_of("Dropout")).center()
    QTest.mousePress(viewport, LEFT, pos=start)
    for distance in (2, 40, 60):
        QTest.mouseMove(viewport, start + QPoint(distance, 0))
    QTest.mouseRelease(viewport, LEFT, pos=start)
    (drag,) = carried
    size = drag.pixmap().deviceIndependentSize()
    assert abs(size.width() - zoom * WIDTH) <= 1
    assert abs(size.height() - zoom * HEIGHT) <= 1
    hold = drag.hotSpot()
    # Where the pointer lets go, the card comes to lie around it: within half a step of the grid, it is where it was.
    place = person.in_viewport(0.5, 0.95)
    added = person.drop_from_palette("Dropout", place)
    left, top = person.graph.node(added).position
    shown, landed = bench.canvas.place_of(place) - hold, bench.canvas.place_of(Point(left, top))
    assert max(abs(shown.x() - landed.x()), abs(shown.y() - landed.y())) <= zoom * GRID / 2 + 1


def test_slash_builds_a_chain_by_keys_alone(person: Person) -> None:
    bench = person.bench
    bench.canvas.setFocus()
    bench.canvas.go_to("dense_1")
    for name in ("batchnorm", "dropout"):
        QTest.keyClick(bench.canvas, Qt.Key.Key_Slash)
        QTest.keyClicks(bench.add_menu.palette_list.search, name)
        QTest.keyClick(bench.add_menu.palette_list.search, Qt.Key.Key_Return)
    assert person.pairs() >= {("dense_1", "batchnorm_1"), ("batchnorm_1", "dropout_1"), ("dropout_1", "tanh_1")}


def test_replacing_by_key(person: Person) -> None:
    bench = person.bench
    bench.canvas.setFocus()
    bench.canvas.go_to("tanh_1")
    QTest.keyClick(bench.canvas, Qt.Key.Key_R)
    QTest.keyClicks(bench.add_menu.palette_list.search, "relu")
    QTest.keyClick(bench.add_menu.palette_list.search, Qt.Key.Key_Return)
    assert person.graph.node("tanh_1").layer.key == "ReLU"
    assert recent(person) == ("ReLU",)


def test_every_way_of_placing_counts_as_use(person: Person) -> None:
    person.drop_from_palette("Dropout", person.in_viewport(0.6, 0.9))
    assert recent(person) == ("Dropout",)
    person.bench.palette.choose("ReLU")
    person.bench.palette.activate_current()
    assert recent(person) == ("ReLU", "Dropout")
    double_click(person, person.in_viewport(0.2, 0.9))
    QTest.keyClicks(person.bench.add_menu.palette_list.search, "fc")
    QTest.keyClick(person.bench.add_menu.palette_list.search, Qt.Key.Key_Return)
    assert recent(person) == ("Dense", "ReLU", "Dropout")
    for key in ("Tanh", "ELU", "SELU", "ReLU"):
        person.bench.palette.choose(key)
        person.bench.palette.activate_current()
    assert recent(person) == ("ReLU", "SELU", "ELU", "Tanh", "Dense"), "no more than five, each once"
    person.bench.editor.undo_stack.undo()
    person.bench.editor.undo_stack.redo()
    assert recent(person)[0] == "ReLU"


def test_the_menu_goes_when_what_it_was_opened_for_may_be_gone(person: Person) -> None:
    person.bench.palette.choose("Dropout")
    person.bench.palette.activate_current()
    person.bench.canvas.setFocus()
    QTest.keyClick(person.bench.canvas, Qt.Key.Key_Slash)
    assert person.bench.add_menu.isVisible()
    person.bench.editor.undo_stack.undo()
    assert person.bench.add_menu.isHidden()


def test_closed_groups_are_remembered(person: Person, open_window: OpenWindow) -> None:
    palette = person.bench.palette
    assert "activation" in palette.model.closed
    palette.view.set_open("Activation", True)
    palette.view.set_open("Core", False)
    kept = person.bench.settings.get(CLOSED_CATEGORIES)
    assert "core" in kept
    assert "activation" not in kept
    again = open_window(small_project(), person.bench.settings)
    assert again.bench.palette.model.closed == kept


def test_all_headings_are_in_sight_at_first(person: Person) -> None:
    person.bench.window.resize(1280, 768)
    view, model = person.bench.palette.view, person.bench.palette.model
    loss = model.index_of_heading("Loss")
    assert view.viewport().rect().contains(view.visualRect(loss))


def test_enter_in_the_palette_wraps_a_long_chain_and_shows_its_end(person: Person) -> None:
    for _ in range(12):
        person.bench.palette.choose("Dropout")
        person.bench.palette.activate_current()
    positions = [node.position for node in person.graph.nodes]
    assert len({y for _, y in positions}) > 2
    assert len(set(positions)) == len(positions)
    seen, last = person.bench.canvas.seen(), person.graph.nodes[-1].position
    assert seen.left <= last[0] <= last[0] + WIDTH <= seen.right
    assert seen.top <= last[1] <= last[1] + HEIGHT <= seen.bottom
