"""From an empty canvas to exported weights: dropped, connected, mended, trained, saved, opened again and recomputed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from deepviz.document.compile import compile_project
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.gui.canvas.edge_style import plain_style
from deepviz.gui.settings import Settings
from tests.e2e.window import OpenWindow, Person, edges_between

CTRL = Qt.KeyboardModifier.ControlModifier
PLACES = {
    "Input": (0.17, 0.12),
    "Dense": (0.62, 0.26),
    "Tanh": (0.17, 0.44),
    "second Dense": (0.62, 0.58),
    "SoftmaxCrossEntropy": (0.17, 0.78),
}
"""Where things are dropped, in shares of the viewport: too far apart to be connected by the drop itself."""
CHAIN = ("input_1", "dense_1", "tanh_1", "dense_2", "loss_1")


def show_tab(person: Person, title: str) -> None:
    """Click a tab on the right."""
    bar = person.bench.window.tabs.tabBar()
    number = [bar.tabText(index) for index in range(bar.count())].index(title)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(number).center())
    assert person.bench.window.tabs.currentIndex() == number


def build(person: Person) -> None:
    """Drop five nodes, connect them, choose data: what is wrong at the end is the number of outputs alone."""
    for name, place in PLACES.items():
        person.drop_from_palette(name.split()[-1], person.in_viewport(*place))
    for edge in edges_between(*CHAIN):
        person.connect(edge.source, edge.target)
    show_tab(person, "Data")
    person.choose_in(person.bench.data_panel.source_list, "Gaussian blobs")
    person.qtbot.waitUntil(lambda: person.project.data.source.key == "blobs")


def logits_of(path: Path, x: np.ndarray) -> np.ndarray:
    """What the exported network gives, computed in float64 from the file alone."""
    with np.load(path) as weights:
        w = {name: weights[name].astype(np.float64) for name in weights.files}
    hidden = np.tanh(x.astype(np.float64) @ w["dense_1/W"] + w["dense_1/b"])
    return hidden @ w["dense_2/W"] + w["dense_2/b"]


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Someone at an empty canvas in the Build workspace."""
    person = open_window()
    person.key(Qt.Key.Key_1, CTRL)
    assert person.bench.window.workspace == "build"
    return person


def test_drops_and_connections_are_made_by_hand_and_taken_back(person: Person) -> None:
    seen: list[Project] = [person.project]
    for name, place in PLACES.items():
        where = person.in_viewport(*place)
        node_id = person.drop_from_palette(name.split()[-1], where)
        centre = person.middle(node_id)
        assert abs(centre.x - where.x) <= 8, "it lies where it was let go, but for the grid"
        assert person.bench.canvas.network.selected == (node_id,), "what was dropped is selected"
        seen.append(person.project)
    assert tuple(person.graph.by_id) == CHAIN
    assert not person.graph.edges
    for number, edge in enumerate(edges_between(*CHAIN)):
        person.connect(edge.source, edge.target)
        assert person.graph.edges[number:] == (edge,)
        seen.append(person.project)

    person.bench.canvas.setFocus()
    for before in reversed(seen[:-1]):
        person.undo()
        assert person.project == before
        assert set(person.bench.canvas.network.node_items()) == set(before.graph.by_id)
        assert set(person.bench.canvas.network.edge_items()) == set(before.graph.edges)
    assert not person.bench.actions["undo"].isEnabled()
    for after in seen[1:]:
        person.redo()
        assert person.project == after
    assert not person.bench.actions["redo"].isEnabled()
    assert set(person.bench.canvas.network.edge_items()) == set(edges_between(*CHAIN))


def test_typing_units_changes_shape_and_count_on_the_card_at_once(person: Person) -> None:
    build(person)
    assert person.card("dense_1") == ("16", "48", "")
    person.set_value("dense_1", "units", "24")
    assert person.card("dense_1") == ("24", "72", "")
    assert person.card("tanh_1") == ("24", "", "")
    assert person.card("dense_2") == ("16", "400", "")
    assert person.bench.actions["undo"].text() == "Undo Change units of dense_1"
    person.undo()
    assert person.card("dense_1") == ("16", "48", "")
    assert person.card("dense_2") == ("16", "272", "")
    person.redo()
    assert person.card("dense_1") == ("24", "72", "")


def test_a_problem_is_shown_at_its_node_and_mended_with_a_click(person: Person) -> None:
    build(person)
    assert len(person.problems) == 1
    assert "3 classes" in person.problems[0]
    assert person.card("loss_1")[2], "the card itself says it"
    assert not any(person.card(node_id)[2] for node_id in CHAIN[:-1]), "and no other"
    assert person.bench.readiness.text() == "1 problem"

    person.press(person.bench.top_bar.run_button)
    assert person.bench.controller.status == "idle", "nothing runs that cannot work"
    assert person.problems[0] in person.notice
    assert person.offers == ["Set units to 3"]
    person.take_offer("Set units to 3")
    assert person.problems == []
    assert person.card("dense_2") == ("3", "51", "")
    assert person.card("loss_1")[2] == ""
    assert person.bench.readiness.text() == "Ready to train · 99 parameters"
    person.bench.canvas.setFocus()
    person.undo()
    assert len(person.problems) == 1
    person.redo()
    assert person.problems == []


