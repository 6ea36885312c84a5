"""Whole windows for the tests of this folder that need one."""

from __future__ import annotations

import pytest

from tests.e2e.window import OpenWindow, Person, open_window, small_project

__all__ = ["open_window", "person"]


@pytest.fixture
def person(open_window: OpenWindow) -> Person:  # the fixture above
    """Somebody in front of a window with a small project."""
    return open_window(small_project())
