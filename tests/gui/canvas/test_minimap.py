"""The minimap: there only while something is out of sight, true to the network, and a way to get about."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point
from deepviz.gui.theme import DARK, LIGHT

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def wide(owner):
    """The owner of a row of cards much wider than the canvas, seen at 100 % from its beginning."""
    project = Project()
    for number in range(12):
        project = edits.add_node(project, edits.new_layer("Dense" if number % 2 else "ReLU"), (number * 400.0, 0.0))
    owner.show(edits.move(project, {"relu_1": (0.0, 900.0)}))
    owner.view.look_at(1.0, Point(500.0, 300.0))
    return owner


def _send(minimap, kind, place, button=LEFT):
    held = NONE if kind == QEvent.Type.MouseButtonRelease else button
    pressed = NONE if kind == QEvent.Type.MouseMove else button
    globally = QPointF(minimap.mapToGlobal(place.toPoint()))
    QApplication.sendEvent(minimap, QMouseEvent(kind, place, globally, pressed, held, Qt.KeyboardModifier.NoModifier))


def test_it_comes_when_something_is_out_of_sight_and_goes_when_all_is_seen(wide):
    assert wide.view.minimap.isVisible()
    wide.view.fit()
    assert wide.view.minimap.isHidden()
    wide.view.zoom_reset()
    assert wide.view.minimap.isVisible()
    wide.show(Project(), fit=False)
    assert wide.view.minimap.isHidden()


def test_it_stands_in_a_corner_and_covers_neither_legend_nor_breadcrumbs(wide):
    view = wide.view
    box = view.minimap.geometry()
    assert view.rect().contains(box)
    assert not box.intersects(view.legend.geometry())
    assert not box.intersects(view.breadcrumbs.geometry())
    view.resize(700, 500)
    assert view.rect().contains(view.minimap.geometry())
    assert view.minimap.geometry().bottom() > 470


def test_a_click_brings_the_place_into_the_middle(wide):
    minimap = wide.view.minimap
    target = Point(3200 + WIDTH / 2, HEIGHT / 2)
    _send(minimap, QEvent.Type.MouseButtonPress, minimap.place_of(target))
    _send(minimap, QEvent.Type.MouseButtonRelease, minimap.place_of(target))
    assert wide.view.seen().center.x == pytest.approx(target.x, abs=2)
    assert wide.view.seen().center.y == pytest.approx(target.y, abs=2)
    assert wide.view.zoom == 1.0
    assert wide.view.network.selected == ()


def test_the_frame_can_be_dragged_and_stays_under_the_pointer(wide):
    minimap, view = wide.view.minimap, wide.view
    before = view.seen().center
    start = minimap.frame().center() + QPointF(3, 1)
    _send(minimap, QEvent.Type.MouseButtonPress, start)
    assert view.seen().center == before
    _send(minimap, QEvent.Type.MouseMove, start + QPointF(40, 0))
    assert minimap.frame().center().x() == pytest.approx((start + QPointF(37, -1)).x(), abs=0.5)
    _send(minimap, QEvent.Type.MouseButtonRelease, start + QPointF(40, 0))
    moved = view.seen().center
    _send(minimap, QEvent.Type.MouseMove, start, NONE)
    assert view.seen().center == moved


def test_it_does_not_vanish_from_under_the_pointer(wide):
    minimap = wide.view.minimap
    _send(minimap, QEvent.Type.MouseButtonPress, minimap.frame().center())
    wide.view.fit()
    assert minimap.isVisible()
    _send(minimap, QEvent.Type.MouseButtonRelease, minimap.frame().center())
    assert minimap.isHidden()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_card_is_painted_where_it_is_in_its_colour(wide, theme):
    wide.view.use_theme(theme)
    minimap = wide.view.minimap
    picture, painted = minimap.grab().toImage(), []
    for node_id, item in wide.view.network.node_items().items():
        left, top = wide.view.network.places[node_id]
        place = minimap.place_of(Point(left + WIDTH / 2, top + HEIGHT / 2)).toPoint()
        if not minimap.frame().adjusted(2, 2, -2, -2).contains(QPointF(place)):
            continue  # what is out of sight is paler
        painted.append(node_id)
        wanted = QColor(theme.bad if item.face.severity == "bad" else theme.category(item.face.category))
        seen = picture.pixelColor(place)
        off = max(abs(a - b) for a, b in zip(seen.getRgb()[:3], wanted.getRgb()[:3], strict=True))
        assert off < 40, node_id
    assert painted


def test_it_follows_edits(wide):
    wide.view.minimap.grab()
    before = wide.view.minimap.place_of(Point(0, 900))
    wide.show(edits.move(wide.project, {"relu_1": (0.0, 3000.0)}), fit=False)
    assert wide.view.minimap.place_of(Point(0, 900)) != before


def test_m_switches_it_off_and_on_and_says_so_when_nothing_can_be_seen_of_it(wide):
    told = []
    wide.view.minimap.wanted_changed.connect(told.append)
    wide.key(Qt.Key.Key_M)
    assert wide.view.minimap.isHidden()
    assert wide.view.bubble.text == ""
    wide.view.zoom_in()
    assert wide.view.minimap.isHidden()
    wide.key(Qt.Key.Key_M)
    assert wide.view.minimap.isVisible()
    wide.view.fit()
    wide.key(Qt.Key.Key_M)
    assert "stays away" in wide.view.bubble.text
    assert told == [False, True, False]


def test_hidden_it_does_not_look_at_the_network(wide, monkeypatch):
    wide.key(Qt.Key.Key_M)
    monkeypatch.setattr(wide.view.minimap, "_take_size", lambda *_: pytest.fail("it looked"))
    wide.show(edits.move(wide.project, {"relu_1": (0.0, 3000.0)}), fit=False)
    wide.view.zoom_in()
    wide.view.pan_by(30, 0)
