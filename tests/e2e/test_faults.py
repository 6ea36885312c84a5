"""What a person can do wrong with files and graphs: each fault is told in words, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from deepviz.document.file_format import save
from deepviz.document.graph import Edge
from tests.e2e.faults_stage import (
    BUTTONS,
    assert_equal,
    different_lengths,
    idx_pair,
    train_a_little,
    truncated,
    truncated_gzip,
    use_files,
    weights_of,
    wrong_magic,
)
from tests.e2e.window import COPY, LEFT, NO_KEYS, PATIENCE, OpenWindow, small_project


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (truncated, ["a-images-idx3-ubyte is cut off", "656 bytes", "649"]),
        (truncated_gzip, ["a-images-idx3-ubyte.gz is cut off"]),
        (wrong_magic, ["a-images-idx3-ubyte is not an IDX file", "7F 45 4C 46"]),
        (different_lengths, ["40 images", "39 labels"]),
    ],
)
def test_bad_data_files_are_refused_in_words_and_change_nothing(
    open_window: OpenWindow, tmp_path: Path, make: Callable[[Path], tuple[Path, Path]], words: list[str]
) -> None:
    person = open_window(small_project())
    before, data, weights = person.project, person.bench.editor.data, train_a_little(person)
    said = use_files(person, *make(tmp_path))
    for word in words:
        assert word in said
    assert said.endswith("The network keeps Spirals.")
    assert person.project == before
    assert person.bench.editor.data is data
    assert person.bench.editor.is_saved
    assert_equal(weights_of(person), weights)
    person.run_to_the_end()
    assert person.bench.controller.step_count == person.bench.controller.progress.total_steps


def test_good_data_files_after_bad_ones_are_taken_and_undone(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project())
    before = person.project
    assert use_files(person, *different_lengths(tmp_path))
    assert use_files(person, *idx_pair(tmp_path)) == ""
    assert person.project.data.source.key == "idx"
    assert person.card("input_1")[0] == "", "an Input says its shape in the corner"
    assert person.graph.node("input_1").layer.shape == (4, 4, 1)
    assert any("Insert Flatten" in problem for problem in person.problems)
    person.bench.actions["undo"].trigger()
    assert person.project == before
    assert person.problems == []


def test_bad_files_dropped_on_the_window_are_refused_in_words(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project())
    before, window = person.project, person.bench.window

    def drop(*paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        entering = QDragEnterEvent(window.rect().center(), COPY, data, LEFT, NO_KEYS)
        QApplication.sendEvent(window, entering)
        assert entering.isAccepted()
        QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), COPY, data, LEFT, NO_KEYS))

    drop(*truncated(tmp_path))
    person.qtbot.waitUntil(lambda: "is cut off" in person.bench.data_panel.message.text, timeout=PATIENCE)
    assert person.project == before
    bad = tmp_path / "bad.deepviz"
    bad.write_bytes(b"PK\x03\x04 no project")
    drop(bad)
    person.qtbot.waitUntil(lambda: "bad.deepviz is not a DeepViz project" in person.notice, timeout=PATIENCE)
    assert person.project == before
    drop(*idx_pair(tmp_path))
    person.qtbot.waitUntil(lambda: person.project.data.source.key == "idx", timeout=PATIENCE)


# Project files


def unreadable(folder: Path) -> Path:
    path = folder / "other.deepviz"
    path.write_bytes(b"This was never a project.")
    return path


def half_a_project(folder: Path) -> Path:
    path = folder / "other.deepviz"
    save(small_project(), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def not_there(folder: Path) -> Path:
    return folder / "other.deepviz"


@pytest.mark.parametrize("make", [unreadable, half_a_project, not_there])
def test_an_unreadable_project_leaves_the_present_one(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path]
) -> None:
    person = open_window(small_project())
    person.set_value("dense_1", "units", "9")
    edited, weights, title = person.project, train_a_little(person), person.bench.window.windowTitle()
    path = make(tmp_path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *_: asked.append("") or BUTTONS.Discard)
    person.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert "other.deepviz" in person.notice
    assert person.project == edited
    assert person.bench.window.windowTitle() == title
    assert not person.bench.editor.is_saved
    assert_equal(weights_of(person), weights)
    person.bench.canvas.setFocus()
    person.undo()
    assert person.graph.node("dense_1").layer.units == 8, "what was done can still be undone"


# Graphs


def test_a_cycle_is_refused_where_it_was_drawn(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    before = person.project
    person.connect("dense_2", "dense_1")
    assert person.project == before
    bubble = person.bench.canvas.bubble
    assert "would make a cycle" in bubble.text
    place = person.bench.canvas.place_of(person.input("dense_1"))
    assert (bubble.geometry().center() - place).manhattanLength() < 400, "it is said where it was tried"
    assert not person.bench.actions["undo"].isEnabled()


def test_a_cycle_in_a_file_is_shown_at_its_nodes_and_not_run(open_window: OpenWindow, tmp_path: Path) -> None:
    project = small_project()
    into = Edge("input_1", "dense_1")
    around = tuple(replace(edge, source="dense_2") if edge == into else edge for edge in project.graph.edges)
    save(replace(project, graph=replace(project.graph, edges=around)), tmp_path / "round.deepviz")
    person = open_window(small_project())
    assert person.bench.files.open(tmp_path / "round.deepviz")
    for node_id in ("dense_1", "tanh_1", "dense_2"):
        assert "cycle" in person.card(node_id)[2]
    assert "cycle" not in person.card("input_1")[2]
    person.press(person.bench.top_bar.run_button)
    assert person.bench.controller.status == "idle"
    assert "cannot be trained" in person.notice
    back = next(edge for edge in person.graph.edges if (edge.source, edge.target) == ("dense_2", "dense_1"))
    points = person.bench.canvas.network.routes[back].points
    person.click_at(min(points))  # where it turns, left of the card it leads back to
    assert person.bench.canvas.network.selected_edges == (back,)
    person.key(Qt.Key.Key_Delete, widget=person.bench.canvas)
    assert not any("cycle" in problem for problem in person.problems)


def test_without_an_input_one_is_offered(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    person.bench.canvas.setFocus()
    person.click_at(person.middle("input_1"))
    person.key(Qt.Key.Key_Delete, widget=person.bench.canvas)
    assert "dense_1" in person.graph.by_id
    assert person.card("dense_1")[2] == "Nothing is connected to its input"
    person.press(person.bench.top_bar.run_button)
    assert person.bench.controller.status == "idle"
    assert "There is no Input" in person.notice
    person.take_offer("Add an Input")
    assert person.bench.canvas.network.selected == ("input_1",)
    person.connect("input_1", "dense_1")
    assert person.problems == []
    person.run_to_the_end()
