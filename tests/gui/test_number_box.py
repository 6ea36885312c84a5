"""Fields for numbers show and read a point wherever the machine stands, as everything else in the window does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.gui.number_box import DecimalBox, NumberBox


@pytest.fixture(params=["de_DE", "ar_EG", "en_US"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("elsewhere")
def test_a_point_is_a_point_in_every_country(qtbot: QtBot) -> None:
    """Where thousands are set off by points, 6.25 was taken for 625."""
    field = DecimalBox()
    qtbot.addWidget(field)
    field.setRange(-1e6, 1e6)
    field.selectAll()
    QTest.keyClicks(field, "-6.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == -6.25
    field.setValue(1234.5)
    assert field.text() == "1234.50"


@pytest.mark.usefixtures("elsewhere")
def test_whole_numbers_have_the_same_digits_everywhere(qtbot: QtBot) -> None:
    field = NumberBox()
    qtbot.addWidget(field)
    field.setRange(-10_000, 10_000)
    field.selectAll()
    QTest.keyClicks(field, "-1250")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.value(), field.text()) == (-1250, "-1250")
