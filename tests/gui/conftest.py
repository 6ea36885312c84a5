"""Whole windows for the tests of this folder that need one, and the look of the product for parts without a window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from deepviz.gui import theme
from tests.e2e.window import OpenWindow, Person, open_window, small_project

__all__ = ["open_window", "person"]


@pytest.fixture
def person(open_window: OpenWindow) -> Person:  # the fixture above
    """Somebody in front of a window with a small project."""
    return open_window(small_project())


@pytest.fixture
def dressed(qapp: QApplication, plain_application: None) -> None:
    """The application in the dark theme."""
    theme.apply(qapp, theme.DARK)
