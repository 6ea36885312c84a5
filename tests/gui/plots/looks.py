"""Looks with projects to look at, asked as the inspector asks them, but at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.sources.waves import Waves
from deepviz.document.compile import compile_project
from deepviz.document.project import DataChoice, Project
from deepviz.document.shapes import check
from deepviz.gui.plots.look import Look
from deepviz.insight.subject import Subject
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import chain

Kind = TypeVar("Kind", bound=Look)

CROSS_ENTROPY = ("SoftmaxCrossEntropy", {})


def images() -> Project:
    """input_1 (8 x 8 x 1) -> conv2d_1 (6) -> relu_1 -> flatten_1 -> dense_1 (10)."""
    conv = ("Conv2D", {"filters": 6, "kernel_size": (3, 3)})
    dense = ("Dense", {"units": 10})
    return chain(
        ("Input", {"shape": (8, 8, 1)}), conv, ("ReLU", {}), ("Flatten", {}), dense, CROSS_ENTROPY,
        data=DataChoice(Digits()),
    )  # fmt: skip


def flat() -> Project:
    """input_1 (2) -> dense_1 (5) -> tanh_1 -> dense_2 (2), on spirals."""
    return chain(
        ("Input", {"shape": (2,)}), ("Dense", {"units": 5}), ("Tanh", {}), ("Dense", {"units": 2}), CROSS_ENTROPY,
        data=DataChoice(Spirals()),
    )  # fmt: skip


def sequences() -> Project:
    """input_1 (32 x 1) -> lstm_1 (3, all steps) -> flatten_1 -> dense_1 (4)."""
    lstm = ("LSTM", {"units": 3, "return_sequences": True})
    return chain(
        ("Input", {"shape": (32, 1)}), lstm, ("Flatten", {}), ("Dense", {"units": 4}), CROSS_ENTROPY,
        data=DataChoice(Waves()),
    )  # fmt: skip


def regression() -> Project:
    """input_1 -> dense_1 (3) -> dense_2 (1), on miles per gallon."""
    shape = AutoMpg().load().sample_shape
    dense = ("Dense", {"units": 3}), ("Dense", {"units": 1})
    return chain(("Input", {"shape": shape}), *dense, ("MeanSquaredError", {}), data=DataChoice(AutoMpg()))


def subject_of(project: Project, step: int = 0) -> Subject:
    """The network of a project with its fresh weights."""
    plan = RunPlan.of(project)
    network, loss = compile_project(project, plan.facts)
    return Subject(project, plan.data, network, loss, step)


def looking(kind: type[Kind], subject: Subject, qtbot: QtBot, width: int = 460, height: int = 380) -> Kind:
    """A look of this kind on the screen, at a project, with an answer if it asks for one by itself."""
    look = kind()
    qtbot.addWidget(look)
    look.resize(width, height)
    tell(look, subject)
    look.show()
    QApplication.processEvents()
    answer(look, subject)
    return look


def tell(look: Look, subject: Subject) -> None:
    """Tell a look what is open."""
    look.show_project(subject.project, subject.data, check(subject.project, RunPlan.of(subject.project).facts))


def answer(look: Look, subject: Subject) -> None:
    """Put the questions of a look until it has no other one."""
    asked = None
    while (question := look.question()) is not None and question != asked:
        asked = question
        look.take_answer(question.answer(subject, lambda share: None), subject.step)
    QApplication.processEvents()


def trained(subject: Subject, seed: int, step: int) -> Subject:
    """The same network with other weights."""
    rng = np.random.default_rng(seed)
    project = subject.project
    network, loss = compile_project(project, RunPlan.of(project).facts)
    network.parameters.vector[:] += 0.1 * rng.standard_normal(len(network.parameters.vector))
    return replace(subject, network=network, loss=loss, step=step)


def click(widget: QWidget, place: QPointF) -> None:
    """Click at a point of a widget."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=whole(place))


def hover(widget: QWidget, place: QPointF) -> None:
    """Move the pointer to a point of a widget."""
    QTest.mouseMove(widget, whole(place))
    QApplication.processEvents()


def whole(place: QPointF) -> QPoint:
    return QPoint(int(place.x()), int(place.y()))
