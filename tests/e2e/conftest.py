"""Whole windows for the tests of this folder."""

from __future__ import annotations

from tests.e2e.window import open_window

__all__ = ["open_window"]
