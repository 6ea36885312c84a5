"""What a bubble says is said to a screen reader as well, if one listens."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.announcement import announce


def test_words_reach_a_screen_reader_that_listens(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    source = QWidget()
    qtbot.addWidget(source)
    said: list[tuple[object, str]] = []

    def sent(event: QAccessibleAnnouncementEvent) -> None:
        said.append((event.object(), event.message()))

    monkeypatch.setattr(QAccessible, "updateAccessibility", sent)
    monkeypatch.setattr(QAccessible, "isActive", lambda: False)
    assert not announce(source, "Nobody hears this.")
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    assert announce(source, "A loss has no output to connect.")
    assert not announce(source, "")
    assert said == [(source, "A loss has no output to connect.")]
