"""A network that flows from top to bottom, built on with real events: what is beside it otherwise is below it here."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.adding import columns_of, want_at_current
from deepviz.gui.canvas.card_face import new_face
from deepviz.gui.canvas.card_painter import CardPainter
from deepviz.gui.canvas.geometry import HEIGHT, PROBLEM_LINE, WIDTH, Point, Port, card_box
from deepviz.gui.canvas.hit_test import port_at
from deepviz.gui.canvas.overlays import GHOST_OPACITY
from deepviz.gui.canvas.picture_painting import NetworkPicture
from deepviz.gui.theme import LIGHT

from .conftest import Owner, branches, chain

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def down(owner: Owner) -> Owner:
    """The owner of a chain that flows down: three cards in the first column, two in the next."""
    owner.show(edits.arrange(chain(), 3, flow="down"))
    return owner


@pytest.fixture
def column(owner: Owner) -> Owner:
    """The owner of a chain of three in one column, and of a loose card."""
    project = Project()
    for number, layer in enumerate((Input(shape=(4,)), Dense(), ReLU())):
        project = edits.add_node(project, layer, (0.0, number * 144.0))
    project = edits.connect(edits.connect(project, "input_1", "dense_1"), "dense_1", "relu_1")
    project = edits.add_node(project, Dense(), (432.0, 0.0))
    owner.show(replace(project, graph=replace(project.graph, flow="down")))
    return owner


def _overlaps(owner: Owner) -> list[tuple[str, str]]:
    boxes = {node.id: card_box(node.position) for node in owner.project.graph.nodes}
    return [(a, b) for a in boxes for b in boxes if a < b and boxes[a].meets(boxes[b])]


def _middle_of(owner: Owner, source: str, target: str) -> Point:
    start, end = owner.output(source), owner.input(target)
    return Point((start.x + end.x) / 2, (start.y + end.y) / 2)


class TestWhatIsSeen:
    def test_inputs_are_on_top_and_the_output_below(self, owner):
        project = branches()
        owner.show(replace(project, graph=replace(project.graph, flow="down")))
        left, top = owner.place("add_1")
        inputs = [owner.input("add_1", number) for number in range(3)]
        assert [place.y for place in inputs] == [top] * 3
        assert inputs[0].x < inputs[1].x == left + WIDTH / 2 < inputs[2].x
        assert owner.output("add_1") == (left + WIDTH / 2, top + HEIGHT)
        graph, places = owner.view.network.graph, owner.view.network.places
        assert port_at(graph, places, Point(inputs[0].x - 5, top - 5), 10) == Port("add_1", False, 0)

    def test_a_chain_is_connected_by_upright_lines(self, down):
        way = down.view.network.routes[Edge("input_1", "dense_1")]
        assert {point.x for point in way.points} == {WIDTH / 2}
        assert way.points[0].y == HEIGHT

    def test_a_way_back_to_the_top_runs_between_the_columns(self, down):
        way = down.view.network.routes[Edge("relu_1", "dense_2")]
        boxes = [card_box(place) for place in down.view.network.places.values()]
        assert not any(box.contains(point, -1.0) for box in boxes for point in way.points[3:-3])
        upright = [(a, b) for a, b in pairwise(way.points) if a.x == b.x and a.y - b.y > HEIGHT]
        assert upright
        assert all(WIDTH < a.x < 216 for a, _ in upright)

    def test_turning_turns_every_card_and_every_edge(self, on_chain):
        network = on_chain.view.network
        before = dict(network.routes)
        on_chain.show(replace(on_chain.project, graph=replace(on_chain.project.graph, flow="down")))
        assert all(item.face.flow == "down" for item in network.node_items().values())
        assert network.routes.keys() == before.keys()
        assert all(network.routes[edge] != way for edge, way in before.items())
        on_chain.show(replace(on_chain.project, graph=replace(on_chain.project.graph, flow="right")))
        assert network.routes == before

    def test_the_edge_that_leaves_does_not_cross_out_the_problem(self, owner):
        """The words begin below the port, on a ground of their own that hides the edge."""
        face = replace(new_face(Dense(), "down"), problem="Its output leads nowhere", severity="warning")
        image = QImage(240, 160, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.window))
        painter = QPainter(image)
        painter.fillRect(QRectF(WIDTH / 2 - 1, HEIGHT, 3, 60), QColor("#ff00ff"))
        CardPainter(LIGHT).paint(painter, face)
        painter.end()
        bare = {y for y in range(int(HEIGHT) + 1, 150) if image.pixelColor(int(WIDTH / 2), y) == QColor("#ff00ff")}
        assert bare >= set(range(int(HEIGHT + PROBLEM_LINE) + 5, 150))
        words = range(int(HEIGHT) + 8, int(HEIGHT) + 22)
        assert not bare & set(words)
        hue = QColor(LIGHT.category(face.category))
        assert image.pixelColor(int(WIDTH / 2), int(HEIGHT) + 5) == hue, "the port is whole"

    def test_names_of_inputs_stand_above_them_each_to_be_read(self, owner):
        project = branches()
        owner.show(replace(project, graph=replace(project.graph, flow="down")))
        owner.view.zoom_reset()
        owner.move(owner.middle("add_1"), Qt.MouseButton.NoButton)
        labels = [label for label in owner.view.network.labels._labels if label.isVisible()]
        assert len(labels) == 3
        areas = [label.sceneBoundingRect() for label in labels]
        assert not any(a.intersects(b) for number, a in enumerate(areas) for b in areas[number + 1 :])
        assert all(area.bottom() <= owner.place("add_1")[1] for area in areas)


class TestPlacing:
    def test_on_an_edge_it_is_inserted_and_the_column_makes_room(self, column):
        assert column.drop("Tanh", _middle_of(column, "input_1", "dense_1"))
        assert column.pairs() >= {("input_1", "tanh_1"), ("tanh_1", "dense_1")}
        places = [column.place(each) for each in ("input_1", "tanh_1", "dense_1", "relu_1")]
        assert places == [(0, 0), (0, 144), (0, 288), (0, 432)]
        assert column.place("dense_2") == (432, 0)

    def test_on_a_card_it_comes_below(self, column):
        column.drop("Tanh", column.middle("dense_1"))
        assert column.pairs() >= {("dense_1", "tanh_1"), ("tanh_1", "relu_1")}
        assert (column.place("tanh_1"), column.place("relu_1")) == ((0, 288), (0, 432))

    def test_below_a_free_output_it_is_connected(self, column):
        column.drop("Tanh", Point(432 + WIDTH / 2, HEIGHT + 40 + HEIGHT / 2))
        assert ("dense_2", "tanh_1") in column.pairs()

    def test_above_a_free_input_it_is_connected(self, column):
        column.drop("Tanh", Point(432 + WIDTH / 2, -40 - HEIGHT / 2))
        assert ("tanh_1", "dense_2") in column.pairs()

    def test_to_the_right_of_a_card_it_is_only_placed(self, column):
        column.drop("Tanh", Point(432 + WIDTH + 40 + WIDTH / 2, HEIGHT / 2))
        assert "tanh_1" not in {end for pair in column.pairs() for end in pair}

    def test_the_ghost_has_its_ports_above_and_below_too(self, column):
        column.drag_over("Tanh", _middle_of(column, "input_1", "dense_1"))
        ghost = next(item for item in column.view.network.items() if item.opacity() == GHOST_OPACITY)
        assert ghost.face.flow == "down"
        column.drag_out()

    def test_a_layer_chosen_for_a_card_comes_below_it_and_wraps_to_the_next_column(self, down):
        wanted = []
        down.view.layer_wanted.connect(wanted.append)
        down.view.go_to("loss_1")
        down.view.network.select(("dense_2",))
        want_at_current(down.view)
        wanted[-1].choose("Tanh")
        assert down.place("tanh_1") == (216, 144)
        assert down.place("loss_1") == (216, 288)
        assert _overlaps(down) == []

    def test_before_a_loss_that_stands_alone_it_is_asked_for_above(self, owner):
        wanted = []
        owner.view.layer_wanted.connect(wanted.append)
        project = edits.add_node(Project(), edits.new_layer("MeanSquaredError"), (0.0, 0.0))
        owner.show(replace(project, graph=replace(project.graph, flow="down")))
        owner.view.go_to("loss_1")
        want_at_current(owner.view)
        wanted[-1].choose("Dense")
        assert owner.pairs() == {("dense_1", "loss_1")}
        assert owner.place("dense_1")[1] < -HEIGHT


class TestGestures:
    def test_a_loose_card_is_moved_on_to_a_connection(self, column):
        column.drag(column.middle("dense_2"), _middle_of(column, "dense_1", "relu_1"))
        assert column.labels == ["Move dense_2 between dense_1 and relu_1"]
        assert column.pairs() == {("input_1", "dense_1"), ("dense_1", "dense_2"), ("dense_2", "relu_1")}
        assert (column.place("dense_2"), column.place("relu_1")) == ((0, 288), (0, 432))

    def test_one_of_the_column_that_goes_on_in_it_leaves_no_gap(self, column):
        project = edits.append(column.project, Dense(), "relu_1")
        column.show(project)
        column.drag(column.middle("dense_1"), _middle_of(column, "relu_1", "dense_3"))
        assert column.pairs() == {("input_1", "relu_1"), ("relu_1", "dense_1"), ("dense_1", "dense_3")}
        assert [column.place(each)[1] for each in ("input_1", "relu_1", "dense_1", "dense_3")] == [0, 144, 288, 432]

    def test_a_card_is_drawn_to_where_its_connection_is_upright(self, owner):
        project = Project()
        for layer, place in ((Dense(), (3.0, 0.0)), (Dense(), (400.0, 0.0)), (Add(), (808.0, 304.0))):
            project = edits.add_node(project, layer, place)
        project = edits.connect(edits.connect(project, "dense_1", "add_1"), "dense_2", "add_1")
        owner.show(replace(project, graph=replace(project.graph, flow="down")), fit=False)
        owner.view.look_at(1.0, Point(450.0, 200.0))
        start = owner.middle("add_1")
        owner.drag(start, Point(start.x - 770, start.y + 60))
        # Port 0 is 32 to the left of the middle; neither the grid nor the edge of another card is there.
        assert owner.place("add_1")[0] == 35
        assert owner.output("dense_1").x == owner.input("add_1", 0).x

    def test_connecting_from_port_to_port(self, column):
        column.drag(column.output("relu_1"), column.input("dense_2"))
        assert ("relu_1", "dense_2") in column.pairs()

    def test_a_connection_let_go_below_places_a_layer_with_its_input_there(self, column):
        wanted = []
        column.view.layer_wanted.connect(wanted.append)
        start = column.output("dense_2")
        end = Point(start.x + 30, start.y + 120)
        column.drag(start, end)
        wanted[-1].choose("Tanh")
        assert ("dense_2", "tanh_1") in column.pairs()
        found = column.input("tanh_1")
        assert abs(found.x - end.x) <= 4.5
        assert abs(found.y - end.y) <= 4.5

    def test_the_loose_connection_leaves_downwards(self, column):
        start = column.output("dense_2")
        column.press(start)
        column.move(Point(start.x + 100, start.y + 200))
        loose = column.view.network.overlays._loose_edges[0]
        first = loose._path.elementAt(1)
        assert first.x == pytest.approx(start.x)
        assert first.y > start.y
        column.view.cancel_gesture()

    def test_connecting_by_keys(self, column):
        column.view.go_to("relu_1")
        column.key(Qt.Key.Key_C)
        column.key(Qt.Key.Key_Return)
        assert ("relu_1", "dense_2") in column.pairs()

    def test_arrows_and_tab_go_down_the_column(self, column):
        column.view.go_to("input_1")
        column.key(Qt.Key.Key_Down)
        assert column.view.current == "dense_1"
        column.key(Qt.Key.Key_Tab)
        assert column.view.current == "relu_1"


class TestArranging:
    def test_each_flow_can_be_asked_for_and_says_which(self, on_chain):
        entries = {entry.label: entry for entry in commands.entries_for(on_chain.view, None, Point(0, 0))}
        entries["Arrange from top to bottom"].run()
        assert on_chain.project.graph.flow == "down"
        assert on_chain.labels == ["Arrange from top to bottom"]
        assert [on_chain.place(each) for each in ("input_1", "dense_1", "relu_1")] == [(0, 0), (0, 144), (0, 288)]
        entries["Arrange"].run()
        assert on_chain.project.graph.flow == "down"
        entries["Arrange from left to right"].run()
        assert on_chain.project.graph.flow == "right"
        assert on_chain.place("dense_1") == (216, 0)
        assert on_chain.labels[1:] == ["Arrange", "Arrange from left to right"]

    def test_a_column_is_as_high_as_the_canvas_and_never_shorter_than_four(self, owner):
        owner.view.resize(1000, 1000)
        assert columns_of(owner.view, "down") == 6
        assert columns_of(owner.view) == 4
        owner.view.resize(1000, 300)
        assert columns_of(owner.view, "down") == 4

    def test_the_picture_shows_it_as_well(self, down):
        network, graph = down.view.network, down.project.graph
        picture = NetworkPicture.of(graph, check(down.project), LIGHT)
        assert picture.graph.flow == "down"
        assert picture.routes == network.routes
