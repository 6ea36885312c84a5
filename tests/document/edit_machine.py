"""A person who edits without a plan: any edit with anything that a window could give it, undo and redo.

After every step all that is promised of a project is looked at, and at the end everything is undone. Layers and places
are few, and most persons start with a network that has a bit of everything, so that steps meet what is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from deepviz.document import clipboard, comment_edits, edits, group_edits
from deepviz.document.drawing import drawn
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Flow, Position
from deepviz.document.project import Project
from deepviz.document.project_json import project_to_json
from deepviz.document.replacement import can_replace, replaced_layer
from deepviz.document.rewiring import move_onto_edge
from deepviz.document.shapes import check
from deepviz.document.wrapping import append_wrapped
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from tests.document.promises import keeps_its_promises

Edit = Callable[[Project], Project]
Thing = TypeVar("Thing")

KEYS = ("Dense", "ReLU", "Add", "Input", "Tanh", "Concatenate", "Conv2D", "Flatten", "SoftmaxCrossEntropy")
LAYER = st.sampled_from(KEYS)
PLACE = st.sampled_from([(0.0, 0.0), (216.0, 0.0), (230.0, 144.0), (-300.5, 7e3), (1e9, -1e300), (float("nan"), 0.0)])
ONE = st.integers(0, 999)
"""A number that picks something of what is there when a rule runs."""
SOME = st.lists(ONE, min_size=1, max_size=3)
TEXT = st.sampled_from(["", "why?", "two\nlines", "half \ud800", "x" * 2_001])
FLOW: st.SearchStrategy[Flow | None] = st.sampled_from([None, "right", "down"])
NAME = st.sampled_from(["", "", "block", "a b", " \n"])

MOST_NODES = 30
"""Nothing is added to a larger network, to keep steps quick."""


class History(Protocol):
    """What holds the project: edits go in, undo and redo take them back and forth."""

    @property
    def project(self) -> Project: ...

    def apply(self, edit: Edit) -> None: ...

    def undo(self) -> bool: ...

    def redo(self) -> bool: ...


class PlainHistory:
    """Projects before and after; all that undo needs where edits are pure functions."""

    def __init__(self, start: Project) -> None:
        self.project: Project = start
        self._before: list[Project] = []
        self._after: list[Project] = []

    def apply(self, edit: Edit) -> None:
        after = edit(self.project)
        if after != self.project:
            self._before.append(self.project)
            self._after.clear()
            self.project = after

    def undo(self) -> bool:
        """One step back; whether there was one."""
        if not self._before:
            return False
        self._after.append(self.project)
        self.project = self._before.pop()
        return True

    def redo(self) -> bool:
        """One step forth; whether there was one."""
        if not self._after:
            return False
        self._before.append(self.project)
        self.project = self._after.pop()
        return True


def row(*keys: str) -> Project:
    """Layers in a row."""
    project = Project()
    for key in keys:
        project = edits.append(project, edits.new_layer(key))
    return project


def images() -> Project:
    """Convolutions with attached activations in a repeated group, one of them in a group in it, and a comment."""
    project = row("Input", "Conv2D", "ReLU", "Conv2D", "ReLU", "Flatten", "Dense", "Tanh", "SoftmaxCrossEntropy")
    project = group_edits.group(group_edits.attach_all(project), ["conv2d_1", "conv2d_2"], "features")
    project = group_edits.group(project, ["conv2d_2"], "inner", collapsed=False)
    project = comment_edits.add_comment(project, "edges", (50.0, 50.0), "group_1")
    return group_edits.set_repeat(project, "group_1", 2)


def skips() -> Project:
    """A residual block in a group that is drawn open, another skip past it, and a branch."""
    project = row("Input", "Dense", "Dense", "ReLU", "Add", "Add", "Dense", "SoftmaxCrossEntropy")
    project = edits.connect(edits.connect(project, "dense_1", "add_1"), "dense_1", "add_2")
    project = edits.append_after(
        edits.add_node(project, edits.new_layer("ReLU"), (0.0, 288.0)), layers.registry["Dense"](), "relu_2"
    )
    project = edits.connect(edits.connect(project, "input_1", "relu_2"), "dense_4", "add_2")
    return group_edits.group(project, ["dense_2", "relu_1", "add_1"], "block", collapsed=False)


STARTS = (images(), skips(), row("Input", "Dense", "ReLU", "Dense"), Project())


class EditMachine(RuleBasedStateMachine):
    """The person and the project before them."""

    history: History

    @initialize(start=st.sampled_from(STARTS))
    def start(self, start: Project) -> None:
        self.history = self.new_history(start)
        self.first = project_to_json(start)
        self.copied = ""

    def new_history(self, start: Project) -> History:
        return PlainHistory(start)

    @property
    def project(self) -> Project:
        return self.history.project

    def edit(self, edit: Edit) -> None:
        """Try an edit; it may be refused."""
        with suppress(EditError):
            self.history.apply(edit)
            keeps_its_promises(self.project)

    def has_room(self) -> bool:
        return len(self.project.graph.nodes) < MOST_NODES

    def has_nodes(self) -> bool:
        return bool(self.project.graph.nodes)

    def has_edges(self) -> bool:
        return bool(self.project.graph.edges)

    def has_groups(self) -> bool:
        return bool(self.project.graph.groups)

    def has_comments(self) -> bool:
        return bool(self.project.graph.comments)

    def card(self, number: int) -> str:
        """A node or a group; groups as often as all nodes together."""
        graph = self.project.graph
        return picked([*graph.groups_by_id, ""], number // 2) or picked(list(graph.by_id), number // 3)

    def cards(self, numbers: Sequence[int]) -> list[str]:
        return list(dict.fromkeys(self.card(number) for number in numbers))

    def node(self, number: int) -> str:
        return picked(list(self.project.graph.by_id), number)

    def group(self, number: int) -> str:
        return picked(list(self.project.graph.groups_by_id), number)

    def scope(self, number: int) -> str:
        return picked(["", *self.project.graph.groups_by_id], number)

    def edge(self, number: int) -> Edge:
        """An edge as it is drawn in one scope or another, or one of the graph."""
        graph = self.project.graph
        drawing = drawn(graph, self.scope(number)).graph
        return picked(drawing.edges or graph.edges, number // 3)

    def comments(self, numbers: Sequence[int]) -> list[str]:
        return [picked(self.project.graph.comments, number).id for number in numbers] if self.has_comments() else []

    # Layers and connections

    @precondition(has_room)
    @rule(key=LAYER, place=PLACE)
    def add(self, key: str, place: Position) -> None:
        self.edit(lambda project: edits.add_node(project, edits.new_layer(key), place))

    @precondition(has_room)
    @rule(keys=st.lists(LAYER, min_size=1, max_size=3), after=st.none() | ONE, wraps=st.booleans())
    def append(self, keys: list[str], after: int | None, wraps: bool) -> None:
        card = None if after is None or not self.has_nodes() else self.card(after)
        for key in keys:
            layer = edits.new_layer(key)
            if wraps:
                self.edit(lambda project, layer=layer: append_wrapped(project, layer, card, 3))  # type: ignore[misc]
            else:
                self.edit(lambda project, layer=layer: edits.append(project, layer, card))  # type: ignore[misc]

    @precondition(has_room)
    @rule(shape=st.sampled_from([None, (4,), (8, 8, 1)]))
    def add_input(self, shape: tuple[int, ...] | None) -> None:
        added = layers.registry["Input"]()
        self.edit(lambda project: edits.with_inputs_fitted(edits.add_input(project, added), project, shape))  # type: ignore[arg-type]

    @precondition(lambda self: self.has_edges() and self.has_room())
    @rule(key=LAYER, edge=ONE, place=st.none() | PLACE)
    def insert(self, key: str, edge: int, place: Position | None) -> None:
        self.edit(lambda project: edits.insert_on_edge(project, edits.new_layer(key), self.edge(edge), place))

    @precondition(has_nodes)
    @rule(start=ONE, end=ONE, port=st.none() | st.integers(0, 3))
    def connect(self, start: int, end: int, port: int | None) -> None:
        self.edit(lambda project: edits.connect(project, self.card(start), self.card(end), port))

    @precondition(has_edges)
    @rule(numbers=SOME)
    def disconnect(self, numbers: list[int]) -> None:
        self.edit(lambda project: edits.disconnect(project, [self.edge(each) for each in numbers]))

    @precondition(has_nodes)
    @rule(numbers=SOME, cut=st.lists(ONE, max_size=2), heal=st.booleans())
    def delete(self, numbers: list[int], cut: list[int], heal: bool) -> None:
        chosen = [self.edge(each) for each in cut] if self.has_edges() else []
        self.edit(lambda project: edits.delete(project, self.cards(numbers), chosen, heal))

    @precondition(has_nodes)
    @rule(numbers=SOME, place=PLACE)
    def move(self, numbers: list[int], place: Position) -> None:
        self.edit(lambda project: edits.move(project, dict.fromkeys(self.cards(numbers), place)))

    @precondition(has_edges)
    @rule(numbers=st.lists(ONE, min_size=1, max_size=2), edge=ONE, place=st.none() | PLACE)
    def move_on_to_edge(self, numbers: list[int], edge: int, place: Position | None) -> None:
        cards = self.cards(numbers)
        places = None if place is None else {cards[0]: place}
        self.edit(lambda project: move_onto_edge(project, cards, self.edge(edge), places))

    @rule(number=ONE, columns=st.integers(1, 5), flow=FLOW)
    def arrange(self, number: int, columns: int, flow: Flow | None) -> None:
        self.edit(lambda project: edits.arrange(project, columns, self.scope(number), flow))

    @precondition(has_nodes)
    @rule(number=ONE, key=LAYER)
    def replace(self, number: int, key: str) -> None:
        node = self.project.graph.node(self.node(number))
        kind: type[Layer] | type[Loss] = losses.registry[key] if key in losses.registry else layers.registry[key]
        if can_replace(self.project.graph, node.id, kind):
            self.edit(lambda project: edits.set_layer(project, node.id, replaced_layer(node.layer, key)))

    @rule(number=ONE)
    def repair(self, number: int) -> None:
        offers = [offer for problem in check(self.project).remarks for offer in problem.repairs]
        if offers:
            self.edit(picked(offers, number).edit)

    @rule(name=st.sampled_from(["a", "Zürich"]), rate=st.sampled_from([0.1, 1e-3]))
    def set_up(self, name: str, rate: float) -> None:
        optimizer = self.project.plan.optimizer.changed(learning_rate=rate)
        self.edit(lambda project: edits.set_optimizer(edits.rename(project, name), optimizer))

    # Groups and attached activations

    @precondition(has_nodes)
    @rule(numbers=SOME, name=NAME, collapsed=st.booleans())
    def put_in_new_group(self, numbers: list[int], name: str, collapsed: bool) -> None:
        self.edit(lambda project: group_edits.group(project, self.cards(numbers), name, collapsed))

    @precondition(has_groups)
    @rule(numbers=SOME)
    def ungroup(self, numbers: list[int]) -> None:
        chosen = {self.group(number) for number in numbers}
        self.edit(lambda project: group_edits.ungroup(project, chosen))

    @precondition(has_groups)
    @rule(number=ONE, count=st.sampled_from([1, 2, 3, 100]), collapsed=st.booleans(), name=NAME)
    def change_group(self, number: int, count: int, collapsed: bool, name: str) -> None:
        group = self.group(number)
        self.edit(lambda project: group_edits.set_repeat(project, group, count))
        self.edit(lambda project: group_edits.set_collapsed(project, [group], collapsed))
        self.edit(lambda project: group_edits.rename_group(project, group, name))

    @precondition(has_groups)
    @rule(numbers=SOME, group=ONE)
    def put_in_group(self, numbers: list[int], group: int) -> None:
        self.edit(lambda project: group_edits.set_group(project, self.cards(numbers), self.scope(group)))

    @precondition(has_nodes)
    @rule(number=st.none() | ONE, attached=st.booleans())
    def attach_or_detach(self, number: int | None, attached: bool) -> None:
        if number is None:
            self.edit(lambda project: group_edits.attach_all(project, attached))
            return
        change = group_edits.attach if attached else group_edits.detach
        self.edit(lambda project: change(project, self.node(number)))

    # Comments

    @rule(text=TEXT, place=PLACE, group=ONE)
    def add_comment(self, text: str, place: Position, group: int) -> None:
        self.edit(lambda project: comment_edits.add_comment(project, text, place, self.scope(group)))

    @precondition(has_comments)
    @rule(number=ONE, text=TEXT, place=PLACE, size=PLACE)
    def change_comment(self, number: int, text: str, place: Position, size: Position) -> None:
        (comment,) = self.comments([number])
        self.edit(lambda project: comment_edits.set_comment_text(project, comment, text))
        self.edit(lambda project: comment_edits.move_comments(project, {comment: place}))
        self.edit(lambda project: comment_edits.resize_comment(project, comment, size))

    @precondition(has_comments)
    @rule(numbers=SOME)
    def delete_comments(self, numbers: list[int]) -> None:
        self.edit(lambda project: comment_edits.delete_comments(project, self.comments(numbers)))

    # The clipboard, undo and redo

    @precondition(has_nodes)
    @rule(numbers=SOME, comments=st.lists(ONE, max_size=2), cut=st.booleans())
    def copy(self, numbers: list[int], comments: list[int], cut: bool) -> None:
        cards, notes = self.cards(numbers), self.comments(comments)
        self.copied = clipboard.copied(self.project.graph, cards, notes)
        assert clipboard.read(self.copied) == clipboard.part(self.project.graph, cards, notes)
        if cut:
            self.edit(lambda project: edits.delete(project, cards))

    @precondition(lambda self: self.copied and self.has_room())
    @rule(place=st.none() | PLACE, group=ONE)
    def paste(self, place: Position | None, group: int) -> None:
        found = clipboard.read(self.copied)
        assert found is not None
        self.edit(lambda project: clipboard.paste(project, found, place, self.scope(group)))

    @precondition(lambda self: self.has_nodes() and self.has_room())
    @rule(numbers=SOME, comments=st.lists(ONE, max_size=1))
    def duplicate(self, numbers: list[int], comments: list[int]) -> None:
        self.edit(lambda project: clipboard.duplicate(project, self.cards(numbers), self.comments(comments)))

    @rule(steps=st.integers(1, 5), back=st.integers(1, 5))
    def undo_and_redo(self, steps: int, back: int) -> None:
        for _ in range(steps):
            self.history.undo()
        for _ in range(back):
            self.history.redo()

    def teardown(self) -> None:
        """Undo all the way gives the first bytes, redo all the way the last ones."""
        while self.history.redo():
            pass
        last = project_to_json(self.history.project)
        while self.history.undo():
            pass
        assert project_to_json(self.history.project) == self.first
        while self.history.redo():
            pass
        assert project_to_json(self.history.project) == last


def picked(things: Sequence[Thing], number: int) -> Thing:
    return things[number % len(things)]