def test_train_save_open_and_export(
    person: Person, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(person)
    person.press(person.bench.top_bar.run_button)
    person.take_offer("Set units to 3")
    show_tab(person, "Training")
    person.type_value(person.bench.training_panel.run_form, "epochs", "20")
    line = person.bench.learning_rate.line
    line.setFocus()
    QTest.keyClicks(line, "0.01")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (person.project.plan.run.epochs, person.project.plan.optimizer.learning_rate) == (20, 0.01)
    person.key(Qt.Key.Key_2, CTRL)

    person.run_to_the_end()
    bench = person.bench
    history = bench.controller.history
    assert len(history) == 20 * 15
    assert history.latest("validation_accuracy") >= 0.9
    for view in bench.views.visible:
        assert view.content.isVisible(), f"{view.key} shows nothing"
    assert bench.views.views["loss"].hover_text(300).startswith("step 300 · epoch 20")
    plain = plain_style(bench.themes.current)
    for edge in edges_between(*CHAIN)[1:]:
        style = person.edge_item(edge.source, edge.target).style
        assert style != plain, f"{edge} is not coloured"
        assert style.color != bench.themes.current.faint
    assert bench.properties.facts is not None

    file = tmp_path / "made by hand"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    person.bench.canvas.setFocus()
    person.key(Qt.Key.Key_S, CTRL)
    file = file.with_name("made by hand.deepviz")
    assert file.is_file()
    assert bench.editor.path == file
    assert bench.editor.is_saved

    other = open_window(settings=Settings(tmp_path / "other.ini"))
    assert other.bench.files.open(file)
    assert_same(person, other)

    monkeypatch.setattr(other.bench.export_panel, "ask_folder", lambda start: str(tmp_path))
    other.press(other.bench.top_bar.export_button)
    QTest.keyClicks(other.bench.export_panel.name, "weights")  # what is selected is the name without its ending
    other.press(other.bench.export_panel.folder_button)
    other.press(other.bench.export_panel.export_button)
    assert "the weights of step 300" in other.notice
    data = other.bench.editor.data
    assert data is not None
    assert data.test is not None
    logits = logits_of(tmp_path / "weights.npz", data.test.x)
    assert np.abs(logits - run_network(other, data.test.x, "float64")).max() <= 1e-9
    assert np.abs(logits - run_network(other, data.test.x, "float32")).max() <= 1e-6 * max(1.0, np.abs(logits).max())
    assert (logits.argmax(axis=1) == data.test.y).mean() >= 0.9


def run_network(person: Person, x: np.ndarray, dtype: str) -> np.ndarray:
    """The logits that the engine itself gives with the weights in the window."""
    network, _ = compile_project(person.project, person.bench.editor.facts, dtype)
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    for name, array in checkpoint.state.parameters.items():
        network.parameters[name][...] = array
    return network.forward(x.astype(dtype))


def assert_same(one: Person, other: Person) -> None:
    """Two windows have the same project, weights and curves, and show the same picture."""
    assert other.graph == one.graph
    assert other.project.data == one.project.data
    assert other.project.plan == one.project.plan
    first, second = one.bench.controller.checkpoint(), other.bench.controller.checkpoint()
    assert first is not None
    assert second is not None
    assert second.state.step == first.state.step
    assert second.state.parameters.keys() == first.state.parameters.keys()
    for name, array in first.state.parameters.items():
        np.testing.assert_array_equal(second.state.parameters[name], array)
    arrays, others = first.history.to_arrays(), second.history.to_arrays()
    assert arrays.keys() == others.keys()
    for name in arrays:
        np.testing.assert_array_equal(others[name], arrays[name])
    cards, twins = (each.bench.canvas.network.node_items() for each in (one, other))
    assert {name: card.face for name, card in twins.items()} == {name: card.face for name, card in cards.items()}
    assert other.bench.canvas.network.places == one.bench.canvas.network.places
    for name, card in cards.items():
        trace, twin = card.live.trace, twins[name].live.trace
        assert (trace is None) == (twin is None), name
        if trace is not None and twin is not None:
            assert (twin.value, twin.headline, twin.is_bad) == (trace.value, trace.headline, trace.is_bad)
            np.testing.assert_array_equal(twin.history, trace.history)
    for key, plot in one.bench.views.views.items():
        twin_plot = other.bench.views.views[key]
        twin_plot.draw()
        plot.draw()
        assert list(twin_plot.table()[1]) == list(plot.table()[1])


def test_an_edge_is_dragged_to_another_node(person: Person) -> None:
    build(person)
    person.drag(person.input("dense_2"), person.in_viewport(0.95, 0.95))
    assert Edge("tanh_1", "dense_2") not in person.graph.edges
    assert person.card("dense_2")[0] == "?"
    person.connect("dense_1", "dense_2")
    assert ("dense_1", "dense_2") in person.pairs()
    assert any("tanh_1 leads nowhere" in problem for problem in person.problems)
