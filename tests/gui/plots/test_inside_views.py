"""The views of what is inside a network, in a whole window: asked by its thread, wired to canvas and each other."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from deepviz.engine.evaluation import evaluate
from deepviz.gui.plots.feature_maps import FeatureMaps
from deepviz.gui.plots.filters import Filters
from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.projection import Projection
from tests.e2e.window import PATIENCE, OpenWindow, Person
from tests.gui.plots.looks import click, images, subject_of


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Somebody in front of a window with a small network that sees images."""
    return open_window(images())


def opened(person: Person, key: str) -> object:
    person.bench.views.open(key)
    QApplication.processEvents()
    return person.bench.views.view(key)


def test_weights_before_the_first_step_are_shown(person: Person) -> None:
    filters = opened(person, "filters")
    assert isinstance(filters, Filters)
    person.qtbot.waitUntil(lambda: filters.answer is not None, timeout=PATIENCE)
    assert filters.answer is not None
    fresh = subject_of(images()).network.parameters["conv2d_1/W"]
    np.testing.assert_array_equal(filters.answer.values, fresh)
    assert filters.header.note == "untrained"


def test_a_card_chooses_the_layer_and_a_point_the_sample(person: Person) -> None:
    maps, cloud = opened(person, "feature_maps"), opened(person, "projection")
    assert isinstance(maps, FeatureMaps)
    assert isinstance(cloud, Projection)
    person.bench.views.maximise("feature_maps")
    person.bench.canvas.select(["relu_1"])
    person.qtbot.waitUntil(
        lambda: maps.answer is not None and maps.answer.node == "relu_1" and cloud.answer is not None, timeout=PATIENCE
    )
    assert cloud.answer is not None
    place = int(cloud.answer.layers[2].points[:, 0].argmax())
    click(cloud.area, cloud.area.pixel(*cloud.answer.layers[2].points[place].tolist()))
    number = int(cloud.answer.numbers[place])
    person.qtbot.waitUntil(lambda: maps.answer is not None and maps.answer.index == number, timeout=PATIENCE)
    assert maps.bar.index == number
    person.bench.views.close("feature_maps")


def test_a_landscape_is_worked_out_by_the_window(person: Person) -> None:
    look = opened(person, "landscape")
    assert isinstance(look, Landscape)
    look.choose("resolution", 11)
    click(look.row.button, QPointF(look.row.button.rect().center()))
    person.qtbot.waitUntil(lambda: look.answer is not None, timeout=PATIENCE)
    assert look.answer is not None
    subject = subject_of(images())
    train = subject.data.train
    rows = np.arange(512) * len(train) // 512
    assert look.answer.centre == evaluate(subject.network, subject.loss, train.x[rows], train.y[rows]).loss
    assert not look.is_computing
    click(look.row.button, QPointF(look.row.button.rect().center()))
    assert look.is_computing
    click(look.row.button, QPointF(look.row.button.rect().center()))
    person.qtbot.waitUntil(lambda: not person.bench.inspector.is_busy, timeout=PATIENCE)
    assert not look.is_computing
