"""What the view of filters shows are the weights, each where it is said to be."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.digits import Digits
from deepviz.document.project import DataChoice
from deepviz.gui.plots.filters import Filters
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import LIGHT
from deepviz.insight.filters import ALL_CHANNELS
from deepviz.insight.subject import Subject
from tests.e2e.window import chain
from tests.gui.plots.looks import CROSS_ENTROPY, answer, flat, hover, images, looking, sequences, subject_of, tell


@pytest.fixture
def subject() -> Subject:
    return subject_of(images())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> Filters:
    return looking(Filters, subject, qtbot)


def test_kernels_are_shown_with_their_exact_weights(look: Filters, subject: Subject) -> None:
    W = subject.network.parameters["conv2d_1/W"]
    assert [picture.title for picture in look.grid.pictures] == [f"filter {each}" for each in range(6)]
    rect = look.grid.rect_of(5)
    hover(look.grid.viewport(), rect.topLeft() + QPointF(rect.width() * 0.5 / 3, rect.height() * 2.5 / 3))
    assert look.grid.accessibleDescription() == f"conv2d_1 · filter 5\nW[2, 0, 0, 5] {format_value(W[2, 0, 0, 5], 6)}"
    scale = look.grid.scale
    assert scale is not None
    assert scale.low == -scale.high
    assert scale.high >= np.abs(W).max()
    assert f"largest |w| {format_value(float(np.abs(W).max()))}" in look.caption.text
    for number, picture in enumerate(look.grid.pictures):
        wanted = scale.pixels(W[:, :, 0, number], look.theme)
        for row, column in np.ndindex(3, 3):
            assert picture.image.pixel(column, row) == wanted[row, column]


def test_only_layers_with_weights_are_offered_and_a_card_without_leads_to_those_before(
    look: Filters, subject: Subject
) -> None:
    offered = [look.layer_choice.itemData(each) for each in range(look.layer_choice.count())]
    assert offered == ["conv2d_1", "dense_1"]
    look.choose_node("dense_1")
    answer(look, subject)
    assert look.answer is not None
    assert look.answer.node == "dense_1"
    look.choose_node("flatten_1")
    assert look.layer_choice.node == "conv2d_1"
    look.choose_node("input_1")
    assert look.layer_choice.node == "conv2d_1"


def test_units_behind_a_flatten_see_maps_of_one_channel_or_all_or_are_a_matrix(look: Filters, subject: Subject) -> None:
    W = subject.network.parameters["dense_1/W"]
    look.choose_node("dense_1")
    answer(look, subject)
    assert not look.channel_choice.isHidden()
    look.channel_choice.setFocus()
    QTest.keyClick(look.channel_choice, Qt.Key.Key_End)
    answer(look, subject)
    assert look.answer is not None
    assert look.answer.channel == 5
    picture = look.answer.picture(look.answer.tiles[7])
    np.testing.assert_array_equal(picture, W.reshape(6, 6, 6, 10)[..., 5, 7])
    matrix = next(each for each in look.menu.actions() if "as a matrix" in each.text())
    matrix.trigger()
    answer(look, subject)
    np.testing.assert_array_equal(look.answer.picture(look.answer.tiles[0]), W)
    assert look.channel_choice.isHidden()
    assert "inputs down, units across" in look.caption.text


def test_another_array_of_the_layer_can_be_chosen(look: Filters, subject: Subject) -> None:
    subject.network.parameters["conv2d_1/b"][:] = np.arange(6) - 2
    QTest.keyClick(look.name_choice, Qt.Key.Key_Down)
    answer(look, subject)
    assert look.answer is not None
    assert look.answer.name == "b"
    assert look.answer.largest == 3
    look.choose_node("dense_1")  # begins with its first array again
    answer(look, subject)
    assert look.answer.name == "W"


def test_gates_and_matrices_of_other_layers(qtbot: QtBot) -> None:
    recurrent = subject_of(sequences())
    look = looking(Filters, recurrent, qtbot)
    look.apply_theme(LIGHT)
    assert [picture.title for picture in look.grid.pictures] == ["gate i", "gate f", "gate g", "gate o"]
    dense = subject_of(flat())
    tell(look, dense)
    answer(look, dense)
    assert look.answer is not None
    np.testing.assert_array_equal(look.answer.picture(look.answer.tiles[0]), dense.network.parameters["dense_1/W"])
    look.grab()


def test_three_channels_are_colours(qtbot: QtBot) -> None:
    point = ("Conv2D", {"filters": 3, "kernel_size": (1, 1)})
    conv = ("Conv2D", {"filters": 2, "kernel_size": (2, 2)})
    project = chain(
        ("Input", {"shape": (8, 8, 1)}), point, conv, ("Flatten", {}), ("Dense", {"units": 10}), CROSS_ENTROPY,
        data=DataChoice(Digits()),
    )  # fmt: skip
    subject = subject_of(project)
    look = looking(Filters, subject, qtbot)
    look.choose_node("conv2d_2")
    answer(look, subject)
    W = subject.network.parameters["conv2d_2/W"].astype(np.float64)
    assert look.grid.scale is None, "one bar says nothing of three colours"
    pixel = look.grid.pictures[1].image.pixel(0, 1)
    end = float(look.caption.text.split(" to ")[1].split(" ")[0])
    wanted = [round(255 * (value + end) / (2 * end)) for value in W[1, 0, :, 1].tolist()]
    shown = [pixel >> by & 255 for by in (16, 8, 0)]
    assert all(abs(one - other) <= 1 for one, other in zip(shown, wanted, strict=True))
    look.grid.point_at((1, 1, 0))
    lines = look.grid.accessibleDescription().splitlines()
    assert lines[1:] == [f"W[1, 0, {each}, 1] {format_value(W[1, 0, each, 1], 6)}" for each in range(3)]


def test_a_network_without_weights_says_what_to_do(qtbot: QtBot) -> None:
    project = chain(("Input", {"shape": (2,)}), ("ReLU", {}), CROSS_ENTROPY, data=flat().data)
    subject = subject_of(project)
    look = looking(Filters, subject, qtbot)
    assert look.question() is None
    assert "No layer has weights yet" in look.words.text()
    assert look.words.isVisible()


def test_weights_that_are_not_finite_are_counted_and_painted(look: Filters, subject: Subject) -> None:
    subject.network.parameters["conv2d_1/W"][1, 1, 0, 2] = np.nan
    look.take_answer(look.question().answer(subject, lambda share: None), 3)
    assert "1 weight not finite" in look.caption.text
    assert look.grid.pictures[2].image.pixelColor(1, 1).name() == look.theme.bad


def test_files_have_the_picture_and_every_weight(look: Filters, subject: Subject, tmp_path: Path) -> None:
    for suffix in ("png", "svg", "csv"):
        look.save(tmp_path / f"filters.{suffix}")
        assert (tmp_path / f"filters.{suffix}").stat().st_size > 500
    with (tmp_path / "filters.csv").open() as file:
        rows = list(csv.reader(file))
    W = subject.network.parameters["conv2d_1/W"]
    assert len(rows) == 1 + W.size
    name, *place, weight = rows[17]
    assert name == "conv2d_1/W"
    assert float(weight) == float(W[tuple(int(each) for each in place)])


def test_gaps_and_weights_that_are_not_finite_have_their_own_colours(look: Filters, subject: Subject) -> None:
    W = subject.network.parameters["dense_1/W"]
    W[0, 3], W[1, 3] = np.nan, np.inf
    look.choose_node("dense_1")
    look._channel = ALL_CHANNELS
    answer(look, subject)
    assert look.answer is not None
    scale, image = look.grid.scale, look.grid.pictures[3].image
    assert scale is not None
    known = W[np.isfinite(W)]
    assert (look.answer.largest, look.answer.not_finite) == (np.abs(known).max(), 2)
    assert "2 weights not finite" in look.caption.text
    # Channels of 6 x 6 beside each other, three across, with a line between them.
    units = W.reshape(6, 6, 6, 10)[..., 3]
    for row, column in np.ndindex(image.height(), image.width()):
        shown = image.pixelColor(column, row).name()
        if row % 7 == 6 or column % 7 == 6:
            assert shown == look.theme.outline
            continue
        weight = units[row % 7, column % 7, row // 7 * 3 + column // 7]
        table = scale.table(look.theme)
        place = (
            round((len(table) - 1) * (float(weight) - scale.low) / (scale.high - scale.low))
            if np.isfinite(weight)
            else 0
        )
        assert shown == ("#" + bytes(table[place]).hex() if np.isfinite(weight) else look.theme.bad)
