"""Samples are painted once and stay, and look as if they were painted every time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import decision_boundary
from deepviz.gui.plots.decision_boundary import DecisionBoundary
from deepviz.gui.plots.sample_points import paint_samples
from deepviz.gui.theme import LIGHT
from tests.gui.plots.planes import answer, divided_at, halves, opened, picture, wheel


class Watched:
    """Counts how often samples are painted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        monkeypatch.setattr(decision_boundary, "paint_samples", self)

    def __call__(self, *arguments: object) -> None:
        self.times += 1
        paint_samples(*arguments)  # type: ignore[arg-type]

    def during(self, act: Callable[[], object]) -> int:
        """How often they are while something is done and shown."""
        before = self.times
        act()
        return self.times - before


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


@pytest.fixture
def look(qtbot: QtBot, watched: Watched) -> DecisionBoundary:
    made = opened(qtbot, DecisionBoundary, divided_at(halves(), 31.0))
    picture(made.area)
    return made


def numbers_of(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1, 4)[..., :3].astype(int)


def as_it_should_be(look: DecisionBoundary) -> np.ndarray:
    """The plane as it looks where nothing is kept."""
    area = look.area
    image = QImage(area.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    area.paint_into(painter, QRectF(area.rect()))
    painter.end()
    return numbers_of(image)


def test_hovering_and_other_weights_leave_the_samples_as_they_are(look: DecisionBoundary, watched: Watched) -> None:
    area = look.area

    def hover() -> None:
        QTest.mouseMove(area, area.frame.center().toPoint())
        picture(area)

    def learn() -> None:
        answer(look, divided_at(look.data, 25.0))  # type: ignore[arg-type]
        picture(area)

    assert watched.during(hover) == 0
    assert area.pointer is not None
    assert watched.during(learn) == 0
    assert look.answer is not None
    wrong = int(look.answer.samples[0].wrong.sum())
    assert wrong > 10
    QApplication.sendEvent(area, QEvent(QEvent.Type.Leave))
    assert np.abs(numbers_of(picture(area)) - as_it_should_be(look)).max() <= 3, "with the crosses of now"


def test_whatever_changes_the_picture_paints_them_anew(look: DecisionBoundary, watched: Watched) -> None:
    area = look.area
    acts: dict[str, Callable[[], object]] = {
        "zoom": lambda: wheel(area, area.frame.center(), 2),
        "pan": lambda: QTest.keyClick(area, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier),
        "theme": lambda: look.apply_theme(LIGHT),
        "size": lambda: look.resize(500, 420),
        "parts": lambda: (look.show_part("validation", True), answer(look, divided_at(look.data, 31.0))),  # type: ignore[arg-type]
    }
    for name, act in acts.items():
        assert watched.during(lambda act=act: (act(), picture(area))) > 0, name  # type: ignore[misc]
        assert np.abs(numbers_of(picture(area)) - as_it_should_be(look)).max() <= 3, name


def test_a_point_has_the_colour_of_its_class_after_the_theme_has_changed(look: DecisionBoundary) -> None:
    look.apply_theme(LIGHT)
    assert look.answer is not None
    part = look.answer.samples[0]
    alone = next(
        each
        for each, place in enumerate(part.places)
        if np.sort(np.hypot(*(np.stack(look.area.pixels(*part.places.T)).T - look.area.pixel(*place).toTuple()).T))[1]
        > 12
    )
    here = look.area.pixel(*part.places[alone].tolist()) + QPointF(0.5, 0.5)
    shown = picture(look.area).pixelColor(here.toPoint())
    wanted = QColor(look._color(int(part.targets[alone])))
    assert max(abs(a - b) for a, b in zip(shown.getRgb(), wanted.getRgb(), strict=True)) <= 12


def test_other_data_show_no_sample_of_the_former_ones(look: DecisionBoundary, watched: Watched) -> None:
    other = divided_at(halves(samples=40), 31.0)
    assert look.report is not None
    look.show_project(other.project, other.data, look.report)
    answer(look, other)
    assert watched.during(lambda: picture(look.area)) == 1
    assert np.abs(numbers_of(picture(look.area)) - as_it_should_be(look)).max() <= 3
