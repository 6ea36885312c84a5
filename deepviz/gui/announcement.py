"""Telling those who use a screen reader what others see for a moment, such as the words of a bubble."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(source: QObject, text: str) -> bool:
    """Let a screen reader say something now. Returns whether there is one that listens.

    Parameters
    ----------
    source
        The widget that it is about.
    """
    if not text or not QAccessible.isActive():
        return False
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(source, text))
    return True
