"""What had the keyboard before a dialog has it again after it.

A window manager gives it to whichever window it likes when a dialog goes, which need not be the one that has asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

Asker = TypeVar("Asker", bound=QWidget)
Words = ParamSpec("Words")
Result = TypeVar("Result")


def keeping_keyboard(
    ask: Callable[Concatenate[Asker, Words], Result],
) -> Callable[Concatenate[Asker, Words], Result]:
    """Make a method of a widget that opens dialogs leave the keyboard in the widget's window, where it was there."""

    @wraps(ask)
    def asked(asker: Asker, /, *args: Words.args, **named: Words.kwargs) -> Result:
        window = asker.window()
        had_it = window.focusWidget()
        try:
            return ask(asker, *args, **named)
        finally:
            if window is asker.window() and window.isVisible():  # it may have been put elsewhere meanwhile
                window.activateWindow()
                if had_it is not None and window.isAncestorOf(had_it):
                    had_it.setFocus(Qt.FocusReason.OtherFocusReason)

    return asked
