"""Looks with an answer of a small network, opened for a test, and what a hand does on them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.shapes import Report
from deepviz.engine.layer import Layer
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.gui.plots.look import Look
from deepviz.insight.subject import Subject
from tests.insight.looked_at import no_progress, subject

AnyLook = TypeVar("AnyLook", bound=Look)
NO_BUTTON, NO_KEYS = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


def halves(features: int = 2, samples: int = 100) -> PreparedData:
    """Class "right" where the first input, called east, is above 30, otherwise "left"."""
    rng = np.random.default_rng(4)
    x = rng.uniform((20.0, -1.0, 5.0, 5.0)[:features], (40.0, 1.0, 6.0, 9.0)[:features], size=(samples, features))
    names = ("east", "north", "height", "age")[:features]
    data = Dataset(x, (x[:, 0] > 30).astype(int), "classification", ("left", "right"), names)
    return prepare(data, SplitChoice(), Preprocessing())


def divided_at(data: PreparedData, east: float) -> Subject:
    """A network that says "right" where east is above a number."""
    inputs = data.sample_shape[0]
    looked = subject([Input(shape=(inputs,)), Dense(units=2)], data, dtype="float64")
    weights, bias = looked.network.parameters["dense_1/W"], looked.network.parameters["dense_1/b"]
    weights[...], bias[...] = 0.0, 0.0
    weights[0, 1] = 2 * data.scaler.scale[0]  # the score of "right" is 2 (east - ...)
    bias[1] = 2 * (data.scaler.offset[0] - east)
    return looked


def layered(data: PreparedData, *layers: Layer) -> Subject:
    return subject([Input(shape=data.sample_shape), *layers], data, dtype="float64")


def opened(
    qtbot: QtBot,
    kind: type[AnyLook],
    looked: Subject,
    width: int = 480,
    height: int = 400,
    report: Report | None = None,
) -> AnyLook:
    """A look at a network, with its answer, on the screen."""
    look = kind()
    qtbot.addWidget(look)
    look.resize(width, height)
    look.show_project(looked.project, looked.data, report or Report({}, {}, ()))
    answer(look, looked)
    look.show()
    qtbot.waitExposed(look)
    return look


def answer(look: Look, looked: Subject) -> None:
    """Put its present question to the network, as the inspector does."""
    question = look.question()
    assert question is not None
    look.take_answer(question.answer(looked, no_progress), looked.step)


def wheel(widget: QWidget, place: QPointF, notches: int) -> None:
    delta = QPoint(0, 120 * notches)
    globally = QPointF(widget.mapToGlobal(place.toPoint()))
    phase = Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(widget, QWheelEvent(place, globally, QPoint(), delta, NO_BUTTON, NO_KEYS, phase, False))


def hover(widget: QWidget, place: QPointF) -> None:
    """Move the pointer there, wherever it has been left by the test before: Qt tells no widget of a move to nowhere."""
    globally = QPointF(widget.mapToGlobal(place))
    move = QEvent.Type.MouseMove
    QApplication.sendEvent(widget, QMouseEvent(move, place, globally, NO_BUTTON, NO_BUTTON, NO_KEYS))


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def color_at(widget: QWidget, place: QPointF) -> str:
    return picture(widget).pixelColor(place.toPoint()).name()
