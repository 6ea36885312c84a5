"""Points stand at the principal components of the samples that they are said to be."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.sources.digits import Digits
from deepviz.document.project import DataChoice, Project
from deepviz.gui.plots.cloud_words import description
from deepviz.gui.plots.plane_limits import fitted
from deepviz.gui.plots.projection import Projection
from deepviz.gui.settings import PROJECTION_SAMPLES, Settings
from deepviz.gui.theme import LIGHT
from deepviz.insight.activations import activations
from deepviz.insight.plane import Window
from deepviz.insight.principal_components import principal_components
from deepviz.insight.subject import Subject
from tests.e2e.window import chain
from tests.gui.plots.looks import (
    CROSS_ENTROPY,
    answer,
    click,
    flat,
    hover,
    images,
    looking,
    regression,
    sequences,
    subject_of,
    tell,
    trained,
)


@pytest.fixture
def subject() -> Subject:
    return subject_of(flat())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> Projection:
    return looking(Projection, subject, qtbot, 520, 460)


def test_all_layers_are_there_and_the_last_is_large(look: Projection, subject: Subject) -> None:
    assert [cloud.node for cloud in look.strip.clouds] == ["input_1", "dense_1", "tanh_1", "dense_2"]
    assert look.strip.current == 3
    assert look.answer is not None
    x = subject.data.train.x[look.answer.numbers]
    points, shares = principal_components(activations(subject.network, x, ["dense_2"])[0])
    np.testing.assert_array_equal(look.answer.layers[3].points, points)
    assert look.area.x_title == f"component 1 ({100 * shares[0]:.1f} % of the variance)"
    assert look.area.y_title == f"component 2 ({100 * shares[1]:.1f} %)"
    squares = ((x[:, None].astype(float) - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    y = subject.data.train.y[look.answer.numbers]
    assert look.strip.figures[0] == f"{100 * (y[squares.argmin(axis=1)] == y).mean():.1f} %"


def test_a_click_and_keys_choose_the_layer_that_is_large(look: Projection, subject: Subject) -> None:
    click(look.strip.viewport(), look.strip.rect_of(1).center())
    assert look.node == "dense_1"
    assert look.area.caption.startswith("dense_1: 400 of 480 training samples, 5 numbers each")
    QTest.keyClick(look.strip, Qt.Key.Key_Right)
    assert look.node == "tanh_1"
    QTest.keyClick(look.strip, Qt.Key.Key_Home)
    assert look.strip.current == 0
    look.choose_node("dense_2")  # a card on the canvas
    assert look.strip.current == 3
    look.choose_node("loss_1")
    assert look.strip.current == 3


def test_the_pointer_says_the_sample_and_a_click_chooses_it(look: Projection, subject: Subject) -> None:
    assert look.answer is not None
    points = look.answer.layers[3].points
    place = int(points[:, 0].argmax())
    pixel = look.area.pixel(*points[place].tolist())
    hover(look.area, pixel + QPointF(2, 1))
    number = int(look.answer.numbers[place])
    lines = look.area.accessibleDescription().splitlines()
    assert lines[0] == f"training sample {number}"
    assert lines[1] == f"class {subject.data.class_names[int(subject.data.train.y[number])]}"
    assert float(lines[2].split()[-1].replace("−", "-")) == pytest.approx(points[place, 0], rel=1e-5)
    heard: list[tuple[str, int]] = []
    look.sample_chosen.connect(lambda part, index: heard.append((part, index)))
    click(look.area, pixel)
    assert heard == [("train", number)]
    hover(look.area, look.area.frame.topLeft() + QPointF(1, 1))
    assert look.area.accessibleDescription() == ""


def test_arrow_keys_go_from_sample_to_sample(look: Projection) -> None:
    assert look.answer is not None
    QTest.keyClick(look.area, Qt.Key.Key_Right)
    QTest.keyClick(look.area, Qt.Key.Key_Right)
    assert look.area.accessibleDescription().startswith(f"training sample {look.answer.numbers[1]}")
    heard: list[int] = []
    look.sample_chosen.connect(lambda part, index: heard.append(index))
    QTest.keyClick(look.area, Qt.Key.Key_Return)
    assert heard == [int(look.answer.numbers[1])]


def test_points_have_the_colours_of_their_classes(look: Projection, subject: Subject) -> None:
    assert look.answer is not None
    shot = look.area.grab().toImage()
    points, right = look.answer.layers[3].points, 0
    inks = {entry.name: entry.color for entry in look.header.entries}
    assert list(inks) == list(subject.data.class_names)
    for place, number in enumerate(look.answer.numbers.tolist()):
        pixel = look.area.pixel(*points[place].tolist())
        wanted = inks[subject.data.class_names[int(subject.data.train.y[number])]]
        right += shot.pixelColor(int(pixel.x()), int(pixel.y())).name() == wanted
    assert right > 0.6 * len(points), "others lie above some"


def test_signs_do_not_flip_from_answer_to_answer(look: Projection, subject: Subject) -> None:
    for step in range(1, 6):
        assert look.answer is not None
        before = {cloud.node: cloud.points for cloud in look.answer.layers}
        after = trained(subject, step, step)
        look.take_answer(look.question().answer(after, lambda share: None), step)
        for cloud in look.answer.layers:
            assert ((before[cloud.node] * cloud.points).sum(axis=0) >= 0).all()


def test_zooming_stays_while_answers_come_and_home_shows_all(look: Projection, subject: Subject) -> None:
    whole = look.area.window_shown
    QTest.keyClick(look.area, Qt.Key.Key_Plus)
    zoomed = look.area.window_shown
    assert zoomed != whole
    assert look.header.follow_button.isVisible()
    look.take_answer(look.question().answer(subject, lambda share: None), 1)
    assert look.area.window_shown == zoomed
    QTest.keyClick(look.area, Qt.Key.Key_Home)
    assert look.answer is not None
    points = look.answer.layers[3].points
    shown = look.area.window_shown
    assert shown.left < points[:, 0].min()
    assert shown.high > points[:, 1].max()
    assert not look.header.follow_button.isVisible()


def test_a_stretch_that_fits_stays_as_it_is() -> None:
    points = np.array([[0.0, 0.0], [10.0, 4.0]])
    first = fitted(points, Window(0, 1))
    assert first == pytest.approx((-0.6, 10.6, -0.24, 4.24))
    assert fitted(points * 0.97, first) == first
    assert fitted(points * 0.5, first) != first
    assert fitted(points * 1.2, first) != first
    alone = fitted(np.array([[2.0, 0.0]]), first)
    assert alone.left < 2 < alone.right
    assert alone.low < 0 < alone.high


def test_part_and_number_of_samples_are_chosen_and_the_number_is_remembered(
    look: Projection, subject: Subject, tmp_path: Path, qtbot: QtBot
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    look.take_settings(settings)
    look._count_actions[200].trigger()
    look._part_actions["validation"].trigger()
    answer(look, subject)
    assert look.answer is not None
    assert (look.answer.part, len(look.answer.numbers)) == ("validation", min(200, look.answer.total))
    look._part_actions["train"].trigger()
    answer(look, subject)
    assert len(look.answer.numbers) == 200
    assert settings.get(PROJECTION_SAMPLES) == 200
    other = looking(Projection, subject, qtbot)
    other.take_settings(settings)
    assert other.samples == 200
    other.choose_samples(1000)
    assert settings.get(PROJECTION_SAMPLES) == 1000


@pytest.mark.parametrize("make", [images, sequences, regression])
def test_other_networks_can_be_looked_at_in_both_themes(make: Callable[[], Project], qtbot: QtBot) -> None:
    subject = subject_of(make())
    look = looking(Projection, subject, qtbot, 240, 220)
    look.grab()
    look.apply_theme(LIGHT)
    look.grab()
    assert len(look.strip.clouds) == len(subject.network.nodes)
    if make is regression:
        assert look.strip.figures[0].startswith("R² ")
        look.area.setFocus()
        QTest.keyClick(look.area, Qt.Key.Key_Right)
        assert "target" in look.area.accessibleDescription()


def test_numbers_that_are_not_finite_are_said(look: Projection, subject: Subject) -> None:
    subject.network.parameters["dense_2/W"][0, 0] = np.nan
    look.take_answer(look.question().answer(subject, lambda share: None), 1)
    assert look.strip.figures[3] == "not finite"
    assert "not finite" in look.area.caption
    hover(look.area, look.area.frame.center())
    look.grab()


def test_files_have_all_layers(look: Projection, subject: Subject, tmp_path: Path) -> None:
    for suffix in ("png", "svg", "csv"):
        look.save(tmp_path / f"points.{suffix}")
        assert (tmp_path / f"points.{suffix}").stat().st_size > 1000
    assert look.answer is not None
    with (tmp_path / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 400
    row = rows[2 * 400 + 11]
    assert row["layer"] == "tanh_1"
    assert int(row["number"]) == look.answer.numbers[11]
    assert row["class"] == subject.data.class_names[int(subject.data.train.y[look.answer.numbers[11]])]
    assert float(row["component_1"]) == look.answer.layers[2].points[11, 0]
    assert float(row["share_2"]) == look.answer.layers[2].shares[1]
    assert float(row["neighbours"]) == look.answer.layers[2].neighbours
    width = look.picture_size().width()
    assert look.picture_size().height() > look.area.height() + look.strip.picture_height(width)


def test_other_data_are_looked_at_anew(look: Projection) -> None:
    other = subject_of(regression())
    tell(look, other)
    assert look.answer is None
    answer(look, other)
    assert look.answer is not None
    assert not look.answer.is_class
    assert look.header.entries == ()


def test_an_answer_about_another_part_is_left_aside(look: Projection, subject: Subject) -> None:
    old = look.answer
    look.choose_part("validation")
    assert look.answer is None
    assert old is not None
    look.show_answer(replace(old, part="train"))
    assert look.answer is None


def test_entries_of_an_embedding_are_points_with_their_numbers(qtbot: QtBot) -> None:
    as_they_are = DataChoice(Digits(), preprocessing=Preprocessing(method="none"))
    embedding = ("Embedding", {"input_dim": 17, "output_dim": 4})
    project = chain(
        ("Input", {"shape": (8, 8, 1)}), ("Flatten", {}), embedding, ("Flatten", {}), ("Dense", {"units": 10}),
        CROSS_ENTROPY, data=as_they_are,
    )  # fmt: skip
    subject = subject_of(project)
    look = looking(Projection, subject, qtbot, 520, 460)
    look.choose_node("embedding_1")
    assert look.strip.figures[2] == "17 entries"
    assert look.area.caption == "embedding_1: 17 entries of 4 numbers"
    points, _ = principal_components(subject.network.parameters["embedding_1/embeddings"])
    heard: list[int] = []
    look.sample_chosen.connect(lambda part, index: heard.append(index))
    pixel = look.area.pixel(*points[16].tolist())
    hover(look.area, pixel)
    assert look.area.accessibleDescription().startswith("entry 16\ncomponent 1")
    click(look.area, pixel)
    assert not heard, "an entry is no sample"
    look.grab()


def test_made_narrow_again_the_chosen_layer_is_still_in_sight(look: Projection) -> None:
    strip = look.strip
    assert strip.current == 3
    for width in (900, 240, 900, 200):
        look.resize(width, 460)
        QApplication.processEvents()
        rect = strip.rect_of(3)
        assert rect.left() >= 0
        assert rect.right() <= strip.viewport().width()


@pytest.mark.parametrize(("width", "is_whole"), [(1000, True), (240, False)])
def test_a_low_picture_says_all_where_it_is_wide(subject: Subject, qtbot: QtBot, width: int, is_whole: bool) -> None:
    look = looking(Projection, subject, qtbot, width, 230)
    assert look.answer is not None
    whole = description(look.answer, look._cloud()[1])
    assert (look.area.caption == whole) == is_whole
    look.resize(1240 - width, 230)
    assert (look.area.caption == whole) != is_whole
