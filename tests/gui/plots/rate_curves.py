"""Made-up curves of range tests, and a finder that shows one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF

from deepviz.document.project import Project
from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.insight.rate_range import Rates
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import click

Edit = Callable[[Project], Project]


def found(suggested: float | None = 1.23456e-3, **changes: object) -> Rates:
    """Fifty rates from 1e-6 to 10: at 1 until 1e-4, down to 0.2 at 1.2e-2, then up to 9."""
    places = np.linspace(-6, 1, 50)
    smoothed = np.interp(places, [-6, -4, -1.9085, 1], [1.0, 1.0, 0.2, 9.0])
    losses = smoothed + 0.01 * np.cos(40 * places)
    numbers = {"lowest": 1.23456e-2, "steepest": None if suggested is None else 5.1e-3, "suggested": suggested}
    return Rates(10**places, losses, smoothed, **{**numbers, "ended_early": True, **changes})  # type: ignore[arg-type]


def press(look: RateFinder) -> None:
    click(look.row.button, QPointF(look.row.button.rect().center()))


def words(look: RateFinder) -> list[str]:
    return [each.words for each in look.area.rate_marks]


def place(look: RateFinder, rate: float) -> QPointF:
    return QPointF(look.area.x_pixel(math.log10(rate)), look.area.frame.center().y())


def edited(subject: Subject, edit: Edit) -> Subject:
    return replace(subject, project=edit(subject.project))
