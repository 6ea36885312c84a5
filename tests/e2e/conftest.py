"""Whole windows for the tests of this folder, and answers to their questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMessageBox

from tests.e2e.window import open_window

__all__ = ["answer", "open_window"]

Answer = Callable[[QMessageBox.StandardButton], list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Answer every question with one button; gives the list in which questions are noted."""

    def with_button(button: QMessageBox.StandardButton) -> list[str]:
        asked: list[str] = []

        def question(_parent: object, _title: str, text: str, *_: object) -> QMessageBox.StandardButton:
            asked.append(text)
            return button

        monkeypatch.setattr(QMessageBox, "question", question)
        return asked

    return with_button
