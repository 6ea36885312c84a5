"""What the view of feature maps shows is what the layer gives for the sample that is said."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document.project import Project
from deepviz.engine.network import Network
from deepviz.gui.plots.feature_maps import FeatureMaps
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import LIGHT
from deepviz.insight.activations import activations
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import answer, click, flat, hover, images, looking, regression, sequences, subject_of, tell


@pytest.fixture
def subject() -> Subject:
    return subject_of(images())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> FeatureMaps:
    return looking(FeatureMaps, subject, qtbot)


def by_hand(network: Network, x: np.ndarray) -> np.ndarray:
    """The maps of the first convolution for one image."""
    W, b = network.parameters["conv2d_1/W"], network.parameters["conv2d_1/b"]
    maps = np.zeros((6, 6, 6))
    for row in range(6):
        for column in range(6):
            patch = x[row : row + 3, column : column + 3]
            maps[row, column] = (patch[..., None] * W).sum(axis=(0, 1, 2)) + b
    return maps


def test_it_starts_with_the_first_convolution_and_says_exact_numbers(look: FeatureMaps, subject: Subject) -> None:
    assert look.layer_choice.node == "conv2d_1"
    assert [picture.title for picture in look.grid.pictures] == [f"channel {each}" for each in range(6)]
    maps = by_hand(subject.network, subject.data.train.x[0])
    rect = look.grid.rect_of(4)
    hover(look.grid.viewport(), rect.topLeft() + QPointF(rect.width() * 2.5 / 6, rect.height() * 3.5 / 6))
    assert look.grid.place == (4, 3, 2)
    value = float(look.grid.accessibleDescription().split()[-1].replace("−", "-"))
    assert value == pytest.approx(maps[3, 2, 4], rel=1e-4)
    assert "row 3 · column 2 · channel 4" in look.grid.accessibleDescription()


def test_every_dot_has_the_colour_of_its_number(look: FeatureMaps, subject: Subject) -> None:
    maps, scale = by_hand(subject.network, subject.data.train.x[0]), look.grid.scale
    assert scale is not None
    assert scale.high >= np.abs(maps).max()
    for channel, picture in enumerate(look.grid.pictures):
        wanted = scale.pixels(maps[..., channel], look.theme)
        for row, column in np.ndindex(6, 6):
            shown = picture.image.pixel(column, row)
            assert all(abs((shown >> by & 255) - (int(wanted[row, column]) >> by & 255)) <= 1 for by in (0, 8, 16))


def test_it_follows_the_card_on_the_canvas_and_the_choice_in_the_header(look: FeatureMaps, subject: Subject) -> None:
    look.choose_node("dense_1")
    answer(look, subject)
    assert look._stack_of_kinds.currentWidget() is look.bars
    assert look.bars.values == pytest.approx(subject.network.predict(subject.data.train.x[:1])[0], rel=1e-5)
    assert list(look.bars.names) == list(subject.data.class_names)
    look.choose_node("loss_1")
    assert look.layer_choice.node == "dense_1"
    look.layer_choice.setFocus()
    QTest.keyClick(look.layer_choice, Qt.Key.Key_Home)
    answer(look, subject)
    assert look.layer_choice.node == "input_1"
    assert len(look.grid.pictures) == 1


def test_samples_are_chosen_by_hand_and_by_keys_and_others_hear_of_it(
    look: FeatureMaps, subject: Subject, qtbot: QtBot
) -> None:
    heard: list[tuple[str, int]] = []
    look.sample_chosen.connect(lambda part, index: heard.append((part, index)))
    QTest.keyClick(look.grid, Qt.Key.Key_N)
    answer(look, subject)
    assert look.answer is not None
    assert look.answer.index == 1
    QTest.keyClick(look.grid, Qt.Key.Key_P)
    QTest.keyClick(look.grid, Qt.Key.Key_P)
    assert look.bar.index == len(subject.data.train) - 1
    QTest.mouseClick(look.bar.random_button, Qt.MouseButton.LeftButton)
    assert look.bar.index != len(subject.data.train) - 1
    look.bar.number.setFocus()
    look.bar.number.selectAll()
    QTest.keyClicks(look.bar.number, "25")
    QTest.keyClick(look.bar.number, Qt.Key.Key_Return)
    answer(look, subject)
    assert heard[-1] == ("train", 25)
    words = [line for line, _ in look.bar.card.lines()]
    assert words[0].startswith("Training sample 25 of")
    assert words[1] == f"is {subject.data.class_names[int(subject.data.train.y[25])]}"
    heard.clear()
    look.choose_sample("validation", 7)  # another view has said so
    answer(look, subject)
    assert look.answer.part == "validation"
    assert subject.data.validation is not None
    np.testing.assert_allclose(look.answer.values, by_hand(subject.network, subject.data.validation.x[7]), atol=1e-5)
    look.choose_sample("test", 10**6)
    assert look.bar.part == "validation"
    assert not heard


def test_the_next_wrong_sample_is_found(look: FeatureMaps, subject: Subject) -> None:
    predicted = subject.network.predict(subject.data.train.x).argmax(axis=1)
    wrong = np.flatnonzero(predicted != subject.data.train.y)
    heard: list[tuple[str, int]] = []
    look.sample_chosen.connect(lambda part, index: heard.append((part, index)))
    QTest.mouseClick(look.bar.wrong_button, Qt.MouseButton.LeftButton)
    answer(look, subject)
    wanted = int(wrong[wrong > 0][0])
    assert heard == [("train", wanted)]
    assert look.answer is not None
    assert look.answer.index == wanted
    assert look.bar.index == wanted
    assert look.bar.card.lines()[2][0].startswith(f"✗ taken for {predicted[wanted]}, ")


def test_no_wrong_sample_is_said(look: FeatureMaps, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    predicted = subject.network.predict(subject.data.train.x).argmax(axis=1)
    right = np.flatnonzero(predicted == subject.data.train.y)
    start = next(each for each in right.tolist() if each + 1 in right)
    monkeypatch.setattr("deepviz.insight.feature_maps.MOST_SEARCHED", 1)
    look.choose_sample("train", start)
    QTest.keyClick(look, Qt.Key.Key_W)
    question = look.question()
    assert question is not None
    assert question.search == "wrong"
    look.take_answer(question.answer(subject, lambda share: None), 0)
    assert look.bar.card.lines()[0][0] == "None of 1 samples is classified wrong"
    assert look.bar.index == start
    assert look.question().search == ""


def test_an_answer_to_what_was_asked_before_is_left_aside(look: FeatureMaps, subject: Subject) -> None:
    old = look.question()
    assert old is not None
    look.choose_node("relu_1")
    look.take_answer(old.answer(subject, lambda share: None), 0)
    assert look.answer is not None
    assert look.question().node == "relu_1"
    answer(look, subject)
    assert look.answer.node == "relu_1"
    assert look.answer.values.min() >= 0
    assert look.grid.scale is not None
    assert not look.grid.scale.is_signed


@pytest.mark.parametrize("make", [images, flat, sequences, regression])
def test_every_layer_of_any_network_shows_something(make: Callable[[], Project], qtbot: QtBot) -> None:
    subject = subject_of(make())
    look = looking(FeatureMaps, subject, qtbot)
    look.apply_theme(LIGHT)
    for node in subject.network.nodes:
        look.choose_node(node.id)
        answer(look, subject)
        wanted = activations(subject.network, subject.data.train.x[:1], [node.id])[0][0]
        assert look.answer is not None
        np.testing.assert_array_equal(look.answer.values, wanted)
        if wanted.ndim == 1:
            np.testing.assert_allclose(look.bars.values, wanted)
            look.bars.point_at(len(wanted) - 1)
            assert look.bars.accessibleDescription().endswith(format_value(float(wanted[-1]), 6))
        else:
            dots = sum(picture.image.width() * picture.image.height() for picture in look.grid.pictures)
            assert dots == wanted.size
        look.grab()


def test_units_that_are_too_many_for_bars_are_a_matrix(look: FeatureMaps, subject: Subject, qtbot: QtBot) -> None:
    subject = subject_of(images())
    look.choose_node("flatten_1")
    answer(look, subject)
    assert look._stack_of_kinds.currentWidget() is look.bars  # 216 units
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deepviz.gui.plots.feature_maps.MOST_BARS", 10)
        look._show_values()
    assert look._stack_of_kinds.currentWidget() is look.grid
    (picture,) = look.grid.pictures
    columns = picture.image.width()
    look.grid.point_at((0, 100 // columns, 100 % columns))
    value = float(activations(subject.network, subject.data.train.x[:1], ["flatten_1"])[0][0, 100])
    assert look.grid.accessibleDescription() == f"unit 100\nflatten_1 {format_value(value, 6)}"
    last = divmod(216, columns)
    if last[0] < picture.image.height():
        look.grid.point_at((0, *last))
        assert "value" not in look.grid.accessibleDescription()


def test_a_regression_says_target_and_output(qtbot: QtBot) -> None:
    subject = subject_of(regression())
    look = looking(FeatureMaps, subject, qtbot)
    assert not look.bar.wrong_button.isEnabled()
    words = [line for line, _ in look.bar.card.lines()]
    assert words[1] == f"target {format_value(float(subject.data.train.y[0, 0]))}"
    assert words[2] == f"network {format_value(float(subject.network.predict(subject.data.train.x[:1])[0, 0]))}"
    assert subject.data.feature_names[0] in look.bar.card.toolTip()


def test_files_have_the_picture_and_all_numbers(look: FeatureMaps, subject: Subject, tmp_path: Path) -> None:
    for suffix in ("png", "svg", "csv"):
        look.save(tmp_path / f"maps.{suffix}")
        assert (tmp_path / f"maps.{suffix}").stat().st_size > 500
    with (tmp_path / "maps.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["layer", "part", "sample", "row", "column", "channel", "value"]
    assert len(rows) == 1 + 6 * 6 * 6
    maps = by_hand(subject.network, subject.data.train.x[0])
    assert {tuple(row[:3]) for row in rows[1:]} == {("conv2d_1", "train", str(look.bar.index))}
    row, column, channel, value = rows[100][3:]
    assert float(value) == pytest.approx(maps[int(row), int(column), int(channel)], rel=1e-4, abs=1e-6)


def test_a_picture_made_large_stays_so_while_training_goes_on(look: FeatureMaps, subject: Subject) -> None:
    click(look.grid.viewport(), look.grid.rect_of(3).center())
    assert look.grid.large == 3
    subject.network.parameters["conv2d_1/W"][...] *= 2
    look.take_answer(look.question().answer(subject, lambda share: None), 5)
    assert look.grid.large == 3
    assert look.header.note == "step 5"


def test_other_data_forget_the_sample(look: FeatureMaps, subject: Subject) -> None:
    look.choose_sample("train", 30)
    answer(look, subject)
    other = subject_of(flat())
    tell(look, other)
    assert look.answer is None
    assert look.layer_choice.node == "dense_1"
    answer(look, other)
    assert look.answer is not None
    assert len(look.bars.values) == 5


def test_a_first_answer_about_another_layer_leaves_the_words(subject: Subject, qtbot: QtBot) -> None:
    look = FeatureMaps()
    qtbot.addWidget(look)
    tell(look, subject)
    look.show()
    old = look.question()
    assert old is not None
    look.choose_node("relu_1")
    look.take_answer(old.answer(subject, lambda share: None), 0)
    assert look.words.isVisible()
    answer(look, subject)
    assert look.grid.isVisible()
