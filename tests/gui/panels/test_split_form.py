"""Training gets what validation and test leave; the bar shows all three."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepviz.datasets.split import SplitChoice
from deepviz.gui.panels.split_form import ShareBar, SplitForm, as_shares, as_split
from deepviz.gui.theme import DARK


@pytest.mark.parametrize(
    "choice",
    [SplitChoice(), SplitChoice(train=100, validation=0, test=0), SplitChoice(train=33.4, validation=33.3, test=33.3)],
)
def test_a_choice_goes_through_the_form_unchanged(choice: SplitChoice) -> None:
    assert as_split(as_shares(choice)) == choice


def test_the_form_has_every_field_but_training() -> None:
    names = [each.name for each in as_shares(SplitChoice()).hyperparameters()]
    assert names == [name for name in SplitChoice.model_fields if name != "train"]


def test_a_typed_share_is_taken_from_training(show: Callable[..., QWidget]) -> None:
    form = SplitForm(DARK)
    show(form)
    form.set_choice(SplitChoice())
    sent: list[SplitChoice] = []
    form.changed.connect(sent.append)
    control = form.form.field("test").control
    form.form.focus_field("test")
    QTest.keyClicks(control, "25")
    QTest.keyClick(control, Qt.Key.Key_Return)
    assert sent == [SplitChoice(train=65, validation=10, test=25)]


def test_the_bar_is_drawn_in_proportion(show: Callable[..., QWidget]) -> None:
    bar = ShareBar(DARK)
    bar.show_counts((300, 0, 100))
    show(bar, 400, 60)
    image = bar.grab().toImage()
    middle = [image.pixelColor(x, 4).name() for x in range(image.width())]
    train, test = (middle.count(DARK.curve(number).color) for number in (0, 2))
    assert DARK.curve(1).color not in middle
    assert train / test == pytest.approx(3, rel=0.05)
    assert bar.accessibleDescription() == "Training 300, Validation 0, Test 100"


def test_without_counts_there_is_no_bar(show: Callable[..., QWidget]) -> None:
    form = SplitForm(DARK)
    show(form)
    form.show_data(None)
    assert not form.bar.isVisible()
