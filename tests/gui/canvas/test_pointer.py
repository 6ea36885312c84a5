"""Every gesture of the pointer, as real events on the viewport, asks for the edit it should."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from deepviz.document.graph import Edge
from deepviz.engine import layers, losses
from deepviz.gui.canvas.geometry import HEIGHT, Point

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class TestSelecting:
    def test_a_click_selects_and_another_elsewhere_deselects(self, on_chain):
        on_chain.click(on_chain.middle("relu_1"))
        assert on_chain.view.network.selected == ("relu_1",)
        on_chain.click(Point(-30, -30))
        assert on_chain.selections == [("relu_1",), ()]
        assert on_chain.labels == []

    def test_ctrl_click_adds_and_takes_away(self, on_chain):
        on_chain.click(on_chain.middle("relu_1"))
        on_chain.click(on_chain.middle("dense_1"), keys=CTRL)
        assert on_chain.view.network.selected == ("relu_1", "dense_1")
        on_chain.click(on_chain.middle("relu_1"), keys=CTRL)
        assert on_chain.view.network.selected == ("dense_1",)

    def test_a_click_on_one_of_several_leaves_only_that(self, on_chain):
        on_chain.view.select(("relu_1", "dense_1"))
        on_chain.click(on_chain.middle("relu_1"))
        assert on_chain.view.network.selected == ("relu_1",)

    def test_a_rubber_band_selects_what_it_touches_and_the_edges_between(self, on_chain):
        on_chain.drag(Point(-20, -20), Point(300, 60))
        assert on_chain.view.network.selected == ("input_1", "dense_1")
        assert on_chain.view.network.selected_edges == (Edge("input_1", "dense_1"),)

    def test_a_rubber_band_with_shift_adds(self, on_chain):
        on_chain.view.select(("loss_1",))
        on_chain.drag(Point(-20, -20), Point(100, 60), keys=SHIFT)
        assert set(on_chain.view.network.selected) == {"loss_1", "input_1"}

    def test_escape_gives_back_what_was_selected_before_the_rubber_band(self, on_chain):
        on_chain.view.select(("loss_1",))
        on_chain.press(Point(-20, -20))
        on_chain.move(Point(300, 60))
        assert "dense_1" in on_chain.view.network.selected
        on_chain.key(Qt.Key.Key_Escape)
        assert on_chain.view.network.selected == ("loss_1",)

    def test_an_edge_is_selected_by_a_click_near_it(self, on_chain):
        start, end = on_chain.output("dense_1"), on_chain.input("relu_1")
        on_chain.click(Point((start.x + end.x) / 2, start.y + 6))
        assert on_chain.view.network.selected_edges == (Edge("dense_1", "relu_1"),)
        assert on_chain.view.network.selected == ()

    def test_a_double_click_activates(self, on_chain):
        point = on_chain.middle("dense_2")
        on_chain.click(point)
        on_chain.mouse(QEvent.Type.MouseButtonDblClick, point)
        on_chain.release(point)
        assert on_chain.activated == ["dense_2"]
        assert on_chain.labels == []


class TestMoving:
    def test_a_card_snaps_to_the_grid_and_is_moved_by_one_edit(self, on_chain):
        start = on_chain.middle("relu_1")
        on_chain.drag(start, Point(start.x + 43, start.y + 69))
        x, y = on_chain.place("relu_1")
        assert (x % 8, y % 8) == (0, 0)
        assert (abs(x - 432 - 43) <= 4, abs(y - 69) <= 4) == (True, True)
        assert on_chain.labels == ["Move relu_1"]

    def test_alt_moves_freely(self, on_chain):
        start = on_chain.middle("relu_1")
        on_chain.drag(start, Point(start.x + 43, start.y + 69), keys=ALT)
        assert on_chain.place("relu_1") == pytest.approx((432 + 43, 69), abs=0.6)

    def test_all_selected_cards_move_together(self, on_chain):
        on_chain.view.select(("relu_1", "dense_2"))
        start = on_chain.middle("relu_1")
        on_chain.drag(start, Point(start.x, start.y + 80))
        assert on_chain.labels == ["Move 2 layers"]
        assert on_chain.place("relu_1")[1] == on_chain.place("dense_2")[1] == 80
        assert on_chain.place("dense_1") == (216, 0)

    def test_a_tremble_is_a_click(self, on_chain):
        start = on_chain.middle("relu_1")
        on_chain.drag(start, Point(start.x + 2, start.y + 3))
        assert on_chain.labels == []

    def test_cards_and_edges_follow_while_dragging_and_escape_puts_them_back(self, on_chain):
        network, edge = on_chain.view.network, Edge("dense_1", "relu_1")
        before, start = network.routes[edge], on_chain.middle("relu_1")
        on_chain.press(start)
        on_chain.move(Point(start.x + 80, start.y + 160))
        assert network.node_items()["relu_1"].pos() == QPointF(512, 160)
        assert network.routes[edge].curves[-1][-1] == (512, 160 + HEIGHT / 2)
        on_chain.key(Qt.Key.Key_Escape)
        on_chain.release(start)
        assert network.node_items()["relu_1"].pos() == QPointF(432, 0)
        assert network.routes[edge] == before
        assert on_chain.labels == []

    def test_a_refused_move_goes_back(self, owner):
        owner.show(_single())
        owner.view.edit_requested.disconnect()
        start = owner.middle("dense_1")
        owner.drag(start, Point(start.x + 80, start.y))
        assert owner.view.network.node_items()["dense_1"].pos() == QPointF(0, 0)

    def test_a_second_button_cancels(self, on_chain):
        start = on_chain.middle("relu_1")
        on_chain.press(start)
        on_chain.move(Point(start.x + 80, start.y))
        on_chain.press(Point(start.x + 80, start.y), Qt.MouseButton.RightButton)
        on_chain.release(Point(start.x + 80, start.y))
        assert on_chain.labels == []
        assert on_chain.place("relu_1") == (432, 0)


class TestConnecting:
    def test_from_output_to_input(self, on_branches):
        on_branches.drag(on_branches.output("input_1"), on_branches.input("dense_3"))
        assert on_branches.labels == ["Connect input_1 to dense_3"]
        assert Edge("input_1", "dense_3") in on_branches.edges

    def test_from_input_to_output(self, on_branches):
        on_branches.drag(on_branches.input("dense_3"), on_branches.output("input_1"))
        assert Edge("input_1", "dense_3") in on_branches.edges

    def test_a_release_on_the_card_takes_its_first_free_port(self, on_branches):
        on_branches.drag(on_branches.output("dense_3"), on_branches.middle("add_1"))
        assert Edge("dense_3", "add_1", 2) in on_branches.edges
        assert len(on_branches.project.graph.inputs_of("add_1")) == 3

    def test_a_release_on_nothing_cancels(self, on_branches):
        before = on_branches.edges
        on_branches.drag(on_branches.output("dense_3"), Point(460, 480))
        assert (on_branches.labels, on_branches.edges) == ([], before)
        assert on_branches.view.bubble.text == ""

    def test_a_cycle_is_refused_in_words_at_the_place(self, on_branches):
        on_branches.drag(on_branches.output("add_1"), on_branches.middle("dense_1"))
        assert on_branches.labels == []
        assert "cycle" in on_branches.view.bubble.text
        assert on_branches.messages == [on_branches.view.bubble.text]

    def test_impossible_targets_are_dimmed_and_possible_ones_are_not(self, on_branches):
        on_branches.press(on_branches.output("dense_1"))
        items = on_branches.view.network.node_items()
        dimmed = {node_id for node_id, item in items.items() if item.opacity() < 1}
        assert dimmed == {"input_1", "add_1"}
        on_branches.key(Qt.Key.Key_Escape)
        assert all(item.opacity() == 1 for item in items.values())

    def test_a_taken_single_input_is_replaced(self, on_branches):
        on_branches.drag(on_branches.output("dense_3"), on_branches.input("dense_2"))
        assert on_branches.project.graph.inputs_of("dense_2") == (Edge("dense_3", "dense_2"),)

    def test_dragging_an_edges_end_to_nothing_disconnects(self, on_branches):
        on_branches.drag(on_branches.input("dense_1"), Point(180, -80))
        assert on_branches.labels == ["Disconnect input_1 from dense_1"]
        assert ("input_1", "dense_1") not in on_branches.pairs()

    def test_dragging_an_edges_end_to_another_input_reconnects_in_one_edit(self, on_branches):
        on_branches.drag(on_branches.input("dense_1"), on_branches.input("dense_3"))
        assert on_branches.labels == ["Connect input_1 to dense_3 instead"]
        assert on_branches.pairs() >= {("input_1", "dense_3"), ("input_1", "dense_2")}
        assert ("input_1", "dense_1") not in on_branches.pairs()

    def test_an_edges_end_can_change_its_port(self, on_branches):
        on_branches.drag(on_branches.input("add_1", 0), on_branches.input("add_1", 2))
        assert {edge.source: edge.port for edge in on_branches.project.graph.inputs_of("add_1")} == {
            "dense_2": 0, "dense_1": 1,
        }  # fmt: skip

    def test_letting_an_edges_end_go_where_it_was_changes_nothing(self, on_branches):
        place = on_branches.input("dense_1")
        on_branches.drag(place, Point(place.x - 4, place.y + 4))
        assert on_branches.labels == []
        assert on_branches.view.network.edge_items()[Edge("input_1", "dense_1")].isVisible()

    def test_the_moved_edge_is_hidden_while_its_end_is_dragged(self, on_branches):
        item = on_branches.view.network.edge_items()[Edge("input_1", "dense_1")]
        on_branches.press(on_branches.input("dense_1"))
        on_branches.move(Point(180, -80))
        assert not item.isVisible()
        on_branches.key(Qt.Key.Key_Escape)
        assert item.isVisible()
        assert on_branches.labels == []


class TestLooking:
    def test_the_wheel_zooms_about_the_pointer(self, on_chain):
        point = Point(300, 40)
        place, zoom = on_chain.view.place_of(point), on_chain.view.zoom
        on_chain.wheel(point, 120)
        assert on_chain.view.zoom == pytest.approx(zoom * 1.2)
        moved = on_chain.view.place_of(point) - place
        assert max(abs(moved.x()), abs(moved.y())) <= 1

    def test_zoom_has_ends(self, on_chain):
        for _ in range(40):
            on_chain.wheel(Point(0, 0), 120)
        assert on_chain.view.zoom == 4.0
        for _ in range(60):
            on_chain.wheel(Point(0, 0), -120)
        assert on_chain.view.zoom == 0.1

    @pytest.mark.parametrize("by", ["middle", "space"])
    def test_panning_keeps_the_point_under_the_pointer(self, on_chain, by):
        button = Qt.MouseButton.MiddleButton if by == "middle" else Qt.MouseButton.LeftButton
        place = on_chain.view.place_of(Point(0, 0))
        if by == "space":
            _press_space(on_chain.view, QEvent.Type.KeyPress)
        start = Point(100, -60)
        on_chain.press(start, button)
        for _ in range(3):
            on_chain.move(Point(start.x + 20, start.y + 10), button)
        on_chain.release(start, button)
        moved = on_chain.view.place_of(Point(0, 0)) - place
        assert (moved.x(), moved.y()) == pytest.approx((60, 30), abs=3)
        assert (on_chain.labels, on_chain.selections) == ([], [])
        if by == "space":
            _press_space(on_chain.view, QEvent.Type.KeyRelease)
            on_chain.click(on_chain.middle("dense_1"))
            assert on_chain.selections == [("dense_1",)]

    def test_the_network_cannot_be_pushed_out_of_sight(self, on_chain):
        for dx, dy in ((9000, 0), (-9000, 0), (0, 9000), (0, -9000)):
            on_chain.view.pan_by(dx, dy)
            seen, content = on_chain.view.seen(), on_chain.view.network.content()
            assert seen.meets(content), (dx, dy)

    def test_fit_shows_everything_and_enlarges_nothing(self, on_chain):
        on_chain.view.zoom_about(QPointF(0, 0), 3.0)
        on_chain.view.fit()
        assert on_chain.view.zoom == 1.0
        seen, content = on_chain.view.seen(), on_chain.view.network.content()
        assert seen.left < content.left < content.right < seen.right
        assert seen.top < content.top < content.bottom < seen.bottom

    def test_a_fitted_network_stays_fitted_when_the_window_changes(self, on_chain):
        on_chain.view.resize(500, 400)
        seen, content = on_chain.view.seen(), on_chain.view.network.content()
        assert seen.left < content.left < content.right < seen.right
        on_chain.view.zoom_in()
        zoom = on_chain.view.zoom
        on_chain.view.resize(600, 400)
        assert on_chain.view.zoom == zoom

    def test_hovering_shows_where_one_is(self, on_chain):
        network, start = on_chain.view.network, on_chain.output("dense_1")
        on_chain.move(Point(start.x + 23, start.y), Qt.MouseButton.NoButton)
        assert network.edge_items()[Edge("dense_1", "relu_1")].halo
        on_chain.move(on_chain.middle("relu_1"), Qt.MouseButton.NoButton)
        assert not network.edge_items()[Edge("dense_1", "relu_1")].halo
        assert on_chain.view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
        on_chain.move(start, Qt.MouseButton.NoButton)
        assert on_chain.view.viewport().cursor().shape() == Qt.CursorShape.CrossCursor


class TestConnectingToNothing:
    @pytest.fixture
    def wanted(self, on_branches):
        asked = []
        on_branches.view.layer_wanted.connect(asked.append)
        return asked

    def test_over_empty_canvas_a_layer_can_be_chosen_and_is_connected_there(self, on_branches, wanted):
        end = Point(620, 446)
        on_branches.press(on_branches.output("dense_3"))
        on_branches.move(end)
        assert on_branches.view.network.overlays.words == "Let go to add a layer"
        on_branches.release(end)
        assert on_branches.view.network.overlays.words == ""
        (asked,) = wanted
        assert asked.title == "Add after dense_3"
        assert asked.place == on_branches.view.place_of(end)
        assert not asked.suits(layers.registry["Input"])
        assert asked.suits(losses.registry["MeanSquaredError"])
        asked.choose("Tanh")
        assert on_branches.labels == ["Add Tanh after dense_3"]
        assert ("dense_3", "tanh_1") in on_branches.pairs()
        assert on_branches.input("tanh_1") == pytest.approx(end, abs=4)

    def test_from_an_input_it_comes_before(self, on_branches, wanted):
        on_branches.drag(on_branches.input("dense_3"), Point(120, 446))
        (asked,) = wanted
        assert asked.suits(layers.registry["Input"])
        assert not asked.suits(losses.registry["MeanSquaredError"])
        asked.choose("Input")
        assert ("input_2", "dense_3") in on_branches.pairs()
        assert on_branches.output("input_2") == pytest.approx((120, 446), abs=4)

    def test_a_click_on_a_port_and_an_edge_that_is_pulled_off_ask_for_nothing(self, on_branches, wanted):
        port = on_branches.output("dense_3")
        on_branches.drag(port, Point(port.x + 26, port.y + 4))
        on_branches.drag(on_branches.input("dense_1"), Point(200, 300))
        assert wanted == []
        assert on_branches.labels == ["Disconnect input_1 from dense_1"]


class TestOrderOfInputs:
    def test_an_end_dragged_to_another_port_comes_between_the_others(self, on_branches):
        on_branches.drag(on_branches.output("dense_3"), on_branches.middle("add_1"))
        on_branches.drag(on_branches.input("add_1", 0), on_branches.input("add_1", 1))
        sources = [edge.source for edge in on_branches.project.graph.inputs_of("add_1")]
        assert sources == ["dense_2", "dense_1", "dense_3"]
        on_branches.drag(on_branches.input("add_1", 2), on_branches.input("add_1", 0))
        sources = [edge.source for edge in on_branches.project.graph.inputs_of("add_1")]
        assert sources == ["dense_3", "dense_2", "dense_1"]
        assert [edge.port for edge in on_branches.project.graph.inputs_of("add_1")] == [0, 1, 2]


class TestSaying:
    def test_tooltips(self, on_chain):
        start = on_chain.output("dense_1")
        assert _tooltip(on_chain, Point(start.x + 23, start.y)) == "dense_1 → relu_1\nShape 8"
        assert "Parameters 40" in _tooltip(on_chain, on_chain.middle("dense_1"))
        QToolTip.hideText()

    def test_a_click_on_a_problem_offers_repairs_that_work(self, on_chain):
        on_chain.show(_with_mismatch())
        left, top = on_chain.view.network.places["dense_1"]
        on_chain.click(Point(left + 30, top + HEIGHT + 10))
        bubble = on_chain.view.bubble
        assert "flat" in bubble.text
        assert [button.text() for button in bubble.offers] == ["Insert Flatten"]
        bubble.offers[0].click()
        assert on_chain.labels == ["Insert Flatten"]
        assert on_chain.pairs() == {("input_1", "flatten_1"), ("flatten_1", "dense_1")}
        assert bubble.text == ""

    def test_edit_error_is_shown_and_goes_with_a_click(self, on_chain):
        on_chain.view.edit_error("No.", (0.0, 0.0))
        assert on_chain.view.bubble.text == "No."
        on_chain.click(Point(-30, -30))
        assert on_chain.view.bubble.text == ""

    def test_a_bubble_stays_inside_the_canvas(self, on_chain):
        for corner in (Point(-9999, -9999), Point(9999, 9999)):
            on_chain.view.say("A long sentence that needs more than one line to be said in full. " * 3, corner)
            assert on_chain.view.rect().contains(on_chain.view.bubble.geometry())

    def test_the_right_button_opens_a_menu_for_what_is_there(self, on_chain):
        _context_menu(on_chain, on_chain.middle("relu_1"))
        assert on_chain.view.network.selected == ("relu_1",)
        menu = on_chain.view.menu
        labels = [action.text().split("\t")[0] for action in menu.actions()]
        assert {"Connect to…", "Delete", "Arrange", "Select all", "Fit"} <= set(labels)
        next(action for action in menu.actions() if action.text().startswith("Delete")).trigger()
        menu.close()
        assert on_chain.labels == ["Delete relu_1"]
        assert ("dense_1", "dense_2") in on_chain.pairs()


def _single():
    from deepviz.document import edits
    from deepviz.document.project import Project

    return edits.add_node(Project(), edits.new_layer("Dense"), (0.0, 0.0))


def _with_mismatch():
    from deepviz.document import edits
    from deepviz.document.project import Project
    from deepviz.engine.layers.input import Input

    project = edits.add_node(Project(), Input(shape=(4, 4, 1)), (0.0, 0.0))
    project = edits.add_node(project, edits.new_layer("Dense"), (240.0, 0.0))
    return edits.connect(project, "input_1", "dense_1")


def _tooltip(owner, point):
    place = owner.view.place_of(point)
    event = QHelpEvent(QEvent.Type.ToolTip, place, owner.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(owner.view.viewport(), event)
    return QToolTip.text()


def _context_menu(owner, point):
    place = owner.view.place_of(point)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, owner.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(owner.view.viewport(), event)


def _press_space(view, kind):
    from PySide6.QtGui import QKeyEvent

    QApplication.sendEvent(view, QKeyEvent(kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " "))
