"""The hand of pytest-qt, which by itself waits five seconds at most, made patient.

A longer limit costs nothing where things work, and on a machine that has much else to do they take their time.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE = 60_000
"""Milliseconds to wait for anything before giving up; a fifth of what a whole test may take."""


def patient(hand: QtBot) -> QtBot:
    """Let all waits of a hand end after `PATIENCE` where no limit is given."""
    for name in ("waitActive", "waitExposed", "waitSignal", "waitSignals", "waitUntil", "waitCallback"):
        wait: Any = getattr(hand, name)
        setattr(hand, name, partial(wait, timeout=PATIENCE))
    return hand
